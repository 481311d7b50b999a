"""Nearest neighbours among visits: what others did who did the same in one sitting."""

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from alsolike.history import History, Split
from alsolike.history.recent import events_before
from alsolike.progress import Report

# Visits of each product that are looked through, the latest, and the nearest of them that count.
_SEARCHED = 1_000
_NEAREST = 100
# Latest products of a visit that count, and rows that are compared at a time: together with
# `_SEARCHED` they bound the memory, to 8 bytes for each of 5 million similarities.
_PRODUCTS = 20
_ROWS_AT_ONCE = 250


class VisitKnnRanker:
    """V-SKNN: sums of the visits most similar to a shopper's last one.

    A visit is told from the times of the actions (`History.visits`); those of one product teach
    nothing. The last visit before the moment is a vector in which later products weigh more,
    linearly; another visit's similarity is the cosine with it. A product scores the sum of the
    similarities of the 100 nearest visits that have it (Ludewig and Jannach 2018, "Evaluation of
    session-based recommendation algorithms", arXiv 1803.09587).
    """

    name = "visit-knn"
    _split: Split
    _has: sp.csr_matrix
    _by_product: sp.csr_matrix
    _numbers: NDArray[np.int64]

    def fit(self, split: Split, report: Report) -> None:
        """Gather the visits, latest last."""
        self._split = split
        # Of what shoppers are asked about with, as long as the split.
        self._numbers = split.seen.visits()
        visits = _unit_visits(split.known)
        self._has = visits.sign()
        self._by_product = _latest_visits(visits)
        report(self.name, 1, 1)

    def scores(self, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return sums of similarities: ndarray, shape (n_rows, n_products), float32."""
        scores = np.empty((len(rows), self._has.shape[1]), np.float32)
        for start in range(0, len(rows), _ROWS_AT_ONCE):
            chunk = rows[start : start + _ROWS_AT_ONCE]
            similar = sp.csr_matrix(self._queries(chunk) @ self._by_product)
            scores[start : start + len(chunk)] = (_nearest(similar) @ self._has).toarray()
        return scores

    def _queries(self, rows: NDArray[np.int64]) -> sp.csr_matrix:
        """Weigh the products of the last visits: shape (n_rows, n_products), float32.

        The latest product weighs 1, of n the one before it 1 - 1 / n, and so on.
        """
        split = self._split
        events, owners = events_before(split.seen, split.shoppers[rows], split.moments[rows])
        latest = np.full(len(rows), -1)
        # By time within a row: the last one stays.
        latest[owners] = self._numbers[events]
        is_last = self._numbers[events] == latest[owners]
        events, owners = events[is_last], owners[is_last]
        # Of each product its latest event, of which the order stays.
        keys = owners * self._has.shape[1] + split.seen.products[events]
        _, behind = np.unique(keys[::-1], return_index=True)
        kept = np.sort(len(keys) - 1 - behind)
        owners, products = owners[kept], split.seen.products[events[kept]]
        counts = np.bincount(owners, minlength=len(rows))
        after = np.cumsum(counts)[owners] - 1 - np.arange(len(owners))
        lengths = np.minimum(counts, _PRODUCTS)[owners]
        weights = np.maximum(1 - after / np.maximum(lengths, 1), 0).astype(np.float32)
        shape = (len(rows), self._has.shape[1])
        return sp.csr_matrix((weights, (owners, products)), shape=shape)


def _unit_visits(known: History) -> sp.csr_matrix:
    """Return the visits with two products or more, the one that ended last last, of length 1.

    Shape (n_visits, n_products), float32.
    """
    numbers = known.visits()
    count = int(numbers[-1]) + 1 if len(numbers) else 0
    values = np.ones(len(numbers), np.float32)
    visits = sp.csr_matrix((values, (numbers, known.products)), shape=(count, known.shape[1]))
    visits.sum_duplicates()
    sizes = np.diff(visits.indptr)
    ends = np.zeros(count, np.int64)
    ends[numbers] = known.times
    order = np.argsort(ends, kind="stable")
    visits = visits[order[sizes[order] > 1]]
    sizes = np.diff(visits.indptr)
    visits.data = np.repeat(1 / np.sqrt(np.maximum(sizes, 1)), sizes).astype(np.float32)
    return visits


def _latest_visits(visits: sp.csr_matrix) -> sp.csr_matrix:
    """Return the latest visits of each product: shape (n_products, n_visits), float32."""
    by_product = sp.csr_matrix(visits.T)
    by_product.sort_indices()
    places = np.arange(by_product.nnz)
    ends = np.repeat(by_product.indptr[1:], np.diff(by_product.indptr))
    by_product.data[ends - places > _SEARCHED] = 0
    by_product.eliminate_zeros()
    return by_product


def _nearest(similar: sp.csr_matrix) -> sp.csr_matrix:
    """Return the greatest similarities of each row, of equals the later visits."""
    rows = np.repeat(np.arange(similar.shape[0]), np.diff(similar.indptr))
    order = np.lexsort((-similar.indices, -similar.data, rows))
    places = np.arange(len(order)) - similar.indptr[rows[order]]
    kept = order[places < _NEAREST]
    return sp.csr_matrix(
        (similar.data[kept], (rows[kept], similar.indices[kept])), shape=similar.shape
    )
