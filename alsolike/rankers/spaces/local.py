"""Ridge regressions of each product on the products most like it, instead of on all of them.

The weights of a product come from the block of the Gram matrix of its most correlated products
alone (Steck 2019, arXiv 1910.09645). The cost grows with the number of products, not with its cube;
where the block is the whole catalogue, the solution is that of the whole matrix.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from alsolike.rankers.spaces import kernels
from alsolike.rankers.spaces.space import require_finite
from alsolike.rankers.spaces.sparse import (
    best_of_product,
    best_of_product_and_scaled,
    inverse_root,
    parts_of,
    product_at,
    product_costs,
    scaled_columns,
    squared_columns,
    without_self,
)
from alsolike.rankers.spaces.threads import in_threads

# Entries of the Gram matrix that are kept of each product, times the size of a block. Those left
# out are the least, between products that many shoppers acted on.
_KEPT_PER_BLOCK = 10
# Numbers in the blocks that are solved at once.
_AT_ONCE = 2**21
# Multiplications of a part of a sparse product.
_MULTIPLIED = 2**22


class _Correlated(NamedTuple):
    """Of each target so many `products`, `sizes` of them, from its `starts` on."""

    starts: NDArray[np.int64]
    sizes: NDArray[np.int64]
    products: NDArray[np.int32]


class _Columns(NamedTuple):
    """Some columns of a matrix: their numbers and sizes, and the entries of one after the other."""

    numbers: NDArray[np.int32]
    sizes: NDArray[np.int64]
    rows: NDArray[np.int32]
    values: NDArray[np.float32]


def local_ease(
    matrix: sp.csr_matrix, regularisations: Sequence[float], size: int
) -> list[sp.csr_matrix]:
    """Return the positive weights of EASE with local blocks, for each strength of the ridge.

    Of the inverse P of a product's regularised block, the product's own column divided by minus its
    diagonal entry: the column of B as in `EaseSpace`. B has shape (n_products, n_products).

    Parameters
    ----------
    matrix : csr_matrix, shape (n_shoppers, n_products), float32
        0 and above.
    regularisations : sequence of float
        Each is λ, above 0.
    size : int
        Products of a block, beside the product itself.

    Raises
    ------
    ArithmeticError
        A block is not positive definite.
    """
    # What they are solved from is let go before they are joined: either takes gigabytes.
    parts = _ease_columns(matrix, regularisations, size)
    return [_joined(parts.pop(0), matrix.shape[1]) for _ in regularisations]


def _ease_columns(
    matrix: sp.csr_matrix, regularisations: Sequence[float], size: int
) -> list[list[_Columns]]:
    gram, correlated = _gram_and_correlated(matrix, size)

    def columns_of(blocks: NDArray[np.int32]) -> list[_Columns]:
        unit = np.zeros(blocks.shape, np.float32)
        unit[:, 0] = 1
        solutions = _solve(gram, blocks, unit, regularisations)
        return [_positive(blocks, -column / column[:, :1]) for column in solutions]

    parts: list[list[_Columns]] = [[] for _ in regularisations]
    for each in in_threads(columns_of, _blocks(correlated)):
        for part, columns in zip(parts, each, strict=True):
            part.append(columns)
    return parts


def local_regression(
    past: sp.csr_matrix, future: sp.csr_matrix, regularisation: float, size: int
) -> sp.csr_matrix:
    """Return the positive weights of the ridge regression of the future on the past, locally.

    Each column of B = (SᵀS + λI)^-1 SᵀT comes from the block of the products whose columns of S are
    most correlated with the column of T. S and T have shape (n_steps, n_products), 0 and above; B
    has shape (n_products, n_products). The regularisation is λ, above 0; `size` is the number of
    products of a block, beside the product itself.
    """
    return _joined(_regression_columns(past, future, regularisation, size), past.shape[1])


def _regression_columns(
    past: sp.csr_matrix, future: sp.csr_matrix, regularisation: float, size: int
) -> list[_Columns]:
    # The past by product is let go at once: of a million products it takes gigabytes.
    gram = _gram(sp.csr_matrix(past.T), past, size)
    by_future = sp.csr_matrix(future.T)

    def columns_of(blocks: NDArray[np.int32]) -> _Columns:
        is_there = blocks >= 0
        pointers = np.concatenate([[0], np.cumsum(np.count_nonzero(is_there, axis=1))])
        moments = np.zeros(blocks.shape, np.float32)
        moments[is_there] = product_at(by_future[blocks[:, 0]], past, pointers, blocks[is_there])
        return _positive(blocks, _solve(gram, blocks, moments, [regularisation])[0])

    return [*in_threads(columns_of, _blocks(_correlated(by_future, past, size)))]


class _GramRows:
    """The greatest entries of XᵀX, each pair in the row of the product with fewer shoppers.

    Blocks are looked up row by row, and popular products, whose rows are long, are in many blocks.
    A row of as many entries as are kept may lack what the other row has, so that the other has
    pairs with its product too. Rows are made from the shortest on, in parts: all of them with each
    pair twice would take gigabytes.

    Attributes
    ----------
    most : int
        Entries that a row is made with at most.
    order : ndarray, shape (n_products,), int64
        In which the rows are made.
    parts : list of slice
        Of the order.
    """

    def __init__(self, by_product: sp.csr_matrix, matrix: sp.csr_matrix, size: int) -> None:
        count = by_product.shape[0]
        costs = product_costs(by_product, matrix)
        self.most = _KEPT_PER_BLOCK * size
        self.order = np.argsort(np.diff(by_product.indptr), kind="stable")
        self.parts = parts_of(costs[self.order], _MULTIPLIED)
        self._turns = np.empty(count, np.int32)
        self._turns[self.order] = np.arange(count, dtype=np.int32)
        # Whether a product's row has all there is.
        self._is_whole = np.zeros(count, bool)
        # As much as all rows can need: what is not written to takes no memory.
        room = np.minimum(costs, self.most).sum()
        self._others, self._values = np.empty(room, np.int32), np.empty(room, np.float32)
        self._sizes, self._kept = np.zeros(count, np.int64), 0

    def add(self, part: slice, rows: sp.csr_matrix) -> None:
        """Add the rows of a part, which comes after the parts before."""
        own, counts = self.order[part], np.diff(rows.indptr)
        self._is_whole[own] = counts < self.most
        owners = np.repeat(np.arange(len(own)), counts)
        is_kept = self._turns[own][owners] <= self._turns[rows.indices]
        is_kept |= ~self._is_whole[rows.indices]
        self._sizes[own] = np.bincount(owners[is_kept], minlength=len(own))
        stop = self._kept + np.count_nonzero(is_kept)
        self._others[self._kept : stop] = rows.indices[is_kept]
        self._values[self._kept : stop] = rows.data[is_kept]
        self._kept = stop

    def joined(self, diagonal: NDArray[np.float32]) -> kernels.Symmetric:
        """Return the matrix, when all rows are added."""
        self._others.resize(self._kept, refcheck=False)
        self._values.resize(self._kept, refcheck=False)
        stops = _stops(self._sizes, self.order)
        return kernels.Symmetric(stops - self._sizes, stops, self._others, self._values, diagonal)


def _stops(sizes: NDArray[np.int64], order: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return where each ends of what comes one after the other, in an order."""
    stops = np.empty_like(sizes)
    stops[order] = np.cumsum(sizes[order])
    return stops


