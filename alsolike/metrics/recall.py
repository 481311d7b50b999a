"""Recall."""

import numpy as np
from numpy.typing import NDArray

from alsolike.metrics.truth_ranks import TruthRanks


def recall(truth: TruthRanks, k: int) -> NDArray[np.float64]:
    """Return for each shopper the share of their held-out products among the first k.

    Recall@k = |{rank <= k}| / n_truth, as in trec_eval: with more than k held-out products 1 is
    out of reach (some libraries divide by min(k, n_truth)).

    Returns
    -------
    ndarray, shape (n_rows,), float64
        0 to 1; NaN for a shopper without held-out products, who does not count.
    """
    hits = truth.sum_by_row((truth.ranks <= k).astype(np.float64))
    return truth.or_nan(hits / np.maximum(truth.counts, 1))
