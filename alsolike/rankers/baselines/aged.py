"""EASE on aged actions: what shoppers did lately counts more."""

from copy import copy
from functools import lru_cache

from alsolike.history import Split
from alsolike.rankers.baselines.queried import (
    LATEST,
    WHOLE,
    EaseRanker,
    QueriedRanker,
    Query,
    Score,
)
from alsolike.rankers.baselines.tuning import best_option
from alsolike.rankers.spaces.behaviour import EaseSpace

# Days; None: every action counts 1. The first is taken where there is too little to choose by.
HALF_LIVES = (None, 15.0, 30.0, 60.0, 120.0)
# Side of the largest matrix that is inverted to choose: five are, and each takes a minute at most.
_CHOOSING_SIDE = 6_000


class AgedEaseRanker(EaseRanker):
    """EASE on who acted on what, weighed by 2^(-age / half-life), which is chosen on what is known.

    The query is chosen together with the half-life.
    """

    name = "ease-aged"
    half_life_days: float | None = None

    def learn(self, split: Split) -> Score:
        """Invert the smaller of the two co-occurrence matrices of the aged actions."""
        return self._learned(split, self.half_life_days, self._largest_side)

    def _learned(self, split: Split, half_life_days: float | None, largest: int) -> Score:
        matrix = split.known.matrix(half_life_days)
        return EaseSpace(matrix, regularisation=self._regularisation, largest=largest).scores

    def _best_query(self, split: Split) -> Query:
        """Choose the query, and the half-life with it."""
        largest = min(self._largest_side, _CHOOSING_SIDE)

        # Options of one half-life come one after the other: no more than one matrix is kept.
        @lru_cache(maxsize=1)
        def learn_once(inner: Split, days: float | None) -> Score:
            return self._learned(inner, days, largest)

        def fitted(option: tuple[float | None, Query], inner: Split) -> QueriedRanker:
            days, query = option
            trial = copy(self)
            trial.query = query
            trial._split, trial._score = inner, learn_once(inner, days)  # noqa: SLF001
            return trial

        options = [(days, query) for days in HALF_LIVES for query in (LATEST, WHOLE)]
        self.half_life_days, query = best_option(options, fitted, split)
        return query
