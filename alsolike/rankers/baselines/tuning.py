"""Options of a baseline, tuned on the known part: an untuned baseline would flatter our model."""

from collections.abc import Callable, Sequence
from typing import TypeVar

import numpy as np

from alsolike.history import Split, SplitError, split_history
from alsolike.metrics.accuracy import ndcg
from alsolike.metrics.ranking import leave_out, rank_by_scores
from alsolike.rankers.protocol import ScoreRanker

_K = 10
# Rows of the split on which options are compared, and how many are scored at a time.
_MOST_ROWS = 1000
_ROWS_AT_ONCE = 250

_Option = TypeVar("_Option")


def best_option(
    options: Sequence[_Option], fitted: Callable[[_Option, Split], ScoreRanker], split: Split
) -> _Option:
    """Choose the option with the highest NDCG@10 on what is known; `fitted` makes its model.

    The known part is split again in the same way; the held-out part is never read. The first option
    is chosen where there is too little history, and the earlier of equals.
    """
    try:
        inner = split_history(split.name, split.known)
    except SplitError:
        return options[0]
    qualities = [_quality(fitted(option, inner), inner) for option in options]
    return options[int(np.argmax(qualities))]


def _quality(ranker: ScoreRanker, split: Split) -> float:
    random = np.random.default_rng(0)
    rows = np.sort(random.permutation(len(split.shoppers))[:_MOST_ROWS])
    total = 0.0
    for start in range(0, len(rows), _ROWS_AT_ONCE):
        chunk = rows[start : start + _ROWS_AT_ONCE]
        scores = ranker.scores(chunk)
        leave_out(scores, split.had(chunk), split.is_shown(chunk))
        ranks, _ = rank_by_scores(scores, split.truth[chunk], _K)
        total += float(ndcg(ranks, _K).sum())
    return total / len(rows)
