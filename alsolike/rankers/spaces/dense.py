"""Spaces whose scores are inner products of dense vectors."""

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from alsolike.rankers.spaces.space import empty_rows, require_finite
from alsolike.rankers.spaces.sparse import without_self

# Scores that are computed at once, 4 bytes each.
_AT_ONCE = 2**23
# Up to so many products for each that is asked for, all scores take less time than those wanted.
_WHOLE_ROWS = 30


class VectorSpace:
    """Scores that are the positive inner products of vectors, times a gain of each product.

    Parameters
    ----------
    vectors : ndarray, shape (n_products, dimension), float32
    gains : ndarray, shape (n_products,), float32, optional
        Factor of each product's scores for others; they are divided by that of the product given.
        A product with a gain of 0 has no scores.
    """

    def __init__(
        self,
        name: str,
        vectors: NDArray[np.float32],
        *,
        gains: NDArray[np.float32] | None = None,
        is_text: bool = False,
    ) -> None:
        require_finite(vectors)
        self.name = name
        self.is_text = is_text
        self._left = self._right = vectors
        if gains is not None:
            inverse = np.divide(1, gains, out=np.zeros_like(gains), where=gains > 0)
            self._left = vectors * inverse[:, None]
            self._right = vectors * gains[:, None]
            require_finite(self._left, self._right)

    def neighbours(self, products: NDArray[np.integer], count: int) -> sp.csr_matrix:
        """Return the greatest scores of some products; see `Space.neighbours`."""
        size = len(self._right)
        count = min(count + 1, size)
        step = max(1, _AT_ONCE // size)
        parts: list[sp.csr_matrix] = []
        for start in range(0, len(products), step):
            scores = self._left[products[start : start + step]] @ self._right.T
            best = np.sort(np.argpartition(-scores, count - 1, axis=1)[:, :count], axis=1)
            values = np.take_along_axis(scores, best, axis=1)
            is_positive = values > 0
            pointers = np.concatenate([[0], np.cumsum(np.count_nonzero(is_positive, axis=1))])
            parts.append(
                sp.csr_matrix(
                    (values[is_positive], best[is_positive], pointers), shape=scores.shape
                )
            )
        if not parts:
            return empty_rows(0, size)
        return without_self(sp.csr_matrix(sp.vstack(parts, format="csr")), products)

    def pair_scores(
        self, products: NDArray[np.integer], pattern: sp.csr_matrix
    ) -> NDArray[np.float32]:
        """Return the scores of given pairs; see `Space.pair_scores`."""
        size = len(self._right)
        scores = np.empty(pattern.nnz, np.float32)
        is_whole = size * len(products) <= _WHOLE_ROWS * pattern.nnz
        step = max(1, _AT_ONCE // size) if is_whole else 1
        for start in range(0, len(products), step):
            part = pattern[start : start + step]
            entries = slice(pattern.indptr[start], pattern.indptr[start] + part.nnz)
            left = self._left[products[start : start + step]]
            if is_whole:
                owners = np.repeat(np.arange(part.shape[0]), np.diff(part.indptr))
                scores[entries] = (left @ self._right.T)[owners, part.indices]
            else:
                scores[entries] = self._right[part.indices] @ left[0]
        return np.maximum(scores, 0, out=scores)
