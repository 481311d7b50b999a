"""The products that compete for each shopper of a validation slice, and their scores."""

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from alsolike.history import Split
from alsolike.progress import Report
from alsolike.rankers.blend.pairs import ScoredPairs, score_pairs
from alsolike.rankers.spaces import Space, kernels
from alsolike.rankers.spaces.threads import in_threads

# Kinds of products: with events, without any, and with events that the validation hides.
WARM, COLD, HIDDEN = 0, 1, 2

# Best products of each space that compete for a shopper; of those without events, so many more; and
# of each prior.
_BEST = 40
_BEST_COLD = 30
_BEST_PRIOR = 30
# Most memory, in bytes, of the scored pairs of all products that some shoppers acted on; a third of
# it where spaces name the same pairs. Each product is scored once for all shoppers of a batch.
_PAIRS_MEMORY = 2**31


@dataclass(frozen=True, eq=False)
class ValidationSlice:
    """The past before a slice, fitted, and the shoppers who are foretold.

    Attributes
    ----------
    asked : Split
        Whose rows are the shoppers; what they did with hidden products is not in it.
    few : ndarray, shape (n_few,), int64, optional
        Numbers of the rows on which spaces are weighed, which takes longest; all where it is left
        out.
    weight : float
        What each of its shoppers counts beside those of other slices.
    neighbour_rows : sequence of int, optional
        For each way to weigh actions about how many neighbours are added up, as serving shares them
        out; all where it is left out. The first space alone has ranks then.
    factors : sequence of ndarray, shape (n_products,), optional
        For each way what a published model multiplies the neighbours' scores by: they are ranked by
        that, although the features are the scores without it.
    queries : list of csr_matrix, shape (n_shoppers, n_products)
        What each shopper did last, one matrix for each way to weigh it.
    known, truth : csr_matrix, shape (n_shoppers, n_products)
        What each shopper acted on before the slice, and within it.
    kinds : ndarray, shape (n_products,), int8
        `WARM`, `COLD` or `HIDDEN`.
    events : ndarray, shape (n_products,), int64
        Events that the spaces were fitted to.
    is_in_stock : ndarray, shape (n_products,), bool
        Others do not compete, nor do those that do not exist at the row's moment.
    """

    spaces: list[Space]
    priors: list[NDArray[np.float32]]
    asked: Split
    queries: list[sp.csr_matrix]
    known: sp.csr_matrix
    truth: sp.csr_matrix
    kinds: NDArray[np.int8]
    events: NDArray[np.int64]
    is_in_stock: NDArray[np.bool_]
    few: NDArray[np.int64] | None = None
    weight: float = 1.0
    neighbour_rows: Sequence[int] | None = None
    factors: Sequence[NDArray[np.float32]] | None = None

    def of_few(self) -> "ValidationSlice":
        """Return the slice with the rows alone on which spaces are weighed."""
        if self.few is None or len(self.few) == len(self.asked.shoppers):
            return replace(self, few=None)
        return replace(
            self,
            asked=self.asked.only(self.few),
            queries=[query[self.few] for query in self.queries],
            known=self.known[self.few],
            truth=self.truth[self.few],
            few=None,
        )


@dataclass(frozen=True, eq=False)
class Candidates:
    """The products that compete for each validation shopper, with their features.

    Attributes
    ----------
    features : ndarray, shape (n_queries, n_shoppers, n_candidates, n_features), float32
        Scores in each space, then priors; for each way to weigh a shopper's actions. Padded with
        zeros.
    products : ndarray, shape (n_shoppers, n_candidates), int32
        Their numbers; -1 for padding.
    kinds : ndarray, shape (n_shoppers, n_candidates), int8
        `WARM`, `COLD` or `HIDDEN`; -1 for padding.
    is_truth : ndarray, shape (n_shoppers, n_candidates), bool
        Whether the shopper acted on it in the slice.
    truths : ndarray, shape (n_shoppers, 3), int64
        How many products of each kind the shopper acted on, those that do not compete included.
    weights : ndarray, shape (n_shoppers,), float64
        What each shopper counts.
    """

    features: NDArray[np.float32]
    products: NDArray[np.int32]
    kinds: NDArray[np.int8]
    is_truth: NDArray[np.bool_]
    truths: NDArray[np.int64]
    weights: NDArray[np.float64]


