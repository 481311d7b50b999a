"""Weights of the spaces, chosen on a validation slice for the ranking that they give."""

from collections.abc import Iterator, Sequence
from copy import copy
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from alsolike.progress import Report
from alsolike.training.spaces import Space

# Kinds of products: with events, without any, and with events that the validation hides.
WARM, COLD, HIDDEN = 0, 1, 2

# The ranking that counts: NDCG at so many products.
_K = 10
# Best products of each space that compete for a shopper; of those without events, so many more.
_BEST = 60
_BEST_COLD = 30
# Memory of the rows of one space, and of the sums of all, that are held at once, in bytes.
_ROWS_MEMORY = 512 * 2**20
_SUMS_MEMORY = 1024 * 2**20
# The search: random starts, how many of them are climbed from, rounds over the weights, factors
# that a weight is tried with, and what is no gain.
_STARTS = 40
_CLIMBS = 3
_ROUNDS = 6
_STEPS = (0.0, 0.5, 0.8, 1.25, 2.0)
_LEAST_GAIN = 1e-6
# Draws of the shoppers whose weights are averaged.
_BAGS = 10
# So few weights are searched anew for every query.
_FEW = 4
_COLD_FACTORS = tuple(float(factor) for factor in np.geomspace(0.1, 4, 17))


