"""What one shopper of the demo viewed, bought and reviewed.

A history depends on the seed, the shopper's number and the catalogue alone, so shoppers can be
made one after another, each forgotten once written.
"""

from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from alsolike.demo.catalogue import SUBCATEGORIES, Catalogue
from alsolike.demo.tastes import Taste, TasteOverTime, fit_scores
from alsolike.demo.visits import MINUTE, Visit, VisitPlanner
from alsolike.demo.vocabulary import STYLES

_FROM_LEAF: Final = 28
_FROM_SHELF: Final = 20
# Of the looks of a visit that takes an intent up again, so many are at what was seen then.
_IS_RETURN: Final = 0.3
# The longest pauses within a visit: one of 20 views stays clear of the next visit.
_LONGEST_LOOK: Final = 5.0
_LONGEST_CHECKOUT: Final = 15.0


@dataclass(frozen=True)
class View:
    """One product page opened; ``session`` is the shopper's session number from 0."""

    day: float
    product: int
    session: int
    is_signed_in: bool


@dataclass(frozen=True)
class Purchase:
    """One line of an order; ``order`` is the shopper's order number from 0."""

    day: float
    product: int
    order: int
    quantity: int
    discount: float


@dataclass(frozen=True)
class Rating:
    """One verdict of 1 to 5 about a product that was bought before."""

    day: float
    product: int
    stars: int


@dataclass
class History:
    """Everything one shopper did, ``day`` counted from the start of the history."""

    views: list[View] = field(default_factory=list[View])
    purchases: list[Purchase] = field(default_factory=list[Purchase])
    ratings: list[Rating] = field(default_factory=list[Rating])


