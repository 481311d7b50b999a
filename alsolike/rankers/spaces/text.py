"""Spaces of texts: near by words, by character n-grams."""

from collections.abc import Sequence
from importlib import import_module
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from alsolike.folding import folded
from alsolike.rankers.spaces import kernels
from alsolike.rankers.spaces.space import empty_rows
from alsolike.rankers.spaces.sparse import SparseSpace, entries_of, rows_of

# A product names its neighbours by its rarest terms: as many as all products have this often.
_MOST_MEETINGS = 20_000


class TermSpace(SparseSpace):
    """Cosine of TF-IDF vectors, term frequency damped by its logarithm; accents do not count.

    Parameters
    ----------
    analyzer : {'word', 'char_wb'}
        Terms are words or character n-grams.
    lengths : (int, int)
        Shortest and longest term, in words or characters.
    """

    def __init__(
        self, name: str, texts: Sequence[str], *, analyzer: str, lengths: tuple[int, int]
    ) -> None:
        # Slow to import, and typed in part only.
        vectorizer: Any = import_module("sklearn.feature_extraction.text").TfidfVectorizer(
            analyzer=analyzer,
            preprocessor=folded,
            ngram_range=lengths,
            sublinear_tf=True,
            # An n-gram that occurs in one product only cannot link two: drop it.
            min_df=2 if analyzer == "char_wb" else 1,
            token_pattern=r"(?u)\b\w\w+\b" if analyzer == "word" else None,
            dtype=np.float32,
        )
        try:
            self._terms = sp.csr_matrix(vectorizer.fit_transform(texts))
        except ValueError:
            # No text has a term.
            self._terms = empty_rows(len(texts), 1)
        rare = _rarest(self._terms, _MOST_MEETINGS)
        super().__init__(name, rare, sp.csr_matrix(self._terms.T), is_text=True)

    def pair_scores(
        self, products: NDArray[np.integer], pattern: sp.csr_matrix
    ) -> NDArray[np.float32]:
        """Return the cosines of given pairs, of all their terms; see `Space.pair_scores`."""
        return kernels.inner_products_of_rows(
            rows_of(self._terms),
            self._terms.shape[1],
            products,
            pattern.indptr,
            pattern.indices,
        )


def _rarest(terms: sp.csr_matrix, most: int) -> sp.csr_matrix:
    """Return each row's rarest terms, as long as all rows have them so often at most together.

    A frequent term joins a product with thousands, and tells little about any of them.
    """
    counts = np.bincount(terms.indices, minlength=terms.shape[1]).astype(np.int64)
    owners = np.repeat(np.arange(terms.shape[0]), np.diff(terms.indptr))
    order = np.lexsort((counts[terms.indices], owners))
    met = np.cumsum(counts[terms.indices[order]])
    before_row = np.concatenate([[0], met])[terms.indptr[:-1]]
    is_kept = np.empty(terms.nnz, bool)
    is_kept[order] = met - before_row[owners] <= most
    return entries_of(terms, is_kept)
