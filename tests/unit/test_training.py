"""What a model says about the data that it was trained on."""

import hashlib

import pytest

from alsolike import training
from alsolike.training import SAMPLE_SIZE, sample
from tests.fixtures.history import random_history


@pytest.mark.parametrize("at_once", [1, 70, 10_000])
def test_the_sample_has_the_smallest_hashes_however_many_events_are_hashed_at_a_time(
    monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    made = random_history(events=2_000)
    events = zip(made.products.tolist(), made.kinds.tolist(), made.times.tolist(), strict=True)
    hashes = {
        hashlib.blake2b(
            f"{made.catalogue.product_ids[product]}\x00{kind}\x00{moment}".encode(), digest_size=8
        ).hexdigest()
        for product, kind, moment in events
    }
    # Several shoppers did the same at one time, so that events are met again.
    assert SAMPLE_SIZE < len(hashes) < len(made)
    monkeypatch.setattr(training, "_EVENTS_AT_ONCE", at_once)
    assert sample(made) == sorted(hashes)[:SAMPLE_SIZE]


def test_of_few_events_all_are_in_the_sample() -> None:
    assert len(sample(random_history(events=5))) == 5
    assert sample(random_history(events=0)) == []
