"""Histories: parts of them, first actions, fingerprints."""

from dataclasses import replace

import numpy as np

from alsolike.history import KINDS
from alsolike.history.read import fingerprint
from tests.fixtures.history import DAY, catalogue, history, random_history

EVENTS = [(0, 2, 1), (0, 1, 2), (0, 2, 3), (2, 0, 1), (2, 1, 5)]


def test_each_shoppers_events_are_a_run() -> None:
    made = history(catalogue(3), EVENTS, shoppers=4)
    assert made.shape == (4, 3)
    assert made.starts.tolist() == [0, 3, 3, 5, 5]
    assert len(made) == 5


def test_the_matrix_tells_who_acted_on_what_once() -> None:
    made = history(catalogue(3), EVENTS, shoppers=4)
    assert made.matrix().toarray().tolist() == [[0, 1, 1], [0, 0, 0], [1, 1, 0], [0, 0, 0]]


def test_before_a_moment_is_strictly_before_it() -> None:
    made = history(catalogue(3), EVENTS, shoppers=4)
    early = made.before(3 * DAY)
    assert early.times.tolist() == [1 * DAY, 2 * DAY, 1 * DAY]
    assert early.shape == made.shape
    assert early.starts.tolist() == [0, 2, 2, 3, 3]
    own = made.before(np.array([2, 0, 6, 0]) * DAY)
    assert list(zip(own.shoppers.tolist(), own.products.tolist(), strict=True)) == [
        (0, 2), (2, 0), (2, 1),
    ]  # fmt: skip


def test_first_actions_keep_the_earliest_event_on_each_product() -> None:
    firsts = history(catalogue(3), EVENTS, shoppers=4).first_actions()
    assert (firsts.products.tolist(), (firsts.times // DAY).tolist()) == (
        [2, 1, 0, 1],
        [1, 2, 1, 5],
    )


def test_first_actions_of_a_whole_history_are_those_of_its_matrix() -> None:
    made = random_history()
    firsts = made.first_actions()
    assert len(firsts) == made.matrix().nnz
    earliest = {}
    for shopper, product, time in zip(made.shoppers, made.products, made.times, strict=True):
        earliest.setdefault((shopper, product), time)
    told = zip(firsts.shoppers, firsts.products, strict=True)
    assert dict(zip(told, firsts.times, strict=True)) == earliest


def test_an_empty_history_has_a_shape() -> None:
    made = history(catalogue(2), [])
    assert made.shape == (0, 2)
    assert made.matrix().shape == (0, 2)
    assert len(made.first_actions()) == 0
    assert made.starts.tolist() == [0]


def test_the_fingerprint_is_of_the_data() -> None:
    same = [fingerprint(history(catalogue(3), EVENTS, shoppers=4)) for _ in range(2)]
    assert same[0] == same[1]
    others = [
        history(catalogue(4), EVENTS, shoppers=4),
        history(catalogue(3), EVENTS, shoppers=3),
        history(catalogue(3), EVENTS[:-1], shoppers=4),
        history(catalogue(3), [*EVENTS[:-1], (2, 1, 6)], shoppers=4),
        history(catalogue(3), [*EVENTS[:-1], (2, 2, 5)], shoppers=4),
    ]
    assert len({same[0], *map(fingerprint, others)}) == 6


def test_kinds_are_those_of_the_marts() -> None:
    assert KINDS == ("purchase", "review", "view")


def test_a_visit_ends_where_half_an_hour_passes() -> None:
    made = history(catalogue(2), [(0, 0, 1), (0, 1, 1), (0, 0, 1), (1, 0, 1), (1, 1, 1)])
    minute = DAY // (24 * 60)
    times = made.times + np.array([0, 30, 61, 61, 61]) * minute
    made = replace(made, times=times)
    assert made.visits().tolist() == [0, 0, 1, 2, 2]
    assert history(catalogue(2), []).visits().tolist() == []


def test_the_matrix_ages_each_pair_by_its_latest_event() -> None:
    events = [(0, 0, 10), (0, 1, 30), (0, 0, 20), (1, 1, 0)]
    made = history(catalogue(3), events)
    aged = made.matrix(half_life_days=10).toarray()
    np.testing.assert_allclose(aged, [[0.5, 1, 0], [0, 0.125, 0]])
    assert made.matrix().toarray().tolist() == [[1, 1, 0], [0, 1, 0]]
    # What is left after very long is still a number whose square is one.
    old = history(catalogue(2), [(0, 0, 0), (0, 1, 100_000)]).matrix(half_life_days=1)
    assert (old.data**2 > 0).all()
    assert history(catalogue(2), [], shoppers=1).matrix(half_life_days=1).shape == (1, 2)


def test_each_shopper_began_at_their_first_event() -> None:
    made = history(catalogue(2), [(0, 1, 5), (0, 0, 3), (2, 0, 4)])
    assert made.first_times().tolist() == [3 * DAY, np.iinfo(np.int64).max, 4 * DAY]
