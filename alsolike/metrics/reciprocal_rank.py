"""Reciprocal rank; its mean over shoppers is MRR."""

import numpy as np
from numpy.typing import NDArray

from alsolike.metrics.truth_ranks import TruthRanks


def reciprocal_rank(truth: TruthRanks, k: int) -> NDArray[np.float64]:
    """Return for each shopper one over the rank of their first held-out product.

    RR@k = 1 / min(rank) if min(rank) <= k, else 0 (Voorhees 1999, "The TREC-8 question answering
    track report").

    Returns
    -------
    ndarray, shape (n_rows,), float64
        0 to 1; NaN for a shopper without held-out products, who does not count.
    """
    first = np.full(truth.n_rows, np.inf)
    np.minimum.at(first, truth.rows, truth.ranks)
    return truth.or_nan(np.where(first <= k, 1 / first, 0.0))
