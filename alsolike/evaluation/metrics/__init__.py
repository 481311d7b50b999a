"""The metrics, one per file: formula, source, and what an empty truth or list counts as."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from alsolike.evaluation.metrics.average_precision import average_precision
from alsolike.evaluation.metrics.cold_share import cold_share
from alsolike.evaluation.metrics.coverage import coverage
from alsolike.evaluation.metrics.gini import gini
from alsolike.evaluation.metrics.hit_rate import hit_rate
from alsolike.evaluation.metrics.intra_list_diversity import intra_list_diversity
from alsolike.evaluation.metrics.long_tail import is_in_tail, long_tail
from alsolike.evaluation.metrics.ndcg import ndcg
from alsolike.evaluation.metrics.novelty import information, novelty
from alsolike.evaluation.metrics.precision import precision
from alsolike.evaluation.metrics.recall import recall
from alsolike.evaluation.metrics.reciprocal_rank import reciprocal_rank
from alsolike.evaluation.metrics.truth_ranks import TruthRanks

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

# By the name that results carry before their @k: f(ranks, k) gives one value for each shopper.
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
