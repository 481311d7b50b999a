"""Visits to draw: kinds that are large enough, and new to the visitor."""

from dataclasses import replace

import numpy as np

from alsolike.history import History
from alsolike.history.visits import draw_visits
from tests.fixtures.history import catalogue, history


def shop() -> History:
    """Return products of kinds 0, 1 and 2 by their number, and a small kind; three shoppers."""
    products = catalogue(34, sold_out=[0])
    kinds: list[str | None] = [f"kind {number % 3}" for number in range(30)]
    made = replace(products, categories=[*kinds, "small", "small", None, None])
    # The first two know kinds 0 and 1, the third too little.
    events = [
        (shopper, product, day)
        for shopper in range(2)
        for day, product in enumerate((3, 6, 4, 7, 10))
    ]
    looks = [(3, product, 9) for product in (5, 5 + 3, 5)]
    return history(made, [*events, (2, 3, 1), *looks])


def test_the_looks_are_at_the_most_popular_of_a_kind_that_the_visitor_does_not_know() -> None:
    drawn = draw_visits(shop(), 4, np.random.default_rng(0))
    assert sorted(visitor for visitor, _ in drawn) == [0, 1]
    for _, looks in drawn:
        # The most looked at, then by number.
        assert looks == [5, 8, 2, 11]


def test_variants_of_one_group_are_looked_at_once() -> None:
    made = shop()
    groups: list[str | None] = [None] * 34
    groups[5] = groups[8] = "one"
    grouped = replace(made, catalogue=replace(made.catalogue, groups=groups))
    ((_, looks),) = draw_visits(grouped, 4, np.random.default_rng(0), most=1)
    assert looks == [5, 2, 11, 14]
    # Five looks want eleven products of a kind; the largest has ten.
    assert draw_visits(grouped, 5, np.random.default_rng(0)) == []
