"""Gini coefficient of exposure."""

import numpy as np
from numpy.typing import NDArray


def gini(lists: NDArray[np.int32], n_products: int) -> float:
    """Return how unevenly places in lists are spread over the catalogue.

    Gini@k = sum_i (2 i - n - 1) x_i / (n * sum x), with x_1 <= … <= x_n the number of lists each
    product is in, over the whole catalogue (Fleder and Hosanagar 2009, "Blockbuster culture's next
    rise or fall").

    Parameters
    ----------
    lists : ndarray, shape (n_rows, k), int32
        Product numbers; -1 where a list has ended.
    n_products : int
        Size of the catalogue at the time, sold out products included.

    Returns
    -------
    float
        0 (every product equally often) to 1 - 1 / n (one product everywhere); NaN where all lists
        are empty.
    """
    shown = lists[lists >= 0]
    if not len(shown):
        return float("nan")
    exposure = np.sort(np.bincount(shown, minlength=n_products)).astype(np.float64)
    positions = 2 * np.arange(1, n_products + 1) - n_products - 1
    return float(positions @ exposure / (n_products * exposure.sum()))