@dataclass(frozen=True, eq=False)
class Candidates:
    """What competes for each validation shopper, with what every space says about it.

    Attributes
    ----------
    features : ndarray, shape (n_queries, n_shoppers, n_candidates, n_features), float32
        For each way to weigh a shopper's actions; padded with zeros.
    kinds : ndarray, shape (n_shoppers, n_candidates), int8
        `WARM`, `COLD` or `HIDDEN`; -1 for padding.
    is_truth : ndarray, shape (n_shoppers, n_candidates), bool
        Acted on in the slice.
    truths : ndarray, shape (n_shoppers, 3), int64
        Truths of each shopper by kind, whether they compete or not.
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
    """Find the candidates of every shopper and what the spaces say about them.

    Parameters
    ----------
    spaces : sequence of Space
    priors : sequence of ndarray, shape (n_products,), float32
        What holds for every shopper.
    queries : sequence of csr_matrix, shape (n_shoppers, n_products)
        Ways to weigh the actions that speak. The first decides who competes.
    known, truth : csr_matrix, shape (n_shoppers, n_products)
        What must not be recommended, and what should.
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
    """Put the candidates of several validation slices one below the other."""
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
    """Give the numbers of so many shoppers at a time as their rows and sums fit into memory.

    Each shopper's own actions are counted, since those with many may follow one another.
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
    asked = np.unique(np.concatenate([query.indices for query in queries]))
    shoppers = queries[0].shape[0]
    narrow = [query[:, asked] for query in queries]
    owners = np.repeat(np.arange(shoppers), np.diff(known.indptr))
    chosen = [_popular(priors, known, row, is_shown) for row in range(shoppers)]
    # By space, then query; the rows of one space at a time.
    sums: list[list[NDArray[np.float32]]] = []
    for space in spaces:
        rows = space.rows(asked)
        sums.append([np.asarray(query @ rows, np.float32) for query in narrow])
        del rows
        # What the space says by the first query decides who competes.
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
    """Return the best of each prior that a shopper has not had."""
    mine = known.indices[known.indptr[row] : known.indptr[row + 1]]
    popular = [np.argsort(-prior, kind="stable")[: _BEST // 2] for prior in priors]
    return [
        np.setdiff1d(best[(prior[best] > 0) & is_shown[best]], mine)
        for prior, best in zip(priors, popular, strict=True)
    ]


def _best(scores: NDArray[np.float32], count: int) -> list[NDArray[np.int64]]:
    """Return the numbers of the best positive scores of each row."""
    count = min(count, scores.shape[1])
    best = np.argpartition(-scores, count - 1, axis=1)[:, :count]
    is_positive = np.take_along_axis(scores, best, axis=1) > 0
    return [row[kept] for row, kept in zip(best, is_positive, strict=True)]


@dataclass(frozen=True, slots=True, eq=False)
class Blend:
    """What the search found.

    Attributes
    ----------
    weights : ndarray, shape (n_features,), float64
        Of the spaces' and priors' own scores, 0 and above.
    cold_weights : ndarray, shape (n_features,), float64
        The same for products without events: above 0 for texts only.
    query : int
        Which way to weigh a shopper's actions.
    ndcg : float
        NDCG@10 of the validation shoppers on the products with events.
    ndcg_hidden : float
        NDCG@10 on those whose events were hidden, among all; NaN where there were none.
    """

    weights: NDArray[np.float64]
    cold_weights: NDArray[np.float64]
    query: int
    ndcg: float
    ndcg_hidden: float


def choose_weights(
    candidates: Candidates,
    *,
    is_text: NDArray[np.bool_],
    reference: int,
    seed: int,
    report: Report,
) -> Blend:
    """Search the weights that rank best: random starts, then one weight at a time.

    The measure is the very NDCG@10 that is wanted; it has no gradient, but only a dozen weights.
    Products without events have weights of their own, learned on those whose events are hidden.

    Parameters
    ----------
    candidates : Candidates
    is_text : ndarray, shape (n_features,), bool
        Features that know products without events.
    reference : int
        Feature whose ranking of products without events ours has to reach: plain text.
    seed : int
    """
    generator = np.random.default_rng(seed)
    values = candidates.features[0][candidates.kinds >= 0]
    # Where nobody has a candidate, nothing tells them apart.
    spreads = values.std(axis=0) if len(values) else np.zeros(values.shape[1], np.float32)
    scales = np.where(spreads > 0, 1 / np.maximum(spreads, 1e-12), 0).astype(np.float32)
    usable = np.flatnonzero(scales)
    measure = _Measure(candidates, (WARM,))
    is_warm = (candidates.kinds == WARM)[:, :, None]

    value, weights = _search(candidates.features[0] * scales * is_warm, usable, measure, generator)
    query = 0
    report("weights", 1, len(candidates.features))
    for other in range(1, len(candidates.features)):
        features = candidates.features[other] * scales * is_warm
        found, other_weights = _climb(features, usable, weights, measure)
        if len(usable) <= _FEW:
            # Cheap, and what is good for one query may be far from it for another.
            found, other_weights = max(
                (found, other_weights),
                _search(features, usable, measure, generator),
                key=lambda pair: pair[0],
            )
        if found > value + _LEAST_GAIN:
            value, weights, query = found, other_weights, other
        report("weights", other + 1, len(candidates.features))

    features = candidates.features[query] * scales
    weights = _bag(features * is_warm, usable, measure, generator)
    whole = np.zeros(len(scales))
    whole[usable] = weights
    cold = np.flatnonzero(is_text & (scales > 0))
    cold_whole, ndcg_hidden = _choose_cold_weights(
        features, whole, cold, candidates, reference, generator
    )
    return Blend(whole * scales, cold_whole * scales, query, value, ndcg_hidden)


def _search(
    features: NDArray[np.float32],
    usable: NDArray[np.int64],
    measure: "_Measure",
    generator: np.random.Generator,
    *,
    climbs: int = _CLIMBS,
) -> tuple[float, NDArray[np.float64]]:
    """Climb from the best of random starts and of each feature alone."""
    starts = np.concatenate(
        [generator.dirichlet(np.full(len(usable), 0.7), _STARTS), np.eye(len(usable))]
    )
    values = [measure(features[:, :, usable] @ start.astype(np.float32)) for start in starts]
    climbed = [
        _climb(features, usable, starts[start], measure)
        for start in np.argsort(-np.array(values), kind="stable")[:climbs]
    ]
    return max(climbed, key=lambda found: found[0])


def _bag(
    features: NDArray[np.float32],
    usable: NDArray[np.int64],
    measure: "_Measure",
    generator: np.random.Generator,
) -> NDArray[np.float64]:
    """Average the weights that are found for several draws of the shoppers.

    One search fits the chances of its few shoppers too; their mean does so less (Breiman 1996,
    "Bagging predictors").
    """
    found: list[NDArray[np.float64]] = []
    for _ in range(_BAGS):
        drawn = measure.drawn(generator)
        weights = _search(features, usable, drawn, generator, climbs=1)[1]
        found.append(weights / max(weights.sum(), 1e-12))
    return np.mean(found, axis=0)


class _Measure:
    """NDCG@10 of the shoppers with truths of some kinds, from the scores of their candidates.

    Padding scores 0, so that nothing with a score above 0 can lie behind it.
    """

    def __init__(self, candidates: Candidates, kinds: tuple[int, ...]) -> None:
        counts = candidates.truths[:, kinds].sum(axis=1)
        discounts = 1 / np.log2(np.arange(2, _K + 2))
        ideals = np.concatenate([[np.inf], np.cumsum(discounts)])[np.minimum(counts, _K)]
        wanted = candidates.is_truth & np.isin(candidates.kinds, kinds)
        self._count = len(counts)
        self._rows, self._columns = np.nonzero(wanted)
        self._shares = 1 / ideals[self._rows] / max(1, np.count_nonzero(counts))

    def drawn(self, generator: np.random.Generator) -> "_Measure":
        """Return the measure over as many shoppers, drawn with replacement."""
        count = self._count
        times = generator.multinomial(count, np.full(count, 1 / count))
        other = copy(self)
        other._shares = self._shares * times[self._rows]  # noqa: SLF001  (one of its own kind)
        return other

    def __call__(self, scores: NDArray[np.float32]) -> float:
        own = scores[self._rows, self._columns]
        rivals = scores[self._rows]
        better = np.count_nonzero(rivals > own[:, None], axis=1)
        # Ties count half; the truth itself is among those that are as good.
        ranks = better + (np.count_nonzero(rivals == own[:, None], axis=1) - 1) / 2
        gains = np.where((ranks < _K) & (own > 0), 1 / np.log2(ranks + 2), 0)
        return float(gains @ self._shares)


def _climb(
    features: NDArray[np.float32],
    usable: NDArray[np.int64],
    weights: NDArray[np.float64],
    measure: _Measure,
) -> tuple[float, NDArray[np.float64]]:
    """Change one weight at a time as long as that helps; the value reached and its weights."""
    weights = weights / weights.sum()
    total = features[:, :, usable] @ weights.astype(np.float32)
    value = measure(total)
    for _ in range(_ROUNDS):
        before = value
        for position, feature in enumerate(usable):
            own = features[:, :, feature]
            for factor in _STEPS:
                old = weights[position]
                new = old * factor if old > 0 else 0.1 * factor
                if new == old:
                    continue
                trial = np.add(total, own * np.float32(new - old))
                if measure(trial) <= value + _LEAST_GAIN:
                    continue
                # Summed anew: where a weight became 0, what rounding left of it in the running sum
                # would rank products that have no score.
                others = weights.copy()
                others[position] = new
                trial = features[:, :, usable] @ others.astype(np.float32)
                gained = measure(trial)
                if gained > value + _LEAST_GAIN:
                    value, total, weights = gained, trial, others
        if value - before < 10 * _LEAST_GAIN:
            break
    return value, weights


def _choose_cold_weights(
    features: NDArray[np.float32],
    weights: NDArray[np.float64],
    usable: NDArray[np.int64],
    candidates: Candidates,
    reference: int,
    generator: np.random.Generator,
) -> tuple[NDArray[np.float64], float]:
    """Find what the texts of products without events should count; and the NDCG of hidden ones.

    First which texts, by how well they rank such products among themselves. Then how much in all:
    at least so much that the hidden products rank among all as well as by plain text; from there
    on, what ranks best the mix of products that the slice really has.
    """
    cold_weights = np.zeros(len(weights))
    is_hidden = candidates.truths[:, HIDDEN].any()
    if not len(usable) or not is_hidden:
        cold_weights[usable] = weights[usable] if weights[usable].any() else 1.0
        return cold_weights, float("nan")
    is_warm, is_mix = candidates.kinds == WARM, candidates.kinds != HIDDEN
    of_hidden, of_mix = _Measure(candidates, (HIDDEN,)), _Measure(candidates, (WARM, COLD))
    cold_weights[usable] = _bag(features * ~is_warm[:, :, None], usable, of_hidden, generator)
    wanted = of_hidden(features[:, :, reference])
    warm = features @ weights.astype(np.float32) * is_warm
    cold = features @ cold_weights.astype(np.float32) * ~is_warm
    level = _level(warm) / max(_level(cold), 1e-12)
    best, factor_of_best, ndcg_of_best = -1.0, 1.0, 0.0
    for factor in _COLD_FACTORS:
        scores = warm + cold * np.float32(factor * level)
        ndcg, mixed = of_hidden(scores), of_mix(scores * is_mix)
        is_enough = ndcg >= wanted or factor == _COLD_FACTORS[-1]
        if is_enough and mixed > best + _LEAST_GAIN:
            best, factor_of_best, ndcg_of_best = mixed, factor, ndcg
    return cold_weights * factor_of_best * level, ndcg_of_best


def _level(scores: NDArray[np.float32]) -> float:
    """Return the mean of the shoppers' best scores."""
    return float(scores.max(axis=1, initial=0).mean())
