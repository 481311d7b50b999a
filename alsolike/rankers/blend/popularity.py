"""How popular products are, as priors that are equal for every shopper."""

import numpy as np
from numpy.typing import NDArray

from alsolike.dbt_variables import dbt_variables
from alsolike.history import History


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
    weights = history.faded_weights(dbt_variables()["popularity_half_life_days"])
    counts = np.bincount(history.products, weights, minlength=len(history.catalogue))
    return _scaled(np.log1p(counts))


def _scaled(values: NDArray[np.float64]) -> NDArray[np.float32]:
    greatest = values.max(initial=0.0)
    return (values / greatest if greatest > 0 else values).astype(np.float32)
