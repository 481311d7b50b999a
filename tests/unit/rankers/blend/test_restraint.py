"""How far popular products are held back: as far as costs at most 1 % of the ranking quality."""

import numpy as np
import pytest
from numpy.typing import NDArray

from alsolike.rankers.blend.candidates import COLD, HIDDEN, WARM, Candidates
from alsolike.rankers.blend.restraint import (
    DAMPINGS,
    Restrainable,
    Restraint,
    damped,
    excess_popularity,
)

WEIGHTS = np.array([1.0, 1.0])
SHOPPERS, PRODUCTS = 40, 30


def candidates(
    own: NDArray[np.float64], prior: NDArray[np.float64], truths: NDArray[np.int64]
) -> Candidates:
    """Return all products for each shopper, as with each damping; each came to one."""
    count, size = own.shape
    popularity = np.broadcast_to(prior, own.shape)
    features = np.stack([own, popularity, popularity - prior.mean()], axis=2).astype(np.float32)
    numbers = np.broadcast_to(np.arange(size, dtype=np.int32), own.shape)
    counts = np.zeros((count, 3), np.int64)
    counts[:, WARM] = 1
    return Candidates(
        np.stack([features] * len(DAMPINGS)),
        numbers,
        np.zeros(own.shape, np.int8),
        numbers == truths[:, None],
        counts,
        np.ones(count),
    )


def shop(*, is_taste: bool) -> Candidates:
    """Return a shop of shoppers who want what they like, or what all buy."""
    random = np.random.default_rng(1)
    prior = np.linspace(1, 0.02, PRODUCTS)
    own = random.random((SHOPPERS, PRODUCTS)) * 0.3
    liked = random.integers(10, PRODUCTS, SHOPPERS)
    # Enough to come first beside half of what the priors are.
    own[np.arange(SHOPPERS), liked] += 0.45
    return candidates(own, prior, liked if is_taste else np.zeros(SHOPPERS, np.int64))


def test_priors_step_back_where_that_ranks_better() -> None:
    lists = Restrainable(shop(is_taste=True), WEIGHTS, np.ones(SHOPPERS), DAMPINGS)
    restraint, frontier = lists.choose()
    assert lists.ndcg(restraint) >= 0.99 * frontier[0].ndcg
    assert lists.ndcg(restraint) > lists.ndcg(Restraint())
    assert restraint.prior_share < 1 or restraint.damping > 0


def test_the_blend_that_covers_most_is_within_one_percent_of_the_best() -> None:
    for is_taste in (True, False):
        lists = Restrainable(shop(is_taste=is_taste), WEIGHTS, np.ones(SHOPPERS), DAMPINGS)
        restraint, frontier = lists.choose()
        chosen = next(one for one in frontier if one.restraint == restraint)
        assert chosen.ndcg >= 0.99 * frontier[0].ndcg
        assert all(one.products <= chosen.products for one in frontier if one.ndcg > chosen.ndcg)
        rest = [one for one in frontier if one.products > chosen.products]
        assert all(one.ndcg < 0.99 * frontier[0].ndcg for one in rest)


def test_the_frontier_falls_in_quality_and_grows_in_products() -> None:
    lists = Restrainable(shop(is_taste=False), WEIGHTS, np.ones(SHOPPERS), DAMPINGS)
    _, frontier = lists.choose()
    assert len(frontier) > 1
    assert [one.ndcg for one in frontier] == sorted((one.ndcg for one in frontier), reverse=True)
    assert [one.products for one in frontier] == sorted({one.products for one in frontier})


def test_who_did_little_has_less_of_what_is_the_same_for_everybody() -> None:
    own = np.zeros((2, 12))
    own[:, 11] = 0.6
    prior = np.zeros(12)
    prior[0] = 1.0
    wanted = candidates(own, prior, np.array([11, 11]))
    lists = Restrainable(wanted, WEIGHTS, np.array([1.0, 10.0]), DAMPINGS)
    second = 1 / np.log2(3)
    assert lists.ndcg(Restraint()) == pytest.approx(second)
    # The first did a tenth of what counts in full.
    assert lists.ndcg(Restraint(full_weight=10)) == pytest.approx((1 + second) / 2)
    assert lists.ndcg(Restraint(full_weight=100)) == pytest.approx(1)
    assert lists.ndcg(Restraint(prior_share=0.5)) == pytest.approx(1)


def test_damping_takes_more_from_what_is_more_popular() -> None:
    events = np.array([100, 10, 1, 0])
    popularity = (np.log1p(events) / np.log1p(100)).astype(np.float32)
    excess = excess_popularity(popularity, events)
    factors = damped(excess, 1.0)
    assert factors[0] < 1 < factors[1] < factors[2]
    # Nothing is known of one without events.
    assert factors[3] == 1
    assert (damped(excess, 0.0) == 1).all()
    assert (excess_popularity(popularity, np.zeros(4, np.int64)) == 0).all()


def test_products_whose_events_are_hidden_do_not_count() -> None:
    own = np.random.default_rng(2).random((4, 12))
    lists = candidates(own, np.zeros(12), np.array([0, 1, 2, 3]))
    lists.kinds[:, 5:] = HIDDEN
    _, frontier = Restrainable(lists, WEIGHTS, np.ones(4), DAMPINGS).choose()
    assert {one.products for one in frontier} == {5}


def test_products_are_counted_in_as_many_lists_as_have_places_for_all() -> None:
    # Each of thirty shoppers is shown ten products of thirty, every third shopper the same ten.
    own = np.where(np.arange(30)[:, None] % 3 == np.arange(30) // 10, 1.0, 0.0)
    lists = candidates(own, np.zeros(30), np.arange(30) % 3 * 10)
    _, frontier = Restrainable(lists, WEIGHTS, np.ones(30), DAMPINGS).choose()
    # In three lists drawn; in all thirty there would be 30.
    assert frontier[0].products == pytest.approx(30 * (1 - (2 / 3) ** 3))


def test_products_without_events_step_back_with_the_others() -> None:
    # The wanted product has a prior of 0.5 and scores 0.3; one without events scores 0.6.
    own = np.array([[0.3, 0.6, 0.1]] * 4)
    prior = np.array([0.5, 0.0, 0.0])
    asked = candidates(own, prior, np.zeros(4, np.int64))
    asked.kinds[:, 1] = COLD
    lists = Restrainable(asked, WEIGHTS, np.ones(4), DAMPINGS)
    assert lists.cold_factor(Restraint()) == 1
    # Without the prior it would come first, unless it steps back.
    assert lists.cold_factor(Restraint(prior_share=0)) == 0.35
    # Where nothing depends on it, it stays as it is.
    wanted = candidates(own, prior, np.ones(4, np.int64))
    wanted.kinds[:, 1] = COLD
    assert Restrainable(wanted, WEIGHTS, np.ones(4), DAMPINGS).cold_factor(Restraint()) == 1
