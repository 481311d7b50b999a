"""Item-kNN: products that the same shoppers came to."""

import numpy as np
from numpy.typing import NDArray

from alsolike.history import Split
from alsolike.progress import Report
from alsolike.rankers.baselines.latest import LATEST, Query, known_products
from alsolike.rankers.baselines.tuning import best_query
from alsolike.rankers.spaces.behaviour import CooccurrenceSpace


class ItemKnnRanker:
    """The cosine of co-occurrence, summed over what a shopper is known to have.

    Parameters
    ----------
    query : Query, optional
        How much of a shopper's history counts; chosen on what is known when left out.
    """

    name = "item-knn"
    _split: Split
    _space: CooccurrenceSpace

    def __init__(self, *, query: Query | None = None) -> None:
        self.query = query

    def fit(self, split: Split, report: Report) -> None:
        """Normalise the columns of who acted on what."""
        self.query = self.query or best_query(ItemKnnRanker(), split)
        self._split = split
        self._space = CooccurrenceSpace(split.known.matrix())
        report(self.name, 1, 1)

    def scores(self, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return sums of cosines: ndarray, shape (n_rows, n_products), float32, 0 or more."""
        return self._space.scores(known_products(self._split, rows, self.query or LATEST))
