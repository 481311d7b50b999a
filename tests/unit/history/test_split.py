"""Splits: what is known, what is to be foretold, and who counts."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from alsolike.history import (
    ALWAYS,
    SPLITS,
    History,
    Split,
    SplitError,
    split_by_time,
    split_history,
    split_leave_one_out,
)
from alsolike.history.cut import ENOUGH_RETURNED
from tests.fixtures.history import DAY, catalogue, dated, history, random_history

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def day(number: float) -> datetime:
    return EPOCH + timedelta(days=number)


def truth(split: Split) -> dict[int, list[int]]:
    return {
        int(shopper): sorted(split.truth[row].indices.tolist())
        for row, shopper in enumerate(split.shoppers)
    }


def known(split: Split) -> list[tuple[int, int, int]]:
    events = split.known
    return [
        (int(shopper), int(product), int(time) // DAY)
        for shopper, product, time in zip(
            events.shoppers, events.products, events.times, strict=True
        )
    ]


def test_leave_one_out_holds_out_the_product_that_came_last() -> None:
    events = [
        (0, 0, 1), (0, 1, 2), (0, 2, 3),
        # Looked at again later, p0 is still what came first.
        (1, 0, 1), (1, 1, 5), (1, 0, 9),
        (2, 2, 4),
    ]  # fmt: skip
    split = split_leave_one_out(history(catalogue(3), events))
    assert split.name == "leave-one-out"
    assert truth(split) == {0: [2], 1: [1]}
    assert (split.moments // DAY).tolist() == [3, 5]
    assert split.cutoff is None
    # What came at or after the held-out action is not known; of who is no test, all is.
    assert known(split) == [(0, 0, 1), (0, 1, 2), (1, 0, 1), (2, 2, 4)]


def test_leave_one_out_knows_nothing_of_the_held_out_moment() -> None:
    events = [(0, 0, 1), (0, 1, 5), (0, 2, 5)]
    split = split_leave_one_out(history(catalogue(3), events))
    assert len(truth(split)[0]) == 1
    assert known(split) == [(0, 0, 1)]


def test_a_time_split_holds_out_what_is_new_to_known_shoppers() -> None:
    events = [
        (0, 0, 1), (0, 1, 9), (0, 2, 10), (0, 0, 11), (0, 3, 20), (0, 3, 21),
        (1, 0, 12), (1, 1, 13),
        (2, 0, 2), (2, 0, 14),
        (3, 1, 3),
        (4, 1, 4), (4, 4, 15),
    ]  # fmt: skip
    split = split_by_time(history(catalogue(5, sold_out=[4]), events), day(10))
    # s1 is new, s2 and s3 do nothing new, s4's product is sold out.
    assert truth(split) == {0: [2, 3]}
    assert split.cutoff == 10 * DAY
    assert split.moments.tolist() == [10 * DAY]
    assert known(split) == [(0, 0, 1), (0, 1, 9), (2, 0, 2), (3, 1, 3), (4, 1, 4)]


NEWCOMERS = [
    (0, 0, 1), (0, 1, 2),
    (1, 0, 11), (1, 1, 12), (1, 0, 13), (1, 2, 14),
    # One product, two of one moment: nothing to foretell, or nothing to foretell it by.
    (2, 1, 12), (2, 1, 13),
    (3, 1, 12), (3, 2, 12),
    (4, 2, 15), (4, 0, 16),
]  # fmt: skip


def test_where_nobody_comes_back_those_who_began_later_are_tested() -> None:
    split = split_by_time(history(catalogue(3), NEWCOMERS), day(10))
    assert truth(split) == {1: [2], 4: [0]}
    assert split.cutoff == 10 * DAY
    assert (split.moments // DAY).tolist() == [14, 16]
    # Models learn from before the cutoff, and are asked with what came before each moment.
    assert known(split) == [(0, 0, 1), (0, 1, 2)]
    assert [row.indices.tolist() for row in split.had(split.rows)] == [[0, 1], [2]]
    assert split.has_seen.all()


def test_newcomers_are_tested_beside_those_who_come_back_where_these_are_few() -> None:
    # One who comes back, and two newcomers.
    split = split_by_time(history(catalogue(3), [*NEWCOMERS, (0, 2, 20)]), day(10))
    assert truth(split) == {0: [2], 1: [2], 4: [0]}
    assert (split.moments // DAY).tolist() == [10, 14, 16]
    assert known(split) == [(0, 0, 1), (0, 1, 2)]
    assert [row.indices.tolist() for row in split.had(split.rows)] == [[0, 1], [0, 1], [2]]
    # As many who come back as newcomers, or enough of them: the newcomers are not asked.
    back = [(5, 0, 3), (5, 1, 20), (0, 2, 20)]
    split = split_by_time(history(catalogue(3), [*NEWCOMERS, *back]), day(10))
    assert truth(split) == {0: [2], 5: [1]}
    assert split.later is None
    many = [(shopper, 0, 1) for shopper in range(ENOUGH_RETURNED)]
    many += [(shopper, 1, 20) for shopper in range(ENOUGH_RETURNED)]
    new = [(shopper, product, 11 + product) for shopper in range(500, 700) for product in (0, 1)]
    split = split_by_time(history(catalogue(3), many + new), day(10))
    assert len(split.shoppers) == ENOUGH_RETURNED
    split = split_by_time(history(catalogue(3), many[1:] + new), day(10))
    assert len(split.shoppers) == ENOUGH_RETURNED - 1 + 200


def test_who_comes_back_to_nothing_that_can_be_shown_keeps_no_newcomer_from_being_tested() -> None:
    events = [*NEWCOMERS, (0, 3, 20)]
    split = split_by_time(history(catalogue(4, sold_out=[3]), events), day(10))
    assert truth(split) == {1: [2], 4: [0]}


@pytest.mark.parametrize("name", SPLITS)
def test_what_was_hidden_is_left_out_of_lists_if_the_shopper_had_it(name: str) -> None:
    split = split_history(name, random_history())
    is_hidden = np.arange(40) % 5 == 0
    hidden = split.without(is_hidden)
    assert split.had(split.rows)[:, is_hidden].nnz
    assert (hidden.had(hidden.rows) != split.had(split.rows)).nnz == 0
    again = hidden.without(np.arange(40) % 5 == 1)
    assert (again.had(again.rows) != split.had(split.rows)).nnz == 0
    query = again.queries(again.rows, actions=99, decay=1.0)
    assert {*np.unique(query.indices % 5)} == {2, 3, 4}


def test_left_out_the_cutoff_is_where_nine_tenths_are_known() -> None:
    made = random_history(events=2_000)
    split = split_by_time(made)
    share = len(split.known) / len(made)
    # A day holds one hundredth of the events.
    assert 0.88 <= share <= 0.91
    assert split.cutoff is not None
    assert (split.known.times < split.cutoff).all()


@pytest.mark.parametrize("microseconds", [1_765_432_198_765_431, 1_113_959_233_922_021])
def test_the_cutoff_is_exact(microseconds: int) -> None:
    events = [(0, 0, 1), (0, 1, 30_000)]
    cutoff = EPOCH + timedelta(microseconds=microseconds)
    assert split_by_time(history(catalogue(2), events), cutoff).cutoff == microseconds


@pytest.mark.parametrize("cut", [split_leave_one_out, split_by_time])
def test_nothing_held_out_is_known_or_sold_out(cut: object) -> None:
    made = random_history()
    in_stock = made.catalogue.is_in_stock
    in_stock[::7] = False
    split: Split = cut(made)
    rows = split.known.matrix()[split.shoppers]
    assert rows.multiply(split.truth).nnz == 0
    assert in_stock[split.truth.indices].all()
    assert (np.diff(split.truth.indptr) > 0).all()
    assert (np.diff(rows.indptr) > 0).all()
    assert (split.truth.data == 1).all()
    moments = dict(zip(split.shoppers.tolist(), split.moments.tolist(), strict=True))
    for shopper, time in zip(split.known.shoppers.tolist(), split.known.times, strict=True):
        assert time < moments.get(shopper, np.inf)


@pytest.mark.parametrize(
    "made",
    [
        history(catalogue(0), []),
        history(catalogue(3), []),
        history(catalogue(3), [(0, 0, 1)]),
        history(catalogue(3), [(0, 0, 1), (0, 1, 1)]),
        history(catalogue(1), [(0, 0, 1), (0, 0, 2), (1, 0, 3)]),
        history(catalogue(2, sold_out=[1]), [(0, 0, 1), (0, 1, 2)]),
    ],
    ids=["no product", "no event", "one action", "one moment", "one product", "all sold out"],
)
@pytest.mark.parametrize("cut", [split_leave_one_out, split_by_time])
def test_too_little_history_is_one_clear_line(cut: object, made: History) -> None:
    with pytest.raises(SplitError, match="too little history for the .* split: ") as told:
        cut(made)
    # Where nobody agreed, as after `load --consent none`, that is the reason.
    assert ("no shopper" if len(made) else "who agreed to personalisation") in str(told.value)
    assert "\n" not in str(told.value)


def test_a_cutoff_beyond_the_history_is_too_little_history() -> None:
    made = random_history()
    for cutoff in (day(-5), day(1_000)):
        with pytest.raises(SplitError, match="time split"):
            split_by_time(made, cutoff)


def test_the_cutoff_without_a_bot_is_the_plain_quantile() -> None:
    events = [(shopper, day, day) for day in range(50) for shopper in range(4)]
    made = history(catalogue(50), events)
    split = split_by_time(made)
    assert split.cutoff == int(np.quantile(made.times, 0.9, method="higher"))


@pytest.mark.parametrize("bot_day", [0, 50, 99], ids=["at first", "midway", "at last"])
@pytest.mark.parametrize("bots", [1, 3])
def test_who_has_most_of_the_events_does_not_move_the_cutoff(bots: int, bot_day: int) -> None:
    without = random_history(shoppers=60)
    people = [
        (int(shopper), int(product), int(time) // DAY)
        for shopper, product, time in zip(
            without.shoppers, without.products, without.times, strict=True
        )
    ]
    flood = [(60 + bot, number % 40, bot_day) for bot in range(bots) for number in range(20_000)]
    plain = split_by_time(without)
    split = split_by_time(history(catalogue(40), people + flood))
    assert plain.cutoff is not None
    assert split.cutoff is not None
    # A bot counts like one busy shopper of sixty.
    assert abs(split.cutoff - plain.cutoff) <= (bots + 1) * 2 * DAY
    assert len({int(s) for s in split.shoppers if s < 60}) >= len(plain.shoppers) * 2 / 3


def test_a_product_exists_from_its_date_or_its_first_event() -> None:
    events = [(0, 0, 5), (0, 0, 3), (1, 1, 4), (1, 3, 30)]
    made = dated(history(catalogue(6), events), {0: 7, 1: 2, 4: 9}, loaded=20)
    # p0 was sold before its date and p1 after; p3 came without a date, and so did p2 and p5, of
    # which nothing tells.
    assert made.catalogue.exists_from.tolist() == [
        3 * DAY, 2 * DAY, ALWAYS, 20 * DAY, 9 * DAY, ALWAYS,
    ]  # fmt: skip


def test_what_came_after_the_cutoff_is_neither_foretold_nor_shown() -> None:
    # p1 was sold before the cutoff; p2 is sold afterwards and not dated, p3 dated before, p4
    # after, p5 at the cutoff; p6 and p7 were never sold, and p7 is dated after.
    events = [(0, 0, 1), (1, 1, 2), *((0, product, 12) for product in range(1, 6))]
    whole = history(catalogue(8), events)
    made = dated(whole, {0: 0, 3: 9, 4: 11, 5: 10, 7: 11}, loaded=30)
    split = split_by_time(made, day(10))
    assert truth(split) == {0: [1, 3]}
    assert np.flatnonzero(split.is_shown(np.array([0]))[0]).tolist() == [0, 1, 3, 6]
    assert np.flatnonzero(split.is_there).tolist() == [0, 1, 3, 6]


def test_a_slice_of_the_known_part_knows_what_came_after_it_too() -> None:
    events = [(0, 0, 1), (0, 1, 5), (0, 2, 6), (1, 2, 2), (0, 3, 12), (1, 0, 11)]
    split = split_by_time(dated(history(catalogue(5), events), {}, loaded=30), day(10))
    inner = split_by_time(split.known, day(4))
    assert truth(inner) == {0: [2]}
    # p1 came after the slice, p3 after the split: neither competes. p4 never sold.
    assert np.flatnonzero(inner.is_there).tolist() == [0, 2, 4]


def test_leave_one_out_goes_by_given_dates_and_each_shoppers_moment() -> None:
    events = [(0, 0, 1), (0, 1, 5), (1, 0, 2), (1, 2, 8)]
    # p2 is first sold to the one whom it is held out of, on the day it was dated.
    made = dated(history(catalogue(4), events), {2: 8, 3: 6}, loaded=30)
    split = split_leave_one_out(made)
    assert truth(split) == {0: [1], 1: [2]}
    shown = split.is_shown(np.arange(2))
    assert shown.tolist() == [[True, True, False, False], [True, True, True, True]]


def test_a_shop_whose_later_products_are_all_new_is_told_so() -> None:
    events = [(0, 0, 1), (0, 1, 12)]
    with pytest.raises(SplitError, match="that was there already"):
        split_by_time(dated(history(catalogue(2), events), {}, loaded=30), day(10))


@pytest.mark.parametrize("split", ["time", "next", "leave-one-out"])
def test_where_all_is_sold_out_that_is_the_reason(split: str) -> None:
    events = random_history(shoppers=30, events=600)
    sold_out = np.zeros(len(events.catalogue), np.bool_)
    whole = replace(events, catalogue=replace(events.catalogue, is_in_stock=sold_out))
    with pytest.raises(SplitError, match="no product is in stock"):
        split_history(split, whole, seed=0)
