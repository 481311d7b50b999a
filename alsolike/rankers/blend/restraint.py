"""How far popular products are held back: as far as costs hardly any ranking quality."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from alsolike.rankers.blend.candidates import COLD, WARM, Candidates
from alsolike.rankers.blend.certainty import loses_little, surest
from alsolike.rankers.blend.weights import MOST_FOR_COLD, NdcgOfKinds

# Length of a list, and the share of the NDCG that may be lost for coverage.
_K = 10
_LOSS = 0.01
# What the weights of the priors are multiplied by.
_PRIOR_SHARES = (1.0, 0.7, 0.5, 0.3, 0.15, 0.0)
# Powers by which a neighbour's score falls with its popularity.
DAMPINGS = (0.0, 0.5, 1.0, 1.5, 2.0)
# Quantiles, over the shoppers, of the sum of the weights from which priors count in full.
_QUANTILES = (0.25, 0.5, 0.75, 1.0)
# What the scores of products without events may be multiplied by, the first that is good enough.
_COLD_FACTORS = (1.0, 0.7, 0.5, 0.35, 0.25, 0.1, 0.0)


@dataclass(frozen=True, slots=True)
class Restraint:
    """How far popular products are held back.

    Attributes
    ----------
    prior_share : float
        What the weights of the priors are multiplied by, 0 to 1.
    full_weight : float
        The serving option of this name: sum of the weights of actions from which on priors count
        in full; 0: always.
    damping : float
        A neighbour's score is divided by e to this power, times its excess popularity.
    """

    prior_share: float = 1.0
    full_weight: float = 0.0
    damping: float = 0.0


@dataclass(frozen=True, slots=True)
class MeasuredRestraint:
    """A restraint with NDCG@10 and how many products the lists show.

    In so many lists, drawn of the validation shoppers', as have places for all products that
    compete: in thousands of lists of a small catalogue every model shows nearly all.
    """

    restraint: Restraint
    ndcg: float
    products: float

    def as_dict(self) -> dict[str, Any]:
        """Return it by name, fit for JSON."""
        return {
            "prior_share": self.restraint.prior_share,
            "full_weight": round(self.restraint.full_weight, 4),
            "damping": self.restraint.damping,
            "ndcg": round(self.ndcg, 6),
            "products": round(self.products, 1),
        }


def excess_popularity(
    popularity: NDArray[np.float32], events: NDArray[np.integer]
) -> NDArray[np.float32]:
    """Return how much more popular products are than what is acted on; 0 for those without events.

    Parameters
    ----------
    popularity : ndarray, shape (n_products,)
        The prior of this name: a logarithm, so that damping divides by a power of a count.
    events : ndarray, shape (n_products,)
    """
    if not events.any():
        return np.zeros_like(popularity)
    usual = np.float32(np.average(popularity, weights=events))
    return np.where(events > 0, popularity - usual, np.float32(0))


def damped(excess: NDArray[np.float32], damping: float) -> NDArray[np.float32]:
    """Return what the scores of neighbours with some excess popularity are multiplied by."""
    return np.exp(excess * np.float32(-damping))


class Restrainable:
    """Lists of validation shoppers that can be made with any restraint.

    Parameters
    ----------
    candidates : Candidates
        Asked once for each damping: the first feature is the neighbours' score, those after it are
        priors, and the last is the excess popularity.
    weights : ndarray, shape (n_features - 1,)
        Of the neighbours and of the priors.
    totals : ndarray, shape (n_shoppers,)
        Sum of the weights of each shopper's actions.
    dampings : sequence of float
        How far neighbours were held back when it was decided which of them are added up.
    """

    def __init__(
        self,
        candidates: Candidates,
        weights: NDArray[np.float64],
        totals: NDArray[np.floating[Any]],
        dampings: Sequence[float] = (0.0,),
    ) -> None:
        self._is_warm = candidates.kinds == WARM
        # Equal in all: those without events have no excess popularity.
        others = candidates.features[0][:, :, 1:]
        self._own = {
            damping: asked[:, :, 0] * np.float32(weights[0]) * damped(others[:, :, -1], damping)
            for damping, asked in zip(dampings, candidates.features, strict=True)
        }
        self._prior = others[:, :, :-1] @ weights[1:].astype(np.float32) * self._is_warm
        self._totals = totals
        self._candidates = candidates
        competing = len(np.unique(candidates.products[self._is_warm]))
        self._drawn = max(1, min(len(totals), competing // _K))
        self._measure = NdcgOfKinds(candidates, (WARM,), rivals=(WARM,))

    def choose(self) -> tuple[Restraint, list[MeasuredRestraint]]:
        """Return the restraint that shows most, of those that cost no more than 1 %.

        Each is measured by no restraint at all, or by the one that certainly ranks better than
        that: see `certainty`. Return also what there was to choose from: the frontier of those to
        which no other is better in both, the best NDCG first, and the chosen one among them.
        """
        restraints = [
            Restraint(prior_share, full_weight, damping)
            for prior_share, damping in product(_PRIOR_SHARES, self._own)
            for full_weight in (self._full_weights() if prior_share else (0.0,))
        ]
        gains = [self.of_shoppers(restraint) for restraint in restraints]
        reference = gains[surest(gains, restraints.index(Restraint(damping=min(self._own))))]
        measured = [
            MeasuredRestraint(
                restraint,
                float(gained.sum()),
                self._count_shown(self._scores(restraint) * self._is_warm),
            )
            for restraint, gained in zip(restraints, gains, strict=True)
        ]
        chosen = max(
            (
                one
                for one, gained in zip(measured, gains, strict=True)
                if loses_little(reference, gained, _LOSS)
            ),
            key=lambda one: (one.products, one.ndcg),
        )
        frontier: list[MeasuredRestraint] = []
        for one in sorted(measured, key=lambda one: -one.ndcg):
            if one is chosen or not frontier or one.products > frontier[-1].products:
                frontier.append(one)
        return chosen.restraint, frontier

    def ndcg(self, restraint: Restraint) -> float:
        """Return NDCG@10 on products with events."""
        return float(self.of_shoppers(restraint).sum())

    def of_shoppers(self, restraint: Restraint) -> NDArray[np.float64]:
        """Return what each shopper adds to the NDCG@10 on products with events."""
        return self._measure.of_shoppers(self._measure.packed(self._scores(restraint)))

    def cold_factor(self, restraint: Restraint) -> float:
        """Return what the scores of products without events are to be multiplied by.

        Their weights were chosen beside the scores that others had without the restraint. It is the
        greatest factor, 1 at most, that costs no more than `MOST_FOR_COLD` of the NDCG@10 of all
        products.
        """
        kinds = (WARM, COLD)
        measure = NdcgOfKinds(self._candidates, kinds, rivals=kinds)
        scores = self._scores(restraint)
        values = [
            measure(measure.packed(np.where(self._is_warm, scores, scores * np.float32(factor))))
            for factor in _COLD_FACTORS
        ]
        enough = max(values) * (1 - MOST_FOR_COLD)
        return next(
            factor for factor, value in zip(_COLD_FACTORS, values, strict=True) if value >= enough
        )

    def _full_weights(self) -> Sequence[float]:
        done = self._totals[self._totals > 0]
        if not len(done):
            return (0.0,)
        return (0.0, *(float(value) for value in np.quantile(done, _QUANTILES)))

    def _scores(self, restraint: Restraint) -> NDArray[np.float32]:
        shares = np.full(len(self._totals), restraint.prior_share, np.float32)
        if restraint.full_weight:
            shares *= np.minimum(1, self._totals / restraint.full_weight).astype(np.float32)
        return self._own[restraint.damping] + self._prior * shares[:, None]

    def _count_shown(self, scores: NDArray[np.float32]) -> float:
        """Return how many products are expected in some lists, drawn of all of them."""
        count = min(_K, scores.shape[1])
        best = np.argpartition(-scores, count - 1, axis=1)[:, :count]
        is_shown = np.take_along_axis(scores, best, axis=1) > 0
        products = np.take_along_axis(self._candidates.products, best, axis=1)[is_shown]
        shares = np.unique(products, return_counts=True)[1] / len(scores)
        return float((1 - (1 - shares) ** self._drawn).sum())


def of_ways(candidates: Candidates, ways: slice, features: Sequence[int]) -> Candidates:
    """Return the candidates as some of the ways to weigh actions score them, by some features."""
    return replace(candidates, features=candidates.features[ways][:, :, :, list(features)])
