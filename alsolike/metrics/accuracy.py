"""Metrics of accuracy: where a model ranks what the shoppers did next.

Each returns one value per shopper, shape (n_rows,), float64, 0 to 1. A shopper without held-out
products does not count: NaN.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class TruthRanks:
    """The ranks of every held-out product, shopper by shopper.

    Attributes
    ----------
    ranks : ndarray, shape (n_truth,), float64
        From 1, among the whole catalogue less what the shopper already has; infinite where a list
        ended before the product came. Products of one shopper have ranks at least 1 apart.
    rows : ndarray, shape (n_truth,), int64
        Which shopper each belongs to, ascending.
    n_rows : int
        Number of shoppers; one without held-out products has no entry in `rows`.
    """

    ranks: NDArray[np.float64]
    rows: NDArray[np.int64]
    n_rows: int

    @property
    def counts(self) -> NDArray[np.int64]:
        """Return the number of held-out products: ndarray, shape (n_rows,)."""
        return np.bincount(self.rows, minlength=self.n_rows)

    def only(self, is_kept: NDArray[np.bool_]) -> "TruthRanks":
        """Return the ranks of some of the held-out products; their ranks stay as they were."""
        return TruthRanks(self.ranks[is_kept], self.rows[is_kept], self.n_rows)

    def sum_by_row(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Sum a value of each held-out product over its shopper: ndarray, shape (n_rows,)."""
        # Without any entry bincount would answer with integers.
        sums = np.zeros(self.n_rows)
        np.add.at(sums, self.rows, values)
        return sums

    def hits(self, k: int) -> NDArray[np.float64]:
        """Count each shopper's held-out products among the first k: ndarray, shape (n_rows,)."""
        return self.sum_by_row((self.ranks <= k).astype(np.float64))

    def or_nan(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the values with NaN for shoppers without held-out products."""
        return np.where(self.counts > 0, values, np.nan)


def ndcg(truth: TruthRanks, k: int) -> NDArray[np.float64]:
    """Normalised discounted cumulative gain: that of the first k against the best possible.

    DCG@k = sum over held-out products with rank <= k of 1 / log2(1 + rank); NDCG@k divides it by
    the DCG of min(k, n_truth) products at ranks 1, 2, …: binary gain, log2 discount (Järvelin and
    Kekäläinen 2002, "Cumulated gain-based evaluation of IR techniques", with the discount of
    trec_eval).
    """
    gains = np.where(truth.ranks <= k, 1 / np.log2(1 + truth.ranks), 0.0)
    ideals = np.concatenate(([0.0], np.cumsum(1 / np.log2(1 + np.arange(1, k + 1)))))
    ideal = ideals[np.minimum(truth.counts, k)]
    return truth.or_nan(truth.sum_by_row(gains) / np.where(ideal > 0, ideal, 1.0))


def hit_rate(truth: TruthRanks, k: int) -> NDArray[np.float64]:
    """Hit rate, which trec_eval calls success: whether any held-out product is in the first k.

    HR@k = 1 if min(rank) <= k, else 0. With one held-out product each it equals Recall@k.
    """
    return truth.or_nan((truth.hits(k) > 0).astype(np.float64))


def recall(truth: TruthRanks, k: int) -> NDArray[np.float64]:
    """Recall: the share of a shopper's held-out products among the first k.

    Recall@k = |{rank <= k}| / n_truth, as in trec_eval: with more than k held-out products 1 is
    out of reach (some libraries divide by min(k, n_truth)).
    """
    return truth.or_nan(truth.hits(k) / np.maximum(truth.counts, 1))


def precision(truth: TruthRanks, k: int) -> NDArray[np.float64]:
    """Precision: the share of the first k that a shopper acted on.

    Precision@k = |{rank <= k}| / k, as in trec_eval: a list shorter than k is not forgiven.
    """
    return truth.or_nan(truth.hits(k) / k)


def average_precision(truth: TruthRanks, k: int) -> NDArray[np.float64]:
    """Average precision, the mean of the precisions at held-out products; its mean is MAP.

    AP@k = (1 / n_truth) * sum over the held-out products with rank <= k, in the order of rank, of
    i / rank_i, where i counts them from 1. This is trec_eval's `map_cut`: libraries differ in what
    they divide by (Tamm, Damdinov and Vasilev 2021, "Quality metrics in recommender systems: do we
    calculate metrics consistently?", arXiv 2206.12858).
    """
    order = np.lexsort((truth.ranks, truth.rows))
    ranks = truth.ranks[order]
    starts = np.cumsum(truth.counts) - truth.counts
    # Sorted by shopper, then rank: how many held-out products have come by each.
    counted = np.arange(1, len(ranks) + 1) - starts[truth.rows]
    gains = np.where(ranks <= k, counted / ranks, 0.0)
    return truth.or_nan(truth.sum_by_row(gains) / np.maximum(truth.counts, 1))


def reciprocal_rank(truth: TruthRanks, k: int) -> NDArray[np.float64]:
    """Reciprocal rank of the first held-out product; its mean over shoppers is MRR.

    RR@k = 1 / min(rank) if min(rank) <= k, else 0 (Voorhees 1999, "The TREC-8 question answering
    track report").
    """
    first = np.full(truth.n_rows, np.inf)
    np.minimum.at(first, truth.rows, truth.ranks)
    return truth.or_nan(np.where(first <= k, 1 / first, 0.0))


# By name, without the @k.
ACCURACY_METRICS: Mapping[str, Callable[[TruthRanks, int], NDArray[np.float64]]] = MappingProxyType(
    {
        "ndcg": ndcg,
        "hr": hit_rate,
        "recall": recall,
        "precision": precision,
        "map": average_precision,
        "mrr": reciprocal_rank,
    }
)
