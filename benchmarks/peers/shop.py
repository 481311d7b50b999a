"""What every engine is given, what it is asked for, and what the right answer is.

Read by processes of two environments: the benchmark's, and that of the libraries it looks at.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

ATTRIBUTES = ("prices", "categories", "brands", "in_stock")
_COLUMNS = ("vectors", *ATTRIBUTES)
# Two distances of the same vectors differ by so much, in 16 and in 32 bits.
_TOLERANCE = 1e-4


@dataclasses.dataclass(frozen=True)
class ShopFilter:
    """What every product of an answer must be; `left_out` are numbers that must not come."""

    price_max: float | None = None
    category: int | None = None
    in_stock: bool = False
    left_out: tuple[int, ...] = ()

    @property
    def attributes(self) -> dict[str, Any]:
        """What is asked of a product's attributes, by the field's name."""
        fields = {"price_max": self.price_max, "category": self.category}
        given = {name: value for name, value in fields.items() if value is not None}
        return {**given, "in_stock": True} if self.in_stock else given


@dataclasses.dataclass
class Shop:
    """Products by their number, from 0.

    Attributes
    ----------
    vectors : ndarray, shape (n_products, dimension), float32, unit norm
        Rounded to what 16 bits hold, so that every engine can have the same.
    prices : ndarray, shape (n_products,), float64
        In one currency.
    categories, brands : ndarray, shape (n_products,), int16
        The number in `Category 3`, `Brand 7`.
    in_stock : ndarray, shape (n_products,), bool
        Whether a product may be sold.
    """

    vectors: NDArray[np.float32]
    prices: NDArray[np.float64]
    categories: NDArray[np.int16]
    brands: NDArray[np.int16]
    in_stock: NDArray[np.bool_]
    # Every engine is asked about the same products: what they are measured with is kept.
    _near: dict[int, NDArray[np.float32]] = dataclasses.field(
        default_factory=dict[int, "NDArray[np.float32]"], repr=False
    )

    def save(self, folder: Path) -> None:
        """Write one file for each column."""
        for name in _COLUMNS:
            np.save(folder / f"{name}.npy", getattr(self, name))

    @classmethod
    def load(cls, folder: Path) -> Shop:
        """Read what `save` wrote."""
        return cls(**{name: np.load(folder / f"{name}.npy") for name in _COLUMNS})

    def fitting(self, wanted: ShopFilter) -> NDArray[np.bool_]:
        """Whether each product has the attributes asked for; what is left out is not looked at."""
        fits = np.ones(len(self.prices), bool)
        if wanted.price_max is not None:
            fits &= self.prices <= wanted.price_max
        if wanted.category is not None:
            fits &= self.categories == wanted.category
        if wanted.in_stock:
            fits &= self.in_stock
        return fits

    def attributes(self, number: int) -> dict[str, Any]:
        """Return a product's attributes as Python's own values, in the order of the columns."""
        return {
            "price": float(self.prices[number]),
            "category": int(self.categories[number]),
            "brand": int(self.brands[number]),
            "is_in_stock": bool(self.in_stock[number]),
        }

    def recall(
        self, number: int, wanted: ShopFilter, found: list[int], k: int
    ) -> tuple[float, bool]:
        """Compare an answer about a product, which is never in it, with the exact one.

        Returns the share of the best min(k, eligible) that was found, and whether there were so
        many rows. A product as near as the last of the best counts as one of them.

        Raises
        ------
        ValueError
            A product came that does not fit, or came twice.
        """
        fits = self.fitting(wanted)
        fits[[number, *wanted.left_out]] = False
        if len(set(found)) < len(found) or not fits[found].all():
            message = f"The answer about {number} has products that do not belong: {found}."
            raise ValueError(message)
        if number not in self._near:
            self._near[number] = self.vectors @ self.vectors[number]
        near = self._near[number]
        eligible = near[fits]
        right = min(k, len(eligible))
        if right == 0:
            return 1.0, True
        least = np.partition(eligible, len(eligible) - right)[len(eligible) - right]
        good = near[found] >= least - _TOLERANCE
        return min(1.0, float(good.sum()) / right), len(found) >= right
