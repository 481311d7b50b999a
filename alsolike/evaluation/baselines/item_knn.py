"""Item-kNN: products that the same shoppers came to."""

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from alsolike.evaluation.baselines.latest import LATEST, Query, known_products
from alsolike.evaluation.baselines.tuning import best_query
from alsolike.history import Split
from alsolike.progress import Report


class ItemKnnRanker:
    """The cosine of co-occurrence, summed over what a shopper is known to have.

    With X the matrix of who acted on what and D the roots of its column sums, the similarity of
    two products is (D⁻¹ Xᵀ X D⁻¹), without the diagonal (Sarwar et al. 2001, "Item-based
    collaborative filtering recommendation algorithms"). All neighbours count, not the nearest few.
    It goes through the shoppers, h D⁻¹ Xᵀ X D⁻¹, so that no product-by-product matrix is made.

    Parameters
    ----------
    query : Query, optional
        What it is asked with; chosen on what is known when left out.
    """

    name = "item-knn"
    _split: Split
    _normalised: sp.csr_matrix

    def __init__(self, *, query: Query | None = None) -> None:
        self.query = query

    def fit(self, split: Split, report: Report) -> None:
        """Normalise the columns of who acted on what."""
        self.query = self.query or best_query(ItemKnnRanker(), split)
        self._split = split
        self._normalised = unit_columns(split.known.matrix())
        report(self.name, 1, 1)

    def scores(self, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return sums of cosines: ndarray, shape (n_rows, n_products), float32, 0 or more."""
        queries = known_products(self._split, rows, self.query or LATEST)
        return co_occurrence_scores(self._normalised, queries)


def unit_columns(matrix: sp.csr_matrix) -> sp.csr_matrix:
    """Divide each column by its length; empty columns stay empty."""
    lengths = np.sqrt(np.asarray(matrix.power(2).sum(axis=0)).ravel())
    inverse = np.divide(1, lengths, out=np.zeros_like(lengths), where=lengths > 0)
    return sp.csr_matrix(matrix @ sp.diags_array(inverse.astype(np.float32)))


def co_occurrence_scores(normalised: sp.csr_matrix, queries: sp.csr_matrix) -> NDArray[np.float32]:
    """Sum the cosines between the products of each query and every product.

    Parameters
    ----------
    normalised : csr_matrix, shape (n_shoppers, n_products), float32
        Columns of length 1 or 0.
    queries : csr_matrix, shape (n_rows, n_products), float32

    Returns
    -------
    ndarray, shape (n_rows, n_products), float32
        A product adds nothing to itself.
    """
    scores = ((queries @ normalised.T) @ normalised).toarray()
    # With itself the cosine of a product that anybody acted on is 1.
    has_any = np.asarray(normalised.sum(axis=0)).ravel() > 0
    rows, products = queries.nonzero()
    scores[rows, products] -= queries.data * has_any[products]
    return np.maximum(scores, 0, out=scores)
