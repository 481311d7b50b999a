"""Normalised discounted cumulative gain."""

import numpy as np
from numpy.typing import NDArray

from alsolike.metrics.truth_ranks import TruthRanks


def ndcg(truth: TruthRanks, k: int) -> NDArray[np.float64]:
    """Return for each shopper the discounted gain of the first k against the best possible.

    DCG@k = sum over held-out products with rank <= k of 1 / log2(1 + rank); NDCG@k divides it by
    the DCG of min(k, n_truth) products at ranks 1, 2, …: binary gain, log2 discount (Järvelin and
    Kekäläinen 2002, "Cumulated gain-based evaluation of IR techniques", with the discount of
    trec_eval).

    Returns
    -------
    ndarray, shape (n_rows,), float64
        0 to 1; NaN for a shopper without held-out products, who does not count.
    """
    gains = np.where(truth.ranks <= k, 1 / np.log2(1 + truth.ranks), 0.0)
    ideals = np.concatenate(([0.0], np.cumsum(1 / np.log2(1 + np.arange(1, k + 1)))))
    ideal = ideals[np.minimum(truth.counts, k)]
    return truth.or_nan(truth.sum_by_row(gains) / np.where(ideal > 0, ideal, 1.0))
