"""Spaces of texts: near by the encoder's vectors, by words, by character n-grams."""

from collections.abc import Sequence
from importlib import import_module
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from alsolike.folding import folded
from alsolike.rankers.spaces.linear import dense_product
from alsolike.rankers.spaces.space import finish_rows, require_finite


class DenseSpace:
    """Cosine of text vectors of unit length, shape (n_products, dimension); zeros without text."""

    is_text = True

    def __init__(self, name: str, vectors: NDArray[np.float32]) -> None:
        require_finite(vectors)
        self.name = name
        self._vectors = vectors

    def rows(self, products: NDArray[np.integer]) -> NDArray[np.float32]:
        """Return the cosine of some products with all; see `Space.rows`."""
        return finish_rows(self._vectors[products] @ self._vectors.T, products)


class TermSpace:
    """Cosine of TF-IDF vectors, term frequency damped by its logarithm; accents do not count.

    Parameters
    ----------
    analyzer : {'word', 'char_wb'}
        Terms are words or character n-grams.
    lengths : (int, int)
        Shortest and longest term, in words or characters.
    """

    is_text = True

    def __init__(
        self, name: str, texts: Sequence[str], *, analyzer: str, lengths: tuple[int, int]
    ) -> None:
        self.name = name
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
            self._terms: Any = vectorizer.fit_transform(texts).tocsr()
        except ValueError:
            # No text has a term.
            self._terms = sp.csr_matrix(np.zeros((len(texts), 1), np.float32))
        self._by_term: Any = self._terms.T.tocsr()

    def rows(self, products: NDArray[np.integer]) -> NDArray[np.float32]:
        """Return the cosine of some products with all; see `Space.rows`."""
        return finish_rows(dense_product(self._terms[products], self._by_term), products)
