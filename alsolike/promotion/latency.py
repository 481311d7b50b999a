"""How long models take to answer, asked in turns with nothing else asked meanwhile."""

import numpy as np
from numpy.typing import NDArray

from alsolike.history import Split
from alsolike.progress import Report
from alsolike.rankers.stored import StoredRanker

# Shoppers who are asked about, at most, and how often each: the fastest answer counts, since
# whatever else a server does only adds to it.
MOST_SHOPPERS = 200
TRIES = 3


def measure_latencies(
    split: Split, models: tuple[str, str], *, k: int, seed: int, report: Report
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Ask two stored models the same questions of a split, each in its turn.

    Returns
    -------
    tuple
        Of each model the seconds that each shopper's answer takes, shape (n_shoppers,).
    """
    rows = np.arange(len(split.shoppers))
    if len(rows) > MOST_SHOPPERS:
        rows = np.sort(np.random.default_rng(seed).choice(rows, MOST_SHOPPERS, replace=False))
    rankers = [StoredRanker(model) for model in models]
    seconds = np.full((2, len(rows)), np.inf)
    try:
        for ranker in rankers:
            ranker.fit(split, report)
        for place, row in enumerate(rows.tolist()):
            for turn in range(TRIES):
                # Who is asked second finds pages and plans warm: in turns.
                for which in (0, 1) if turn % 2 else (1, 0):
                    taken = rankers[which].seconds_to_answer(row, k)
                    seconds[which, place] = min(seconds[which, place], taken)
            report("time answers", place + 1, len(rows))
    finally:
        for ranker in rankers:
            ranker.close()
    return seconds[0], seconds[1]
