"""What one shopper of the demo viewed, bought and reviewed.

A history depends on the seed, the shopper's number and the catalogue alone, so shoppers can be
made one after another, each forgotten once written.
"""

from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from alsolike.demo.catalogue import SUBCATEGORIES, Catalogue
from alsolike.demo.tastes import PARTNERS, Taste
from alsolike.demo.vocabulary import STYLES

_FROM_LEAF: Final = 28
_FROM_SHELF: Final = 20
_MINUTE: Final = 1.0 / 1440.0


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

    Each view is drawn from some popular products of the session's current subcategory by a
    softmax over fit to the taste, likeness to the product viewed before, newness and fashion.
    """

    def __init__(self, catalogue: Catalogue, days: int) -> None:
        """Prepare one historian for all shoppers of a shop."""
        self._catalogue = catalogue
        self._days = float(days)
        self._is_seen = np.zeros(len(catalogue), dtype=np.bool_)
        self._all_leaves: list[int] = np.flatnonzero(catalogue.anchor >= 0).tolist()

    def of_shopper(self, rng: np.random.Generator, taste: Taste, joined: float) -> History:
        """Draw the history of a shopper who joined on this day (negative: before the start)."""
        active_from = max(joined, 0.0)
        share = (self._days - active_from) / 60.0
        sessions = 1 + int(rng.poisson(rng.gamma(1.6, 2.2) * share))
        history = self._browse(rng, taste, self._session_starts(rng, active_from, sessions))
        self._buy(rng, taste, history)
        self._rate(rng, taste, history)
        history.views.sort(key=lambda view: view.day)
        history.purchases.sort(key=lambda purchase: purchase.day)
        history.ratings.sort(key=lambda rating: rating.day)
        return history

    def of_visitor(self, rng: np.random.Generator, taste: Taste) -> History:
        """Draw the single session of a visitor who never signs in."""
        return self._browse(rng, taste, self._session_starts(rng, 0.0, 1), signed_in_share=0.0)

    def _session_starts(
        self, rng: np.random.Generator, active_from: float, sessions: int
    ) -> NDArray[np.float64]:
        """Draw start days: any day, mostly in the evening or around noon."""
        last_day = max(int(self._days) - 1, 0)
        day = np.floor(rng.uniform(active_from, self._days, size=sessions))
        hour = np.where(
            rng.random(sessions) < 0.6,
            rng.normal(20.0, 1.4, size=sessions),
            rng.normal(12.5, 2.6, size=sessions),
        )
        start = np.minimum(day, last_day) + np.clip(hour, 5.5, 23.2) / 24.0
        return np.sort(np.clip(start, active_from, self._days - 31 * _MINUTE))

    def _leaf_chain(
        self, rng: np.random.Generator, taste: Taste, day: float, length: int
    ) -> list[int]:
        """Walk through subcategories: mostly stay, sometimes on to a partner or another liking."""
        trend = self._catalogue.leaf_trend * (day / self._days - 0.5)
        liked = np.asarray(taste.leaves)
        weights = np.asarray((1.0, 0.65, 0.45))[: len(liked)] * np.exp(trend[liked])
        reach = np.cumsum(weights / weights.sum())
        everywhere = np.cumsum(np.exp(trend[self._all_leaves]))
        draws: list[list[float]] = rng.random((length, 2)).tolist()

        def liked_leaf(draw: float) -> int:
            place = int(np.searchsorted(reach, draw))
            return taste.leaves[min(place, len(taste.leaves) - 1)]

        def any_leaf(draw: float) -> int:
            place = int(np.searchsorted(everywhere, draw * float(everywhere[-1])))
            return self._all_leaves[min(place, len(self._all_leaves) - 1)]

        leaf = liked_leaf(draws[0][1]) if draws[0][0] < 0.88 else any_leaf(draws[0][1])
        chain = [leaf]
        for kind, draw in draws[1:]:
            if kind < 0.14:
                partners = PARTNERS[leaf]
                partner = partners[int(draw * len(partners))]
                leaf = partner if self._catalogue.anchor[partner] >= 0 else leaf
            elif kind < 0.26:
                leaf = liked_leaf(draw)
            elif kind < 0.31:
                leaf = any_leaf(draw)
            chain.append(leaf)
        return chain

    def _browse(
        self,
        rng: np.random.Generator,
        taste: Taste,
        starts: NDArray[np.float64],
        signed_in_share: float = 0.93,
    ) -> History:
        """Draw all sessions' views."""
        leaves: list[int] = []
        days: list[float] = []
        sessions: list[int] = []
        signed_in: list[bool] = []
        for session, start in enumerate(starts):
            length = min(int(rng.geometric(0.22)), 20)
            leaves += self._leaf_chain(rng, taste, float(start), length)
            pauses = (20.0 / 60.0 + rng.exponential(1.1, size=length)) * _MINUTE
            days += [float(start), *(start + np.cumsum(pauses[1:])).tolist()]
            sessions += [session] * length
            signed_in += [bool(rng.random() < signed_in_share)] * length
        day = np.asarray(days)
        candidates, scores = self._candidates(rng, taste, np.asarray(leaves), day)
        picks = self._walk(candidates, scores, sessions)
        return History(
            views=[
                View(*row)
                for row in zip(days, picks, sessions, signed_in, strict=True)
                if row[0] < self._days
            ]
        )

    def _candidates(
        self,
        rng: np.random.Generator,
        taste: Taste,
        leaves: NDArray[np.int64],
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
        first = np.repeat(leaves[:, None] * styles, _FROM_LEAF + _FROM_SHELF, axis=1)
        last = first + styles
        first[:, _FROM_LEAF:] += taste.style
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
        scores = taste.scores(catalogue, products)
        scores += 1.8 * np.exp(-fashion * fashion)
        scores += 1.7 * np.exp(-np.maximum(age, 0.0) / 8.0)
        scores += rng.gumbel(size=products.shape)
        scores[age < 0.0] = -np.inf
        return products, scores

    def _walk(
        self, candidates: NDArray[np.int32], scores: NDArray[np.float64], sessions: list[int]
    ) -> list[int]:
        """Pick a product per step, near the one before it in the same session."""
        catalogue = self._catalogue
        style = catalogue.style[candidates]
        brand = catalogue.brand[candidates]
        colour = catalogue.colour[candidates]
        picks: list[int] = []
        before = -1
        for step, session in enumerate(sessions):
            score = scores[step] - 1.6 * self._is_seen[candidates[step]]
            if step and sessions[step - 1] == session:
                score += 0.8 * (style[step] == catalogue.style[before])
                score += 0.7 * (brand[step] == catalogue.brand[before])
                score += 0.4 * (colour[step] == catalogue.colour[before])
                score[candidates[step] == before] -= 6.0
            before = int(candidates[step, int(score.argmax())])
            self._is_seen[before] = True
            picks.append(before)
        self._is_seen[picks] = False
        return picks

    def _buy(self, rng: np.random.Generator, taste: Taste, history: History) -> None:
        """Let some sessions end in an order, and consumables be ordered again."""
        readiness = float(rng.beta(2.6, 2.9))
        by_session: dict[int, list[View]] = {}
        for view in history.views:
            by_session.setdefault(view.session, []).append(view)
        owned: set[int] = set()
        order = 0
        for views in by_session.values():
            if rng.random() >= readiness or not views[0].is_signed_in:
                continue
            seen = np.asarray([view.product for view in views], dtype=np.int32)
            wish = taste.scores(self._catalogue, seen) + rng.gumbel(size=len(seen))
            choice = int(seen[int(wish.argmax())])
            if choice in owned and not _is_consumable(self._catalogue, choice):
                continue
            day = views[-1].day + (2.0 + rng.exponential(3.0)) * _MINUTE
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
                        View(day - _MINUTE, companion, views[0].session, is_signed_in=True)
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
                history.views.append(View(day - 2 * _MINUTE, product, session, is_signed_in=True))
            added += self._order(rng, history, [product], day, order + added)
        return added

    def _rate(self, rng: np.random.Generator, taste: Taste, history: History) -> None:
        """Rate some first purchases, better where product and taste agree."""
        rated: set[int] = set()
        for purchase in history.purchases:
            if purchase.product in rated or rng.random() >= 0.5:
                continue
            day = purchase.day + 2.0 + float(rng.exponential(4.0))
            if day >= self._days:
                continue
            rated.add(purchase.product)
            product = np.asarray([purchase.product], dtype=np.int32)
            fit = float(taste.scores(self._catalogue, product)[0])
            quality = float(self._catalogue.quality[purchase.product])
            verdict = 3.55 + 0.7 * quality + 0.22 * min(fit, 4.0) + float(rng.normal(0.0, 0.85))
            history.ratings.append(
                Rating(day, purchase.product, int(np.clip(round(verdict), 1, 5)))
            )


def _is_consumable(catalogue: Catalogue, product: int) -> bool:
    return SUBCATEGORIES[int(catalogue.leaf[product])].is_consumable
