"""The weights of the spaces and priors, chosen for the ranking that they give on validation."""

from copy import copy
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from alsolike.progress import Report
from alsolike.rankers.blend.candidates import COLD, HIDDEN, WARM, Candidates
from alsolike.rankers.blend.certainty import surest
from alsolike.rankers.spaces import kernels
from alsolike.rankers.spaces.threads import in_threads

# Weights are chosen by NDCG at this length of a list.
_K = 10
# The search: random starts, how many of the best are climbed from, rounds over all weights, factors
# that a weight is multiplied by, and the least difference of NDCG that counts as a gain.
_STARTS = 40
_CLIMBS = 3
_ROUNDS = 6
_STEPS = (0.0, 0.5, 0.8, 1.25, 2.0)
_LEAST_GAIN = 1e-6
# If more than one in so many weights is above 0, one matrix product takes less time than adding up
# the features one by one.
_FEW_OF = 4
# Bootstrap samples of the shoppers; the weights found on each are averaged.
_BAGS = 10
# Up to this many weights, each query gets a search of its own.
_FEW = 6
# Share of the NDCG of all products that may be lost so that those without events are shown.
MOST_FOR_COLD = 0.01
_COLD_FACTORS = tuple(float(factor) for factor in np.geomspace(0.1, 4, 17))


