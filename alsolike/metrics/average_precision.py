"""Average precision; its mean over shoppers is MAP."""

import numpy as np
from numpy.typing import NDArray

from alsolike.metrics.truth_ranks import TruthRanks


def average_precision(truth: TruthRanks, k: int) -> NDArray[np.float64]:
    """Return for each shopper the mean of the precisions at their held-out products.

    AP@k = (1 / n_truth) * sum over the held-out products with rank <= k, in the order of rank, of
    i / rank_i, where i counts them from 1. This is trec_eval's `map_cut`: libraries differ in what
    they divide by (Tamm, Damdinov and Vasilev 2021, "Quality metrics in recommender systems: do we
    calculate metrics consistently?", arXiv 2206.12858).

    Returns
    -------
    ndarray, shape (n_rows,), float64
        0 to 1; NaN for a shopper without held-out products, who does not count.
    """
    order = np.lexsort((truth.ranks, truth.rows))
    ranks = truth.ranks[order]
    starts = np.cumsum(truth.counts) - truth.counts
    # Sorted by shopper, then rank: how many held-out products have come by each.
    counted = np.arange(1, len(ranks) + 1) - starts[truth.rows]
    gains = np.where(ranks <= k, counted / ranks, 0.0)
    return truth.or_nan(truth.sum_by_row(gains) / np.maximum(truth.counts, 1))