def gather(
    parts: Sequence[ValidationSlice],
    spaces: Sequence[Space],
    priors: Sequence[NDArray[np.float32]],
    best: int,
    report: Report,
) -> list[Candidates]:
    """Choose the candidates of some slices' shoppers, and score them by some spaces and priors.

    They come from the `best` neighbours in each space of what each shopper acted on, and from the
    best of each prior. The first and the last way to weigh actions decide which products compete;
    those that a shopper acted on before the slice do not. Slices of one fit are scored together,
    since their shoppers acted on the same products.
    """
    queries = [_stacked(ways) for ways in zip(*(part.queries for part in parts), strict=True)]
    known = _stacked([part.known for part in parts])
    truth = _stacked([part.truth for part in parts])
    owners = np.repeat(np.arange(len(parts)), [part.truth.shape[0] for part in parts])
    competing = [
        _Competing(part, moment, popular)
        for part, popular in ((part, _most_popular(part, priors)) for part in parts)
        for moment in part.asked.moments
    ]
    count = len(owners)
    scored: deque[tuple[NDArray[np.float32], NDArray[np.int64]]] = deque()
    longest = max(queries, key=lambda query: query.nnz)
    numbers = len(spaces) * (len(spaces) + 2) + len(parts[0].factors or ())
    for rows in _batches(longest, numbers * best * 4):
        asked = [competing[int(row)] for row in rows]
        own = [query[rows] for query in queries]
        scored.extend(_gather(asked, own, known[rows], spaces, priors, best))
        report("validation", int(rows[-1]) + 1, count)
    candidates: list[Candidates] = []
    for owner, part in enumerate(parts):
        own_truth = truth[np.flatnonzero(owners == owner)]
        own_scored = deque(scored.popleft() for _ in range(own_truth.shape[0]))
        candidates.append(_padded(part, own_scored, own_truth))
    return candidates


def _stacked(matrices: Sequence[sp.csr_matrix]) -> sp.csr_matrix:
    return sp.csr_matrix(sp.vstack(matrices, format="csr"))


def _padded(
    part: ValidationSlice,
    scored: deque[tuple[NDArray[np.float32], NDArray[np.int64]]],
    truth: sp.csr_matrix,
) -> Candidates:
    """Return what is scored of each shopper as arrays of one width, and empty the queue of it."""
    width = max((len(products) for _, products in scored), default=1)
    queries, features = scored[0][0].shape[::2] if scored else (len(part.queries), 0)
    padded = _empty(queries, len(scored), width, features)
    padded.weights[:] = part.weight
    for row in range(len(scored)):
        # Taken out, so that memory holds them once.
        values, products = scored.popleft()
        wanted = truth.indices[truth.indptr[row] : truth.indptr[row + 1]]
        padded.features[:, row, : len(products)] = values
        padded.products[row, : len(products)] = products
        padded.kinds[row, : len(products)] = part.kinds[products]
        padded.is_truth[row, : len(products)] = np.isin(products, wanted)
        padded.truths[row] = np.bincount(part.kinds[wanted], minlength=3)
    return padded


def join(parts: list[Candidates]) -> Candidates:
    """Concatenate the candidates of several validation slices, and empty the list of them.

    They are large: each is let go as soon as it is copied.
    """
    if len(parts) == 1:
        return parts.pop()
    width = max(part.kinds.shape[1] for part in parts)
    count = sum(len(part.kinds) for part in parts)
    queries, _, _, features = parts[0].features.shape
    joined = _empty(queries, count, width, features)
    start = 0
    while parts:
        part = parts.pop(0)
        rows, columns = slice(start, start + len(part.kinds)), slice(part.kinds.shape[1])
        joined.features[:, rows, columns] = part.features
        joined.products[rows, columns] = part.products
        joined.kinds[rows, columns] = part.kinds
        joined.is_truth[rows, columns] = part.is_truth
        joined.truths[rows] = part.truths
        joined.weights[rows] = part.weights
        start = rows.stop
    return joined


