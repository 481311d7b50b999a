"""The protocol of a space, and what several spaces share."""

import math
from typing import Any, Protocol

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray


class Space(Protocol):
    """Scores of products, given one: 0 and above; 0 without evidence.

    Nobody asks for all scores of a large catalogue: first each space names its best neighbours of
    a product, then all spaces score the pairs that any of them named.

    Attributes
    ----------
    name : str
        As it stands in the blend's weights.
    is_text : bool
        Whether it scores products that nobody has acted on yet.
    """

    name: str
    is_text: bool

    def neighbours(self, products: NDArray[np.integer], count: int) -> sp.csr_matrix:
        """Return the best neighbours of some products, `count` or one more of each.

        Shape (len(products), n_products), float32: scores above 0, in canonical format. A product
        is no neighbour of itself. With a count of n_products it is every score above 0.
        """
        ...

    def pair_scores(
        self, products: NDArray[np.integer], pattern: sp.csr_matrix
    ) -> NDArray[np.float32]:
        """Return the scores of given pairs, in the order of the pattern's entries.

        The pattern has shape (len(products), n_products), is in canonical format, and has no
        product with itself; its values do not matter.
        """
        ...


class LeftOutSpace:
    """Stands for a space that could not be fitted: the scores of all its products are 0."""

    def __init__(self, name: str, *, is_text: bool, size: int) -> None:
        self.name = name
        self.is_text = is_text
        self._size = size

    def neighbours(self, products: NDArray[np.integer], count: int) -> sp.csr_matrix:
        """Return no neighbour; see `Space.neighbours`."""
        del count
        return empty_rows(len(products), self._size)

    def pair_scores(
        self, products: NDArray[np.integer], pattern: sp.csr_matrix
    ) -> NDArray[np.float32]:
        """Return zeros; see `Space.pair_scores`."""
        del products
        return np.zeros(pattern.nnz, np.float32)


def empty_rows(count: int, size: int) -> sp.csr_matrix:
    """Return rows without an entry: shape (count, size), float32."""
    nothing = np.zeros(0, np.float32), np.zeros(0, np.int32), np.zeros(count + 1, np.int32)
    return sp.csr_matrix(nothing, shape=(count, size))


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
