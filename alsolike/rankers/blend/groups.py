"""One of each group of variants among the neighbours of a product."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


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
        # The products of groups, group by group, and where each group begins.
        ordered = np.argsort(self._of_product, kind="stable")
        self._members = ordered[self._of_product[ordered] >= 0]
        _, self._starts, self._sizes = np.unique(
            self._of_product[self._members], return_index=True, return_counts=True
        )

    def keep_best(self, scores: NDArray[np.float32], products: NDArray[np.integer]) -> None:
        """Set to 0 all scores of a group but the first best, and those of a product's own group.

        Parameters
        ----------
        scores : ndarray, shape (len(products), n_products)
            Of all products, for each of `products`; 0 or more. Changed in place.
        """
        if not len(self._members):
            return
        own = self._of_product[products]
        of_group = scores[:, self._members]
        of_group[own[:, None] == self._of_product[self._members]] = 0
        best = np.maximum.reduceat(of_group, self._starts, axis=1)
        is_best = of_group == np.repeat(best, self._sizes, axis=1)
        # Of equal ones the first: how many of the group are the best up to each of them.
        counts = np.cumsum(is_best, axis=1)
        before = np.where(self._starts > 0, counts[:, self._starts - 1], 0)
        is_first = counts - np.repeat(before, self._sizes, axis=1) == 1
        of_group[~(is_best & is_first)] = 0
        scores[:, self._members] = of_group
