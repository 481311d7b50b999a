"""Means over the products of a list."""

import numpy as np
from numpy.typing import NDArray


def mean_over_lists(lists: NDArray[np.int32], values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return for each list the mean of a value that every product has.

    Parameters
    ----------
    lists : ndarray, shape (n_rows, k), int32
        Product numbers; -1 where a list has ended.
    values : ndarray, shape (n_products,), float64

    Returns
    -------
    ndarray, shape (n_rows,), float64
        NaN for an empty list.
    """
    is_listed = lists >= 0
    counts = is_listed.sum(axis=1)
    sums = np.where(is_listed, values[lists], 0.0).sum(axis=1)
    return np.where(counts > 0, sums / np.maximum(counts, 1), np.nan)
