"""Intra-list diversity."""

import numpy as np
from numpy.typing import NDArray

# Lists looked at together: 1,000 lists of 10 vectors of 384 numbers are 15 MB.
_ROWS_AT_ONCE = 1_000


def intra_list_diversity(
    lists: NDArray[np.int32], vectors: NDArray[np.float32]
) -> NDArray[np.float64]:
    """Return for each list how different its products are from one another.

    ILD@k = 1 - mean over the pairs of the list of the cosine of their vectors (Ziegler et al. 2005,
    "Improving recommendation lists through topic diversification").

    Parameters
    ----------
    lists : ndarray, shape (n_rows, k), int32
        Product numbers; -1 where a list has ended.
    vectors : ndarray, shape (n_products, dimensions), float32
        Of the texts; unit norm, or all zero for a product without text, whose pairs do not count.

    Returns
    -------
    ndarray, shape (n_rows,), float64
        0 to 2; NaN for a list with fewer than two products that have a vector, which does not
        count.
    """
    has_vector = np.concatenate((vectors.any(axis=1), [False]))
    diversity = np.full(len(lists), np.nan)
    for start in range(0, len(lists), _ROWS_AT_ONCE):
        chunk = lists[start : start + _ROWS_AT_ONCE]
        is_counted = has_vector[chunk]
        listed = vectors[chunk].astype(np.float64) * is_counted[:, :, np.newaxis]
        counts = is_counted.sum(axis=1)
        # The squared norm of a sum holds every ordered pair once, and each product with itself.
        whole = np.square(listed.sum(axis=1)).sum(axis=1)
        own = np.square(listed).sum(axis=(1, 2))
        pairs = counts * (counts - 1)
        has_pair = pairs > 0
        cosines = (whole - own)[has_pair] / pairs[has_pair]
        diversity[start : start + _ROWS_AT_ONCE][has_pair] = 1 - cosines
    return diversity
