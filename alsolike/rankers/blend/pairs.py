"""The pairs of products that any space names, scored by all spaces."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from operator import add

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from alsolike.rankers.spaces import Space
from alsolike.rankers.spaces.threads import in_threads

# Products whose pairs one thread scores at once. A sparse product takes memory, and some time, for
# every product of the catalogue, however few rows it has.
PRODUCTS_AT_ONCE = 256


@dataclass(frozen=True, eq=False)
class ScoredPairs:
    """Pairs of some products with others, and their scores.

    Attributes
    ----------
    pattern : csr_matrix, shape (n_given, n_products)
        Canonical; its values do not matter.
    scores : ndarray, shape (n_pairs, n_spaces), float32
        In the order of the pattern's entries.
    """

    pattern: sp.csr_matrix
    scores: NDArray[np.float32]


def score_pairs(spaces: Sequence[Space], products: NDArray[np.integer], count: int) -> ScoredPairs:
    """Score the `count` best neighbours in each space of some products, by every space.

    `PRODUCTS_AT_ONCE` or fewer are scored on the calling thread, more on several.
    """
    if len(products) <= PRODUCTS_AT_ONCE:
        return _score_pairs(spaces, products, count)
    parts = [
        *in_threads(
            lambda part: _score_pairs(spaces, part, count),
            parts_of_products(products),
        )
    ]
    return ScoredPairs(
        sp.csr_matrix(sp.vstack([part.pattern for part in parts], format="csr")),
        np.concatenate([part.scores for part in parts]),
    )


def _score_pairs(spaces: Sequence[Space], products: NDArray[np.integer], count: int) -> ScoredPairs:
    pattern = reduce(add, (space.neighbours(products, count) for space in spaces))
    pattern.sort_indices()
    scores = np.empty((pattern.nnz, len(spaces)), np.float32)
    for place, space in enumerate(spaces):
        scores[:, place] = space.pair_scores(products, pattern)
    return ScoredPairs(pattern, scores)


def parts_of_products(products: NDArray[np.integer]) -> list[NDArray[np.integer]]:
    """Return the products in parts of as many as one thread scores at once."""
    return [
        products[start : start + PRODUCTS_AT_ONCE]
        for start in range(0, len(products), PRODUCTS_AT_ONCE)
    ]
