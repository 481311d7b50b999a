"""The protocol of a space, and what several spaces share."""

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
        Whether it scores products that nobody has acted on yet.
    """

    name: str
    is_text: bool

    def rows(self, products: NDArray[np.integer]) -> NDArray[np.float32]:
        """Return the scores of all products, given the numbers of some.

        Shape (len(products), n_products): 0 and above; 0 without evidence, and for a product given
        itself.
        """
        ...


class LeftOutSpace:
    """Stands for a space that could not be fitted: the scores of all its products are 0."""

    def __init__(self, name: str, *, is_text: bool, size: int) -> None:
        self.name = name
        self.is_text = is_text
        self._size = size

    def rows(self, products: NDArray[np.integer]) -> NDArray[np.float32]:
        """Return zeros; see `Space.rows`."""
        return np.zeros((len(products), self._size), np.float32)


def require_finite(*arrays: NDArray[Any]) -> None:
    """Check the numbers of a fitted space.

    Raises
    ------
    ArithmeticError
        A number is NaN or infinite.
    """
    for array in arrays:
        # A sum is finite only if all numbers are, and needs no second array.
        with np.errstate(invalid="ignore", over="ignore"):
            total = float(np.sum(array, dtype=np.float64))
        if not math.isfinite(total):
            message = "numbers became infinite or undefined"
            raise ArithmeticError(message)


def finish_rows(rows: NDArray[np.float32], products: NDArray[np.integer]) -> NDArray[np.float32]:
    """Set negative scores, and those of a product given itself, to 0 in place."""
    np.maximum(rows, 0, out=rows)
    rows[np.arange(len(products)), products] = 0
    return rows
