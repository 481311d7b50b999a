"""A next split: every later action is foretold from all that the same shopper did before it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from alsolike.evaluation.cold import hide_products
from alsolike.history import History, Split, SplitError, split_by_time, split_history, split_next
from tests.fixtures.history import DAY, catalogue, dated, history, random_history

MINUTE = DAY // (24 * 60)
CUTOFF = datetime(1970, 1, 11, tzinfo=UTC)


def rows(split: Split) -> list[tuple[int, float, list[int]]]:
    """Return each row: its shopper, its moment in days, its truth."""
    return [
        (int(shopper), int(moment) / DAY, sorted(split.truth[row].indices.tolist()))
        for row, (shopper, moment) in enumerate(zip(split.shoppers, split.moments, strict=True))
    ]


def asked_with(split: Split) -> list[list[int]]:
    queries = split.queries(np.arange(len(split.shoppers)), actions=9, decay=1.0)
    return [row.indices.tolist() for row in queries]


def at_minutes(made: History, minutes: list[int]) -> History:
    """Return the history with times so many minutes later."""
    return replace(made, times=made.times + np.array(minutes) * MINUTE)


def test_within_a_visit_the_third_look_is_foretold_from_the_first_two() -> None:
    events = [(0, 0, 1), (0, 1, 20), (0, 2, 20), (0, 3, 20), (1, 3, 2), (1, 2, 3), (1, 1, 4)]
    made = at_minutes(history(catalogue(4), events), [0, 0, 5, 9, 0, 0, 0])
    split = split_next(made, CUTOFF)
    visit = [20, 20 + 5 * MINUTE / DAY, 20 + 9 * MINUTE / DAY]
    assert rows(split) == [(0, visit[0], [1]), (0, visit[1], [2]), (0, visit[2], [3])]
    assert asked_with(split) == [[0], [0, 1], [0, 1, 2]]
    assert [row.indices.tolist() for row in split.had(np.arange(3))] == asked_with(split)
    # Models learn from what was before the cutoff, and nothing of the visit.
    assert (split.known.times < 10 * DAY).all()
    assert len(split.known) == 4
    assert split.cutoff == 10 * DAY
    weights = split.queries(np.array([2]), actions=2, decay=0.5).toarray()[0]
    assert weights.tolist() == [0, 0.5, 1, 0]


def test_products_of_one_moment_are_one_row_and_do_not_tell_of_each_other() -> None:
    events = [(0, 0, 1), (0, 1, 12), (0, 2, 12), (0, 3, 13), (1, 1, 2), (1, 2, 2), (1, 3, 2)]
    split = split_next(history(catalogue(4), events), CUTOFF)
    assert rows(split) == [(0, 12, [1, 2]), (0, 13, [3])]
    assert asked_with(split) == [[0], [0, 1, 2]]


def test_who_began_after_the_cutoff_is_tested_from_the_second_product_on() -> None:
    events = [(0, 0, 1), (0, 1, 2), (1, 0, 12), (1, 0, 13), (1, 1, 14), (2, 1, 12), (3, 0, 3)]
    split = split_next(history(catalogue(2), events), CUTOFF)
    assert rows(split) == [(1, 14, [1])]
    assert asked_with(split) == [[0]]


def test_a_product_that_began_between_cutoff_and_moment_counts() -> None:
    # p1 is first sold on day 12, to another one; p2 is first sold in the row itself.
    events = [(0, 0, 1), (0, 1, 15), (0, 2, 16), (1, 0, 2), (1, 1, 12)]
    made = dated(history(catalogue(4), events), {3: 14}, loaded=30)
    split = split_next(made, CUTOFF)
    assert rows(split) == [(0, 15, [1])]
    assert split.is_shown(np.array([0]))[0].tolist() == [True, True, False, True]
    # Before it began it could not be shown.
    with pytest.raises(SplitError, match="next split: no shopper"):
        split_next(dated(history(catalogue(4), [(0, 0, 1), (0, 1, 12)]), {}, loaded=30), CUTOFF)


def test_what_is_sold_out_or_not_new_is_no_row() -> None:
    events = [(0, 0, 1), (0, 0, 12), (0, 1, 13), (0, 2, 14), (0, 2, 15)]
    split = split_next(history(catalogue(3, sold_out=[1]), events), CUTOFF)
    assert rows(split) == [(0, 14, [2])]
    # What was acted on is seen nevertheless.
    assert asked_with(split) == [[0, 1]]


def test_no_row_sees_its_own_moment_or_later_ones() -> None:
    made = random_history(events=2_000)
    split = split_next(made)
    assert split.cutoff == split_by_time(made).cutoff
    positions = np.arange(len(split.shoppers))
    assert len(positions) > len(np.unique(split.shoppers))
    had, truth = split.had(positions), split.truth
    assert had.multiply(truth).nnz == 0
    for row in positions:
        of_shopper = made.shoppers == split.shoppers[row]
        before = of_shopper & (made.times < split.moments[row])
        at_moment = of_shopper & (made.times == split.moments[row])
        assert set(had[row].indices) == set(made.products[before])
        assert set(truth[row].indices) <= set(made.products[at_moment])
        assert set(had[row].indices)


def test_where_there_are_too_many_moments_each_shopper_keeps_about_as_many() -> None:
    made = random_history(shoppers=30, products=200, events=4_000)
    whole = split_next(made)
    counts = np.bincount(whole.shoppers, minlength=30)
    most = 2 * 30
    split = split_next(made, most_moments=most, seed=3)
    assert (len(split.shoppers), split.n_moments) == (most, len(whole.shoppers))
    assert whole.n_moments is None
    drawn = np.bincount(split.shoppers, minlength=30)
    assert (drawn >= np.minimum(counts, 2)).all()
    assert drawn.max() <= 3
    # The rows keep their order, and the seed repeats them.
    assert (np.diff(split.shoppers) >= 0).all()
    again = split_next(made, most_moments=most, seed=3)
    other = split_next(made, most_moments=most, seed=4)
    assert (split.moments == again.moments).all()
    assert not np.array_equal(split.moments, other.moments)
    asked = {(s, m) for s, m in zip(whole.shoppers, whole.moments, strict=True)}
    assert {(s, m) for s, m in zip(split.shoppers, split.moments, strict=True)} <= asked


def test_a_bot_is_asked_about_a_hundred_times_at_most() -> None:
    events = [(0, product, 1 + product) for product in range(300)]
    events += [(shopper, product, day) for shopper in (1, 2) for product, day in ((0, 1), (1, 20))]
    split = split_next(history(catalogue(300), events), CUTOFF)
    assert np.bincount(split.shoppers).tolist() == [100, 1, 1]
    # Days 10 to 300, and one of each of the others.
    assert split.n_moments == 291 + 2


def test_hidden_products_are_not_seen_in_the_visit_either() -> None:
    events = [(0, 0, 1), (0, 1, 12), (0, 2, 13), (1, 1, 2), (1, 2, 15), (2, 2, 3)]
    split = hide_products(
        split_next(history(catalogue(3), events), CUTOFF), np.array([1], np.int32)
    )
    # Of s1 nothing else was seen before the moment.
    assert rows(split) == [(0, 12, [1]), (0, 13, [2])]
    assert asked_with(split) == [[0], [0]]
    assert set(split.known.products.tolist()) == {0, 2}


@pytest.mark.parametrize("name", ["time", "next", "leave-one-out"])
def test_each_way_to_split_is_found_by_its_name(name: str) -> None:
    split = split_history(name, random_history(), seed=1)
    assert split.name == name
    # The known part can be split again in the same way.
    assert split_history(name, split.known).known.times.max() <= split.known.times.max()


def test_who_acted_on_one_product_only_is_counted() -> None:
    events = [(0, 0, 1), (0, 1, 12), (1, 0, 2), (1, 0, 13), (2, 1, 3)]
    made = history(catalogue(2), events, shoppers=5)
    for split in (split_by_time(made, CUTOFF), split_next(made, CUTOFF)):
        assert (split.visitors, split.single) == (3, 2)


def test_too_little_history_says_why() -> None:
    for made in (history(catalogue(2), []), history(catalogue(2), [(0, 0, 1), (1, 1, 20)])):
        with pytest.raises(SplitError, match="too little history for the next split"):
            split_next(made, CUTOFF)
    with pytest.raises(SplitError, match="next split"):
        split_next(random_history(), CUTOFF - timedelta(days=20))
