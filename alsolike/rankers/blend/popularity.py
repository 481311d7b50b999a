"""How popular products are, as priors that are equal for every shopper."""

import numpy as np
from numpy.typing import NDArray

from alsolike.dbt_variables import dbt_variables
from alsolike.history import History

_DAY = 86_400 * 1_000_000
# Further fading would underflow.
_MOST_HALF_LIVES = 300


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

    An action counts its kind's weight, halved for every half-life (`popularity_half_life_days` of
    dbt) before the latest action of the shop.

    Returns
    -------
    ndarray, shape (n_products,), float32
    """
    size = len(history.catalogue)
    if not len(history):
        return np.zeros(size, np.float32)
    ages = (history.times.max() - history.times) / _DAY
    half_lives = ages / dbt_variables()["popularity_half_life_days"]
    weights = history.weights * np.power(0.5, np.minimum(half_lives, _MOST_HALF_LIVES))
    return _scaled(np.log1p(np.bincount(history.products, weights, minlength=size)))


def _scaled(values: NDArray[np.float64]) -> NDArray[np.float32]:
    greatest = values.max(initial=0.0)
    return (values / greatest if greatest > 0 else values).astype(np.float32)
