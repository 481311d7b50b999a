"""Metrics of lists, whatever is held out: coverage, concentration, diversity, novelty.

`lists` has shape (n_rows, k), int32: product numbers, -1 where a list has ended. A metric of each
list returns shape (n_rows,), float64. A list that it cannot measure, such as an empty one, does not
count: NaN.
"""

import numpy as np
from numpy.typing import NDArray

# Part of the known actions that the head takes.
HEAD_SHARE = 0.8
# Lists looked at together: 1,000 lists of 10 vectors of 384 numbers are 15 MB.
_ROWS_AT_ONCE = 1_000


def coverage(lists: NDArray[np.int32], n_products: int) -> float:
    """Return the share of the catalogue that at least one shopper is shown.

    Coverage@k = |union of the lists| / n_products (Ge, Delgado-Battenfeld and Jannach 2010,
    "Beyond accuracy: evaluating recommender systems by coverage and serendipity"). It grows with
    the number of shoppers: compare only over the same ones. It is 0 where all lists are empty, NaN
    for an empty catalogue.

    Parameters
    ----------
    n_products : int
        Size of the catalogue at the time, sold out products included.
    """
    if not n_products:
        return float("nan")
    return len(np.unique(lists[lists >= 0])) / n_products


def gini(lists: NDArray[np.int32], n_products: int) -> float:
    """Return how unevenly places in lists are spread over the catalogue, as for `coverage`.

    Gini@k = sum_i (2 i - n - 1) x_i / (n * sum x), with x_1 <= … <= x_n the number of lists each
    product is in, over the whole catalogue (Fleder and Hosanagar 2009, "Blockbuster culture's next
    rise or fall"). It goes from 0 (every product equally often) to 1 - 1 / n (one product
    everywhere); NaN where all lists are empty.
    """
    shown = lists[lists >= 0]
    if not len(shown):
        return float("nan")
    exposure = np.sort(np.bincount(shown, minlength=n_products)).astype(np.float64)
    positions = 2 * np.arange(1, n_products + 1) - n_products - 1
    return float(positions @ exposure / (n_products * exposure.sum()))


def intra_list_diversity(
    lists: NDArray[np.int32], vectors: NDArray[np.float32]
) -> NDArray[np.float64]:
    """Return for each list how different its products are from one another, 0 to 2.

    ILD@k = 1 - mean over the pairs of the list of the cosine of their vectors (Ziegler et al. 2005,
    "Improving recommendation lists through topic diversification"). A list with fewer than two
    products that have a vector does not count.

    Parameters
    ----------
    vectors : ndarray, shape (n_products, dimensions), float32
        Of the texts; unit norm, or all zero for a product without text, whose pairs do not count.
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


def mean_over_lists(
    lists: NDArray[np.int32], values: NDArray[np.float64] | NDArray[np.bool_]
) -> NDArray[np.float64]:
    """Return for each list the mean of a value that every product has.

    Of truth values it is the share of the list: of its products in the long tail (`is_in_tail`), or
    of cold ones, which nobody is known to have acted on. Of `information` it is Novelty@k, in bits.

    Parameters
    ----------
    values : ndarray, shape (n_products,)
    """
    is_listed = lists >= 0
    counts = is_listed.sum(axis=1)
    sums = np.where(is_listed, values[lists], 0.0).sum(axis=1)
    return np.where(counts > 0, sums / np.maximum(counts, 1), np.nan)


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


def information(actions: NDArray[np.int64], n_shoppers: int) -> NDArray[np.float64]:
    """Return how surprising each product is, in bits: -log2((actions + 1) / (n_shoppers + 1)).

    Its mean over a list is the novelty of Castells, Vargas and Wang 2011, "Novelty and diversity
    metrics for recommender systems". One is added to both numbers, so that a product that nobody
    acted on is one bit more surprising than one that a single shopper acted on, not infinitely so.

    Parameters
    ----------
    actions : ndarray, shape (n_products,), int64
        As for `is_in_tail`.
    n_shoppers : int
        Known shoppers with any action.
    """
    return -np.log2((actions + 1.0) / (n_shoppers + 1.0))
