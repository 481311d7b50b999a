"""Spaces of behaviour that need no order: acted on by the same shoppers."""

from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from alsolike.training.spaces.linear import dense_product, inverse_of_gram, inverse_root
from alsolike.training.spaces.space import finish_rows, require_finite


class CooccurrenceSpace:
    """Cosine of the products' columns of who acted on what: item-kNN.

    Parameters
    ----------
    matrix : csr_matrix, shape (n_shoppers, n_products), float32
        Who acted on what.
    """

    name = "cooccurrence"
    is_text = False

    def __init__(self, matrix: sp.csr_matrix) -> None:
        inverse = inverse_root(np.asarray(matrix.multiply(matrix).sum(axis=0)).ravel())
        self._columns: Any = (matrix @ sp.diags_array(inverse.astype(np.float32))).tocsr()
        self._by_product: Any = self._columns.T.tocsr()

    def rows(self, products: NDArray[np.integer]) -> NDArray[np.float32]:
        """Return the cosine of some products with all; see `Space.rows`."""
        return finish_rows(dense_product(self._by_product[products], self._columns), products)


class EaseSpace:
    """EASE: the linear autoencoder with zero diagonal, in closed form.

    B = I - P diag(P)^-1 with P = (XᵀX + λI)^-1. Where shoppers are fewer than products, P comes
    from the smaller inverse: P = (I - Xᵀ(XXᵀ + λI)^-1 X) / λ. Steck 2019, arXiv 1905.03375.

    Parameters
    ----------
    matrix : csr_matrix, shape (n_shoppers, n_products), float32
    regularisation : float
        λ, above 0.
    largest : int
        Side of the largest matrix that is inverted. Where both sides are longer, only so many of
        the most acted-on products take part.
    name : str
        In the blend.
    """

    is_text = False

    def __init__(
        self, matrix: sp.csr_matrix, *, regularisation: float, largest: int, name: str = "ease"
    ) -> None:
        self.name = name
        self._inner = inverse_of_gram(matrix, regularisation, largest)
        require_finite(self._inner.inverse_diagonal)

    def rows(self, products: NDArray[np.integer]) -> NDArray[np.float32]:
        """Return the positive weights of some products on all; see `Space.rows`."""
        rows = self._inner.rows(products)
        rows *= -self._inner.inverse_diagonal
        return finish_rows(rows, products)
