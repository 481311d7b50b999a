"""iALS: matrix factorisation for implicit feedback."""

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from alsolike.history import Split
from alsolike.progress import Report, ignore_progress
from alsolike.rankers.baselines.tuning import best_option
from alsolike.rankers.spaces.factors import ITERATIONS, factorise

FACTORS = 64
REGULARISATION = 10.0
# Confidence (alpha) of an observed action. The best value depends on how many actions shoppers
# have, so several are tried.
CONFIDENCES = (10.0, 2.0)
# Shoppers whose factors are solved for at once: 64 by 64 numbers each.
_AT_ONCE = 1_000


class IalsRanker:
    """The inner product of the factors of a shopper and a product; see `factorise`.

    Every known action of a shopper counts the same, whatever its age. The confidence (alpha) is
    chosen on what is known when left out. Where more is seen of a shopper than what was learned
    from, their factors are solved for anew, by `folded_in`.
    """

    name = "ials"
    _split: Split
    _shoppers: NDArray[np.float32]
    _products: NDArray[np.float32]

    def __init__(self, *, seed: int = 0, confidence: float | None = None) -> None:
        self._seed = seed
        self.confidence = confidence

    def fit(self, split: Split, report: Report) -> None:
        """Factorise who acted on what."""
        self._split = split
        self.confidence = self.confidence or best_option(CONFIDENCES, self._fitted, split)
        self._shoppers, self._products = factorise(
            split.known.matrix(),
            factors=FACTORS,
            regularisation=REGULARISATION,
            confidence=self.confidence,
            seed=self._seed,
            on_iteration=lambda iteration: report(self.name, iteration, ITERATIONS),
        )

    def scores(self, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return inner products: ndarray, shape (n_rows, n_products), float32."""
        if self._split.later is None:
            return self._shoppers[self._split.shoppers[rows]] @ self._products.T
        return self.scores_of(self._split.had(rows))

    def scores_of(self, actions: sp.csr_matrix) -> NDArray[np.float32]:
        """Return the scores of shoppers who acted on these products; see `folded_in`."""
        assert self.confidence is not None  # noqa: S101  (fitted first, by the protocol)
        return folded_in(actions, self._products, self.confidence) @ self._products.T

    def _fitted(self, confidence: float, split: Split) -> "IalsRanker":
        trial = IalsRanker(seed=self._seed, confidence=confidence)
        trial.fit(split, ignore_progress)
        return trial


def folded_in(
    actions: sp.csr_matrix, products: NDArray[np.float32], confidence: float
) -> NDArray[np.float32]:
    """Return the factors of shoppers, given those of the products: a half-step of iALS.

    (YᵀY + YᵀC'Y + λI)^-1 c Yᵀr of each shopper (Hu, Koren and Volinsky 2008), where r is 1 for the
    products that they acted on and else 0, c is the confidence, and C' = (c - 1) diag(r). As in the
    library implicit, the confidence of an action is c, not 1 + c.

    Parameters
    ----------
    actions : csr_matrix, shape (n_rows, n_products), float32
        Ones.

    Returns
    -------
    ndarray, shape (n_rows, factors), float32
    """
    size = products.shape[1]
    wide = products.astype(np.float64)
    base = wide.T @ wide + REGULARISATION * np.eye(size)
    factors = np.zeros((actions.shape[0], size), np.float32)
    for start in range(0, actions.shape[0], _AT_ONCE):
        chunk = actions[start : start + _AT_ONCE]
        grams = np.tile(base, (chunk.shape[0], 1, 1))
        for row in range(chunk.shape[0]):
            own = wide[chunk.indices[chunk.indptr[row] : chunk.indptr[row + 1]]]
            grams[row] += (confidence - 1) * (own.T @ own)
        sums = confidence * (chunk @ wide)
        factors[start : start + _AT_ONCE] = np.linalg.solve(grams, sums[:, :, np.newaxis])[:, :, 0]
    return factors
