"""Simulated shoppers are as shops see them, and a seed repeats them."""

import numpy as np
import pytest

from alsolike.experiments.simulated_shoppers import (
    Lift,
    Population,
    draw_experiment,
    draw_orders,
    draw_shoppers,
)

SHARES = {"control": 0.5, "a": 0.3, "b": 0.2}
MANY = 200_000


def test_most_buy_nothing_and_a_few_orders_are_large() -> None:
    rows = draw_experiment(np.random.default_rng(1), MANY, SHARES)
    people = Population()
    assert rows["converted"].mean() == pytest.approx(people.conversion(), abs=0.002)
    assert rows["revenue"].mean() == pytest.approx(people.revenue(), rel=0.05)
    assert (rows["converted"] == (rows["orders"] > 0)).all()
    assert ((rows["revenue"] > 0) == (rows["orders"] > 0)).all()
    top = np.sort(rows["revenue"])[-MANY // 100 :]
    assert top.sum() > 0.4 * rows["revenue"].sum()
    assert (rows["clicks"] <= rows["impressions"]).all()
    for arm, share in SHARES.items():
        assert (rows["arm"] == arm).mean() == pytest.approx(share, abs=0.005)


def test_what_a_shopper_did_before_says_something_about_them() -> None:
    people = Population(orders=2.0, order_spread=0.4)
    rows = draw_experiment(np.random.default_rng(1), MANY, SHARES, population=people)
    found = np.corrcoef(rows["revenue"], rows["revenue_before"])[0, 1]
    assert found == pytest.approx(people.revenue_correlation(), abs=0.01)
    assert found > 0.7


def test_an_arm_changes_what_it_is_to_change_and_nothing_before() -> None:
    rows = draw_experiment(
        np.random.default_rng(1),
        MANY,
        SHARES,
        lifts={"a": Lift(orders=2.0), "b": Lift(order_value=3.0, clicks=2.0)},
        population=Population(orders=1.0, order_spread=0.4),
    )

    def mean(column: str, arm: str) -> float:
        return float(rows[column][rows["arm"] == arm].mean())

    def ratio(column: str, arm: str) -> float:
        return mean(column, arm) / mean(column, "control")

    assert ratio("orders", "a") == pytest.approx(2, rel=0.03)
    assert ratio("revenue", "a") == pytest.approx(2, rel=0.05)
    assert ratio("clicks", "a") == pytest.approx(1, rel=0.03)
    assert ratio("orders", "b") == pytest.approx(1, rel=0.03)
    assert ratio("revenue", "b") == pytest.approx(3, rel=0.05)
    assert ratio("clicks", "b") == pytest.approx(2, rel=0.05)
    assert ratio("revenue_before", "a") == pytest.approx(1, rel=0.05)


def test_a_seed_repeats_them() -> None:
    first, again, other = (
        draw_experiment(np.random.default_rng(seed), 500, SHARES) for seed in (1, 1, 2)
    )
    assert all((first[column] == again[column]).all() for column in first)
    assert not (first["clicks"] == other["clicks"]).all()


def test_shoppers_can_be_drawn_in_any_shape() -> None:
    random = np.random.default_rng(1)
    people = Population(orders=1.0)
    drawn = draw_orders(random, draw_shoppers(random, (3, 4), people), people)
    assert {values.shape for values in drawn.values()} == {(3, 4)}
