"""Baselines that score by the products that a shopper is known to have.

The neighbours of all of them (item-kNN) or of the last, EASE, and texts.
"""

from collections.abc import Callable
from copy import copy
from functools import cache
from typing import NamedTuple

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from alsolike.history import Split
from alsolike.progress import Report
from alsolike.rankers.baselines.tuning import best_option
from alsolike.rankers.spaces.behaviour import CooccurrenceSpace, EaseSpace
from alsolike.texts import TextParts, read_text_parts

# From some queries to scores, both of shape (n_rows, n_products), float32.
Score = Callable[[sp.csr_matrix], NDArray[np.float32]]


class Query(NamedTuple):
    """How much of a shopper's history counts; see `recent_products`."""

    actions: int
    decay: float


# The latest products foretell best where histories are short and tastes change; all of them where
# shoppers buy the same things week after week.
LATEST = Query(actions=10, decay=0.7)
WHOLE = Query(actions=1_000_000, decay=1.0)


class QueriedRanker:
    """Chooses its query on what is known, unless it is given, learns, and scores.

    Attributes
    ----------
    note : str
        What was left out to fit in memory; empty: nothing.
    """

    name: str
    note = ""
    _split: Split
    _score: Score

    def __init__(self, *, query: Query | None = None) -> None:
        self.query = query

    def learn(self, split: Split) -> Score:
        """Learn from what is known, whatever the query; return what scores queries."""
        raise NotImplementedError

    def fit(self, split: Split, report: Report) -> None:
        """Choose the query, then learn."""
        stage = f"{self.name}, {self.note}" if self.note else self.name
        report(stage, 0, 1)
        self.query = self.query or self._best_query(split)
        self._split, self._score = split, self.learn(split)
        report(stage, 1, 1)

    def scores(self, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return the scores of some shoppers; see `ScoreRanker.scores`."""
        actions, decay = self.query or LATEST
        return self._score(self._split.queries(rows, actions=actions, decay=decay))

    def _best_query(self, split: Split) -> Query:
        """Choose between the latest products and all, which are learned from once for both."""
        learn_once = cache(self.learn)

        def fitted(query: Query, inner: Split) -> QueriedRanker:
            trial = copy(self)
            trial.query = query
            trial._split, trial._score = inner, learn_once(inner)  # noqa: SLF001  (its own class)
            return trial

        return best_option((LATEST, WHOLE), fitted, split)


class ItemKnnRanker(QueriedRanker):
    """The cosine of co-occurrence, summed over what a shopper is known to have."""

    name = "item-knn"

    def learn(self, split: Split) -> Score:
        """Normalise the columns of who acted on what."""
        return CooccurrenceSpace(split.known.matrix()).scores


class LastItemRanker(ItemKnnRanker):
    """The neighbours of the product that a shopper came to last: the cosine of co-occurrence."""

    name = "last-item"

    def __init__(self) -> None:
        super().__init__(query=Query(actions=1, decay=1.0))


class EaseRanker(QueriedRanker):
    """The known products times the weights of `EaseSpace`.

    Parameters
    ----------
    regularisation : float
        Strength of the ridge, in shoppers.
    largest_side : int
        Side of the largest matrix that is inverted: of 20,000 it takes 1.6 GB.
    """

    name = "ease"

    def __init__(
        self,
        *,
        regularisation: float = 100.0,
        largest_side: int = 20_000,
        query: Query | None = None,
    ) -> None:
        super().__init__(query=query)
        self._regularisation = regularisation
        self._largest_side = largest_side

    def fit(self, split: Split, report: Report) -> None:
        """Choose the query, then learn; note first whether rare products are left out."""
        shape = split.known.shape
        if min(shape) > self._largest_side:
            self.note = f"the {self._largest_side:,} most popular of {shape[1]:,} products"
        super().fit(split, report)

    def learn(self, split: Split) -> Score:
        """Invert the smaller of the two co-occurrence matrices."""
        return EaseSpace(
            split.known.matrix(), regularisation=self._regularisation, largest=self._largest_side
        ).scores


class TextRanker(QueriedRanker):
    """The cosine of text vectors with the mean of what a shopper is known to have.

    A product is the mean of the vectors of its name and its details; one without a text scores 0.
    Both texts, read from the database when left out, are taken as they are now: details may quote
    reviews that were written after the cutoff.
    """

    name = "text"
    _vectors: NDArray[np.float32]

    def __init__(self, parts: TextParts | None = None, *, query: Query | None = None) -> None:
        super().__init__(query=query)
        self._parts = parts

    def fit(self, split: Split, report: Report) -> None:
        """Average the text parts of each product, then choose the query."""
        parts = self._parts or read_text_parts(split.known.catalogue, report=report)
        self._vectors = parts.text_vectors()
        super().fit(split, report)

    def learn(self, split: Split) -> Score:
        """Learn nothing: texts do not depend on what is known."""
        del split
        return lambda queries: (queries @ self._vectors) @ self._vectors.T
