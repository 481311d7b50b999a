"""One of each group of variants among the neighbours of a product."""

from collections.abc import Sequence

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from alsolike.rankers.spaces import kernels
from alsolike.rankers.spaces.sparse import entries_of


class Groups:
    """Which products are variants of one product.

    Parameters
    ----------
    names : sequence of str or None
        The group of each product; None: it is of none.
    is_in_stock : ndarray, shape (len(names),), bool
        Whether each can be shown.
    """

    def __init__(self, names: Sequence[str | None], is_in_stock: NDArray[np.bool_]) -> None:
        numbers = {name: number for number, name in enumerate({*names} - {None})}
        self._of_product = np.array(
            [-1 if name is None else numbers[name] for name in names], np.int64
        )
        self._is_in_stock = is_in_stock

    def keep_best(self, rows: sp.csr_matrix, products: NDArray[np.integer]) -> sp.csr_matrix:
        """Return rows with one entry of each group, without the own group's.

        The first best of those in stock is kept, or of all where none is; it has the score of the
        best of all, so that what was sold out hands its place on.

        Parameters
        ----------
        rows : csr_matrix, shape (len(products), n_products)
            Scores above 0 for each of `products`.
        """
        groups = self._of_product[rows.indices]
        if (groups < 0).all():
            return rows
        own = self._of_product[products]
        is_in_stock = self._is_in_stock[rows.indices]
        data, is_kept = kernels.best_of_groups(rows.indptr, rows.data, groups, is_in_stock, own)
        kept = sp.csr_matrix((data, rows.indices, rows.indptr), shape=rows.shape)
        return entries_of(kept, is_kept)
