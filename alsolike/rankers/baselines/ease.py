"""EASE: the linear model that foretells what a shopper has from the other things they have."""

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from alsolike.history import Split
from alsolike.progress import Report
from alsolike.rankers.baselines.queried import QueriedRanker, Query
from alsolike.rankers.spaces.behaviour import EaseSpace

# Strength of the ridge, in shoppers.
REGULARISATION = 100.0
# Side of the largest matrix that is inverted: 1.6 GB.
LARGEST_SIDE = 20_000


class EaseRanker(QueriedRanker):
    """The known products times the weights of `EaseSpace`.

    Parameters
    ----------
    regularisation, largest_side
        See `EaseSpace`.
    """

    name = "ease"
    _space: EaseSpace

    def __init__(
        self,
        *,
        regularisation: float = REGULARISATION,
        largest_side: int = LARGEST_SIDE,
        query: Query | None = None,
    ) -> None:
        super().__init__(query=query)
        self._regularisation = regularisation
        self._largest_side = largest_side

    def fit(self, split: Split, report: Report) -> None:
        """Choose the query, then invert the smaller of the two co-occurrence matrices."""
        shape = split.known.shape
        if min(shape) > self._largest_side:
            self.note = f"the {self._largest_side:,} most popular of {shape[1]:,} products"
        super().fit(split, report)

    def learn(self, split: Split) -> None:
        """Invert the smaller of the two co-occurrence matrices."""
        self._space = EaseSpace(
            split.known.matrix(), regularisation=self._regularisation, largest=self._largest_side
        )

    def scores_of(self, queries: sp.csr_matrix) -> NDArray[np.float32]:
        """Return Q B; 0 for products left out."""
        return self._space.scores(queries)
