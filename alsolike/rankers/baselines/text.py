"""Text: products whose texts are near those of the known ones."""

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from alsolike.history import Split
from alsolike.progress import Report
from alsolike.rankers.baselines.queried import QueriedRanker, Query
from alsolike.texts import TextParts, read_text_parts


class TextRanker(QueriedRanker):
    """The cosine of text vectors with the mean of what a shopper is known to have.

    A product is the mean of the vectors of its name and its details. Both texts are taken as they
    are now: details may quote reviews that were written after the cutoff.

    Parameters
    ----------
    parts : TextParts, optional
        Read from the database when left out.
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

    def learn(self, split: Split) -> None:
        """Learn nothing: texts do not depend on what is known."""

    def scores_of(self, queries: sp.csr_matrix) -> NDArray[np.float32]:
        """Return cosines, times the query's length; 0 for products without a text."""
        return (queries @ self._vectors) @ self._vectors.T
