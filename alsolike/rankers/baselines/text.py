"""Text: products whose texts are near those of the known ones."""

import numpy as np
from numpy.typing import NDArray

from alsolike.history import Split
from alsolike.progress import Report
from alsolike.rankers.baselines.latest import LATEST, Query, known_products
from alsolike.rankers.baselines.tuning import best_query
from alsolike.texts import TextParts, read_text_parts


class TextRanker:
    """The cosine of text vectors with the mean of what a shopper is known to have.

    A product is the mean of the vectors of its name and its details. Both texts are taken as they
    are now: details may quote reviews that were written after the cutoff.

    Parameters
    ----------
    parts : TextParts, optional
        Read from the database when left out.
    query : Query, optional
        How much of a shopper's history counts; chosen on what is known when left out.
    """

    name = "text"
    _split: Split
    _vectors: NDArray[np.float32]

    def __init__(self, parts: TextParts | None = None, *, query: Query | None = None) -> None:
        self._parts = parts
        self.query = query

    def fit(self, split: Split, report: Report) -> None:
        """Average the text parts of each product."""
        self._split = split
        parts = self._parts or read_text_parts(split.known.catalogue, report=report)
        self._vectors = parts.text_vectors()
        self.query = self.query or best_query(TextRanker(parts), split)
        report(self.name, 1, 1)

    def scores(self, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return cosines, times the query's length: ndarray, shape (n_rows, n_products), float32.

        0 for products without a text, and for shoppers without a known product with a text.
        """
        tastes = known_products(self._split, rows, self.query or LATEST) @ self._vectors
        return tastes @ self._vectors.T
