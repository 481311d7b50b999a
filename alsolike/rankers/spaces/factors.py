"""Spaces of few dimensions: the broad patterns in who acted on what.

That is a matrix of shape (n_shoppers, n_products), float32.
"""

from collections import deque
from collections.abc import Callable
from importlib import import_module
from typing import Any

import numpy as np
import scipy.linalg
import scipy.sparse as sp
from numpy.typing import NDArray

from alsolike.rankers.spaces.dense import VectorSpace
from alsolike.rankers.spaces.sparse import inverse_root, scaled_columns, scaled_rows
from alsolike.rankers.spaces.threads import one_blas_thread, stop_if_unwanted

# Eigenvalues below this are rounding errors; the largest are 1.
_NO_PATTERN = 1e-6
# Rounds of the search for patterns: as many as gather 512 vectors, but at least 4 and at most 16.
_GATHERED = 512
_ROUNDS = (4, 16)
# Most memory of the gathered vectors, in bytes: of a large catalogue those of the last rounds.
_BASIS_MEMORY = 2**30
# Columns that are multiplied at once.
_AT_ONCE = 32
# Of the factorisation: confidence (alpha) of an observed action, and strength of the ridge.
_CONFIDENCE = 5.0
_REGULARISATION = 0.1
# Rounds of alternating least squares.
ITERATIONS = 15


def spectral_space(
    matrix: sp.csr_matrix, *, factors: int, seed: int, name: str = "spectrum"
) -> VectorSpace:
    """Return the space of who acted on what, reduced to its broadest patterns.

    D^-1/2 V Vᵀ D^1/2 with V the first right singular vectors of the matrix, normalised by the
    square roots of its rows' and columns' sums (D). The ideal low-pass filter of GF-CF, Shen et
    al. 2021, arXiv 2108.07567.

    The vectors come from a fixed number of rounds. A search for exact ones may never end: each
    group of shoppers that shares no product with others has a singular value of 1, and where most
    shoppers bought once there are hundreds of such groups. Shoppers with one product are left out,
    since they link it to no other. At most `factors` patterns are kept; the seed is that of the
    initial vectors.
    """
    matrix = matrix[np.diff(matrix.indptr) > 1]
    by_shopper = inverse_root(np.asarray(matrix.sum(axis=1)).ravel())
    lengths = np.sqrt(np.asarray(matrix.sum(axis=0), np.float64).ravel())
    there = np.flatnonzero(lengths)
    normalised = scaled_columns(scaled_rows(matrix[:, there], by_shopper), 1 / lengths[there])
    count = max(0, min(factors, min(normalised.shape) - 1))
    with one_blas_thread():
        broadest = _broadest(normalised, count, seed)
    vectors = np.zeros((matrix.shape[1], broadest.shape[1]), np.float32)
    vectors[there] = broadest
    return VectorSpace(name, vectors, gains=lengths.astype(np.float32))


def factor_space(matrix: sp.csr_matrix, *, factors: int, seed: int) -> VectorSpace:
    """Return the space of a factorisation for implicit feedback.

    Y (YᵀY + λI)^-1 Yᵀ with Y the products' factors: the fold-in of iALS (Hu, Koren and Volinsky
    2008) with the same confidence for all products, which makes it a product-to-product matrix. It
    is symmetric: with L the Cholesky factor of the inverse, the inner products of the rows of Y L.
    """
    if not matrix.nnz:
        return VectorSpace("factors", np.zeros((matrix.shape[1], 0), np.float32))
    _, right = factorise(
        matrix,
        factors=factors,
        regularisation=_REGULARISATION,
        confidence=_CONFIDENCE,
        seed=seed,
    )
    products = right.astype(np.float64)
    lower = np.linalg.cholesky(products.T @ products + _REGULARISATION * np.eye(factors))
    # (K Kᵀ)^-1 = K^-ᵀ K^-1 with K the Cholesky factor: the vectors are the columns of K^-1 Yᵀ.
    vectors = np.linalg.solve(lower, products.T).T.astype(np.float32)
    return VectorSpace("factors", vectors)