class Historian:
    """Makes histories of some days from tastes over one catalogue.

    Each view is drawn from some popular products of a kind by a softmax over fit to the visit's
    taste, likeness to the product viewed before, newness and fashion.
    """

    def __init__(self, catalogue: Catalogue, days: int) -> None:
        """Prepare one historian for all shoppers of a shop."""
        self._catalogue = catalogue
        self._days = float(days)
        self._is_seen = np.zeros(len(catalogue), dtype=np.bool_)
        self._planner = VisitPlanner(catalogue, days)

    def of_shopper(self, rng: np.random.Generator, tastes: TasteOverTime, joined: float) -> History:
        """Draw the history of a shopper who joined on this day (negative: before the start)."""
        active_from = max(joined, 0.0)
        share = (self._days - active_from) / 60.0
        count = 1 + int(rng.poisson(rng.gamma(1.6, 2.2) * share))
        visits = self._planner.plan(rng, tastes, active_from, count)
        history = self._browse(rng, visits)
        self._buy(rng, visits, history)
        self._rate(rng, tastes, history)
        history.views.sort(key=lambda view: view.day)
        history.purchases.sort(key=lambda purchase: purchase.day)
        history.ratings.sort(key=lambda rating: rating.day)
        return history

    def of_visitor(self, rng: np.random.Generator, taste: Taste) -> History:
        """Draw the single session of a visitor who never signs in."""
        return self._browse(rng, [self._planner.plan_one(rng, taste)])

    def _browse(self, rng: np.random.Generator, visits: list[Visit]) -> History:
        """Draw all visits' views."""
        days: list[float] = []
        for visit in visits:
            looks = 20.0 / 60.0 + rng.exponential(1.1, size=len(visit.leaves) - 1)
            pauses = np.minimum(looks, _LONGEST_LOOK) * MINUTE
            days += [visit.start, *(visit.start + np.cumsum(pauses)).tolist()]
        candidates, scores = self._candidates(rng, visits, np.asarray(days))
        picks = self._walk(rng, visits, candidates, scores)
        sessions = [session for session, visit in enumerate(visits) for _ in visit.leaves]
        return History(
            views=[
                View(day, product, session, visits[session].is_signed_in)
                for day, product, session in zip(days, picks, sessions, strict=True)
                if day < self._days
            ]
        )

    def _candidates(
        self,
        rng: np.random.Generator,
        visits: list[Visit],
        day: NDArray[np.float64],
    ) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
        """Draw popular products for each step and score them, noise included.

        Returns
        -------
        products : ndarray, int32, shape (n_steps, n_candidates)
        scores : ndarray, float64, same shape
            With Gumbel noise added, so that the greatest is a draw from the softmax. Products
            that had not arrived are at minus infinity.
        """
        catalogue = self._catalogue
        styles = len(STYLES)
        leaves = np.asarray([leaf for visit in visits for leaf in visit.leaves])
        tastes = [visit.taste for visit in visits for _ in visit.leaves]
        first = np.repeat(leaves[:, None] * styles, _FROM_LEAF + _FROM_SHELF, axis=1)
        last = first + styles
        first[:, _FROM_LEAF:] += np.asarray([taste.style for taste in tastes])[:, None]
        last[:, _FROM_LEAF:] = first[:, _FROM_LEAF:] + 1
        start, end = catalogue.shelf_start[first], catalogue.shelf_start[last]
        is_bare = start == end
        start = np.where(is_bare, catalogue.shelf_start[leaves * styles][:, None], start)
        end = np.where(is_bare, catalogue.shelf_start[(leaves + 1) * styles][:, None], end)
        low, high = catalogue.weight_until[start], catalogue.weight_until[end]
        drawn = low + rng.random(start.shape) * (high - low)
        place = np.searchsorted(catalogue.weight_until, drawn, side="right") - 1
        products = catalogue.by_shelf[np.clip(place, start, end - 1)]
        # The anchor was there from the start: there is always something to look at.
        products[:, 0] = catalogue.anchor[leaves]

        age = day[:, None] - catalogue.arrived[products]
        fashion = (day[:, None] - catalogue.trend_day[products]) / 4.0
        scores = fit_scores(catalogue, products, tastes)
        scores += 1.8 * np.exp(-fashion * fashion)
        scores += 1.7 * np.exp(-np.maximum(age, 0.0) / 8.0)
        scores += rng.gumbel(size=products.shape)
        scores[age < 0.0] = -np.inf
        return products, scores

    def _walk(
        self,
        rng: np.random.Generator,
        visits: list[Visit],
        candidates: NDArray[np.int32],
        scores: NDArray[np.float64],
    ) -> list[int]:
        """Pick a product per step, near the one before it in the same visit.

        A visit that takes an intent up again goes back to some products seen for it before.
        """
        catalogue = self._catalogue
        style = catalogue.style[candidates]
        brand = catalogue.brand[candidates]
        colour = catalogue.colour[candidates]
        returns: list[float] = rng.random(len(candidates)).tolist()
        picks: list[int] = []
        intent_from = 0
        for visit in visits:
            visit_from = len(picks)
            intent_from = intent_from if visit.is_resumed else visit_from
            seen_then = picks[intent_from:visit_from]
            before = -1
            for step in range(visit_from, visit_from + len(visit.leaves)):
                if seen_then and returns[step] < _IS_RETURN:
                    before = seen_then.pop(int(returns[step] / _IS_RETURN * len(seen_then)))
                else:
                    score = scores[step] - 1.6 * self._is_seen[candidates[step]]
                    if before >= 0:
                        score += 0.8 * (style[step] == catalogue.style[before])
                        score += 0.7 * (brand[step] == catalogue.brand[before])
                        score += 0.4 * (colour[step] == catalogue.colour[before])
                        score[candidates[step] == before] -= 6.0
                    before = int(candidates[step, int(score.argmax())])
                self._is_seen[before] = True
                picks.append(before)
        self._is_seen[picks] = False
        return picks

    def _buy(self, rng: np.random.Generator, visits: list[Visit], history: History) -> None:
        """Let the visits that fulfil their intent end in an order; re-order consumables."""
        by_session: dict[int, list[View]] = {}
        for view in history.views:
            by_session.setdefault(view.session, []).append(view)
        owned: set[int] = set()
        order = 0
        for session, views in by_session.items():
            visit = visits[session]
            if not visit.ends_in_order:
                continue
            compared = [
                view.product
                for view in views
                if self._catalogue.leaf[view.product] == visit.leaf
                and (view.product not in owned or _is_consumable(self._catalogue, view.product))
            ]
            if not compared:
                continue
            seen = np.asarray([compared], dtype=np.int32)
            wish = fit_scores(self._catalogue, seen, [visit.taste])[0]
            choice = compared[int((wish + rng.gumbel(size=len(compared))).argmax())]
            day = views[-1].day + min(2.0 + rng.exponential(3.0), _LONGEST_CHECKOUT) * MINUTE
            basket = [choice]
            companion = int(self._catalogue.companion[choice])
            if (
                companion >= 0
                and companion not in owned
                and companion != choice
                and self._catalogue.arrived[companion] < day
                and rng.random() < 0.45
            ):
                basket.append(companion)
                if rng.random() < 0.7:
                    history.views.append(
                        View(day - MINUTE, companion, views[0].session, is_signed_in=True)
                    )
            order += self._order(rng, history, basket, day, order)
            owned.update(basket)
            order += self._order_again(rng, history, choice, day, order)
        history.views = [view for view in history.views if view.day < self._days]

    def _order(
        self,
        rng: np.random.Generator,
        history: History,
        basket: list[int],
        day: float,
        order: int,
    ) -> int:
        """Add an order and return how many were added: none after the end of the history."""
        if day >= self._days:
            return 0
        for product in basket:
            most = 3 if _is_consumable(self._catalogue, product) else 1
            quantity = 1 + int(rng.binomial(most - 1, 0.25)) if most > 1 else 1
            discount = 0.1 if rng.random() < 0.12 else 0.0
            history.purchases.append(Purchase(day, product, order, quantity, discount))
        return 1

    def _order_again(
        self, rng: np.random.Generator, history: History, product: int, day: float, order: int
    ) -> int:
        """Order a consumable every two or three weeks, for a while."""
        added = 0
        while _is_consumable(self._catalogue, product) and rng.random() < 0.62:
            day += max(float(rng.normal(17.0, 4.0)), 6.0)
            if day >= self._days:
                break
            if rng.random() < 0.7:
                # Session numbers of quick re-orders follow those of the browsing sessions.
                session = 1000 + order + added
                history.views.append(View(day - 2 * MINUTE, product, session, is_signed_in=True))
            added += self._order(rng, history, [product], day, order + added)
        return added

    def _rate(self, rng: np.random.Generator, tastes: TasteOverTime, history: History) -> None:
        """Rate some first purchases, better where product and taste agree."""
        rated: set[int] = set()
        for purchase in history.purchases:
            if purchase.product in rated or rng.random() >= 0.5:
                continue
            day = purchase.day + 2.0 + float(rng.exponential(4.0))
            if day >= self._days:
                continue
            rated.add(purchase.product)
            product = np.asarray([[purchase.product]], dtype=np.int32)
            fit = float(fit_scores(self._catalogue, product, [tastes.at(day)])[0, 0])
            quality = float(self._catalogue.quality[purchase.product])
            verdict = 3.55 + 0.7 * quality + 0.22 * min(fit, 4.0) + float(rng.normal(0.0, 0.85))
            history.ratings.append(Rating(day, purchase.product, min(max(round(verdict), 1), 5)))


def _is_consumable(catalogue: Catalogue, product: int) -> bool:
    return SUBCATEGORIES[int(catalogue.leaf[product])].is_consumable
