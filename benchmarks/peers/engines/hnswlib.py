"""hnswlib: a graph in memory; its filter is a function that it calls for each product it meets."""

from __future__ import annotations

from importlib.metadata import version
from typing import TYPE_CHECKING

import hnswlib
import numpy as np

from benchmarks.peers.engines import HEADROOM
from benchmarks.peers.engines.beside import EngineBeside

if TYPE_CHECKING:
    from pathlib import Path

    from benchmarks.peers.shop import Shop, ShopFilter

M, EF_CONSTRUCTION, EF = 16, 200, 100


class _Hnswlib(EngineBeside):
    settings = f"{version('hnswlib')}, M {M}, ef_construction {EF_CONSTRUCTION}, ef {EF}, filter="

    async def build(self, shop: Shop, folder: Path) -> None:  # noqa: ARG002
        self.keep_attributes(shop)
        count, dimension = shop.vectors.shape
        self._index = hnswlib.Index("cosine", dimension)
        self._index.init_index(count + HEADROOM, M=M, ef_construction=EF_CONSTRUCTION)
        self._index.add_items(shop.vectors, np.arange(count))
        self._index.set_ef(EF)

    async def nearest(self, number: int, count: int, wanted: ShopFilter) -> list[tuple[int, float]]:
        query = self._index.get_items([number])
        tell = None
        if wanted.attributes:
            fits = self.fitting(wanted)
            count = min(count, int(fits.sum()))
            # A method of bytes is the quickest function of Python that tells yes from no.
            tell = fits.tobytes().__getitem__
        while count > 0:
            try:
                numbers, distances = self._index.knn_query(
                    query, k=count, num_threads=1, filter=tell
                )
            except RuntimeError:
                # It gives as many rows as asked for, or none.
                count -= 1
            else:
                return list(zip(numbers[0].tolist(), (1 - distances[0]).tolist(), strict=True))
        return []

    async def delete(self, number: int) -> None:
        self._index.mark_deleted(number)
        await super().delete(number)

    async def insert(self, number: int, shop: Shop, like: int) -> None:
        self._index.add_items(shop.vectors[like][None], [number])
        await super().insert(number, shop, like)


create = _Hnswlib
