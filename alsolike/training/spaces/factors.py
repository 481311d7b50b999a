"""Spaces of few dimensions: the broad patterns in who acted on what."""

from importlib import import_module
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.sparse.linalg import svds

from alsolike.training.spaces.linear import inverse_root
from alsolike.training.spaces.space import finish_rows

# A singular value that is nothing but rounding.
_NO_PATTERN = 1e-6
# Of the factorisation: how much more an action counts than none, and its rounds.
_CONFIDENCE = 5.0
_ITERATIONS = 15
_REGULARISATION = 0.1


class SpectralSpace:
    """What is left of who acted on what after all but its broadest patterns are filtered out.

    D^-1/2 V Vᵀ D^1/2 with V the first right singular vectors of the matrix, normalised by the
    square roots of its rows' and columns' sums (D). The ideal low-pass filter of GF-CF, Shen et
    al. 2021, arXiv 2108.07567.

    Parameters
    ----------
    matrix : csr_matrix, shape (n_shoppers, n_products), float32
    factors : int
        Patterns that are kept, at most.
    seed : int
        Of the vector that the search for them starts with.
    """

    name = "spectrum"
    is_text = False

    def __init__(self, matrix: sp.csr_matrix, *, factors: int, seed: int) -> None:
        by_shopper = inverse_root(np.asarray(matrix.sum(axis=1)).ravel())
        by_product = inverse_root(np.asarray(matrix.sum(axis=0)).ravel())
        normalised = sp.diags_array(by_shopper) @ matrix @ sp.diags_array(by_product)
        count = min(factors, min(matrix.shape) - 1)
        vectors = np.zeros((0, matrix.shape[1]))
        if count > 0 and matrix.nnz:
            start = np.random.default_rng(seed).normal(size=min(matrix.shape))
            _, values, vectors = svds(normalised.astype(np.float64), k=count, v0=start)
            vectors = vectors[values > _NO_PATTERN]
        roots = np.divide(1, by_product, out=np.zeros_like(by_product), where=by_product > 0)
        self._left = (vectors * by_product).T.astype(np.float32)
        self._right = (vectors * roots).astype(np.float32)

    def rows(self, products: NDArray[np.integer]) -> NDArray[np.float32]:
        """Return the positive weights of some products on all; see `Space.rows`."""
        return finish_rows(self._left[products] @ self._right, products)


class FactorSpace:
    """What a factorisation for implicit feedback says of somebody who acted on one product.

    Y (YᵀY + λI)^-1 Yᵀ with Y the products' factors: the fold-in of iALS (Hu, Koren and Volinsky
    2008) with the same confidence for all products, which makes it a product-to-product matrix.

    Parameters
    ----------
    matrix : csr_matrix, shape (n_shoppers, n_products), float32
    factors : int
        Length of the factors.
    seed : int
        Of the factors that it begins with.
    """

    name = "factors"
    is_text = False

    def __init__(self, matrix: sp.csr_matrix, *, factors: int, seed: int) -> None:
        size = matrix.shape[1]
        self._left = self._right = np.zeros((size, 0), np.float32)
        if not matrix.nnz:
            return
        # Slow to import, and without types.
        als: Any = import_module("implicit.cpu.als")
        threads: Any = import_module("threadpoolctl")
        # One thread, so that the same seed gives the same factors.
        with threads.threadpool_limits(limits=1, user_api="blas"):
            model = als.AlternatingLeastSquares(
                factors=factors,
                regularization=_REGULARISATION,
                alpha=_CONFIDENCE,
                iterations=_ITERATIONS,
                num_threads=1,
                random_state=seed,
            )
            model.fit(matrix, show_progress=False)
        products = np.asarray(model.item_factors, np.float64)
        gram = products.T @ products + _REGULARISATION * np.eye(factors)
        self._left = np.linalg.solve(gram, products.T).T.astype(np.float32)
        self._right = products.astype(np.float32)

    def rows(self, products: NDArray[np.integer]) -> NDArray[np.float32]:
        """Return the positive scores of some products on all; see `Space.rows`."""
        return finish_rows(self._left[products] @ self._right.T, products)
