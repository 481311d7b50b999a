"""Item-kNN: products that the same shoppers came to."""

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from alsolike.history import Split
from alsolike.rankers.baselines.queried import QueriedRanker
from alsolike.rankers.spaces.behaviour import CooccurrenceSpace


class ItemKnnRanker(QueriedRanker):
    """The cosine of co-occurrence, summed over what a shopper is known to have."""

    name = "item-knn"
    _space: CooccurrenceSpace

    def learn(self, split: Split) -> None:
        """Normalise the columns of who acted on what."""
        self._space = CooccurrenceSpace(split.known.matrix())

    def scores_of(self, queries: sp.csr_matrix) -> NDArray[np.float32]:
        """Return sums of cosines, 0 and above."""
        return self._space.scores(queries)
