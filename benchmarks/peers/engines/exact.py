"""No library: NumPy measures every product that fits."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from benchmarks.peers.engines import HEADROOM
from benchmarks.peers.engines.beside import Attributes

if TYPE_CHECKING:
    from pathlib import Path

    from benchmarks.peers.engines import Engine
    from benchmarks.peers.shop import Shop, ShopFilter

# To copy the vectors of more products than this costs more than to measure all.
_FEW = 0.2


class _Exact:
    settings = f"NumPy {np.__version__}, float32, measures all that fit"

    async def build(self, shop: Shop, folder: Path) -> None:  # noqa: ARG002
        self._attributes = Attributes(shop)
        room = np.zeros((HEADROOM, shop.vectors.shape[1]), np.float32)
        self._vectors = np.concatenate([shop.vectors, room])

    async def nearest(self, number: int, count: int, wanted: ShopFilter) -> list[tuple[int, float]]:
        query = self._vectors[number]
        fits = self._attributes.fitting(wanted)
        if fits.mean() < _FEW:
            numbers = np.flatnonzero(fits)
            scores = self._vectors[numbers] @ query
        else:
            numbers = np.arange(len(fits))
            scores = np.where(fits, self._vectors @ query, -np.inf)
        best = np.argpartition(-scores, min(count, len(scores)) - 1)[:count] if len(scores) else []
        rows = [(int(numbers[n]), float(scores[n])) for n in best if np.isfinite(scores[n])]
        return sorted(rows, key=lambda row: -row[1])

    async def set_price(self, number: int, price: float) -> None:
        self._attributes.set_price(number, price)

    async def delete(self, number: int) -> None:
        self._attributes.delete(number)

    async def insert(self, number: int, shop: Shop, like: int) -> None:
        self._vectors[number] = shop.vectors[like]
        self._attributes.insert(number, shop, like)

    async def close(self) -> None:
        del self._vectors


def create(variant: str) -> Engine:
    """Make the engine; it has no variants."""
    assert not variant
    return _Exact()
