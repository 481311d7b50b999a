"""The blended scores of products given one, and what is kept of them."""

from collections.abc import Sequence
from itertools import compress

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from alsolike.rankers.blend.pairs import parts_of_products, score_pairs
from alsolike.rankers.blend.weights import Blend
from alsolike.rankers.spaces import Space, kernels
from alsolike.rankers.spaces.space import empty_rows
from alsolike.rankers.spaces.sparse import entries_of, identity, product_at
from alsolike.rankers.spaces.threads import in_threads

# Sizes of the samples: actions whose rows are averaged; products, and near products of each, on
# which a newcomer's scale is measured.
_ACTIONS = 2000
_PRODUCTS = 200
_NEAR = 20


class BlendedRows:
    """The weighted sum of the spaces' scores; cold weights apply to products without events.

    Only the pairs that a space with a weight names among its `count` best have a score.
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

    def __call__(self, products: NDArray[np.integer]) -> sp.csr_matrix:
        """Return rows of some products: csr_matrix, shape (m, n_products), float32."""
        if not self._spaces:
            return empty_rows(len(products), len(self._is_cold))
        pairs = score_pairs(self._spaces, products, self._count)
        rows = pairs.pattern
        by_kind = pairs.scores @ self._weights.T
        rows.data = by_kind[np.arange(rows.nnz), self._is_cold[rows.indices].astype(np.int64)]
        return rows

    def mean(self, events: NDArray[np.integer], seed: int) -> NDArray[np.float32]:
        """Return the mean row over a sample of actions: ndarray, shape (n_products,), float32.

        A product is drawn as often as it has events.
        """
        generator = np.random.default_rng(seed)
        drawn = generator.choice(len(events), _ACTIONS, p=events / events.sum())
        products, times = np.unique(drawn, return_counts=True)
        shares = times.astype(np.float32) / np.float32(_ACTIONS)
        return np.asarray(self(products).T @ shares, np.float32)

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


class KeptSpace:
    """The blend as a published model has it: the best neighbours of some products only.

    Parameters
    ----------
    products : ndarray, shape (n_given,), int64
        That can be asked for, ascending.
    kept : csr_matrix, shape (n_given, n_products), float32
        Their neighbours, in canonical format.
    """

    name = "kept"
    is_text = False

    def __init__(self, products: NDArray[np.int64], kept: sp.csr_matrix) -> None:
        self._products = products
        self._kept = kept

    def neighbours(self, products: NDArray[np.integer], count: int) -> sp.csr_matrix:
        """Return the kept neighbours of some products; see `Space.neighbours`."""
        return best_entries(self._kept[np.searchsorted(self._products, products)], count)

    def pair_scores(
        self, products: NDArray[np.integer], pattern: sp.csr_matrix
    ) -> NDArray[np.float32]:
        """Return the scores of given pairs, 0 for those not kept; see `Space.pair_scores`."""
        given = self._kept[np.searchsorted(self._products, products)]
        return product_at(identity(len(products)), given, pattern.indptr, pattern.indices)


def kept_spaces(
    rows: BlendedRows,
    products: NDArray[np.int64],
    centres: Sequence[NDArray[np.float32]],
    count: int,
) -> list[KeptSpace]:
    """Return the best `count` neighbours of some products above each of some centres.

    Products are ascending. A centre, shape (n_products,), is subtracted from every row before the
    best are chosen. The rows take long: they are computed once.
    """

    def best_of_part(part: NDArray[np.integer]) -> list[sp.csr_matrix]:
        own = rows(part)
        return [best_entries(above(own, centre), count) for centre in centres]

    parts = [*in_threads(best_of_part, parts_of_products(products))]
    return [
        KeptSpace(products, sp.csr_matrix(sp.vstack(kept, format="csr")))
        for kept in zip(*parts, strict=True)
    ]


def above(rows: sp.csr_matrix, centre: NDArray[np.float32]) -> sp.csr_matrix:
    """Return what of the rows is above the centre, shape (n_products,)."""
    scores = rows.data - centre[rows.indices]
    raised = sp.csr_matrix((scores, rows.indices, rows.indptr), shape=rows.shape)
    return entries_of(raised, scores > 0)


def best_entries(rows: sp.csr_matrix, count: int) -> sp.csr_matrix:
    """Return the greatest entries of each row, at most `count`; of equal ones the first."""
    return entries_of(rows, kernels.is_best(rows.indptr, rows.data, count))
