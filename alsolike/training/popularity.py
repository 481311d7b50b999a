"""How popular products are, as evidence that holds for every shopper."""

import numpy as np
from numpy.typing import NDArray

from alsolike.history import History

_DAY = 86_400 * 1_000_000
# The half-life of recent popularity, in days.
_HALF_LIFE = 7.0


def popularity(history: History) -> NDArray[np.float32]:
    """Return the logarithm of each product's shoppers, from 0 to 1 for the most popular.

    Returns
    -------
    ndarray, shape (n_products,), float32
    """
    firsts = history.first_actions()
    counts = np.bincount(firsts.products, minlength=len(history.catalogue))
    return _scaled(np.log1p(counts))


def recent_popularity(history: History) -> NDArray[np.float32]:
    """Return the logarithm of each product's latest actions, from 0 to 1 for the most popular.

    An action counts its kind's weight, halved for every week before the latest action of the shop.

    Returns
    -------
    ndarray, shape (n_products,), float32
    """
    size = len(history.catalogue)
    if not len(history):
        return np.zeros(size, np.float32)
    ages = (history.times.max() - history.times) / _DAY
    weights = history.weights * np.power(0.5, np.minimum(ages / _HALF_LIFE, 300))
    return _scaled(np.log1p(np.bincount(history.products, weights, minlength=size)))


def _scaled(values: NDArray[np.float64]) -> NDArray[np.float32]:
    greatest = values.max(initial=0.0)
    return (values / greatest if greatest > 0 else values).astype(np.float32)
