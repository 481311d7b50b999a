"""Spaces whose scores are a product of two sparse matrices, and what such products need."""

from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from alsolike.rankers.spaces import kernels


class SparseSpace:
    """Scores that are the positive entries of L R, without its diagonal.

    Parameters
    ----------
    left : csr_matrix, shape (n_products, n_terms), float32
    right : csr_matrix, shape (n_terms, n_products), float32
    """

    def __init__(
        self, name: str, left: sp.csr_matrix, right: sp.csr_matrix, *, is_text: bool = False
    ) -> None:
        self.name = name
        self.is_text = is_text
        self._left = left
        self._right = right

    def neighbours(self, products: NDArray[np.integer], count: int) -> sp.csr_matrix:
        """Return the greatest scores of some products; see `Space.neighbours`."""
        return without_self(best_of_product(self._left[products], self._right, count + 1), products)

    def pair_scores(
        self, products: NDArray[np.integer], pattern: sp.csr_matrix
    ) -> NDArray[np.float32]:
        """Return the scores of given pairs; see `Space.pair_scores`."""
        scores = product_at(self._left[products], self._right, pattern.indptr, pattern.indices)
        return np.maximum(scores, 0, out=scores)


def weights_space(name: str, weights: sp.csr_matrix) -> SparseSpace:
    """Return the space of a matrix of weights, shape (n_products, n_products), 0 and above."""
    return SparseSpace(name, identity(weights.shape[0]), weights)


def identity(size: int) -> sp.csr_matrix:
    """Return the identity matrix, float32."""
    return sp.csr_matrix(sp.eye_array(size, dtype=np.float32))


def best_of_product(
    left: sp.csr_matrix, right: sp.csr_matrix, count: int, *, is_sorted: bool = True
) -> sp.csr_matrix:
    """Return the greatest entries above 0 of each row of L R, at most `count`.

    Both are 0 or above. It is canonical, unless columns need not be sorted.
    """
    count = min(count, right.shape[1])
    best = _room_for(left, right, count)
    sizes = kernels.best_of_rows(
        rows_of(left), rows_of(right), right.shape[1], count, best, is_sorted=is_sorted
    )
    return _without_room(best, sizes, right.shape[1])


def best_of_product_and_scaled(
    left: sp.csr_matrix, right: sp.csr_matrix, scales: NDArray[np.float32], counts: tuple[int, int]
) -> tuple[sp.csr_matrix, sp.csr_matrix]:
    """Return the greatest entries above 0 of each row of L R, and of L R diag(s), unsorted.

    Of each at most so many as its count says; the scales are above 0 where R has an entry.
    """
    counts = min(counts[0], right.shape[1]), min(counts[1], right.shape[1])
    best = _room_for(left, right, counts[0]), _room_for(left, right, counts[1])
    sizes = kernels.best_of_rows_and_scaled(rows_of(left), rows_of(right), scales, counts, best)
    of_product, of_scaled = (
        _without_room(rows, own, right.shape[1]) for rows, own in zip(best, sizes, strict=True)
    )
    return of_product, of_scaled


def _room_for(left: sp.csr_matrix, right: sp.csr_matrix, count: int) -> kernels.Rows:
    """Return room for the entries of L R, at most `count` of each row."""
    # As much as the rows can need: what is not written to takes no memory.
    room = np.minimum(product_costs(left, right), count)
    return kernels.Rows(
        np.cumsum(room) - room, np.empty(room.sum(), np.int32), np.empty(room.sum(), np.float32)
    )


def _without_room(rows: kernels.Rows, sizes: NDArray[np.int64], width: int) -> sp.csr_matrix:
    """Return the entries that were written, so many of each row, as a matrix of so many columns."""
    pointers = np.concatenate([np.zeros(1, np.int64), np.cumsum(sizes)])
    places = np.arange(int(sizes.sum()))
    places += np.repeat(rows.pointers - pointers[:-1], sizes)
    return sp.csr_matrix(
        (rows.values[places], rows.columns[places], pointers), shape=(len(sizes), width)
    )


