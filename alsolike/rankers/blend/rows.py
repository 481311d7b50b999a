"""The blended scores of products given one, and what is kept of them."""

from collections.abc import Sequence
from itertools import compress
from threading import Lock

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from alsolike.rankers.blend.pairs import score_pairs
from alsolike.rankers.blend.weights import Blend
from alsolike.rankers.spaces import Space
from alsolike.rankers.spaces.space import empty_rows
from alsolike.rankers.spaces.sparse import entries_of, values_at

# Sizes of the samples: actions whose rows are averaged; products, and near products of each, on
# which a newcomer's scale is measured.
_ACTIONS = 2000
_PRODUCTS = 200
_NEAR = 20


class BlendedRows:
    """The weighted sum of the spaces' scores; cold weights apply to products without events.

    Only the pairs that a space with a weight names among its `count` best have a score. The latest
    rows are kept, since callers ask for the same products several times in a row.
    """

    def __init__(
        self, spaces: Sequence[Space], blend: Blend, is_cold: NDArray[np.bool_], count: int
    ) -> None:
        self._text = spaces[0]
        weights = np.stack([blend.weights, blend.cold_weights])[:, : len(spaces)]
        is_used = np.asarray(weights.any(axis=0), bool)
        self._spaces: list[Space] = list(compress(spaces, is_used))
        self._weights = weights[:, is_used].astype(np.float32)
        self._most_cold = float(weights[1].sum())
        self._is_cold = is_cold
        self._count = count
        # Of two threads that ask for the same rows one waits for the other.
        self._lock = Lock()
        self._products = np.zeros(0, np.int64)
        self._rows = empty_rows(0, len(is_cold))

    def __call__(self, products: NDArray[np.integer]) -> sp.csr_matrix:
        """Return rows of some products: csr_matrix, shape (m, n_products), float32; read-only."""
        with self._lock:
            if not np.array_equal(products, self._products):
                self._rows = self._sum(products)
                self._products = products.astype(np.int64)
            return self._rows

    def mean(self, events: NDArray[np.integer], seed: int) -> NDArray[np.float32]:
        """Return the mean row over a sample of actions: ndarray, shape (n_products,), float32.

        A product is drawn as often as it has events.
        """
        generator = np.random.default_rng(seed)
        drawn = generator.choice(len(events), _ACTIONS, p=events / events.sum())
        products, times = np.unique(drawn, return_counts=True)
        shares = times.astype(np.float32) / np.float32(_ACTIONS)
        return np.asarray(self._sum(products).T @ shares, np.float32)

    def newcomer_scale(self, seed: int) -> float:
        """Return the blended score per cosine of text vectors, among near products without events.

        At most the sum of the cold weights, which is the greatest score that two equal texts can
        have: the quotient would exceed it where all vectors are far apart.
        """
        generator = np.random.default_rng(seed)
        size = len(self._is_cold)
        sample = np.sort(generator.choice(size, min(size, _PRODUCTS), replace=False))
        near = self._text.neighbours(sample, _NEAR)
        cosine = float(near.sum())
        if cosine <= 0:
            return 0.0
        total = sum(
            float(space.pair_scores(sample, near).sum()) * float(weight)
            for space, weight in zip(self._spaces, self._weights[1], strict=True)
        )
        return min(total / cosine, self._most_cold)

    def _sum(self, products: NDArray[np.integer]) -> sp.csr_matrix:
        if not self._spaces:
            return empty_rows(len(products), len(self._is_cold))
        pairs = score_pairs(self._spaces, products, self._count)
        rows = pairs.pattern
        by_kind = pairs.scores @ self._weights.T
        rows.data = by_kind[np.arange(rows.nnz), self._is_cold[rows.indices].astype(np.int64)]
        return rows


class KeptSpace:
    """The blend as a published model has it: the best neighbours of each product only.

    The centre is subtracted from every row before the best `count` are chosen.
    """

    name = "kept"
    is_text = False

    def __init__(self, rows: BlendedRows, centre: NDArray[np.float32], count: int) -> None:
        self._rows = rows
        self._centre = centre
        self._count = count

    def neighbours(self, products: NDArray[np.integer], count: int) -> sp.csr_matrix:
        """Return the scores above the centre of the best neighbours; see `Space.neighbours`."""
        return best_entries(above(self._rows(products), self._centre), min(count, self._count))

    def pair_scores(
        self, products: NDArray[np.integer], pattern: sp.csr_matrix
    ) -> NDArray[np.float32]:
        """Return the scores of given pairs, 0 for those not kept; see `Space.pair_scores`."""
        return values_at(self.neighbours(products, self._count), pattern)


def above(rows: sp.csr_matrix, centre: NDArray[np.float32]) -> sp.csr_matrix:
    """Return what of the rows is above the centre, shape (n_products,)."""
    scores = rows.data - centre[rows.indices]
    raised = sp.csr_matrix((scores, rows.indices, rows.indptr), shape=rows.shape)
    return entries_of(raised, scores > 0)


def best_entries(rows: sp.csr_matrix, count: int) -> sp.csr_matrix:
    """Return the greatest entries of each row, at most `count`; of equal ones the first."""
    owners = np.repeat(np.arange(rows.shape[0]), np.diff(rows.indptr))
    order = np.lexsort((rows.indices, -rows.data, owners))
    is_kept = np.empty(rows.nnz, bool)
    is_kept[order] = np.arange(rows.nnz) - rows.indptr[owners] < count
    return entries_of(rows, is_kept)
