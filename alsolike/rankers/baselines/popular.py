"""Popular and recently popular: the same products for every shopper."""

import numpy as np
from numpy.typing import NDArray

from alsolike.dbt_variables import dbt_variables
from alsolike.history import DAY, History, Split
from alsolike.progress import Report


class PopularRanker:
    """Products by the weight of all known events, as `popularity_all_time` of the marts."""

    name = "popular"
    _scores: NDArray[np.float32]

    def fit(self, split: Split, report: Report) -> None:
        """Sum up the events of each product."""
        self._scores = _sums(split.known, split.known.weights).astype(np.float32)
        report(self.name, 1, 1)

    def scores(self, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return each product's popularity: ndarray, shape (n_rows, n_products), float32."""
        return np.tile(self._scores, (len(rows), 1))


class RecentlyPopularRanker(PopularRanker):
    """Products by the faded weight of the latest events, as `rank_recent` of the marts.

    Days are counted back from the latest known event. A leave-one-out split has a moment for each
    shopper, but one list is made for all, since that split knows the others' future anyway.
    """

    name = "recently-popular"

    def fit(self, split: Split, report: Report) -> None:
        """Sum up the latest events of each product; equally recent ones go by all events."""
        known, variables = split.known, dbt_variables()
        oldest = known.times.max(initial=0) - DAY * int(variables["popularity_window_days"])
        weights = known.faded_weights(variables["popularity_half_life_days"])
        recent = _sums(known, weights * (known.times > oldest))
        pairs = np.column_stack([recent, _sums(known, known.weights)])
        # Positions from the least popular; equal pairs share one. Exact in single precision.
        positions = np.unique(pairs, axis=0, return_inverse=True)[1]
        self._scores = positions.reshape(-1).astype(np.float32)
        report(self.name, 1, 1)


def _sums(history: History, weights: NDArray[np.floating]) -> NDArray[np.float64]:
    """Sum up the weights of each product's events: ndarray, shape (n_products,), float64."""
    sums = np.bincount(history.products, weights, minlength=len(history.catalogue))
    # Without events bincount returns integers.
    return sums.astype(np.float64)