def product_at(
    left: sp.csr_matrix,
    right: sp.csr_matrix,
    pointers: NDArray[np.integer],
    columns: NDArray[np.integer],
) -> NDArray[np.float32]:
    """Return the entries of L R at the places of a pattern, each row's columns in any order."""
    return kernels.product_at(rows_of(left), rows_of(right), right.shape[1], pointers, columns)


def rows_of(matrix: sp.csr_matrix) -> kernels.Rows:
    """Return a matrix as `kernels` take it."""
    return kernels.Rows(matrix.indptr, matrix.indices, matrix.data)


def without_self(rows: sp.csr_matrix, products: NDArray[np.integer]) -> sp.csr_matrix:
    """Return rows without the entries of products with themselves."""
    owners = np.repeat(np.arange(len(products)), np.diff(rows.indptr))
    is_kept = rows.indices != np.asarray(products)[owners]
    return entries_of(rows, is_kept)


def entries_of(rows: sp.csr_matrix, is_kept: NDArray[np.bool_]) -> sp.csr_matrix:
    """Return the rows with some of their entries, in the same order."""
    pointers = np.zeros_like(rows.indptr)
    if rows.nnz:
        # One number for each entry: of a large shop that is gigabytes.
        kept = np.cumsum(is_kept, dtype=rows.indptr.dtype)
        ends = rows.indptr[rows.indptr > 0]
        pointers[rows.indptr > 0] = kept[ends - 1]
    return sp.csr_matrix((rows.data[is_kept], rows.indices[is_kept], pointers), shape=rows.shape)


def product_costs(left: sp.csr_matrix, right: sp.csr_matrix) -> NDArray[np.int64]:
    """Return how many multiplications each row of L R takes: shape (n_rows,)."""
    return kernels.product_costs(left.indptr, left.indices, right.indptr)


def parts_of(costs: NDArray[np.int64], most: int) -> list[slice]:
    """Cut rows into parts that cost at most so much, or are one row."""
    before: NDArray[np.int64] = np.concatenate([np.zeros(1, np.int64), np.cumsum(costs)])
    parts: list[slice] = []
    start = 0
    while start < len(costs):
        end = np.searchsorted(before, [before[start] + most], side="right")[0] - 1
        stop = min(max(int(end), start + 1), len(costs))
        parts.append(slice(start, stop))
        start = stop
    return parts


def inverse_root(sums: NDArray[Any]) -> NDArray[np.float64]:
    """Return 1 / sqrt of each, 0 for 0."""
    return np.divide(1, np.sqrt(sums), out=np.zeros(len(sums)), where=sums > 0)


def scaled_rows(matrix: sp.csr_matrix, scales: NDArray[np.floating]) -> sp.csr_matrix:
    """Return the matrix with each row times a number, float32; it shares the places of entries."""
    return _with_data(matrix, np.repeat(scales.astype(np.float32), np.diff(matrix.indptr)))


def scaled_columns(matrix: sp.csr_matrix, scales: NDArray[np.floating]) -> sp.csr_matrix:
    """Return the matrix with each column times a number, float32; see `scaled_rows`."""
    return _with_data(matrix, scales.astype(np.float32)[matrix.indices])


def squared_columns(matrix: sp.csr_matrix) -> NDArray[np.float32]:
    """Return the sum of the squares of each column: shape (n_columns,)."""
    return np.asarray(_with_data(matrix, matrix.data.copy()).sum(axis=0), np.float32).ravel()


def _with_data(matrix: sp.csr_matrix, factors: NDArray[np.float32]) -> sp.csr_matrix:
    # A large shop's has hundreds of millions of entries, whose places are half of its memory.
    factors *= matrix.data
    scaled = sp.csr_matrix((factors, matrix.indices, matrix.indptr), shape=matrix.shape)
    # Neither of the two may sort what both have.
    return scaled if scaled.has_sorted_indices else scaled.copy()
