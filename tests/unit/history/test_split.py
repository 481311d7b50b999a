"""Splits: what is known, what is to be foretold, and who counts."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from alsolike.history import History, Split, SplitError, split_by_time, split_leave_one_out
from tests.fixtures.history import DAY, catalogue, history, random_history

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


def test_where_nobody_comes_back_those_who_began_later_are_tested() -> None:
    events = [
        (0, 0, 1), (0, 1, 2),
        (1, 0, 11), (1, 1, 12), (1, 0, 13), (1, 2, 14),
        # One product, two of one moment: nothing to foretell, or nothing to foretell it by.
        (2, 1, 12), (2, 1, 13),
        (3, 1, 12), (3, 2, 12),
        (4, 2, 15), (4, 0, 16),
    ]  # fmt: skip
    split = split_by_time(history(catalogue(3), events), day(10))
    assert truth(split) == {1: [2], 4: [0]}
    assert split.cutoff == 10 * DAY
    assert (split.moments // DAY).tolist() == [14, 16]
    # Of the tested what came before; of the others what came before the cutoff.
    assert known(split) == [
        (0, 0, 1), (0, 1, 2), (1, 0, 11), (1, 1, 12), (1, 0, 13), (4, 2, 15)
    ]  # fmt: skip
    # One who comes back is enough for the plain split.
    split = split_by_time(history(catalogue(3), [*events, (0, 2, 20)]), day(10))
    assert truth(split) == {0: [2]}
    assert known(split) == [(0, 0, 1), (0, 1, 2)]


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
    with pytest.raises(SplitError, match="too little history for the .* split: no shopper") as told:
        cut(made)
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
