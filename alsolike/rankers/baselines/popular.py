"""Popular: what was acted on most, the same for every shopper."""

import numpy as np
from numpy.typing import NDArray

from alsolike.history import History, Split
from alsolike.progress import Report


class PopularRanker:
    """Products by the weight of all known events, as `popularity_all_time` of the marts."""

    name = "popular"
    _popularity: NDArray[np.float32]

    def fit(self, split: Split, report: Report) -> None:
        """Sum up the events of each product."""
        self._popularity = popularity(split.known).astype(np.float32)
        report(self.name, 1, 1)

    def scores(self, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return each product's popularity: ndarray, shape (n_rows, n_products), float32."""
        return np.tile(self._popularity, (len(rows), 1))


def popularity(history: History, factors: NDArray[np.float64] | None = None) -> NDArray[np.float64]:
    """Return the sum of the weights of each product's events.

    Parameters
    ----------
    factors : ndarray, shape (n_events,), float64, optional
        What to multiply each event's weight with.

    Returns
    -------
    ndarray, shape (n_products,), float64
    """
    weights = history.weights.astype(np.float64)
    if factors is not None:
        weights *= factors
    sums = np.bincount(history.products, weights, minlength=len(history.catalogue))
    return sums.astype(np.float64)
