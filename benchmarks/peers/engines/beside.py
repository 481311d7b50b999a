"""The attributes of products beside an index that knows none: what a team would write around it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from benchmarks.peers.engines import HEADROOM
from benchmarks.peers.shop import Shop, ShopFilter

if TYPE_CHECKING:
    from numpy.typing import NDArray


class Attributes:
    """Columns in memory, with room for more products; vectors stay in the index."""

    def __init__(self, shop: Shop) -> None:
        def roomy(column: NDArray[np.generic]) -> NDArray[np.generic]:
            return np.concatenate([column, np.zeros(HEADROOM, column.dtype)])

        self._columns = Shop(
            vectors=np.empty((0, 0), np.float32),
            prices=roomy(shop.prices),
            categories=roomy(shop.categories),
            brands=roomy(shop.brands),
            in_stock=roomy(shop.in_stock),
        )
        self._exists = np.ones(len(self._columns.prices), bool)
        self._exists[-HEADROOM:] = False

    def fitting(self, wanted: ShopFilter) -> NDArray[np.bool_]:
        """Whether each product exists and fits."""
        return self._columns.fitting(wanted) & self._exists

    def set_price(self, number: int, price: float) -> None:
        """Change a price."""
        self._columns.prices[number] = price

    def delete(self, number: int) -> None:
        """Forget a product."""
        self._exists[number] = False

    def insert(self, number: int, shop: Shop, like: int) -> None:
        """Add a product."""
        self._columns.prices[number] = shop.prices[like]
        self._columns.categories[number] = shop.categories[like]
        self._columns.brands[number] = shop.brands[like]
        self._columns.in_stock[number] = shop.in_stock[like]
        self._exists[number] = True
