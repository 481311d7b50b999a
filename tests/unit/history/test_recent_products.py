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
