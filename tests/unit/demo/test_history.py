"""The demo's shoppers look for something on each visit, as the engine sees it: in the views.

Visits are told apart as the engine does it, by pauses of over 30 minutes.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import groupby, pairwise

import pytest

from alsolike.demo.catalogue import (
    SEED_SHOPPER,
    SEED_VISITOR,
    SUBCATEGORIES,
    Catalogue,
    draw_catalogue,
    entity_generator,
)
from alsolike.demo.history import Historian, History, View
from alsolike.demo.tastes import PARTNERS, TasteOverTime, draw_drift, draw_taste

DAYS = 90
SHOPPERS = 400
MINUTES_APART = 30.0 / 1440.0


@dataclass(frozen=True)
class Shop:
    """A catalogue and the histories of its shoppers."""

    catalogue: Catalogue
    histories: list[History]

    def kind(self, product: int) -> int:
        """Return the subcategory of a product."""
        return int(self.catalogue.leaf[product])

    def is_consumable(self, product: int) -> bool:
        """Tell whether a product is bought again and again."""
        return SUBCATEGORIES[self.kind(product)].is_consumable

    def main_kind(self, visit: list[View]) -> int:
        """Return the subcategory most looked at in a visit."""
        return Counter(self.kind(view.product) for view in visit).most_common(1)[0][0]


def history_of(historian: Historian, catalogue: Catalogue, number: int) -> History:
    rng = entity_generator(7, SEED_SHOPPER, number)
    taste = draw_taste(rng, catalogue)
    tastes = draw_drift(rng, catalogue, taste, DAYS)
    return historian.of_shopper(rng, tastes, joined=-1.0)


@pytest.fixture(scope="module")
def shop() -> Shop:
    catalogue = draw_catalogue(1200, DAYS, 7)
    historian = Historian(catalogue, DAYS)
    return Shop(catalogue, [history_of(historian, catalogue, number) for number in range(SHOPPERS)])


def visits_of(history: History) -> list[list[View]]:
    """Cut a history where nothing was viewed for 30 minutes."""
    visits: list[list[View]] = []
    for view in history.views:
        if visits and view.day - visits[-1][-1].day <= MINUTES_APART:
            visits[-1].append(view)
        else:
            visits.append([view])
    return visits


def share(hits: Iterator[bool]) -> float:
    counts = Counter(hits)
    assert counts.total() > 50
    return counts[True] / counts.total()


def test_a_shopper_depends_on_no_other(shop: Shop) -> None:
    alone = history_of(Historian(shop.catalogue, DAYS), shop.catalogue, 123)
    assert alone == shop.histories[123]


def test_a_visit_is_one_visit_by_its_times(shop: Shop) -> None:
    for history in shop.histories:
        browsed = [view for view in history.views if view.session < 1000]
        for before, after in pairwise(browsed):
            is_same = before.session == after.session
            assert (after.day - before.day <= MINUTES_APART) == is_same


def test_a_visit_looks_at_one_kind_most_of_the_time(shop: Shop) -> None:
    long_visits = [v for history in shop.histories for v in visits_of(history) if len(v) >= 5]
    in_kind = share(
        shop.kind(view.product) == shop.main_kind(visit) for visit in long_visits for view in visit
    )
    assert 0.75 < in_kind < 0.95


def test_several_of_a_kind_are_compared_before_one_is_bought(shop: Shop) -> None:
    compared: list[int] = []
    for history in shop.histories:
        for order, lines in groupby(history.purchases, key=lambda purchase: purchase.order):
            first = next(lines)
            if shop.is_consumable(first.product):
                continue
            visit = next(v for v in visits_of(history) if v[0].day < first.day <= v[-1].day + 0.02)
            seen = {view.product for view in visit}
            assert first.product in seen, order
            compared.append(sum(shop.kind(product) == shop.kind(first.product) for product in seen))
    assert share(count >= 2 for count in compared) > 0.95
    assert sum(compared) / len(compared) > 3


def bought_alone(shop: Shop, *, is_consumable: bool) -> Iterator[tuple[History, float, int]]:
    """Give the day and kind of each order's first line."""
    for history in shop.histories:
        for _, lines in groupby(history.purchases, key=lambda purchase: purchase.order):
            first = next(lines)
            if shop.is_consumable(first.product) == is_consumable:
                yield history, first.day, shop.kind(first.product)


def test_a_purchase_ends_the_interest_in_its_kind(shop: Shop) -> None:
    purchases = list(bought_alone(shop, is_consumable=False))

    def share_of_kind(days: range) -> float:
        return share(
            shop.kind(view.product) == kind
            for history, day, kind in purchases
            for view in history.views
            if days.start <= view.day - day < days.stop and abs(view.day - day) > MINUTES_APART
        )

    assert share_of_kind(range(-14, 0)) > 3 * share_of_kind(range(14))