def _gram(by_product: sp.csr_matrix, matrix: sp.csr_matrix, size: int) -> kernels.Symmetric:
    """Return the greatest entries of XᵀX; see `_GramRows`."""
    gram = _GramRows(by_product, matrix, size)

    def rows_of(part: slice) -> sp.csr_matrix:
        return best_of_product(by_product[gram.order[part]], matrix, gram.most, is_sorted=False)

    for part, rows in zip(gram.parts, in_threads(rows_of, gram.parts), strict=True):
        gram.add(part, rows)
    return gram.joined(squared_columns(matrix))


def _correlated(targets: sp.csr_matrix, columns: sp.csr_matrix, size: int) -> _Correlated:
    """Return the columns with the greatest cosines to each target, without the target's own."""
    # The length of the target is the same for the whole row.
    scaled = scaled_columns(columns, inverse_root(squared_columns(columns)))
    parts = parts_of(product_costs(targets, scaled), _MULTIPLIED)

    def best_of(part: slice) -> sp.csr_matrix:
        best = best_of_product(targets[part], scaled, size + 1, is_sorted=False)
        return without_self(best, np.arange(part.start, part.stop, dtype=np.int64))

    best = [_sizes_and_products(rows) for rows in in_threads(best_of, parts)]
    return _joined_correlated(best, np.arange(targets.shape[0]))


def _sizes_and_products(rows: sp.csr_matrix) -> tuple[NDArray[np.integer], NDArray[np.int32]]:
    return np.diff(rows.indptr), rows.indices


