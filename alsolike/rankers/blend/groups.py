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
    """

    def __init__(self, names: Sequence[str | None]) -> None:
        numbers = {name: number for number, name in enumerate({*names} - {None})}
        self._of_product = np.array(
            [-1 if name is None else numbers[name] for name in names], np.int64
        )

    def keep_best(self, rows: sp.csr_matrix, products: NDArray[np.integer]) -> sp.csr_matrix:
        """Return rows with the first best entry of each group, without the own group's.

        Parameters
        ----------
        rows : csr_matrix, shape (len(products), n_products)
            Scores above 0 for each of `products`.
        """
        groups = self._of_product[rows.indices]
        if (groups < 0).all():
            return rows
        owners = np.repeat(np.arange(len(products)), np.diff(rows.indptr))
        order = np.lexsort((rows.indices, -rows.data, groups, owners))
        is_kept = np.ones(rows.nnz, bool)
        # The same group of the same product as in the entry before, which is better.
        is_kept[order[1:]] = (np.diff(groups[order]) != 0) | (np.diff(owners[order]) != 0)
        is_kept |= groups < 0
        is_kept &= (groups < 0) | (groups != self._of_product[products][owners])
        return entries_of(rows, is_kept)
