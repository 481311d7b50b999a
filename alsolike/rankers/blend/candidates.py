"""The products that compete for each shopper of a validation slice, and their scores."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
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
class ValidationSlice:
    """The past before a slice, fitted, and the shoppers who are foretold.

    Attributes
    ----------
    queries : list of csr_matrix, shape (n_shoppers, n_products)
        What each shopper did last, one matrix for each way to weigh it.
    known, truth : csr_matrix, shape (n_shoppers, n_products)
        What each shopper acted on before the slice, and within it.
    kinds : ndarray, shape (n_products,), int8
        `WARM`, `COLD` or `HIDDEN`.
    events : ndarray, shape (n_products,), int64
        Events that the spaces were fitted to.
    """

    spaces: list[Space]
    priors: list[NDArray[np.float32]]
    queries: list[sp.csr_matrix]
    known: sp.csr_matrix
    truth: sp.csr_matrix
    kinds: NDArray[np.int8]
    events: NDArray[np.int64]
    is_shown: NDArray[np.bool_]


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
    part: ValidationSlice,
    spaces: Sequence[Space],
    priors: Sequence[NDArray[np.float32]],
    report: Report,
) -> Candidates:
    """Choose the candidates of a slice's shoppers, and score them by some spaces and priors.

    The first way to weigh actions decides which products compete; those that a shopper acted on
    before the slice do not.
    """
    count, size = part.truth.shape
    parts: list[tuple[NDArray[np.float32], NDArray[np.int64]]] = []
    longest = max(part.queries, key=lambda query: query.nnz)
    for rows in _batches(longest, size, len(part.queries) * len(spaces)):
        parts.extend(_gather(part, rows, spaces, priors))
        report("validation", int(rows[-1]) + 1, count)
    width = max((len(products) for _, products in parts), default=1)
    features = np.zeros((len(part.queries), count, width, len(spaces) + len(priors)), np.float32)
    kinds = np.full((count, width), -1, np.int8)
    is_truth = np.zeros((count, width), bool)
    truths = np.zeros((count, 3), np.int64)
    for row, (values, products) in enumerate(parts):
        wanted = part.truth.indices[part.truth.indptr[row] : part.truth.indptr[row + 1]]
        features[:, row, : len(products)] = values
        kinds[row, : len(products)] = part.kinds[products]
        is_truth[row, : len(products)] = np.isin(products, wanted)
        truths[row] = np.bincount(part.kinds[wanted], minlength=3)
    return Candidates(features, kinds, is_truth, truths)


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
    part: ValidationSlice,
    rows: NDArray[np.int64],
    spaces: Sequence[Space],
    priors: Sequence[NDArray[np.float32]],
) -> list[tuple[NDArray[np.float32], NDArray[np.int64]]]:
    """Return the features and the numbers of the products that compete for some shoppers."""
    queries, known = [query[rows] for query in part.queries], part.known[rows]
    acted_on = np.unique(np.concatenate([query.indices for query in queries]))
    narrow = [query[:, acted_on] for query in queries]
    owners = np.repeat(np.arange(len(rows)), np.diff(known.indptr))
    cold = np.flatnonzero((part.kinds != WARM) & part.is_shown)
    popular: list[NDArray[np.int64]] = []
    for prior in priors:
        best = np.argsort(-prior, kind="stable")[: _BEST // 2]
        popular.append(best[(prior[best] > 0) & part.is_shown[best]])
    chosen = [
        [np.setdiff1d(np.concatenate(popular), known.indices[start:end])]
        for start, end in pairwise(known.indptr)
    ]
    # By space, then query; the rows of one space at a time.
    sums: list[list[NDArray[np.float32]]] = []
    for space in spaces:
        scored = space.rows(acted_on)
        sums.append([np.asarray(query @ scored, np.float32) for query in narrow])
        del scored
        # The first query's scores decide which products compete.
        scores = sums[-1][0].copy()
        scores[owners, known.indices] = 0
        scores[:, ~part.is_shown] = 0
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


def _best(scores: NDArray[np.float32], count: int) -> list[NDArray[np.int64]]:
    """Return the positions of the best positive scores of each row."""
    count = min(count, scores.shape[1])
    best = np.argpartition(-scores, count - 1, axis=1)[:, :count]
    is_positive = np.take_along_axis(scores, best, axis=1) > 0
    return [row[kept] for row, kept in zip(best, is_positive, strict=True)]
