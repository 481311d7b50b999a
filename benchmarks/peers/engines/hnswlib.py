"""hnswlib: a graph in memory; its filter is a function that it calls for each product it meets."""

from __future__ import annotations

from importlib.metadata import version
from typing import TYPE_CHECKING

import hnswlib
import numpy as np

from benchmarks.peers.engines import HEADROOM, Engine
from benchmarks.peers.engines.beside import Attributes

if TYPE_CHECKING:
    from pathlib import Path

    from benchmarks.peers.shop import Shop, ShopFilter

M, EF_CONSTRUCTION, EF = 16, 200, 100


class _Hnswlib:
    settings = f"{version('hnswlib')}, M {M}, ef_construction {EF_CONSTRUCTION}, ef {EF}, filter="

    async def build(self, shop: Shop, folder: Path) -> None:  # noqa: ARG002
        self._attributes = Attributes(shop)
        count, dimension = shop.vectors.shape
        self._index = hnswlib.Index("cosine", dimension)
        self._index.init_index(count + HEADROOM, M=M, ef_construction=EF_CONSTRUCTION)
        self._index.add_items(shop.vectors, np.arange(count))
        self._index.set_ef(EF)

    async def nearest(self, number: int, count: int, wanted: ShopFilter) -> list[tuple[int, float]]:
        query = self._index.get_items([number])
        tell = None
        if wanted.is_filtered:
            fits = self._attributes.fitting(wanted)
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

    async def set_price(self, number: int, price: float) -> None:
        self._attributes.set_price(number, price)

    async def delete(self, number: int) -> None:
        self._index.mark_deleted(number)
        self._attributes.delete(number)

    async def insert(self, number: int, shop: Shop, like: int) -> None:
        self._index.add_items(shop.vectors[like][None], [number])
        self._attributes.insert(number, shop, like)

    async def close(self) -> None:
        del self._index


def create(variant: str) -> Engine:
    """Make the engine; it has no variants."""
    assert not variant
    return _Hnswlib()
