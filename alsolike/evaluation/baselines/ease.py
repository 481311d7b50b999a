"""EASE: the linear model that foretells what a shopper has from the other things they have."""

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.linalg import lapack

from alsolike.evaluation.baselines.latest import LATEST, Query, known_products
from alsolike.evaluation.baselines.tuning import best_query
from alsolike.evaluation.errors import EvaluationError
from alsolike.history import Split
from alsolike.progress import Report

# Strength of the ridge, in shoppers.
REGULARISATION = 100.0
# With more shoppers and more products than this, the most popular products alone are learned: the
# matrix to invert has the square of it, 4 bytes each.
LARGEST_SIDE = 20_000

_CHUNK = 4096


class EaseRanker:
    """EASE (Steck 2019, "Embarrassingly shallow autoencoders for sparse data").

    With P = (Xᵀ X + λI)⁻¹, the weight of product i for product j is B_ij = -P_ij / P_jj, and 0 for
    itself. Scores are h B with h the known products. The matrix that is inverted has the smaller
    side of X: with more products than shoppers P is (I - Xᵀ (X Xᵀ + λI)⁻¹ X) / λ, by Woodbury's
    identity, and is never formed.

    Parameters
    ----------
    regularisation : float
        λ, above 0.
    largest_side : int
        Bound of the matrix that is inverted.
    query : Query, optional
        What it is asked with; chosen on what is known when left out.

    Attributes
    ----------
    note : str
        What was left out to fit in memory; empty: nothing.
    """

    name = "ease"
    _split: Split
    _learned: "_ByProduct | _ByShopper"
    _kept: NDArray[np.int64]

    def __init__(
        self,
        *,
        regularisation: float = REGULARISATION,
        largest_side: int = LARGEST_SIDE,
        query: Query | None = None,
    ) -> None:
        self.query = query
        self.note = ""
        self._regularisation = regularisation
        self._largest_side = largest_side

    def fit(self, split: Split, report: Report) -> None:
        """Invert the smaller of the two co-occurrence matrices."""
        self._split = split
        matrix = split.known.matrix()
        n_products = matrix.shape[1]
        self._kept = np.arange(n_products)
        stage = self.name
        if min(matrix.shape) > self._largest_side:
            counts = np.asarray(matrix.sum(axis=0)).ravel()
            order = np.lexsort((self._kept, -counts))
            self._kept = np.sort(order[: self._largest_side])
            matrix = sp.csr_matrix(matrix[:, self._kept])
            self.note = f"the {self._largest_side:,} most popular of {n_products:,} products"
            stage = f"{self.name}, {self.note}"
        report(stage, 0, 1)
        trial = EaseRanker(regularisation=self._regularisation, largest_side=self._largest_side)
        self.query = self.query or best_query(trial, split)
        is_by_product = matrix.shape[1] <= matrix.shape[0]
        learn = _ByProduct if is_by_product else _ByShopper
        self._learned = learn(matrix, self._regularisation)
        report(stage, 1, 1)

    def scores(self, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return h B: ndarray, shape (n_rows, n_products), float32; 0 for products left out."""
        queries = known_products(self._split, rows, self.query or LATEST)
        if len(self._kept) == queries.shape[1]:
            return self._learned.scores(queries)
        scores = np.zeros(queries.shape, np.float32)
        scores[:, self._kept] = self._learned.scores(sp.csr_matrix(queries[:, self._kept]))
        return scores


class _ByProduct:
    """The weights themselves, for fewer products than shoppers."""

    def __init__(self, matrix: sp.csr_matrix, regularisation: float) -> None:
        weights = inverse_of_gram(sp.csr_matrix(matrix.T), regularisation)
        weights /= -np.diag(weights).copy()
        np.fill_diagonal(weights, 0)
        self._weights = weights

    def scores(self, queries: sp.csr_matrix) -> NDArray[np.float32]:
        return queries @ self._weights


class _ByShopper:
    """The inverse over shoppers, from which weights are worked out query by query."""

    def __init__(self, matrix: sp.csr_matrix, regularisation: float) -> None:
        self._matrix = matrix
        self._transposed = sp.csr_matrix(matrix.T)
        self._regularisation = np.float32(regularisation)
        self._inverse = inverse_of_gram(matrix, regularisation)
        # λ P_jj = 1 - x_jᵀ M x_j
        diagonal = np.ones(matrix.shape[1], np.float32)
        for start in range(0, len(diagonal), _CHUNK):
            columns = self._transposed[start : start + _CHUNK]
            reached = columns @ self._inverse
            diagonal[start : start + _CHUNK] -= columns.multiply(reached).sum(axis=1).A1
        self._diagonal = diagonal

    def scores(self, queries: sp.csr_matrix) -> NDArray[np.float32]:
        reached = (queries @ self._transposed).toarray() @ self._inverse
        scores = (self._transposed @ reached.T).T
        scores /= self._diagonal
        # -h (I - ...) / diagonal, and without what a product says about itself.
        rows, products = queries.nonzero()
        scores[rows, products] += queries.data * (1 - 1 / self._diagonal[products])
        return scores


def inverse_of_gram(matrix: sp.csr_matrix, regularisation: float) -> NDArray[np.float32]:
    """Return (A Aᵀ + λI)⁻¹ by Cholesky's method, in the memory of one such matrix.

    Parameters
    ----------
    matrix : csr_matrix, shape (n, m), float32
        A.
    regularisation : float
        λ, above 0: it makes the matrix positive definite.

    Returns
    -------
    ndarray, shape (n, n), float32, symmetric
    """
    gram = np.empty((matrix.shape[0], matrix.shape[0]), np.float32, order="F")
    transposed = sp.csr_matrix(matrix.T)
    # By columns: the sparse product of a long-lived shop is nearly full.
    for start in range(0, len(gram), _CHUNK):
        part = (matrix[start : start + _CHUNK] @ transposed).toarray()
        gram[:, start : start + _CHUNK] = part.T
    gram[np.diag_indices_from(gram)] += np.float32(regularisation)
    factor, failed = lapack.spotrf(gram, lower=1, overwrite_a=1)
    inverse, failed_too = lapack.spotri(factor, lower=1, overwrite_c=1)
    if failed or failed_too:
        message = f"EASE cannot be solved with a regularisation of {regularisation}."
        raise EvaluationError(message)
    # The other triangle was not computed.
    for start in range(0, len(inverse), _CHUNK):
        stop = min(start + _CHUNK, len(inverse))
        inverse[start:stop, stop:] = inverse[stop:, start:stop].T
        block = inverse[start:stop, start:stop]
        block[:] = np.tril(block) + np.tril(block, -1).T
    return inverse
