"""What shoppers did last."""

from dataclasses import replace

import numpy as np
import pytest

from alsolike.history import KINDS, History
from alsolike.history import recent as module
from alsolike.history.recent import acted_on, recent_products
from tests.fixtures.history import DAY, catalogue, history, random_history

PURCHASE, REVIEW, VIEW = (KINDS.index(kind) for kind in ("purchase", "review", "view"))
KIND_WEIGHTS = {"purchase": 3.0, "review": 2.0, "view": 1.0}


def _with_kinds(made: History, kinds: list[int], weights: list[float]) -> History:
    return replace(made, kinds=np.array(kinds, np.int8), weights=np.array(weights, np.float32))


def test_the_latest_action_dates_a_product() -> None:
    made = history(catalogue(4), [(0, 1, 1), (0, 2, 2), (0, 1, 3), (0, 3, 4)])
    recent = recent_products(made, np.array([0]), actions=2, decay=0.5)
    assert recent.dtype == np.float32
    assert recent.toarray().tolist() == [[0, 0.5, 0, 1]]


def test_products_of_one_moment_go_by_their_number() -> None:
    made = history(catalogue(3), [(0, 2, 1), (0, 0, 1), (0, 1, 1)])
    recent = recent_products(made, np.array([0]), actions=2, decay=0.5)
    assert recent.toarray().tolist() == [[1, 0.5, 0]]


def test_the_rows_are_the_shoppers_that_were_asked_for_in_their_order() -> None:
    made = history(catalogue(3), [(0, 0, 1), (2, 2, 1)], shoppers=4)
    recent = recent_products(made, np.array([2, 1, 0, 3, 2]), actions=5, decay=0.7)
    assert recent.toarray().tolist() == [[0, 0, 1], [0, 0, 0], [1, 0, 0], [0, 0, 0], [0, 0, 1]]
    assert recent_products(made, np.array([], np.int64), actions=5, decay=0.7).shape == (0, 3)


def test_the_strongest_kind_weighs_a_product() -> None:
    made = history(catalogue(2), [(0, 0, 1), (0, 1, 2), (0, 0, 3)])
    made = _with_kinds(made, [PURCHASE, REVIEW, VIEW], [3, 2, 1])
    recent = recent_products(made, np.array([0]), actions=5, decay=0.5, kind_weights=KIND_WEIGHTS)
    assert recent.toarray().tolist() == [[3, 1]]


def test_a_bad_review_and_a_kind_without_weight_are_no_taste_and_take_no_place() -> None:
    made = history(catalogue(3), [(0, 0, 1), (0, 1, 2), (0, 2, 3)])
    made = _with_kinds(made, [PURCHASE, VIEW, REVIEW], [3, 1, 0.5])
    only_bought = {"purchase": 3.0, "review": 2.0}
    recent = recent_products(made, np.array([0]), actions=1, decay=0.5, kind_weights=only_bought)
    assert recent.toarray().tolist() == [[3, 0, 0]]
    everything = recent_products(made, np.array([0]), actions=1, decay=0.5)
    assert everything.toarray().tolist() == [[0, 0, 1]]


@pytest.mark.parametrize("seed", range(3))
def test_it_is_what_going_through_the_events_one_by_one_gives(seed: int) -> None:
    made = random_history(seed=seed)
    shoppers = np.arange(len(made.shopper_ids))
    expected = np.zeros(made.shape)
    for shopper in shoppers:
        own = made.only(made.shoppers == shopper)
        latest: dict[int, int] = {}
        for product, time in zip(own.products.tolist(), own.times.tolist(), strict=True):
            latest[product] = max(time, latest.get(product, 0))
        ordered = sorted(latest, key=lambda product: (-latest[product], product))
        for place, product in enumerate(ordered[:7]):
            expected[shopper, product] = 0.8**place
    recent = recent_products(made, shoppers, actions=7, decay=0.8)
    assert recent.has_sorted_indices
    np.testing.assert_allclose(recent.toarray(), expected, rtol=1e-6)


def test_of_each_row_only_what_was_before_its_moment_counts() -> None:
    made = history(catalogue(3), [(0, 0, 1), (0, 1, 2), (0, 0, 3), (1, 2, 1)])
    shoppers, moments = np.array([0, 0, 1, 0]), np.array([3, 4, 1, 1]) * DAY
    recent = recent_products(made, shoppers, actions=5, decay=0.5, moments=moments)
    assert recent.toarray().tolist() == [[0.5, 1, 0], [1, 0.5, 0], [0, 0, 0], [0, 0, 0]]


