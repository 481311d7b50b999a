"""What every space offers."""

import math
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray


class Space(Protocol):
    """Scores of every product, given one.

    Attributes
    ----------
    name : str
        As it stands in the blend's weights.
    is_text : bool
        Whether it knows products that nobody has acted on yet.
    """

    name: str
    is_text: bool

    def rows(self, products: NDArray[np.integer]) -> NDArray[np.float32]:
        """Return what some products say about all.

        Parameters
        ----------
        products : ndarray, shape (m,)
            Numbers of the products that are given.

        Returns
        -------
        ndarray, shape (m, n_products), float32
            0 and above; 0 says nothing. A product says nothing about itself.
        """
        ...


class LeftOutSpace:
    """A space that could not be fitted, in the place it would have: it says nothing.

    Parameters
    ----------
    name : str
    is_text : bool
    size : int
        Number of products.
    """

    def __init__(self, name: str, *, is_text: bool, size: int) -> None:
        self.name = name
        self.is_text = is_text
        self._size = size

    def rows(self, products: NDArray[np.integer]) -> NDArray[np.float32]:
        """Return zeros; see `Space.rows`."""
        return np.zeros((len(products), self._size), np.float32)


def require_finite(*arrays: NDArray[Any]) -> None:
    """Check what a space was fitted to.

    Raises
    ------
    ArithmeticError
        A number is NaN or infinite.
    """
    for array in arrays:
        # A sum is finite only if all are, and needs no second array.
        with np.errstate(invalid="ignore", over="ignore"):
            total = float(np.sum(array, dtype=np.float64))
        if not math.isfinite(total):
            message = "numbers became infinite or undefined"
            raise ArithmeticError(message)


def finish_rows(rows: NDArray[np.float32], products: NDArray[np.integer]) -> NDArray[np.float32]:
    """Clear, in place, what speaks against a product and what it says about itself."""
    np.maximum(rows, 0, out=rows)
    rows[np.arange(len(products)), products] = 0
    return rows
