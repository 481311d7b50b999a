"""No library: NumPy measures every product that fits."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from benchmarks.peers.engines import HEADROOM
from benchmarks.peers.engines.beside import EngineBeside

if TYPE_CHECKING:
    from pathlib import Path

    from benchmarks.peers.shop import Shop, ShopFilter

# To copy the vectors of more products than this costs more than to measure all.
_FEW = 0.2


class _Exact(EngineBeside):
    settings = f"NumPy {np.__version__}, float32, measures all that fit"

    async def build(self, shop: Shop, folder: Path) -> None:  # noqa: ARG002
        self.keep_attributes(shop)
        room = np.zeros((HEADROOM, shop.vectors.shape[1]), np.float32)
        self._vectors = np.concatenate([shop.vectors, room])

    async def nearest(self, number: int, count: int, wanted: ShopFilter) -> list[tuple[int, float]]:
        query = self._vectors[number]
        fits = self.fitting(wanted)
        if fits.mean() < _FEW:
            numbers = np.flatnonzero(fits)
            scores = self._vectors[numbers] @ query
        else:
            numbers = np.arange(len(fits))
            scores = np.where(fits, self._vectors @ query, -np.inf)
        best = np.argpartition(-scores, min(count, len(scores)) - 1)[:count] if len(scores) else []
        rows = [(int(numbers[n]), float(scores[n])) for n in best if np.isfinite(scores[n])]
        return sorted(rows, key=lambda row: -row[1])

    async def insert(self, number: int, shop: Shop, like: int) -> None:
        self._vectors[number] = shop.vectors[like]
        await super().insert(number, shop, like)


create = _Exact
