"""Inverses of regularised Gram matrices, multiplied a few rows at a time."""

from typing import Any, Protocol

import numpy as np
import scipy.linalg
import scipy.sparse as sp
from numpy.typing import NDArray

# Entries of a sparse product that are computed at once.
_AT_ONCE = 2**23


class InverseOfGram(Protocol):
    """P = (XᵀX + λI)^-1 over the products that take part; the others have zeros.

    `inverse_diagonal` is 1 / diag(P), shape (n_products,).
    """

    inverse_diagonal: NDArray[np.float32]

    def times(self, queries: sp.csr_matrix) -> NDArray[np.float32]:
        """Return Q P for a sparse Q: ndarray, shape (n_queries, n_products), float32.

        A fresh array: the caller may write to it.
        """
        ...


def inverse_of_gram(matrix: sp.csr_matrix, regularisation: float, largest: int) -> InverseOfGram:
    """Return the inverse by way of the shorter side of a matrix, (n_shoppers, n_products).

    The regularisation is λ, above 0; `largest` is the side of the largest matrix that is inverted.
    """
    busy = np.flatnonzero(np.diff(matrix.indptr))
    matrix = matrix[busy]
    if 0 < matrix.shape[0] < matrix.shape[1] and matrix.shape[0] <= largest:
        return _ByShopper(matrix, regularisation)
    return _ByProduct(matrix, regularisation, busiest_products(matrix, largest))


def busiest_products(matrix: sp.csr_matrix, largest: int) -> NDArray[np.int64]:
    """Return the numbers of the products that most shoppers acted on, at most `largest`."""
    counts = np.bincount(matrix.indices, minlength=matrix.shape[1])
    order = np.argsort(-counts, kind="stable")[:largest]
    return np.sort(order[counts[order] > 0])


def gram(matrix: Any, regularisation: float) -> NDArray[np.float32]:  # noqa: ANN401
    """Return XᵀX + λI: ndarray, shape (n, n), float32."""
    product = dense_product(matrix.T, matrix)
    product[np.diag_indices_from(product)] += regularisation
    return product


def dense_product(left: Any, right: Any) -> NDArray[np.float32]:  # noqa: ANN401
    """Return the product of two sparse matrices as a dense one, computed a few rows at a time.

    A sparse product with few zeros takes three times the memory of the dense one: one shopper with
    thousands of products is enough for that.
    """
    left, right = left.tocsr(), right.tocsr()
    product = np.empty((left.shape[0], right.shape[1]), np.float32)
    step = max(1, _AT_ONCE // max(1, right.shape[1]))
    for start in range(0, len(product), step):
        product[start : start + step] = (left[start : start + step] @ right).toarray()
    return product


def _invert(matrix: NDArray[np.float32]) -> NDArray[np.float32]:
    upper, info = scipy.linalg.lapack.spotrf(matrix.T, lower=0, overwrite_a=1, clean=0)
    _require(info)
    inverse, info = scipy.linalg.lapack.spotri(upper, lower=0, overwrite_c=1)
    _require(info)
    # Only the upper triangle was computed. Halves are mirrored block by block, without a copy.
    size = len(inverse)
    for start in range(0, size, 1024):
        end = min(start + 1024, size)
        block = inverse[start:end, start:end]
        block[:] = np.triu(block) + np.triu(block, 1).T
        inverse[end:, start:end] = inverse[start:end, end:].T
    return inverse


def _require(info: int) -> None:
    if info != 0:
        message = f"a matrix that should be positive definite is not (LAPACK says {info})"
        raise ArithmeticError(message)


class _ByProduct:
    def __init__(
        self, matrix: sp.csr_matrix, regularisation: float, taking_part: NDArray[np.int64]
    ) -> None:
        size = matrix.shape[1]
        self._size = size
        self._taking_part = taking_part
        inverse = np.zeros((0, 0), np.float32)
        if len(taking_part):
            inverse = _invert(gram(matrix[:, taking_part], regularisation))
        self._inverse = inverse
        self.inverse_diagonal = np.zeros(size, np.float32)
        self.inverse_diagonal[taking_part] = 1 / np.diag(inverse)

    def times(self, queries: sp.csr_matrix) -> NDArray[np.float32]:
        product = queries[:, self._taking_part] @ self._inverse
        if len(self._taking_part) == self._size:
            return product
        whole = np.zeros((product.shape[0], self._size), np.float32)
        whole[:, self._taking_part] = product
        return whole


class _ByShopper:
    def __init__(self, matrix: sp.csr_matrix, regularisation: float) -> None:
        self._regularisation = np.float32(regularisation)
        self._matrix = matrix.tocsr()
        self._columns: Any = matrix.T.tocsr()
        self._inner = _invert(gram(self._columns, regularisation))
        size = matrix.shape[1]
        diagonal = np.empty(size, np.float32)
        for start in range(0, size, 4096):
            part = self._columns[start : start + 4096]
            weighted = part @ self._inner
            diagonal[start : start + 4096] = 1 - np.asarray(part.multiply(weighted).sum(1)).ravel()
        with np.errstate(divide="ignore"):
            self.inverse_diagonal = (self._regularisation / diagonal).astype(np.float32)

    def times(self, queries: sp.csr_matrix) -> NDArray[np.float32]:
        shoppers: Any = queries @ self._columns
        # In a fixed order, so that the sums are rounded the same way every time.
        shoppers.sort_indices()
        product = np.ascontiguousarray((self._columns @ (shoppers @ self._inner).T).T, np.float32)
        product *= -1
        rows = np.repeat(np.arange(queries.shape[0]), np.diff(queries.indptr))
        product[rows, queries.indices] += queries.data
        product /= self._regularisation
        return product
