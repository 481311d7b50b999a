"""Catalogue coverage."""

import numpy as np
from numpy.typing import NDArray


def coverage(lists: NDArray[np.int32], n_products: int) -> float:
    """Return the share of the catalogue that at least one shopper is shown.

    Coverage@k = |union of the lists| / n_products (Ge, Delgado-Battenfeld and Jannach 2010,
    "Beyond accuracy: evaluating recommender systems by coverage and serendipity"). It grows with
    the number of shoppers: compare only over the same ones.

    Parameters
    ----------
    lists : ndarray, shape (n_rows, k), int32
        Product numbers; -1 where a list has ended.
    n_products : int
        Size of the catalogue at the time, sold out products included.

    Returns
    -------
    float
        0 to 1; 0 where all lists are empty, NaN for an empty catalogue.
    """
    if not n_products:
        return float("nan")
    return len(np.unique(lists[lists >= 0])) / n_products
