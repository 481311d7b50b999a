"""Share of cold products."""

import numpy as np
from numpy.typing import NDArray

from alsolike.metrics.lists import mean_over_lists


def cold_share(lists: NDArray[np.int32], is_cold: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return for each list the share of its products that nobody is known to have acted on.

    Parameters
    ----------
    lists : ndarray, shape (n_rows, k), int32
        Product numbers; -1 where a list has ended.
    is_cold : ndarray, shape (n_products,), bool
        Products without any known event.

    Returns
    -------
    ndarray, shape (n_rows,), float64
        0 to 1; NaN for an empty list, which does not count.
    """
    return mean_over_lists(lists, is_cold.astype(np.float64))
