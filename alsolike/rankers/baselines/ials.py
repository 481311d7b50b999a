"""iALS: matrix factorisation for implicit feedback."""

import numpy as np
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


class IalsRanker:
    """The inner product of the factors of a shopper and a product; see `factorise`.

    Every known action of a shopper counts the same, whatever its age. The confidence (alpha) is
    chosen on what is known when left out.
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
        return self._shoppers[self._split.shoppers[rows]] @ self._products.T

    def _fitted(self, confidence: float, split: Split) -> "IalsRanker":
        trial = IalsRanker(seed=self._seed, confidence=confidence)
        trial.fit(split, ignore_progress)
        return trial
