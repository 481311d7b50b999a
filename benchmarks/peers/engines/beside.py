"""The attributes of products beside an index that knows none: what a team would write around it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from benchmarks.peers.engines import HEADROOM, Engine
from benchmarks.peers.shop import ATTRIBUTES, Shop, ShopFilter

if TYPE_CHECKING:
    from numpy.typing import NDArray


class EngineBeside(Engine):
    """An engine with the columns in memory, with room for more products, and vectors elsewhere."""

    def keep_attributes(self, shop: Shop) -> None:
        """Copy the columns."""
        room = {name: np.zeros(HEADROOM, getattr(shop, name).dtype) for name in ATTRIBUTES}
        self._columns = Shop(
            vectors=np.empty((0, 0), np.float32),
            **{name: np.concatenate([getattr(shop, name), room[name]]) for name in ATTRIBUTES},
        )
        self._exists = np.arange(len(self._columns.prices)) < len(shop.prices)

    def fitting(self, wanted: ShopFilter) -> NDArray[np.bool_]:
        """Whether each product exists and fits."""
        return self._columns.fitting(wanted) & self._exists

    async def set_price(self, number: int, price: float) -> None:
        """Change a price."""
        self._columns.prices[number] = price

    async def delete(self, number: int) -> None:
        """Forget a product."""
        self._exists[number] = False

    async def insert(self, number: int, shop: Shop, like: int) -> None:
        """Add a product's attributes."""
        for name in ATTRIBUTES:
            getattr(self._columns, name)[number] = getattr(shop, name)[like]
        self._exists[number] = True
