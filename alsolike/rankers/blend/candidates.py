"""The products that compete for each validation shopper, and their scores in every space."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from alsolike.progress import Report
from alsolike.rankers.spaces import Space

# Kinds of products: with events, without any, and with events that the validation hides.
WARM, COLD, HIDDEN = 0, 1, 2

# Best products of each space that compete for a shopper; of those without events, so many more.
_BEST = 60
_BEST_COLD = 30
# Most memory, in bytes, of the rows of one space and of the sums of all spaces.
_ROWS_MEMORY = 512 * 2**20
_SUMS_MEMORY = 1024 * 2**20


@dataclass(frozen=True, eq=False)
class Candidates:
    """The products that compete for each validation shopper, with their features.

    Attributes
    ----------
    features : ndarray, shape (n_queries, n_shoppers, n_candidates, n_features), float32
        Scores in each space, then priors; for each way to weigh a shopper's actions. Padded with
        zeros.
    kinds : ndarray, shape (n_shoppers, n_candidates), int8
        `WARM`, `COLD` or `HIDDEN`; -1 for padding.
    is_truth : ndarray, shape (n_shoppers, n_candidates), bool
        Whether the shopper acted on it in the slice.
    truths : ndarray, shape (n_shoppers, 3), int64
        How many products of each kind the shopper acted on, those that do not compete included.
    """

    features: NDArray[np.float32]
    kinds: NDArray[np.int8]
    is_truth: NDArray[np.bool_]
    truths: NDArray[np.int64]


def gather(
    spaces: Sequence[Space],
    priors: Sequence[NDArray[np.float32]],
    queries: Sequence[sp.csr_matrix],
    *,
    known: sp.csr_matrix,
    truth: sp.csr_matrix,
    kinds: NDArray[np.int8],
    is_shown: NDArray[np.bool_],
    report: Report,
) -> Candidates:
    """Choose the candidates of every shopper and score them in every space.

    Parameters
    ----------
    spaces : sequence of Space
    priors : sequence of ndarray, shape (n_products,), float32
        Scores that are the same for every shopper.
    queries : sequence of csr_matrix, shape (n_shoppers, n_products)
        Weights of each shopper's actions, one matrix for each way to weigh them. The first decides
        which products compete.
    known, truth : csr_matrix, shape (n_shoppers, n_products)
        What each shopper acted on before the slice, which is never recommended, and within it.
    kinds : ndarray, shape (n_products,), int8
        Kind of each product.
    is_shown : ndarray, shape (n_products,), bool
        Products that may be recommended.
    """
    count, size = truth.shape
    parts: list[tuple[NDArray[np.float32], NDArray[np.int64]]] = []
    longest = max(queries, key=lambda query: query.nnz)
    cold = np.flatnonzero((kinds != WARM) & is_shown)
    for rows in _batches(longest, size, len(queries) * len(spaces)):
        narrow = [query[rows] for query in queries]
        parts.extend(_gather(spaces, priors, narrow, known[rows], cold, is_shown))
        report("validation", int(rows[-1]) + 1, count)
    width = max((len(products) for _, products in parts), default=1)
    features = np.zeros((len(queries), count, width, len(spaces) + len(priors)), np.float32)
    kinds_there = np.full((count, width), -1, np.int8)
    is_truth = np.zeros((count, width), bool)
    truths = np.zeros((count, 3), np.int64)
    for row, (values, products) in enumerate(parts):
        wanted = truth.indices[truth.indptr[row] : truth.indptr[row + 1]]
        features[:, row, : len(products)] = values
        kinds_there[row, : len(products)] = kinds[products]
        is_truth[row, : len(products)] = np.isin(products, wanted)
        truths[row] = np.bincount(kinds[wanted], minlength=3)
    return Candidates(features, kinds_there, is_truth, truths)


def join(parts: Sequence[Candidates]) -> Candidates:
    """Concatenate the candidates of several validation slices."""
    width = max(part.kinds.shape[1] for part in parts)

    def widen(values: NDArray[Any], axis: int, filler: float) -> NDArray[Any]:
        pads = [(0, 0)] * values.ndim
        pads[axis] = (0, width - values.shape[axis])
        return np.pad(values, pads, constant_values=filler)

    return Candidates(
        np.concatenate([widen(part.features, 2, 0) for part in parts], axis=1),
        np.concatenate([widen(part.kinds, 1, -1) for part in parts]),
        np.concatenate([widen(part.is_truth, 1, 0) for part in parts]),
        np.concatenate([part.truths for part in parts]),
    )


def _batches(query: sp.csr_matrix, size: int, sums: int) -> Iterator[NDArray[np.int64]]:
    """Yield the numbers of as many shoppers at a time as memory allows for their rows and sums.

    Actions are counted shopper by shopper: several with many actions may follow one another.
    """
    most_actions = max(1, _ROWS_MEMORY // (4 * size))
    most_shoppers = max(1, _SUMS_MEMORY // (4 * size * sums))
    actions = np.cumsum(np.diff(query.indptr))
    start = 0
    while start < len(actions):
        before = int(actions[start - 1]) if start else 0
        end = int(np.searchsorted(actions, before + most_actions, side="right"))
        end = min(max(end, start + 1), start + most_shoppers)
        yield np.arange(start, end)
        start = end


def _gather(
    spaces: Sequence[Space],
    priors: Sequence[NDArray[np.float32]],
    queries: list[sp.csr_matrix],
    known: sp.csr_matrix,
    cold: NDArray[np.int64],
    is_shown: NDArray[np.bool_],
) -> list[tuple[NDArray[np.float32], NDArray[np.int64]]]:
    acted_on = np.unique(np.concatenate([query.indices for query in queries]))
    shoppers = queries[0].shape[0]
    narrow = [query[:, acted_on] for query in queries]
    owners = np.repeat(np.arange(shoppers), np.diff(known.indptr))
    chosen = [_popular(priors, known, row, is_shown) for row in range(shoppers)]
    # By space, then query; the rows of one space at a time.
    sums: list[list[NDArray[np.float32]]] = []
    for space in spaces:
        rows = space.rows(acted_on)
        sums.append([np.asarray(query @ rows, np.float32) for query in narrow])
        del rows
        # The first query's scores decide which products compete.
        scores = sums[-1][0].copy()
        scores[owners, known.indices] = 0
        scores[:, ~is_shown] = 0
        for row, best in enumerate(_best(scores, _BEST)):
            chosen[row].append(best)
        if space.is_text and len(cold):
            for row, best in enumerate(_best(scores[:, cold], _BEST_COLD)):
                chosen[row].append(cold[best])
    results: list[tuple[NDArray[np.float32], NDArray[np.int64]]] = []
    for row, parts in enumerate(chosen):
        products = np.unique(np.concatenate(parts)).astype(np.int64)
        values = np.empty((len(queries), len(products), len(spaces) + len(priors)), np.float32)
        for feature, by_query in enumerate(sums):
            for query, total in enumerate(by_query):
                values[query, :, feature] = total[row, products]
        for feature, prior in enumerate(priors, start=len(spaces)):
            values[:, :, feature] = prior[products]
        results.append((values, products))
    return results


def _popular(
    priors: Sequence[NDArray[np.float32]],
    known: sp.csr_matrix,
    row: int,
    is_shown: NDArray[np.bool_],
) -> list[NDArray[np.int64]]:
    """Return the best products of each prior that the shopper did not act on."""
    mine = known.indices[known.indptr[row] : known.indptr[row + 1]]
    popular = [np.argsort(-prior, kind="stable")[: _BEST // 2] for prior in priors]
    return [
        np.setdiff1d(best[(prior[best] > 0) & is_shown[best]], mine)
        for prior, best in zip(priors, popular, strict=True)
    ]


def _best(scores: NDArray[np.float32], count: int) -> list[NDArray[np.int64]]:
    """Return the positions of the best positive scores of each row."""
    count = min(count, scores.shape[1])
    best = np.argpartition(-scores, count - 1, axis=1)[:, :count]
    is_positive = np.take_along_axis(scores, best, axis=1) > 0
    return [row[kept] for row, kept in zip(best, is_positive, strict=True)]
