"""usearch: a graph in memory whose Python package knows no filter: more rows are asked for."""

from __future__ import annotations

from importlib.metadata import version
from typing import TYPE_CHECKING

import numpy as np
from usearch.index import Index

from benchmarks.peers.engines.beside import EngineBeside

if TYPE_CHECKING:
    from pathlib import Path

    from benchmarks.peers.shop import Shop, ShopFilter

CONNECTIVITY, EXPANSION_ADD, EXPANSION_SEARCH = 16, 128, 100
# Four times as many rows are asked for until enough of them fit, up to so many.
STEP, MOST = 4, 6400


class _Usearch(EngineBeside):
    settings = (
        f"{version('usearch')}, f16, connectivity {CONNECTIVITY}, expansion_add {EXPANSION_ADD}, "
        f"expansion_search {EXPANSION_SEARCH}; has no filter: up to {MOST} rows are asked for"
    )

    async def build(self, shop: Shop, folder: Path) -> None:  # noqa: ARG002
        self.keep_attributes(shop)
        self._index = Index(
            ndim=shop.vectors.shape[1],
            metric="cos",
            dtype="f16",
            connectivity=CONNECTIVITY,
            expansion_add=EXPANSION_ADD,
            expansion_search=EXPANSION_SEARCH,
        )
        self._index.add(np.arange(len(shop.vectors)), shop.vectors)

    async def nearest(self, number: int, count: int, wanted: ShopFilter) -> list[tuple[int, float]]:
        query = self._index.get(number)
        fits = self.fitting(wanted) if wanted.attributes else None
        asked = count
        while True:
            found = self._index.search(query, asked, threads=1)
            keys, scores = found.keys, 1 - found.distances
            if fits is not None:
                is_kept = fits[keys]
                keys, scores = keys[is_kept], scores[is_kept]
            if len(keys) >= count or asked >= MOST:
                return list(zip(keys[:count].tolist(), scores[:count].tolist(), strict=True))
            asked = min(MOST, STEP * asked)

    async def delete(self, number: int) -> None:
        self._index.remove(number)
        await super().delete(number)

    async def insert(self, number: int, shop: Shop, like: int) -> None:
        self._index.add(number, shop.vectors[like])
        await super().insert(number, shop, like)


create = _Usearch