def test_what_is_used_up_is_bought_again(shop: Shop) -> None:
    again = share(
        any(day < purchase.day < day + 45 and shop.kind(purchase.product) == kind
            for purchase in history.purchases)
        for history, day, kind in bought_alone(shop, is_consumable=True)
    )  # fmt: skip
    only_once = share(
        any(day < purchase.day < day + 45 and shop.kind(purchase.product) == kind
            for purchase in history.purchases)
        for history, day, kind in bought_alone(shop, is_consumable=False)
    )  # fmt: skip
    assert again > 4 * only_once


def test_after_a_purchase_many_look_for_what_goes_with_it(shop: Shop) -> None:
    def next_kinds(*, has_bought: bool) -> Iterator[tuple[int, int]]:
        for history in shop.histories:
            days = [purchase.day for purchase in history.purchases]
            for before, after in pairwise(visits_of(history)):
                is_bought = any(before[0].day < day < after[0].day for day in days)
                if len(before) > 2 and is_bought == has_bought:
                    yield shop.main_kind(before), shop.main_kind(after)

    goes_with = share(new in PARTNERS[old] for old, new in next_kinds(has_bought=True))
    otherwise = share(new in PARTNERS[old] for old, new in next_kinds(has_bought=False))
    assert goes_with > 0.3
    assert goes_with > 2 * otherwise


def test_what_was_not_found_is_looked_for_again_within_days(shop: Shop) -> None:
    pauses: list[float] = []
    again: list[bool] = []
    for history in shop.histories:
        days = [purchase.day for purchase in history.purchases]
        for before, after in pairwise(visits_of(history)):
            if len(before) > 2 and not any(before[0].day < day < after[0].day for day in days):
                again.append(shop.main_kind(before) == shop.main_kind(after))
                if again[-1]:
                    pauses.append(after[0].day - before[0].day)
    assert share(iter(again)) > 0.55
    assert share(pause < 5 for pause in pauses) > 0.75


def test_a_visit_that_looks_again_returns_to_what_it_saw(shop: Shop) -> None:
    def returns(least_days: float, most_days: float) -> float:
        return share(
            view.product in {seen.product for seen in before}
            for history in shop.histories
            for before, after in pairwise(visits_of(history))
            if least_days <= after[0].day - before[0].day < most_days
            and len(before) > 2
            and shop.main_kind(before) == shop.main_kind(after)
            for view in after
        )

    # Weeks later it is another search for the same kind.
    assert returns(0, 4) > 1.25 * returns(15, 90)


def test_new_kinds_occur_late(shop: Shop) -> None:
    is_new: list[bool] = []
    for history in shop.histories:
        *earlier, last = visits_of(history)
        known = {shop.kind(view.product) for visit in earlier for view in visit}
        if len(earlier) > 5:
            is_new.append(shop.main_kind(last) not in known)
    assert 0.05 < share(iter(is_new)) < 0.5


def test_tastes_drift(shop: Shop) -> None:
    """Visits weeks apart agree less on the style than visits that are near, of other kinds."""

    def agreement(low: float, high: float) -> float:
        agreed: list[bool] = []
        for history in shop.histories:
            seen = [visit for visit in visits_of(history) if len(visit) > 2]
            styles = [
                Counter(int(shop.catalogue.style[view.product]) for view in visit).most_common(1)
                for visit in seen
            ]
            agreed += [
                styles[i][0][0] == styles[j][0][0]
                for i in range(len(seen))
                for j in range(i)
                if low <= seen[i][0].day - seen[j][0].day < high
                and shop.main_kind(seen[i]) != shop.main_kind(seen[j])
            ]
        return share(iter(agreed))

    near, far = agreement(0, 21), agreement(60, 90)
    assert near > 1.15 * far
    # Most of a taste stays.
    assert far > 0.25


def test_some_visits_are_for_another_taste(shop: Shop) -> None:
    """A gift, or something of another style for once: most of such a visit is in that style."""
    historian = Historian(shop.catalogue, DAYS)
    is_other: list[bool] = []
    for number in range(300):
        rng = entity_generator(7, SEED_SHOPPER, number)
        vivid = replace(draw_taste(rng, shop.catalogue), focus=1.6)
        history = historian.of_shopper(rng, TasteOverTime((0.0,), (vivid,)), joined=-1.0)
        for visit in visits_of(history):
            styles = Counter(int(shop.catalogue.style[view.product]) for view in visit)
            style, count = styles.most_common(1)[0]
            is_other.append(len(visit) > 4 and style != vivid.style and count > 0.6 * len(visit))
    assert 0.03 < share(iter(is_other)) < 0.2


def test_a_visitor_has_one_intent_and_no_account(shop: Shop) -> None:
    historian = Historian(shop.catalogue, DAYS)
    in_kind: list[bool] = []
    for number in range(200):
        rng = entity_generator(7, SEED_VISITOR, number)
        history = historian.of_visitor(rng, draw_taste(rng, shop.catalogue))
        assert len(visits_of(history)) == 1
        assert not history.purchases
        assert not any(view.is_signed_in for view in history.views)
        main = shop.main_kind(history.views)
        in_kind += [shop.kind(view.product) == main for view in history.views]
    assert share(iter(in_kind)) > 0.75
