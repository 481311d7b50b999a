"""Baselines that score by the products that a shopper is known to have."""

from copy import copy
from typing import NamedTuple

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from alsolike.history import Split
from alsolike.history.recent import recent_products
from alsolike.progress import Report
from alsolike.rankers.baselines.tuning import best_option


class Query(NamedTuple):
    """How much of a shopper's history counts.

    Attributes
    ----------
    last : int
        Number of latest products.
    decay : float
        Weight of a product relative to the next later one, in (0, 1].
    """

    last: int
    decay: float


# The latest products foretell best where histories are short and tastes change; all of them where
# shoppers buy the same things week after week.
LATEST = Query(last=10, decay=0.7)
WHOLE = Query(last=1_000_000, decay=1.0)


def known_products(split: Split, rows: NDArray[np.int64], query: Query) -> sp.csr_matrix:
    """Return the known products of some of the shoppers.

    Parameters
    ----------
    rows : ndarray, shape (n_rows,), int64
        Positions in `split.shoppers`.

    Returns
    -------
    csr_matrix, shape (n_rows, n_products), float32
        1 for the last product, the decay for the one before it, and so on.
    """
    return recent_products(split.known, split.shoppers[rows], last=query.last, decay=query.decay)


class QueriedRanker:
    """Chooses its query, learns, and scores; see `ScoreRanker`.

    Parameters
    ----------
    query : Query, optional
        How much of a shopper's history counts; chosen on what is known when left out.

    Attributes
    ----------
    note : str
        What was left out to fit in memory; empty: nothing.
    """

    name: str
    note = ""
    _split: Split

    def __init__(self, *, query: Query | None = None) -> None:
        self.query = query

    def learn(self, split: Split) -> None:
        """Learn from what is known, whatever the query."""
        raise NotImplementedError

    def scores_of(self, queries: sp.csr_matrix) -> NDArray[np.float32]:
        """Return the scores of some queries: ndarray, shape (n_rows, n_products), float32."""
        raise NotImplementedError

    def fit(self, split: Split, report: Report) -> None:
        """Choose the query, then learn."""
        stage = f"{self.name}, {self.note}" if self.note else self.name
        report(stage, 0, 1)
        self.query = self.query or self._best_query(split)
        self._split = split
        self.learn(split)
        report(stage, 1, 1)

    def scores(self, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return the scores of some shoppers; see `ScoreRanker.scores`."""
        return self.scores_of(known_products(self._split, rows, self.query or LATEST))

    def _best_query(self, split: Split) -> Query:
        """Choose between the latest products and all; the trial learns once for both."""
        trial = copy(self)
        learned: list[QueriedRanker] = []

        def fitted(query: Query, inner: Split) -> QueriedRanker:
            trial.query = query
            if trial not in learned:
                trial._split = inner  # noqa: SLF001  (of its own class)
                trial.learn(inner)
                learned.append(trial)
            return trial

        return best_option((LATEST, WHOLE), fitted, split)
