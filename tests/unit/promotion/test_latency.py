"""Answer times are compared by turns, and one hiccup of a server counts for nothing."""

import numpy as np
import pytest

from alsolike.history import Split, split_by_time
from alsolike.progress import Report, ignore_progress
from alsolike.promotion import latency
from alsolike.promotion.gate import Limits, check_latency
from tests.fixtures.history import random_history

ASKED: list[tuple[str, int]] = []


class TimedModel:
    """A model whose answers take so long, but every seventh of all that are asked a second."""

    def __init__(self, model: str) -> None:
        self.model = model
        self.usual = {"new": 0.05, "old": 0.01}[model]

    def fit(self, split: Split, report: Report) -> None:
        del split, report

    def close(self) -> None:
        pass

    def seconds_to_answer(self, row: int, k: int) -> float:
        assert k == 10
        ASKED.append((self.model, row))
        return 1.0 if len(ASKED) % 7 == 0 else self.usual


def test_models_are_asked_in_turns_and_the_fastest_answer_of_each_shopper_counts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ASKED.clear()
    monkeypatch.setattr(latency, "StoredRanker", TimedModel)
    split = split_by_time(random_history(shoppers=8, events=300))
    new, old = latency.measure_latencies(
        split, ("new", "old"), k=10, seed=0, report=ignore_progress
    )
    assert new.shape == old.shape == (min(len(split.shoppers), latency.MOST_SHOPPERS),)
    assert np.all(new == 0.05)
    assert np.all(old == 0.01)
    assert {model for model, _ in ASKED[::2]} == {"new", "old"}
    for (one, row), (other, same) in zip(ASKED[::2], ASKED[1::2], strict=True):
        assert row == same
        assert {one, other} == {"new", "old"}
    # Five times as long, and over 25 ms.
    assert not check_latency(new, old, "old", Limits()).is_passed
    assert check_latency(old, new, "new", Limits()).is_passed
