"""Share of the long tail."""

import numpy as np
from numpy.typing import NDArray

from alsolike.metrics.lists import mean_over_lists

# Part of the known actions that the head takes.
HEAD_SHARE = 0.8


def is_in_tail(actions: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Tell which products are outside the head of the catalogue.

    The head is the shortest run of products, from the most acted on (of equals, the smaller
    number first), that takes at least `HEAD_SHARE` of all actions; the tail is the rest, products
    without any action included (Abdollahpouri, Burke and Mobasher 2017, "Controlling popularity
    bias in learning-to-rank recommendation", whose short head takes 80 % too).

    Parameters
    ----------
    actions : ndarray, shape (n_products,), int64
        Known shoppers who acted on the product.
    """
    order = np.argsort(-actions, kind="stable")
    before = np.cumsum(actions[order]) - actions[order]
    in_tail = np.ones(len(actions), bool)
    in_tail[order[before < HEAD_SHARE * actions.sum()]] = False
    return in_tail


def long_tail(lists: NDArray[np.int32], in_tail: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return for each list the share of its products that are in the long tail.

    Parameters
    ----------
    lists : ndarray, shape (n_rows, k), int32
        Product numbers; -1 where a list has ended.
    in_tail : ndarray, shape (n_products,), bool
        From `is_in_tail`.

    Returns
    -------
    ndarray, shape (n_rows,), float64
        0 to 1; NaN for an empty list, which does not count.
    """
    return mean_over_lists(lists, in_tail.astype(np.float64))