def _joined_correlated(
    parts: list[tuple[NDArray[np.integer], NDArray[np.int32]]], order: NDArray[np.int64]
) -> _Correlated:
    """Return the most correlated of all targets, which come in an order; empty the list."""
    sizes = np.empty(len(order), np.int64)
    sizes[order] = np.concatenate([counts for counts, _ in parts])
    products = np.empty(int(sizes.sum()), np.int32)
    stop = len(products)
    while parts:
        own = parts.pop()[1]
        products[stop - len(own) : stop] = own
        stop -= len(own)
    return _Correlated(_stops(sizes, order) - sizes, sizes, products)


def _gram_and_correlated(matrix: sp.csr_matrix, size: int) -> tuple[kernels.Symmetric, _Correlated]:
    """Return `_gram` of a matrix, and `_correlated` of its columns with each other.

    Both are the greatest entries of XᵀX, which is multiplied once.
    """
    by_product = sp.csr_matrix(matrix.T)
    squares = squared_columns(matrix)
    scales = inverse_root(squares).astype(np.float32)
    gram = _GramRows(by_product, matrix, size)

    def rows_of(part: slice) -> tuple[sp.csr_matrix, sp.csr_matrix]:
        own = gram.order[part]
        rows, best = best_of_product_and_scaled(
            by_product[own], matrix, scales, (gram.most, size + 1)
        )
        return rows, without_self(best, own)

    correlated: list[tuple[NDArray[np.integer], NDArray[np.int32]]] = []
    for part, (rows, best) in zip(gram.parts, in_threads(rows_of, gram.parts), strict=True):
        gram.add(part, rows)
        correlated.append(_sizes_and_products(best))
    return gram.joined(squares), _joined_correlated(correlated, gram.order)


def _blocks(correlated: _Correlated) -> Iterator[NDArray[np.int32]]:
    """Yield the products of blocks of about one size: shape (n_blocks, width), -1 after the last.

    The first of each is the product that the block is of. A product that none is correlated with
    has no block.
    """
    starts, sizes, products = correlated
    targets = np.argsort(sizes, kind="stable")
    targets = targets[sizes[targets] > 0]
    for part in parts_of((sizes[targets] + 1) ** 2, _AT_ONCE):
        own = targets[part]
        blocks = np.full((len(own), int(sizes[own[-1]]) + 1), -1, np.int32)
        blocks[:, 0] = own
        owners = np.repeat(np.arange(len(own)), sizes[own])
        places = np.arange(len(owners)) - (np.cumsum(sizes[own]) - sizes[own])[owners]
        blocks[owners, places + 1] = products[starts[own][owners] + places]
        yield blocks


def _solve(
    gram: kernels.Symmetric,
    blocks: NDArray[np.int32],
    right: NDArray[np.float32],
    regularisations: Sequence[float],
) -> NDArray[np.float32]:
    """Solve (G + λI) x = r for each λ and each block: shape (n_ridges, n_blocks, width)."""
    width = blocks.shape[1]
    solutions, is_definite = kernels.solve_blocks(
        gram,
        blocks,
        right,
        np.array(regularisations, np.float32),
        np.full(len(gram.diagonal), -1, np.min_scalar_type(-width)),
    )
    if not is_definite:
        message = "a matrix that should be positive definite is not"
        raise ArithmeticError(message)
    require_finite(solutions)
    return solutions


def _positive(blocks: NDArray[np.int32], weights: NDArray[np.float32]) -> _Columns:
    """Return the positive weights of each block's products but the first, for the first."""
    is_kept = (weights > 0) & (blocks >= 0)
    is_kept[:, 0] = False
    return _Columns(
        numbers=blocks[:, 0].copy(),
        sizes=np.count_nonzero(is_kept, axis=1),
        rows=blocks[is_kept],
        values=weights[is_kept].astype(np.float32),
    )


def _joined(parts: list[_Columns], size: int) -> sp.csr_matrix:
    """Return all columns as one canonical matrix, shape (size, size), and empty the list of them.

    A column comes once at most; those that do not come have no entry.
    """
    sizes = np.zeros(size, np.int64)
    for part in parts:
        sizes[part.numbers] = part.sizes
    pointers = np.concatenate([np.zeros(1, np.int64), np.cumsum(sizes)])
    rows, values = np.empty(pointers[-1], np.int32), np.empty(pointers[-1], np.float32)
    while parts:
        part = parts.pop()
        before = np.cumsum(part.sizes) - part.sizes
        places = np.repeat(pointers[part.numbers] - before, part.sizes)
        places += np.arange(len(part.rows))
        rows[places], values[places] = part.rows, part.values
    # By rows they come in order.
    return sp.csr_matrix(sp.csc_matrix((values, rows, pointers), shape=(size, size)))
