"""What a shopper of the demo looks for, visit by visit.

Each visit has an intent: a kind of product, for a taste. It ends when the product is bought or
given up; until then the next visit, a few days later, takes it up again.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from alsolike.demo.catalogue import SUBCATEGORIES, Catalogue
from alsolike.demo.tastes import PARTNERS, Taste, TasteOverTime, draw_gift_taste
from alsolike.demo.vocabulary import STYLES

MINUTE: Final = 1.0 / 1440.0
_LAST_START: Final = 31 * MINUTE
# Longer than any visit, so that two are never within 30 minutes of each other.
_BETWEEN_STARTS: Final = 150 * MINUTE
_MOST_VIEWS: Final = 20
_COMPARED: Final = 3
_IS_SIGNED_IN: Final = 0.93
_GIVES_UP: Final = 0.3
_IS_GIFT: Final = 0.08
_GOES_ON_TO_PARTNER: Final = 0.4
_IS_LIKED: Final = 0.82
# How much more the first liked kind is looked for than the second and third.
_LIKING: Final = (1.0, 0.65, 0.45)
# How much a kind still interests somebody who bought one of it within so many days.
_INTEREST_IN_OWNED: Final = 0.05
_DAYS_OF_OWNING: Final = 120.0


@dataclass(frozen=True)
class Visit:
    """One visit and its intent.

    Attributes
    ----------
    start : float
        Day since the start of the history.
    leaf : int
        The kind of product that is looked for.
    taste : Taste
        Whom it is for, with the style, use and price level that are wanted this time.
    leaves : tuple of int
        The kind of each product page opened: mostly ``leaf``, with glances at other kinds.
    is_resumed : bool
        Whether the visit before had the same intent, and did not fulfil it.
    ends_in_order : bool
        Whether the intent is fulfilled.
    """

    start: float
    leaf: int
    taste: Taste
    leaves: tuple[int, ...]
    is_signed_in: bool
    is_resumed: bool
    ends_in_order: bool


@dataclass(frozen=True)
class _Intent:
    leaf: int
    taste: Taste
    is_gift: bool


class VisitPlanner:
    """Plans the visits of one shopper after another over one catalogue of some days."""

    def __init__(self, catalogue: Catalogue, days: int) -> None:
        """Prepare one planner for all shoppers of a shop."""
        self._catalogue = catalogue
        self._days = float(days)
        self._all_leaves: list[int] = np.flatnonzero(catalogue.anchor >= 0).tolist()

    def plan(
        self, rng: np.random.Generator, tastes: TasteOverTime, active_from: float, count: int
    ) -> list[Visit]:
        """Plan at most so many visits from a day on, at least one, ordered by time."""
        readiness = float(rng.beta(2.6, 2.9))
        signed_in = rng.random(count) < _IS_SIGNED_IN
        is_bought = (rng.random(count) < readiness) & signed_in
        is_over = is_bought | (rng.random(count) < _GIVES_UP)
        is_resumed = np.concatenate(([False], ~is_over[:-1]))
        starts = self._starts(rng, active_from, is_resumed)
        owned: dict[int, float] = {}
        visits: list[Visit] = []
        intent: _Intent | None = None
        bought: int | None = None
        for place, start in enumerate(starts):
            if intent is None or not is_resumed[place]:
                intent = self._intent(rng, tastes.at(start), start, bought, owned)
            ends_in_order = bool(is_bought[place])
            visits.append(
                Visit(
                    start,
                    intent.leaf,
                    intent.taste,
                    self._leaves(rng, intent, owned, at_least=_COMPARED if ends_in_order else 1),
                    bool(signed_in[place]),
                    bool(is_resumed[place]),
                    ends_in_order,
                )
            )
            bought = intent.leaf if ends_in_order and not intent.is_gift else None
            if bought is not None and not SUBCATEGORIES[bought].is_consumable:
                owned[bought] = start
        return visits

    def plan_one(self, rng: np.random.Generator, taste: Taste) -> Visit:
        """Plan the only visit of somebody who never signs in."""
        start = next(self._starts(rng, 0.0, np.zeros(1, dtype=np.bool_)))
        intent = self._intent(rng, taste, start, None, {})
        leaves = self._leaves(rng, intent, {}, at_least=1)
        return Visit(
            start,
            intent.leaf,
            intent.taste,
            leaves,
            is_signed_in=False,
            is_resumed=False,
            ends_in_order=False,
        )

    def _starts(
        self, rng: np.random.Generator, active_from: float, is_resumed: NDArray[np.bool_]
    ) -> Iterator[float]:
        """Draw when visits start: mostly in the evening or around noon.

        An intent begins on any day, and is taken up again one to a few days later. Visits that
        would start after the end of the history are left out.
        """
        count = len(is_resumed)
        first_days = np.sort(np.floor(rng.uniform(active_from, self._days, count))).tolist()
        hour = np.where(
            rng.random(count) < 0.6,
            rng.normal(20.0, 1.4, size=count),
            rng.normal(12.5, 2.6, size=count),
        )
        hours = (np.clip(hour, 5.5, 23.2) / 24.0).tolist()
        pauses = rng.geometric(0.5, size=count).tolist()
        last = self._days - _LAST_START
        day, before = 0.0, -1.0
        for place, is_again in enumerate(is_resumed.tolist()):
            day = day + pauses[place] if is_again else max(first_days[place], day)
            start = max(day + hours[place], active_from)
            if place == 0:
                start = max(min(start, last), 0.0)
            else:
                start = max(start, before + _BETWEEN_STARTS)
            if place and start > last:
                return
            before = start
            yield start

    def _intent(
        self,
        rng: np.random.Generator,
        taste: Taste,
        day: float,
        bought: int | None,
        owned: dict[int, float],
    ) -> _Intent:
        """Draw what is looked for next, after a kind was bought in the visit before (or None)."""
        kind, first, second, third = rng.random(4).tolist()
        if kind < _IS_GIFT:
            gift = draw_gift_taste(rng, self._catalogue, taste)
            return _Intent(self._any_leaf(first, day, {}), gift, is_gift=True)
        leaf = self._own_leaf(rng, taste, day, bought, owned)
        # Most visits follow the taste in all; some are for another style, use or price.
        style = taste.style if first < 0.85 else int((first - 0.85) / 0.15 * len(STYLES))
        use = taste.use if second < 0.6 else int((second - 0.6) / 0.4 * 3)
        level = taste.level if third < 0.75 else int((third - 0.75) / 0.25 * 3)
        return _Intent(leaf, replace(taste, style=style, use=use, level=level), is_gift=False)

    def _own_leaf(
        self,
        rng: np.random.Generator,
        taste: Taste,
        day: float,
        bought: int | None,
        owned: dict[int, float],
    ) -> int:
        """Draw a kind: what goes with the last purchase, a liked one, or any, new ones too."""
        kind, draw, other = rng.random(3).tolist()
        if bought is not None and kind < _GOES_ON_TO_PARTNER:
            partners = [
                leaf
                for leaf in PARTNERS[bought]
                if self._catalogue.anchor[leaf] >= 0 and self._interest(leaf, day, owned) == 1.0
            ]
            if partners:
                return partners[int(draw * len(partners))]
        if other < _IS_LIKED:
            weights = [
                weight * math.exp(self._catalogue.leaf_trend[leaf] * self._progress(day))
                for weight, leaf in zip(_LIKING, taste.leaves, strict=False)
            ]
            rest = draw * sum(weights)
            for weight, leaf in zip(weights, taste.leaves, strict=True):
                rest -= weight * self._interest(leaf, day, owned)
                if rest < 0:
                    return leaf
            # Liked kinds lost interest to purchases: any kind takes their part.
            draw = other / _IS_LIKED
        return self._any_leaf(draw, day, owned)

    def _any_leaf(self, draw: float, day: float, owned: dict[int, float]) -> int:
        """Choose among all kinds by a number from 0 to 1; rising ones have more of it."""
        weights = np.exp(self._catalogue.leaf_trend[self._all_leaves] * self._progress(day))
        for leaf in owned:
            weights[self._all_leaves.index(leaf)] *= self._interest(leaf, day, owned)
        reach = np.cumsum(weights)
        place = int(np.searchsorted(reach, draw * float(reach[-1])))
        return self._all_leaves[min(place, len(self._all_leaves) - 1)]

    def _leaves(
        self,
        rng: np.random.Generator,
        intent: _Intent,
        owned: dict[int, float],
        *,
        at_least: int,
    ) -> tuple[int, ...]:
        """Draw the kind of each page opened: the intent's, and glances at what else is liked."""
        length = max(min(rng.geometric(0.22), _MOST_VIEWS), at_least)
        pool = [*PARTNERS[intent.leaf], *(() if intent.is_gift else intent.taste.leaves)]
        others = [leaf for leaf in pool if self._catalogue.anchor[leaf] >= 0 and leaf not in owned]
        draws: list[float] = rng.random(length).tolist()
        # The first pages are those that are compared.
        return tuple(
            others[int(draw / 0.16 * len(others))]
            if draw < 0.16 and place >= at_least and others
            else intent.leaf
            for place, draw in enumerate(draws)
        )

    def _interest(self, leaf: int, day: float, owned: dict[int, float]) -> float:
        is_owned = leaf in owned and day - owned[leaf] < _DAYS_OF_OWNING
        return _INTEREST_IN_OWNED if is_owned else 1.0

    def _progress(self, day: float) -> float:
        """How far the history has come, from -0.5 to 0.5."""
        return day / self._days - 0.5