def _empty(queries: int, count: int, width: int, features: int) -> Candidates:
    """Return room for so many shoppers' candidates; all is padding."""
    return Candidates(
        features=np.zeros((queries, count, width, features), np.float32),
        products=np.full((count, width), -1, np.int32),
        kinds=np.full((count, width), -1, np.int8),
        is_truth=np.zeros((count, width), bool),
        truths=np.zeros((count, 3), np.int64),
        weights=np.zeros(count),
    )


def _batches(query: sp.csr_matrix, memory: int) -> Iterator[NDArray[np.int64]]:
    """Yield the numbers of as many shoppers at a time as memory allows for their products.

    A product takes at most so many bytes, however many shoppers acted on it. One shopper may have
    more products than that.
    """
    most = max(1, _PAIRS_MEMORY // memory)
    is_held, held, first = np.zeros(query.shape[1], bool), 0, 0
    for row, (start, end) in enumerate(pairwise(query.indptr)):
        own = query.indices[start:end]
        fresh = np.count_nonzero(~is_held[own])
        if held + fresh > most and row > first:
            yield np.arange(first, row)
            is_held[:], held, first, fresh = False, 0, row, len(own)
        is_held[own] = True
        held += fresh
    if first < query.shape[0]:
        yield np.arange(first, query.shape[0])


class _Competing(NamedTuple):
    """What competes in a row, whatever its shopper acted on: of its slice, by its moment."""

    part: ValidationSlice
    moment: int
    popular: NDArray[np.int64]

    def is_candidate(self, products: NDArray[np.integer]) -> NDArray[np.bool_]:
        """Return which of some products could be shown at the moment."""
        exists = self.part.asked.exists_from[products] < self.moment
        return exists & self.part.is_in_stock[products]


def _gather(
    asked: Sequence[_Competing],
    queries: Sequence[sp.csr_matrix],
    known: sp.csr_matrix,
    spaces: Sequence[Space],
    priors: Sequence[NDArray[np.float32]],
    best: int,
) -> list[tuple[NDArray[np.float32], NDArray[np.int64]]]:
    """Return the features and the numbers of the products that compete for some shoppers.

    Each shopper is a row of the queries and of what is known.
    """
    acted_on = np.unique(np.concatenate([query.indices for query in queries]))
    pairs = score_pairs(spaces, acted_on, best)
    ranks = _ranks_of(pairs, asked[0].part)
    is_text = np.array([space.is_text for space in spaces])

    def of_row(row: int) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        one = asked[row]
        sums = _Sums(pairs, ranks, acted_on, [query[row] for query in queries], one.part)
        own = known.indices[known.indptr[row] : known.indptr[row + 1]]
        named = _named(sums, one, own, is_text)
        popular = one.popular[one.is_candidate(one.popular)]
        products = np.union1d(named, np.setdiff1d(popular, own)).astype(np.int64)
        features = np.empty((len(queries), len(products), len(spaces) + len(priors)), np.float32)
        features[:, :, : len(spaces)] = sums.of(products)
        for feature, prior in enumerate(priors, start=len(spaces)):
            features[:, :, feature] = prior[products]
        return features, products

    return [*in_threads(of_row, range(len(asked)))]


def _ranks_of(pairs: ScoredPairs, part: ValidationSlice) -> NDArray[np.int32]:
    """Return the rank of each pair among those of its product, from 1; see `kernels.Limits`.

    All slices of a fit have the same factors.
    """
    if part.neighbour_rows is None:
        return np.empty((0, 0), np.int32)
    pointers, others = pairs.pattern.indptr, pairs.pattern.indices
    scores = pairs.scores[:, 0]
    by_way = [scores] if part.factors is None else (scores * of[others] for of in part.factors)
    return np.stack([kernels.ranks_of_entries(pointers, values) for values in by_way])


class _Sums:
    """The scores of one shopper's products, added up by each way to weigh their actions.

    `products` are those that have a score at all, ascending.
    """

    def __init__(
        self,
        pairs: ScoredPairs,
        ranks: NDArray[np.int32],
        acted_on: NDArray[np.integer],
        queries: Sequence[sp.csr_matrix],
        part: ValidationSlice,
    ) -> None:
        actions = np.unique(np.concatenate([query.indices for query in queries]))
        self._weights = np.zeros((len(queries), len(actions)), np.float32)
        for weights, query in zip(self._weights, queries, strict=True):
            weights[np.searchsorted(actions, query.indices)] = query.data
        self._pairs = kernels.ScoredRows(pairs.pattern.indptr, pairs.pattern.indices, pairs.scores)
        self._given = np.searchsorted(acted_on, actions)
        depths = np.empty((0, 0))
        if part.neighbour_rows is not None:
            # In double precision, like recs.scored_products: 12 rows for three actions are 4 each,
            # and would be 5 if a third were rounded to single precision.
            exact = self._weights.astype(np.float64)
            totals = np.maximum(exact.sum(axis=1, keepdims=True), 1e-12)
            depths = np.ceil(np.array(part.neighbour_rows)[:, None] * exact / totals)
        self._limits = kernels.Limits(ranks, depths)
        self._size = pairs.pattern.shape[1]
        self.products = np.flatnonzero(
            kernels.mark_columns(
                pairs.pattern.indptr, pairs.pattern.indices, self._given, self._size
            )
        )

    def of_way(self, way: int) -> NDArray[np.float32]:
        """Return the sums of `products` by one way: shape (n_products, n_spaces)."""
        return self._added(np.array([way]), self.products)[0]

    def of(self, products: NDArray[np.integer]) -> NDArray[np.float32]:
        """Return the sums of some products: shape (n_queries, len(products), n_spaces)."""
        return self._added(np.arange(len(self._weights)), products)

    def _added(self, ways: NDArray[np.int64], products: NDArray[np.integer]) -> NDArray[np.float32]:
        places = np.full(self._size, -1, np.int32)
        places[products] = np.arange(len(products), dtype=np.int32)
        sums = np.zeros((len(ways), len(products), self._pairs.scores.shape[1]), np.float32)
        kernels.add_pairs(self._pairs, self._limits, self._given, self._weights, ways, places, sums)
        return sums


def _named(
    sums: _Sums, asked: _Competing, own: NDArray[np.integer], is_text: NDArray[np.bool_]
) -> NDArray[np.integer]:
    """Return the best products of each space, and the best of those without events by texts.

    By the first and by the last way to weigh actions, which have the shortest memory and the
    longest.
    """
    products = sums.products
    is_candidate = asked.is_candidate(products) & ~np.isin(products, own)
    is_cold = asked.part.kinds[products] != WARM
    chosen: list[NDArray[np.int64]] = []
    for way in {0, len(asked.part.queries) - 1}:
        scores = (sums.of_way(way) * is_candidate[:, None]).T
        chosen.extend(_best(scores, _BEST))
        if not way:
            chosen.extend(_best(scores[is_text] * is_cold, _BEST_COLD))
    return products[np.unique(np.concatenate(chosen))] if chosen else products[:0]


def _most_popular(
    part: ValidationSlice, priors: Sequence[NDArray[np.float32]]
) -> NDArray[np.int64]:
    """Return the best products of each prior."""
    chosen: list[NDArray[np.int64]] = []
    for prior in priors:
        best = np.argsort(-prior, kind="stable")[:_BEST_PRIOR]
        chosen.append(best[(prior[best] > 0) & part.is_in_stock[best]])
    return np.unique(np.concatenate(chosen))


def _best(scores: NDArray[np.float32], count: int) -> list[NDArray[np.int64]]:
    """Return the positions of the best positive scores of each row."""
    count = min(count, scores.shape[1])
    if not count:
        return []
    best = np.argpartition(-scores, count - 1, axis=1)[:, :count]
    is_positive = np.take_along_axis(scores, best, axis=1) > 0
    return [row[kept] for row, kept in zip(best, is_positive, strict=True)]
