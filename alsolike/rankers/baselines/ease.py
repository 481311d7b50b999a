"""EASE: the linear model that foretells what a shopper has from the other things they have."""

import numpy as np
from numpy.typing import NDArray

from alsolike.history import Split
from alsolike.progress import Report
from alsolike.rankers.baselines.latest import LATEST, Query, known_products
from alsolike.rankers.baselines.tuning import best_query
from alsolike.rankers.spaces.behaviour import EaseSpace

# Strength of the ridge, in shoppers.
REGULARISATION = 100.0
# Side of the largest matrix that is inverted: 1.6 GB.
LARGEST_SIDE = 20_000


class EaseRanker:
    """The known products times the weights of `EaseSpace`.

    Parameters
    ----------
    regularisation, largest_side
        See `EaseSpace`.
    query : Query, optional
        How much of a shopper's history counts; chosen on what is known when left out.

    Attributes
    ----------
    note : str
        What was left out to fit in memory; empty: nothing.
    """

    name = "ease"
    _split: Split
    _space: EaseSpace

    def __init__(
        self,
        *,
        regularisation: float = REGULARISATION,
        largest_side: int = LARGEST_SIDE,
        query: Query | None = None,
    ) -> None:
        self.query = query
        self.note = ""
        self._regularisation = regularisation
        self._largest_side = largest_side

    def fit(self, split: Split, report: Report) -> None:
        """Invert the smaller of the two co-occurrence matrices."""
        self._split = split
        matrix = split.known.matrix()
        if min(matrix.shape) > self._largest_side:
            self.note = f"the {self._largest_side:,} most popular of {matrix.shape[1]:,} products"
        stage = f"{self.name}, {self.note}" if self.note else self.name
        report(stage, 0, 1)
        trial = EaseRanker(regularisation=self._regularisation, largest_side=self._largest_side)
        self.query = self.query or best_query(trial, split)
        self._space = EaseSpace(
            matrix, regularisation=self._regularisation, largest=self._largest_side
        )
        report(stage, 1, 1)

    def scores(self, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return Q B: ndarray, shape (n_rows, n_products), float32; 0 for products left out."""
        return self._space.scores(known_products(self._split, rows, self.query or LATEST))
