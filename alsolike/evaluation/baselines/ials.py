"""iALS: matrix factorisation for implicit feedback, by the library implicit."""

from importlib import import_module
from typing import Any

import numpy as np
from numpy.typing import NDArray

from alsolike.evaluation.baselines.tuning import best_option
from alsolike.history import Split
from alsolike.progress import Report, ignore_progress

FACTORS = 64
REGULARISATION = 10.0
# How much more an action counts than none: what is best goes by how much there is of each shopper.
CONFIDENCES = (10.0, 2.0)
ITERATIONS = 15


class IalsRanker:
    """iALS (Hu, Koren and Volinsky 2008, "Collaborative filtering for implicit feedback datasets").

    A shopper is their factors from everything known of them, whatever its age.

    Parameters
    ----------
    seed : int
        Of the factors that it begins with.
    confidence : float, optional
        How much more an action counts than none; chosen on what is known when left out.
    """

    name = "ials"
    _split: Split
    _shoppers: NDArray[np.float32]
    _products: NDArray[np.float32]

    def __init__(self, *, seed: int = 0, confidence: float | None = None) -> None:
        self._seed = seed
        self.confidence = confidence

    def fit(self, split: Split, report: Report) -> None:
        """Factorise who acted on what; one thread, so that the same seed gives the same factors."""
        # Slow to import, and without types.
        als: Any = import_module("implicit.cpu.als")
        threads: Any = import_module("threadpoolctl")
        self._split = split
        self.confidence = self.confidence or best_option(CONFIDENCES, self._fitted, split)
        # The library's own loops are its parallel part: threads of BLAS below them only get in
        # each other's way.
        with threads.threadpool_limits(limits=1, user_api="blas"):
            model = als.AlternatingLeastSquares(
                factors=FACTORS,
                regularization=REGULARISATION,
                alpha=self.confidence,
                iterations=ITERATIONS,
                num_threads=1,
                random_state=self._seed,
            )

            def count(iteration: int, _seconds: float, _loss: float | None = None) -> None:
                report(self.name, iteration + 1, ITERATIONS)

            model.fit(split.known.matrix(), show_progress=False, callback=count)
        self._shoppers = np.asarray(model.user_factors, np.float32)
        self._products = np.asarray(model.item_factors, np.float32)

    def scores(self, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return inner products: ndarray, shape (n_rows, n_products), float32."""
        return self._shoppers[self._split.shoppers[rows]] @ self._products.T

    def _fitted(self, confidence: float, split: Split) -> "IalsRanker":
        trial = IalsRanker(seed=self._seed, confidence=confidence)
        trial.fit(split, ignore_progress)
        return trial