def factorise(
    matrix: sp.csr_matrix,
    *,
    factors: int,
    regularisation: float,
    confidence: float,
    seed: int,
    on_iteration: Callable[[int], None] | None = None,
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Factorise who acted on what by iALS: Hu, Koren and Volinsky 2008, by the library implicit.

    There must be at least one action. Return the factors of the shoppers and of the products:
    shapes (n_shoppers, factors) and (n_products, factors).

    Parameters
    ----------
    confidence : float
        Alpha: how much more an observed action weighs than a missing one.
    on_iteration : callable, optional
        Told the number of each iteration, from 1 to `ITERATIONS`.

    Raises
    ------
    ArithmeticError
        The numbers became NaN.
    """
    # Slow to import, and without types.
    als: Any = import_module("implicit.cpu.als")
    recommender: Any = import_module("implicit.recommender_base")

    def count(iteration: int, _seconds: float, _loss: float | None = None) -> None:
        stop_if_unwanted()
        if on_iteration is not None:
            on_iteration(iteration + 1)

    # Each row is solved on its own: threads of the library do not change it, those of BLAS would.
    with one_blas_thread():
        model = als.AlternatingLeastSquares(
            factors=factors,
            regularization=regularisation,
            alpha=confidence,
            iterations=ITERATIONS,
            num_threads=0,
            random_state=seed,
        )
        try:
            model.fit(matrix, show_progress=False, callback=count)
        except recommender.ModelFitError as error:
            raise ArithmeticError(str(error)) from error
    return (
        np.asarray(model.user_factors, np.float32),
        np.asarray(model.item_factors, np.float32),
    )


def _broadest(matrix: sp.csr_matrix, count: int, seed: int) -> NDArray[np.float32]:
    """Return the first right singular vectors of a sparse matrix, nearly, at a fixed cost.

    Randomised block Krylov iteration: Musco and Musco 2015, arXiv 1504.05477, algorithm 2. A block
    has as many columns as vectors are wanted, so that rounding never chooses among equal singular
    values. The vectors are at most `count` orthonormal columns. A large catalogue's are gigabytes:
    single precision is enough, since each round makes the columns orthonormal anew.
    """
    if not count:
        return np.zeros((matrix.shape[1], 0), np.float32)
    generator = np.random.default_rng(seed)
    block = generator.standard_normal((matrix.shape[1], count), np.float32)
    at_once = max(1, _BASIS_MEMORY // (4 * matrix.shape[1] * count))
    blocks: deque[NDArray[np.float32]] = deque(maxlen=at_once)
    fewest, most = _ROUNDS
    for _ in range(min(max(_GATHERED // count, fewest), most)):
        stop_if_unwanted()
        block = _orthonormal(_gram_times(matrix, block))
        blocks.append(block)
    basis = block if len(blocks) == 1 else _orthonormal(np.hstack(blocks))
    projected = basis.T @ _gram_times(matrix, basis)
    values, turned = np.linalg.eigh(projected.astype(np.float64))
    # Ascending.
    turned = turned[:, values > _NO_PATTERN][:, ::-1][:, :count]
    return basis @ turned.astype(np.float32)


def _gram_times(matrix: sp.csr_matrix, block: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return XᵀX times a block, a few columns at a time to bound memory."""
    product = np.empty_like(block)
    for start in range(0, block.shape[1], _AT_ONCE):
        columns = slice(start, start + _AT_ONCE)
        product[:, columns] = matrix.T @ (matrix @ block[:, columns])
    return product


def _orthonormal(columns: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return orthonormal columns of the same span: NumPy would compute them in double precision."""
    own = np.asfortranarray(columns)
    return scipy.linalg.qr(own, mode="economic", overwrite_a=True, check_finite=False)[0]
