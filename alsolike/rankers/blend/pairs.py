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

# Products whose pairs are scored at once. A sparse product takes memory, and some time, for every
# product of the catalogue, however few rows it has.
_AT_ONCE = 1_024


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
    """Score the `count` best neighbours in each space of some products, by every space."""
    parts = [
        _score_pairs(spaces, products[start : start + _AT_ONCE], count)
        for start in range(0, max(1, len(products)), _AT_ONCE)
    ]
    if len(parts) == 1:
        return parts[0]
    return ScoredPairs(
        sp.csr_matrix(sp.vstack([part.pattern for part in parts], format="csr")),
        np.concatenate([part.scores for part in parts]),
    )


def _score_pairs(spaces: Sequence[Space], products: NDArray[np.integer], count: int) -> ScoredPairs:
    pattern = reduce(add, in_threads(lambda space: space.neighbours(products, count), spaces))
    pattern.sort_indices()
    scores = np.empty((pattern.nnz, len(spaces)), np.float32)
    columns = in_threads(lambda space: space.pair_scores(products, pattern), spaces)
    for place, column in enumerate(columns):
        scores[:, place] = column
    return ScoredPairs(pattern, scores)
