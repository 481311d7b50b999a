"""The metrics, one per file: formula, source, and what an empty truth or list counts as."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from alsolike.metrics.average_precision import average_precision
from alsolike.metrics.cold_share import cold_share
from alsolike.metrics.coverage import coverage
from alsolike.metrics.gini import gini
from alsolike.metrics.hit_rate import hit_rate
from alsolike.metrics.intra_list_diversity import intra_list_diversity
from alsolike.metrics.long_tail import is_in_tail, long_tail
from alsolike.metrics.ndcg import ndcg
from alsolike.metrics.novelty import information, novelty
from alsolike.metrics.precision import precision
from alsolike.metrics.recall import recall
from alsolike.metrics.reciprocal_rank import reciprocal_rank
from alsolike.metrics.truth_ranks import TruthRanks

__all__ = [
    "ACCURACY_METRICS",
    "TruthRanks",
    "average_precision",
    "cold_share",
    "coverage",
    "gini",
    "hit_rate",
    "information",
    "intra_list_diversity",
    "is_in_tail",
    "long_tail",
    "ndcg",
    "novelty",
    "precision",
    "recall",
    "reciprocal_rank",
]

# By name, without the @k: f(ranks, k) returns one value for each shopper.
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
