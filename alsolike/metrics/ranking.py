"""Ranks of the held-out products, from scores or lists.

Scores, the products that shoppers are known to have, and held-out ones have shape (n_rows,
n_products); lists have shape (n_rows, k), int32: product numbers, -1 after the end.
"""

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from alsolike.metrics.accuracy import TruthRanks

# Up to this many held-out products, counting better scores is faster than sorting all scores.
_FEW = 4


def leave_out(
    scores: NDArray[np.float32], known: sp.csr_matrix, can_be_shown: NDArray[np.bool_]
) -> None:
    """Set the scores of products that no model may list to minus infinity, in place.

    Only products in stock that existed at the moment can be shown, to all, shape (n_products,), or
    to each shopper, shape (n_rows, n_products).
    """
    # A model's own minus infinity is clipped: it still ranks before what is left out.
    np.maximum(scores, np.finfo(np.float32).min, out=scores)
    np.copyto(scores, -np.inf, where=~can_be_shown)
    rows = np.repeat(np.arange(known.shape[0]), np.diff(known.indptr))
    scores[rows, known.indices] = -np.inf


def rank_by_scores(
    scores: NDArray[np.float32], truth: sp.csr_matrix, k: int
) -> tuple[TruthRanks, NDArray[np.int32]]:
    """Rank the held-out products by score, and list the best k, of equals the smaller number first.

    The scores went through `leave_out`.

    Ties count half: a held-out product that u others tie with is at rank 1 + better + u / 2, the
    mean over all orders of the tie. Where m held-out products tie with u others, the j-th of them
    is at better + j (m + u + 1) / (m + 1), which is the mean of the j-th smallest of m places drawn
    from m + u; so ranks stay apart and no metric exceeds 1. (McSherry and Najork 2008, "Computing
    information retrieval performance measures efficiently in the presence of tied scores".)
    """
    ranks: list[NDArray[np.float64]] = []
    lists = np.full((len(scores), k), -1, np.int32)
    for row, row_scores in enumerate(scores):
        held_out = truth.indices[truth.indptr[row] : truth.indptr[row + 1]]
        ranks.append(_ranks(row_scores, row_scores[held_out]))
        best = _best(row_scores, k)
        lists[row, : len(best)] = best
    rows = np.repeat(np.arange(len(scores)), np.diff(truth.indptr))
    return TruthRanks(np.concatenate([np.empty(0), *ranks]), rows, len(scores)), lists


def _ranks(scores: NDArray[np.float32], held_out: NDArray[np.float32]) -> NDArray[np.float64]:
    if not len(held_out):
        return np.empty(0)
    if len(held_out) <= _FEW:
        better = np.array([np.count_nonzero(scores > score) for score in held_out])
        tied = np.array([np.count_nonzero(scores == score) for score in held_out])
    else:
        ordered = np.sort(scores)
        right = np.searchsorted(ordered, held_out, side="right")
        better = len(scores) - right
        tied = right - np.searchsorted(ordered, held_out, side="left")
    _, group, sizes = np.unique(held_out, return_inverse=True, return_counts=True)
    position = np.empty(len(held_out))
    order = np.argsort(group, kind="stable")
    starts = np.cumsum(sizes) - sizes
    position[order] = np.arange(1, len(held_out) + 1) - np.repeat(starts, sizes)
    return better + position * (tied + 1) / (sizes[group] + 1)


def _best(scores: NDArray[np.float32], k: int) -> NDArray[np.intp]:
    if k < len(scores):
        limit = np.partition(scores, len(scores) - k)[len(scores) - k]
        # All above the k-th score, then as many scores equal to it as there is room for.
        chosen = np.flatnonzero(scores > limit)
        equals = np.flatnonzero(scores == limit)[: k - len(chosen)]
        chosen = np.concatenate((chosen, equals))
    else:
        chosen = np.arange(len(scores))
    chosen = chosen[scores[chosen] > -np.inf]
    return chosen[np.lexsort((chosen, -scores[chosen]))]


def drop_from_lists(
    lists: NDArray[np.int32], known: sp.csr_matrix, can_be_shown: NDArray[np.bool_]
) -> NDArray[np.int32]:
    """Return the lists without what `leave_out` leaves out; later products move up."""
    left_out = lists < 0
    shown = np.broadcast_to(can_be_shown, (len(lists), can_be_shown.shape[-1]))
    left_out |= ~np.take_along_axis(shown, np.maximum(lists, 0), axis=1)
    for row, listed in enumerate(lists):
        left_out[row] |= np.isin(listed, known.indices[known.indptr[row] : known.indptr[row + 1]])
    order = np.argsort(left_out, axis=1, kind="stable")
    moved = np.take_along_axis(lists, order, axis=1)
    moved[np.take_along_axis(left_out, order, axis=1)] = -1
    return moved


def rank_by_lists(lists: NDArray[np.int32], truth: sp.csr_matrix) -> TruthRanks:
    """Return the ranks of the held-out products in the lists; infinite where one is not listed."""
    rows = np.repeat(np.arange(len(lists)), np.diff(truth.indptr))
    ranks = np.full(len(rows), np.inf)
    for position, listed in enumerate(lists.T, start=1):
        ranks[truth.indices == listed[rows]] = position
    return TruthRanks(ranks, rows, len(lists))