@dataclass(frozen=True, slots=True, eq=False)
class Blend:
    """The weights that the search found.

    Attributes
    ----------
    weights : ndarray, shape (n_features,), float64
        Of the scores in each space and of each prior; 0 and above.
    cold_weights : ndarray, shape (n_features,), float64
        The same for products without events; above 0 for spaces of texts only.
    query : int
        Number of the way to weigh a shopper's actions.
    ndcg : float
        NDCG@10 of the validation shoppers on products with events.
    ndcg_hidden : float
        NDCG@10 on products whose events were hidden, ranked among all; NaN without such products.
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
    usual: int = 0,
) -> Blend:
    """Search the weights that rank best: random starts, then one weight at a time.

    The search maximises NDCG@10 itself. That has no gradient, but there are only a dozen weights.
    Products without events have weights of their own, learned on products whose events are hidden.

    Parameters
    ----------
    is_text : ndarray, shape (n_features,), bool
        Whether a feature scores products without events.
    reference : int
        Number of the feature, plain text, whose ranking of products without events the blend must
        reach.
    usual : int
        Number of the way to weigh a shopper's actions that is kept unless another certainly ranks
        better, each with the weights that are best with it.
    """
    generator = np.random.default_rng(seed)
    values = candidates.features[0][candidates.kinds >= 0]
    # Without any candidate there is no spread to scale by.
    spreads = values.std(axis=0) if len(values) else np.zeros(values.shape[1], np.float32)
    scales = np.where(spreads > 0, 1 / np.maximum(spreads, 1e-12), 0).astype(np.float32)
    usable = np.flatnonzero(scales)
    measure = NdcgOfKinds(candidates, (WARM,), rivals=(WARM,))

    def warm(query: int) -> NDArray[np.float32]:
        planes = measure.planes(candidates.features[query], usable)
        planes *= scales[usable, None, None]
        return planes

    count = len(candidates.features)
    planes = warm(usual)
    value, weights = _search(planes, measure, _starts(len(planes), generator))
    gains = {usual: measure.of_shoppers(_added(planes, weights))}
    for other in range(count):
        report("weights", other + 1, count)
        if other == usual:
            continue
        planes = warm(other)
        other_value, other_weights = _climb(planes, weights, measure)
        if len(usable) <= _FEW:
            # A search over few weights is cheap, and the best ones may differ between queries.
            other_value, other_weights = max(
                (other_value, other_weights),
                _search(planes, measure, _starts(len(planes), generator)),
                key=lambda pair: pair[0],
            )
        gains[other] = measure.of_shoppers(_added(planes, other_weights))
        if other_value > value + _LEAST_GAIN:
            value, weights = other_value, other_weights
    query = surest([gains[each] for each in range(count)], usual)

    features = candidates.features[query] * scales
    planes = warm(query)
    weights = _bag(planes, measure, generator)
    value = measure(_added(planes, weights))
    whole = np.zeros(len(scales))
    whole[usable] = weights
    cold = np.flatnonzero(is_text & (scales > 0))
    cold_whole, ndcg_hidden = _choose_cold_weights(
        features, whole, cold, candidates, reference, generator
    )
    return Blend(whole * scales, cold_whole * scales, query, value, ndcg_hidden)


def _added(planes: NDArray[np.float32], weights: NDArray[np.float64]) -> NDArray[np.float32]:
    """Return the weighted sum of features: shape (n_shoppers, n_candidates)."""
    if np.count_nonzero(weights) > len(planes) // _FEW_OF:
        whole = weights.astype(np.float32) @ planes.reshape(len(planes), -1)
        return whole.reshape(planes.shape[1:])
    total = np.zeros(planes.shape[1:], np.float32)
    weighed = np.empty_like(total)
    for plane, weight in zip(planes, weights, strict=True):
        if weight:
            np.multiply(plane, np.float32(weight), out=weighed)
            total += weighed
    return total


def _starts(features: int, generator: np.random.Generator) -> NDArray[np.float64]:
    """Return where a search starts: random weights, and each feature alone."""
    return np.concatenate([generator.dirichlet(np.full(features, 0.7), _STARTS), np.eye(features)])


def _search(
    planes: NDArray[np.float32],
    measure: "NdcgOfKinds",
    starts: NDArray[np.float64],
    *,
    climbs: int = _CLIMBS,
) -> tuple[float, NDArray[np.float64]]:
    """Climb from the best of some starts."""
    values = [measure(_added(planes, start)) for start in starts]
    best = np.argsort(-np.array(values), kind="stable")[:climbs]
    climbed = in_threads(lambda start: _climb(planes, starts[start], measure), best)
    return max(climbed, key=lambda pair: pair[0])


def _bag(
    planes: NDArray[np.float32],
    measure: "NdcgOfKinds",
    generator: np.random.Generator,
) -> NDArray[np.float64]:
    """Average the weights found on bootstrap samples of the shoppers.

    A single search overfits its few shoppers; the mean of several does so less (Breiman 1996,
    "Bagging predictors").
    """
    drawn = [(measure.resampled(generator), _starts(len(planes), generator)) for _ in range(_BAGS)]

    def searched(sample: "NdcgOfKinds", starts: NDArray[np.float64]) -> NDArray[np.float64]:
        weights = _search(planes, sample, starts, climbs=1)[1]
        return weights / max(weights.sum(), 1e-12)

    return np.mean([*in_threads(lambda one: searched(*one), drawn)], axis=0)


class NdcgOfKinds:
    """NDCG@10 of some kinds of products, from the scores of the candidates: a weighted mean.

    Only shoppers who acted on a product of these kinds count. A shopper of whose products none is a
    candidate adds nothing, so that scores are looked at without them: `packed`. A product without a
    score above 0 adds nothing either, so that padding with zeros does not matter.

    Parameters
    ----------
    kinds : tuple of int
        Whose ranks count.
    rivals : tuple of int
        Kinds among which they are ranked.
    """

    def __init__(
        self, candidates: Candidates, kinds: tuple[int, ...], rivals: tuple[int, ...]
    ) -> None:
        counts = candidates.truths[:, kinds].sum(axis=1)
        discounts = 1 / np.log2(np.arange(2, _K + 2))
        ideals = np.concatenate([[np.inf], np.cumsum(discounts)])[np.minimum(counts, _K)]
        is_counted = candidates.is_truth & np.isin(candidates.kinds, kinds)
        self._count = len(counts)
        self._shoppers = np.flatnonzero(is_counted.any(axis=1))
        is_rival = np.isin(candidates.kinds[self._shoppers], rivals)
        width = int(np.count_nonzero(is_rival, axis=1).max(initial=0))
        # Rivals first.
        self._candidates = np.argsort(~is_rival, axis=1, kind="stable")[:, :width]
        self._is_rival = np.take_along_axis(is_rival, self._candidates, axis=1)
        self._rows, self._columns = np.nonzero(
            np.take_along_axis(is_counted[self._shoppers], self._candidates, axis=1)
        )
        self._owners = self._shoppers[self._rows]
        of_all = candidates.weights[counts > 0].sum()
        self._shares = candidates.weights[self._owners] / ideals[self._owners] / max(of_all, 1e-12)

    def packed(self, scores: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return of scores, shape (n_shoppers, n_candidates), those that are looked at.

        Zero where a shopper has fewer rivals than another.
        """
        own = scores[self._shoppers]
        return np.take_along_axis(own, self._candidates, axis=1) * self._is_rival

    def planes(
        self, features: NDArray[np.float32], usable: NDArray[np.integer]
    ) -> NDArray[np.float32]:
        """Return some features of shape (n_shoppers, n_candidates, n_features), packed.

        One after the other: the search adds up whole features thousands of times, so that each must
        lie in one piece of memory.
        """
        planes = np.empty((len(usable), *self._is_rival.shape), np.float32)
        for place, feature in enumerate(usable):
            planes[place] = self.packed(features[:, :, feature])
        return planes

    def resampled(self, generator: np.random.Generator) -> "NdcgOfKinds":
        """Return the measure over as many shoppers, drawn with replacement."""
        count = self._count
        times = generator.multinomial(count, np.full(count, 1 / count))
        other = copy(self)
        other._shares = self._shares * times[self._owners]  # noqa: SLF001  (of its own class)
        return other

    def __call__(self, scores: NDArray[np.float32]) -> float:
        """Return the mean NDCG@10 of packed scores."""
        return float(self._gains(scores).sum())

    def of_shoppers(self, scores: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return what each shopper adds to the mean NDCG@10 of packed scores.

        Shape (n_shoppers,).
        """
        added = np.zeros(self._count)
        np.add.at(added, self._owners, self._gains(scores))
        return added

    def _gains(self, scores: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return what each of the products that count adds to the mean."""
        ranks = kernels.ranks_among(scores, self._rows, self._columns, _K)
        return self._shares / np.log2(ranks + 2)


def best_of_features(candidates: Candidates) -> float:
    """Return the best NDCG@10 that a single feature has on products with events."""
    measure = NdcgOfKinds(candidates, (WARM,), rivals=(WARM,))
    usable = np.flatnonzero(np.ones(candidates.features.shape[3], bool))
    return max(measure(plane) for plane in measure.planes(candidates.features[0], usable))


def _climb(
    planes: NDArray[np.float32],
    weights: NDArray[np.float64],
    measure: NdcgOfKinds,
) -> tuple[float, NDArray[np.float64]]:
    """Change one weight at a time while NDCG grows; return the NDCG and the weights."""
    weights = weights / weights.sum()
    total = _added(planes, weights)
    value = measure(total)
    trial = np.empty_like(total)
    for _ in range(_ROUNDS):
        before = value
        for position, own in enumerate(planes):
            for factor in _STEPS:
                old = weights[position]
                new = old * factor if old > 0 else 0.1 * factor
                if new == old:
                    continue
                np.multiply(own, np.float32(new - old), out=trial)
                trial += total
                if measure(trial) <= value + _LEAST_GAIN:
                    continue
                # Summed anew: the running sum keeps rounding errors of a weight that became 0, and
                # those would rank products that have no score.
                others = weights.copy()
                others[position] = new
                summed = _added(planes, others)
                gained = measure(summed)
                if gained > value + _LEAST_GAIN:
                    value, total, weights = gained, summed, others
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
    """Return the weights of texts for products without events, and the NDCG of hidden products.

    First the texts are weighed against each other by how well they rank hidden products among
    themselves. Then one factor scales all of them: the one that ranks the slice's real mix of
    products best, among those with which hidden products rank at least as well as by plain text.
    Where nobody came to products without events, that would cost places that the others need. So
    no factor counts that ranks the mix worse than the best one by more than `MOST_FOR_COLD`, and
    where none of the rest reaches plain text, it is the one that ranks hidden products best.
    """
    cold_weights = np.zeros(len(weights))
    is_hidden = candidates.truths[:, HIDDEN].any()
    if not len(usable) or not is_hidden:
        cold_weights[usable] = weights[usable] if weights[usable].any() else 1.0
        return cold_weights, float("nan")
    cold_kinds = (COLD, HIDDEN)
    among_cold = NdcgOfKinds(candidates, (HIDDEN,), rivals=cold_kinds)
    cold_weights[usable] = _bag(among_cold.planes(features, usable), among_cold, generator)
    of_hidden = NdcgOfKinds(candidates, (HIDDEN,), rivals=(WARM, *cold_kinds))
    of_mix = NdcgOfKinds(candidates, (WARM, COLD), rivals=(WARM, COLD))
    least = of_hidden(of_hidden.packed(features[:, :, reference]))
    is_warm = candidates.kinds == WARM
    warm = features @ weights.astype(np.float32) * is_warm
    cold = features @ cold_weights.astype(np.float32) * ~is_warm
    level = _level(warm) / max(_level(cold), 1e-12)
    # Of each factor the NDCG of the mix, that of hidden products, and the factor.
    tried: list[tuple[float, float, float]] = []
    for factor in _COLD_FACTORS:
        scores = warm + cold * np.float32(factor * level)
        tried.append((of_mix(of_mix.packed(scores)), of_hidden(of_hidden.packed(scores)), factor))
    enough = max(mixed for mixed, _, _ in tried) * (1 - MOST_FOR_COLD)
    affordable = [one for one in tried if one[0] >= enough]
    as_good_as_text = [one for one in affordable if one[1] >= least]
    # Of equals the smallest factor, which comes first.
    _, ndcg_hidden, chosen = (
        max(as_good_as_text, key=lambda one: one[0])
        if as_good_as_text
        else max(affordable, key=lambda one: one[1])
    )
    return cold_weights * chosen * level, ndcg_hidden


def _level(scores: NDArray[np.float32]) -> float:
    """Return the mean over shoppers of the best score."""
    return float(scores.max(axis=1, initial=0).mean())
