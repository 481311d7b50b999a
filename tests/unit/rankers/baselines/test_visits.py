"""The neighbours of visits: told from the times, weighed by position, bounded."""

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest

from alsolike.history import History, Split, split_by_time, split_next
from alsolike.progress import ignore_progress
from alsolike.rankers.baselines import visits as module
from alsolike.rankers.baselines.visits import VisitKnnRanker
from tests.fixtures.history import DAY, catalogue, history, random_history

MINUTE = DAY // (24 * 60)
CUTOFF = datetime(1970, 1, 11, tzinfo=UTC)
# Shopper, product, day, minute.
EVENTS = [
    (0, 0, 1, 0), (0, 1, 1, 1), (0, 2, 1, 2),
    (1, 1, 2, 0), (1, 3, 2, 9),
    # Two visits: p4 and p5 were never done together.
    (2, 4, 3, 0), (2, 5, 3, 40),
    (3, 5, 4, 0), (3, 0, 12, 0), (3, 1, 12, 5), (3, 3, 12, 10),
]  # fmt: skip


def made(events: list[tuple[int, int, int, int]] = EVENTS) -> History:
    whole = history(catalogue(6), [event[:3] for event in events])
    return replace(whole, times=whole.times + np.array([event[3] for event in events]) * MINUTE)


def scores(split: Split) -> np.ndarray:
    ranker = VisitKnnRanker()
    ranker.fit(split, ignore_progress)
    found = ranker.scores(np.arange(len(split.shoppers)))
    assert found.dtype == np.float32
    assert found.shape == split.truth.shape
    return found


def test_a_visit_scores_by_those_that_have_the_same_products() -> None:
    split = split_next(made(), CUTOFF)
    found = scores(split)
    # Of s3: p0 after p5 alone; p1 in the visit of p0; p3 in that of p0 and p1, of which p1 is last.
    assert split.truth.indices.tolist() == [0, 1, 3]
    # p5 was in a visit of one product: it teaches nothing.
    assert not found[0].any()
    three, two = 1 / np.sqrt(3), 1 / np.sqrt(2)
    np.testing.assert_allclose(found[1], [three, three, three, 0, 0, 0], rtol=1e-6)
    # p1 weighs 1 and p0 a half.
    first, second = 1.5 * three, two
    np.testing.assert_allclose(found[2], [first, first + second, first, second, 0, 0], rtol=1e-6)


def test_by_time_the_last_known_visit_is_asked_with() -> None:
    events = [*EVENTS[:7], (3, 5, 4, 0), (3, 1, 4, 50), (3, 0, 12, 0)]
    found = scores(split_by_time(made(events), CUTOFF))
    three, two = 1 / np.sqrt(3), 1 / np.sqrt(2)
    np.testing.assert_allclose(found, [[three, three + two, three, two, 0, 0]], rtol=1e-6)


def test_only_the_latest_visits_of_a_product_and_the_nearest_of_them_count(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    split = split_next(made(), CUTOFF)
    three, two = 1 / np.sqrt(3), 1 / np.sqrt(2)
    monkeypatch.setattr(module, "_SEARCHED", 1)
    # p1's latest visit is that of s1; of that of s0 p0 tells alone.
    expected = [0.5 * three, 0.5 * three + two, 0.5 * three, two, 0, 0]
    np.testing.assert_allclose(scores(split)[2], expected, rtol=1e-6)
    monkeypatch.setattr(module, "_SEARCHED", 1_000)
    monkeypatch.setattr(module, "_NEAREST", 1)
    first = 1.5 * three
    np.testing.assert_allclose(scores(split)[2], [first, first, first, 0, 0, 0], rtol=1e-6)


def test_it_is_what_going_through_the_visits_one_by_one_gives(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    whole = random_history(events=2_000)
    split = split_next(whole)
    monkeypatch.setattr(module, "_ROWS_AT_ONCE", 7)
    known = split.known
    groups: dict[tuple[int, int], set[int]] = {}
    # Days are visits: all events of a shopper's day have one time.
    for shopper, product, time in zip(known.shoppers, known.products, known.times, strict=True):
        groups.setdefault((int(shopper), int(time)), set()).add(int(product))
    expected = np.zeros(split.truth.shape)
    for row, (shopper, moment) in enumerate(zip(split.shoppers, split.moments, strict=True)):
        before = (whole.shoppers == shopper) & (whole.times < moment)
        last = whole.times[before].max()
        visit = list(dict.fromkeys(whole.products[before & (whole.times == last)][::-1].tolist()))
        weights = {product: 1 - place / len(visit) for place, product in enumerate(visit)}
        for other in groups.values():
            if len(other) > 1:
                similar = sum(weights.get(item, 0) for item in other) / np.sqrt(len(other))
                expected[row, list(other)] += similar
    np.testing.assert_allclose(scores(split), expected, rtol=1e-4, atol=1e-5)
