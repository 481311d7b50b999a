"""Where a model ranks what the shoppers did next: what every accuracy metric is computed from."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class TruthRanks:
    """The ranks of every held-out product, shopper by shopper.

    Attributes
    ----------
    ranks : ndarray, shape (n_truth,), float64
        From 1, among the whole catalogue less what the shopper already has; infinite where a list
        ended before the product came. Products of one shopper have ranks at least 1 apart.
    rows : ndarray, shape (n_truth,), int64
        Which shopper each belongs to, ascending.
    n_rows : int
        Number of shoppers; one without held-out products has no entry in `rows`.
    """

    ranks: NDArray[np.float64]
    rows: NDArray[np.int64]
    n_rows: int

    @classmethod
    def of_one_each(cls, ranks: NDArray[np.float64]) -> "TruthRanks":
        """Return the ranks where each shopper has exactly one held-out product."""
        return cls(np.asarray(ranks, np.float64), np.arange(len(ranks)), len(ranks))

    @property
    def counts(self) -> NDArray[np.int64]:
        """Return the number of held-out products: ndarray, shape (n_rows,)."""
        return np.bincount(self.rows, minlength=self.n_rows)

    def only(self, is_kept: NDArray[np.bool_]) -> "TruthRanks":
        """Return the ranks of some of the held-out products; their ranks stay as they were."""
        return TruthRanks(self.ranks[is_kept], self.rows[is_kept], self.n_rows)

    def sum_by_row(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Sum a value of each held-out product over its shopper: ndarray, shape (n_rows,)."""
        # Without any entry bincount would answer with integers.
        sums = np.zeros(self.n_rows)
        np.add.at(sums, self.rows, values)
        return sums

    def or_nan(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the values with NaN for shoppers without held-out products."""
        return np.where(self.counts > 0, values, np.nan)
