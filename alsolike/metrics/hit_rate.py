"""Hit rate, which trec_eval calls success."""

import numpy as np
from numpy.typing import NDArray

from alsolike.metrics.truth_ranks import TruthRanks


def hit_rate(truth: TruthRanks, k: int) -> NDArray[np.float64]:
    """Tell for each shopper whether any held-out product is among the first k.

    HR@k = 1 if min(rank) <= k, else 0. With one held-out product each it equals Recall@k.

    Returns
    -------
    ndarray, shape (n_rows,), float64
        0 or 1; NaN for a shopper without held-out products, who does not count.
    """
    hits = truth.sum_by_row((truth.ranks <= k).astype(np.float64))
    return truth.or_nan((hits > 0).astype(np.float64))
