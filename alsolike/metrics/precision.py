"""Precision."""

import numpy as np
from numpy.typing import NDArray

from alsolike.metrics.truth_ranks import TruthRanks


def precision(truth: TruthRanks, k: int) -> NDArray[np.float64]:
    """Return for each shopper the share of the first k that they acted on.

    Precision@k = |{rank <= k}| / k, as in trec_eval: a list shorter than k is not forgiven.

    Returns
    -------
    ndarray, shape (n_rows,), float64
        0 to 1; NaN for a shopper without held-out products, who does not count.
    """
    hits = truth.sum_by_row((truth.ranks <= k).astype(np.float64))
    return truth.or_nan(hits / k)
