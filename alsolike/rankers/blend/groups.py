"""One of each group of variants among the neighbours of a product."""

from collections.abc import Sequence

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

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
        owners = np.repeat(np.arange(len(products)), np.diff(rows.indptr))
        is_sold_out = ~self._is_in_stock[rows.indices]
        order = np.lexsort((rows.indices, -rows.data, is_sold_out, groups, owners))
        is_first = np.ones(rows.nnz, bool)
        # The same group of the same product as in the entry before, which is better.
        is_first[1:] = (np.diff(groups[order]) != 0) | (np.diff(owners[order]) != 0)
        starts = np.flatnonzero(is_first)
        best = np.maximum.reduceat(rows.data[order], starts)
        is_of_group = groups[order[starts]] >= 0
        data = rows.data.copy()
        data[order[starts[is_of_group]]] = best[is_of_group]
        is_kept = groups < 0
        is_kept[order[starts]] = True
        is_kept &= (groups < 0) | (groups != self._of_product[products][owners])
        kept = sp.csr_matrix((data, rows.indices, rows.indptr), shape=rows.shape)
        return entries_of(kept, is_kept)
