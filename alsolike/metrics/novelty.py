"""Novelty."""

import numpy as np
from numpy.typing import NDArray

from alsolike.metrics.lists import mean_over_lists


def information(shoppers_of_product: NDArray[np.int64], n_shoppers: int) -> NDArray[np.float64]:
    """Return how surprising each product is: -log2((shoppers + 1) / (n_shoppers + 1)).

    One is added to both, so that a product that nobody acted on is one bit more surprising than
    one that a single shopper acted on, not infinitely so.

    Parameters
    ----------
    shoppers_of_product : ndarray, shape (n_products,), int64
        Known shoppers who acted on it.
    n_shoppers : int
        Known shoppers with any action.

    Returns
    -------
    ndarray, shape (n_products,), float64
        Bits, from 0 (everybody acted on it).
    """
    return -np.log2((shoppers_of_product + 1.0) / (n_shoppers + 1.0))


def novelty(lists: NDArray[np.int32], bits: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return for each list the mean information of its products, in bits.

    Novelty@k = mean of -log2 of the share of known shoppers who acted on the product (Castells,
    Vargas and Wang 2011, "Novelty and diversity metrics for recommender systems").

    Parameters
    ----------
    lists : ndarray, shape (n_rows, k), int32
        Product numbers; -1 where a list has ended.
    bits : ndarray, shape (n_products,), float64
        From `information`.

    Returns
    -------
    ndarray, shape (n_rows,), float64
        NaN for an empty list, which does not count.
    """
    return mean_over_lists(lists, bits)
