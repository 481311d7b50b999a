"""Spaces of behaviour without order: products that the same shoppers acted on.

They are made from who acted on what: a matrix of shape (n_shoppers, n_products), float32.
"""

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from alsolike.rankers.spaces.linear import dense_product, inverse_of_gram
from alsolike.rankers.spaces.space import require_finite
from alsolike.rankers.spaces.sparse import (
    SparseSpace,
    inverse_root,
    scaled_columns,
    squared_columns,
)


class CooccurrenceSpace(SparseSpace):
    """Cosine of the products' columns of who acted on what: item-kNN (Sarwar et al. 2001).

    With D the lengths of the columns of X it is D^-1 XᵀX D^-1, without the diagonal, which is never
    formed: all goes through the shoppers.
    """

    def __init__(self, matrix: sp.csr_matrix) -> None:
        inverse = inverse_root(squared_columns(matrix))
        columns = scaled_columns(matrix, inverse)
        super().__init__("cooccurrence", sp.csr_matrix(columns.T), columns)

    def scores(self, queries: sp.csr_matrix) -> NDArray[np.float32]:
        """Return sums of cosines with the products of each query, times their weights.

        All neighbours count, not the nearest few. Both have shape (n_queries, n_products). Sums are
        0 and above; a product adds nothing to its own score.
        """
        scores = dense_product(queries @ self._left, self._right)
        # The cosine of a product with itself is 1 if anybody acted on it.
        is_known = np.diff(self._left.indptr) > 0
        rows, products = queries.nonzero()
        scores[rows, products] -= queries.data * is_known[products]
        return np.maximum(scores, 0, out=scores)


class EaseSpace:
    """EASE: the linear autoencoder with zero diagonal, in closed form, from the whole matrix.

    Its cost grows with the cube of the shorter side: a baseline, of which `local_ease` is the part
    that a large catalogue can afford.

    B = I - P diag(P)^-1 with P = (XᵀX + λI)^-1. Where shoppers are fewer than products, P comes
    from the smaller inverse: P = (I - Xᵀ(XXᵀ + λI)^-1 X) / λ. Steck 2019, arXiv 1905.03375.

    Parameters
    ----------
    regularisation : float
        λ, above 0: the strength of the ridge, in shoppers.
    largest : int
        Side of the largest matrix that is inverted, 4 bytes times its square. Where both sides of
        the matrix are longer, only so many of the most acted-on products take part.
    """

    def __init__(self, matrix: sp.csr_matrix, *, regularisation: float, largest: int) -> None:
        self._inner = inverse_of_gram(matrix, regularisation, largest)
        require_finite(self._inner.inverse_diagonal)

    def scores(self, queries: sp.csr_matrix) -> NDArray[np.float32]:
        """Return Q B, the foretold actions of each query, of either sign.

        Both have shape (n_queries, n_products). Products that take no part have 0.
        """
        scores = self._inner.times(queries)
        scores *= -self._inner.inverse_diagonal
        # The identity of B, where P has a row.
        takes_part = self._inner.inverse_diagonal > 0
        rows, products = queries.nonzero()
        scores[rows, products] += queries.data * takes_part[products]
        return scores