@pytest.mark.parametrize("at_once", [1, 7, 100])
def test_rows_are_weighed_a_few_at_a_time(at_once: int, monkeypatch: pytest.MonkeyPatch) -> None:
    made = random_history()
    shoppers = np.random.default_rng(1).integers(60, size=90)
    moments = np.random.default_rng(2).integers(100, size=90) * DAY
    whole = recent_products(made, shoppers, actions=4, decay=0.5, moments=moments)
    had = acted_on(made, shoppers, moments)
    monkeypatch.setattr(module, "_EVENTS_AT_ONCE", at_once)
    parts = recent_products(made, shoppers, actions=4, decay=0.5, moments=moments)
    assert (parts != whole).nnz == 0
    assert (acted_on(made, shoppers, moments) != had).nnz == 0
    assert parts.dtype == whole.dtype
    assert parts.has_sorted_indices


MINUTE = DAY // 1440


def _weights_one_by_one(
    latest: dict[int, int], moment: int, *, actions: int, decay: float, visit: float
) -> dict[int, float]:
    """Weigh products by their latest times, in minutes, as `recent_products` says it does."""
    ordered = sorted(latest, key=lambda product: (-latest[product], product))
    length, later = 0, moment
    for product in ordered:
        if later - latest[product] > 30:
            break
        length, later = length + 1, latest[product]
    of_visit, past = ordered[:length], ordered[length:]
    places_of_past = min(len(past), max(actions // 2, actions - length))
    of_visit = of_visit[: actions - places_of_past]
    kept = [*of_visit, *past[:places_of_past]]
    weights = {product: decay**place for place, product in enumerate(kept)}
    n, m = len(of_visit), len(kept) - len(of_visit)
    if n and m:
        share = (1 - visit * n / (n + 1)) * m / (m + 1)
        whole = sum(weights.values())
        for products, part in ((of_visit, 1 - share), (kept[n:], share)):
            scale = part * whole / sum(weights[product] for product in products)
            weights.update({product: weights[product] * scale for product in products})
    return weights


@pytest.mark.parametrize("actions", [1, 2, 5, 10, 40])
def test_a_long_visit_leaves_half_of_the_places_to_what_came_before(actions: int) -> None:
    random = np.random.default_rng(actions)
    # Shoppers with visits of 0 to 19 products, two minutes apart, after pasts of 0 to 19.
    sizes = [(n, m) for n in (0, 1, 3, 7, 19) for m in (0, 1, 3, 7, 19)]
    # In minutes.
    moment = 100 * 1440
    events: list[tuple[int, int, int]] = []
    for shopper, (n, m) in enumerate(sizes):
        products = random.permutation(50).tolist()
        times = [moment - 2 * (place + 1) for place in range(n)]
        times += [moment - 1440 * (place + 1) for place in range(m)]
        events += [(shopper, *one) for one in zip(products, times, strict=False)]
    made = history(catalogue(50), events, shoppers=len(sizes))
    made = replace(made, times=made.times // DAY * MINUTE)
    order = np.random.default_rng(0).permutation(len(sizes))
    recent = recent_products(
        made,
        order,
        actions=actions,
        decay=0.8,
        visit=0.6,
        moments=np.full(len(order), moment * MINUTE),
    )
    is_shared = False
    shoppers: list[int] = order.tolist()
    for row, shopper in enumerate(shoppers):
        latest = {product: time for who, product, time in events if who == shopper}
        expected = _weights_one_by_one(latest, moment, actions=actions, decay=0.8, visit=0.6)
        found = recent[row].toarray()[0]
        assert dict(zip(np.flatnonzero(found), found[found > 0], strict=True)) == pytest.approx(
            expected, rel=1e-6
        ), sizes[shopper]
        n, m = sizes[shopper]
        is_shared |= n > actions - actions // 2 and m >= actions // 2 > 0
    assert is_shared == (actions in {2, 5, 10})


def test_a_visit_that_leaves_room_and_one_that_is_not_told_apart_take_the_latest() -> None:
    events = [(0, product, 10 - product) for product in range(9)]
    made = history(catalogue(9), events)
    # Minutes, not days: all but the last three are of the visit.
    made = replace(
        made, times=np.where(made.products < 6, made.times // 1440, made.times - 99 * DAY)
    )
    moments = made.times.max() + np.array([MINUTE])
    for actions, visit, expected in (
        (6, 0, [0, 1, 2, 3, 4, 5]),
        (6, 0.5, [0, 1, 2, 6, 7, 8]),
        (8, 0.5, [0, 1, 2, 3, 4, 6, 7, 8]),
        (20, 0.5, [*range(9)]),
    ):
        recent = recent_products(
            made, np.array([0]), actions=actions, decay=1, visit=visit, moments=moments
        )
        assert recent.indices.tolist() == expected
