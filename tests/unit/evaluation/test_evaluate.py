"""The evaluation as a whole: what counts, what is compared, what is refused."""

import json
import math
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest

from alsolike.evaluation import evaluate as module
from alsolike.evaluation.cold import hidden_products, hide_products
from alsolike.evaluation.evaluate import evaluate, means_by_shopper
from alsolike.evaluation.results import Evaluation, EvaluationError
from alsolike.history import Split, split_by_time, split_leave_one_out, split_next
from alsolike.progress import ignore_progress
from tests.fixtures.history import DAY, catalogue, dated, history, random_history
from tests.unit.evaluation.rankers import Counting, Fixed, Listing


def measured(split: Split, *rankers: Any, **options: Any) -> Evaluation:
    return evaluate(split, rankers, report=ignore_progress, **options)


@pytest.fixture
def small() -> Split:
    """Two shoppers before and after day 10; p4 is new then, p5 sold out."""
    events = [
        (0, 0, 1), (0, 1, 2), (0, 2, 11),
        (1, 0, 1), (1, 1, 12), (1, 4, 13), (1, 0, 14), (1, 5, 15),
        (2, 3, 3),
    ]  # fmt: skip
    cutoff = datetime.fromtimestamp(10 * DAY / 1e6, UTC)
    return split_by_time(history(catalogue(6, sold_out=[5]), events), cutoff)


def test_a_case_worked_out_by_hand(small: Split) -> None:
    # s0 knows p0 and p1: p2 is at rank 2 of p3, p2, p4. s1 knows p0: p1 at 3, p4 at 4 of
    # p3, p2, p1, p4.
    result = measured(small, Fixed("ours", [9, 3, 4, 5, 1, 8]), k=3)
    told = result.as_dict()
    metrics = told["models"]["ours"]
    gains = (1 / math.log2(3), (1 / math.log2(4)) / (1 + 1 / math.log2(3)))
    assert metrics["ndcg@3"] == pytest.approx(sum(gains) / 2)
    assert metrics["hr@3"] == 1
    assert metrics["recall@3"] == pytest.approx((1 + 1 / 2) / 2)
    assert metrics["mrr@3"] == pytest.approx((1 / 2 + 1 / 3) / 2)
    assert result.models["ours"].lists.tolist() == [[3, 2, 4], [3, 2, 1]]
    # Known are four events on three products by three shoppers; p2 and p4 are cold.
    assert metrics["cold_share@3"] == pytest.approx((2 / 3 + 1 / 3) / 2)
    assert metrics["coverage@3"] == pytest.approx(4 / 6)
    assert (told["split"], told["k"], told["shoppers"]) == ("time", 3, 2)
    assert told["cutoff"] == "1970-01-11T00:00:00+00:00"


def test_warm_and_cold_products_are_told_apart_at_their_ranks_among_all(small: Split) -> None:
    result = measured(small, Fixed("ours", [9, 3, 4, 5, 1, 8]), k=4)
    told = result.as_dict()["slices"]
    assert (told["warm"]["shoppers"], told["cold"]["shoppers"]) == (1, 2)
    assert told["warm"]["models"]["ours"]["mrr@4"] == pytest.approx(1 / 3)
    assert told["cold"]["models"]["ours"]["mrr@4"] == pytest.approx((1 / 2 + 1 / 4) / 2)


def test_a_slice_nobody_has_truth_in_is_missing() -> None:
    split = split_by_time(random_history(products=10))
    assert set(measured(split, Counting()).shoppers) == {"all", "warm"}


@pytest.mark.parametrize("cut", [split_by_time, split_leave_one_out, split_next])
def test_lists_and_scores_of_one_model_measure_the_same(cut: Any) -> None:
    split = cut(random_history())
    lister = Listing("lists", Counting(noise=0.9))
    result = measured(split, Counting("scores", noise=0.9), lister)
    told = result.as_dict()
    assert told["models"]["lists"] == pytest.approx(told["models"]["scores"])
    assert told["models"]["lists"]["ndcg@10"] > 0
    assert lister.is_closed


def test_chunks_make_no_difference(monkeypatch: pytest.MonkeyPatch) -> None:
    split = split_by_time(random_history())
    rankers = (Counting("scores", 0.5), Listing("lists", Counting(noise=0.5)))
    whole = measured(split, *rankers).as_dict()
    monkeypatch.setattr(module, "_SCORES_AT_ONCE", 7 * 40)
    monkeypatch.setattr(module, "_LISTS_AT_ONCE", 5)
    done: list[tuple[str, int, int | None]] = []
    chunked = evaluate(split, rankers, report=lambda *progress: done.append(progress)).as_dict()
    assert chunked["models"] == whole["models"]
    assert chunked["intervals"] == whole["intervals"]
    count = len(split.shoppers)
    steps = [step for step in done if step[0] == "rank scores"]
    assert steps[0] == ("rank scores", 0, count)
    assert steps[-1] == ("rank scores", count, count)
    assert len(steps) == 1 + math.ceil(count / 7)


def test_two_runs_with_one_seed_are_identical() -> None:
    split = split_by_time(random_history())
    runs = [
        measured(split, Counting("a", 0.5), Counting("b", 0.9), seed=3).as_dict() for _ in range(2)
    ]
    for run in runs:
        del run["seconds"]
    assert json.dumps(runs[0]) == json.dumps(runs[1])


def test_differences_are_paired_and_of_both_signs() -> None:
    split = split_by_time(random_history())
    result = measured(split, Counting(), Fixed("same", np.zeros(40)), Counting("noisy", 0.5))
    metrics = result.as_dict()["models"]
    there = result.differences["counting", "same"]["ndcg@10"]
    back = result.differences["same", "counting"]["ndcg@10"]
    assert there.value == pytest.approx(metrics["counting"]["ndcg@10"] - metrics["same"]["ndcg@10"])
    assert (back.value, back.low, back.high) == pytest.approx(
        (-there.value, -there.high, -there.low)
    )
    assert there.low <= there.value <= there.high
    assert len(result.differences) == 6
    only = measured(split, Counting(), Fixed("same", np.zeros(40)), against=["same"])
    assert list(only.differences) == [("counting", "same")]


def test_a_model_does_not_differ_from_its_twin() -> None:
    split = split_by_time(random_history())
    result = measured(split, Counting("one", 0.5), Counting("two", 0.5))
    value = result.differences["one", "two"]["ndcg@10"]
    assert (value.value, value.low, value.high) == (0, 0, 0)
    assert not value.excludes_zero


def test_all_equal_scores_are_worth_what_chance_is_worth(small: Split) -> None:
    result = measured(small, Fixed("equal", np.zeros(6)), k=10)
    # s0's product is in the middle of three, s1's two are at 5/3 and 10/3 of four.
    assert result.as_dict()["models"]["equal"]["mrr@10"] == pytest.approx((1 / 2 + 3 / 5) / 2)


def test_diversity_is_measured_where_there_are_vectors() -> None:
    split = split_by_time(random_history())
    vectors = np.eye(40, dtype=np.float32)
    assert measured(split, Counting(), vectors=vectors).as_dict()["models"]["counting"][
        "ild@10"
    ] == pytest.approx(1)
    assert "ild@10" not in measured(split, Counting()).as_dict()["models"]["counting"]


class Broken(Fixed):
    """Its scores, and lists, hold what they should not."""

    def __init__(self, answer: Any) -> None:
        super().__init__("broken", [])
        self._answer = answer

    def scores(self, rows: np.ndarray) -> np.ndarray:
        return np.full((len(rows), 40), self._answer, np.float32)


class BrokenList:
    """Gives the same list to everybody, whatever length was asked for."""

    name = "broken"

    def __init__(self, products: list[int], score: float = 1.0) -> None:
        self._products, self._score = products, score

    def fit(self, split: Any, report: Any) -> None: ...

    def lists(self, rows: np.ndarray, _k: int) -> tuple[np.ndarray, np.ndarray]:
        products = np.tile(np.array(self._products, np.int32), (len(rows), 1))
        return products, np.full(products.shape, self._score, np.float32)


@pytest.mark.parametrize(
    ("ranker", "reason"),
    [
        (Broken(np.nan), "broken gave scores that are not numbers"),
        (Fixed("short", np.zeros(3)), "short gave scores of shape"),
        (BrokenList([1, 2], np.nan), "broken gave scores that are not numbers"),
        (BrokenList([1, 1]), "broken listed a product twice"),
        (BrokenList([1, 2, 3]), "broken gave lists of shape"),
    ],
)
def test_an_answer_that_is_no_ranking_is_refused_by_name(ranker: Any, reason: str) -> None:
    with pytest.raises(EvaluationError, match=reason):
        measured(split_by_time(random_history()), ranker, k=2)


def test_infinite_scores_are_ranked() -> None:
    split = split_by_time(random_history())
    scores = np.zeros(40)
    scores[:2] = [np.inf, -np.inf]
    result = measured(split, Fixed("infinite", scores))
    assert result.as_dict()["models"]["infinite"]["coverage@10"] > 0


def test_what_cannot_be_evaluated_is_refused() -> None:
    split = split_by_time(random_history())
    with pytest.raises(EvaluationError, match="no model"):
        measured(split)
    with pytest.raises(EvaluationError, match="Two models are called counting"):
        measured(split, Counting(), Counting())
    with pytest.raises(EvaluationError, match="at least one place"):
        measured(split, Counting(), k=0)
    with pytest.raises(EvaluationError, match="Cannot compare with other"):
        measured(split, Counting(), against=["other"])
    vectors = np.zeros((40, 3), np.float32)
    vectors[7, 1] = np.nan
    with pytest.raises(EvaluationError, match="vector of product p007 holds NaN"):
        measured(split, Counting(), vectors=vectors)


def test_a_model_is_let_go_before_the_next_and_closed_after_an_error() -> None:
    alive: list[str] = []

    class Tracked(Counting):
        def __init__(self, name: str) -> None:
            super().__init__(name)
            alive.append(name)

        def __del__(self) -> None:
            alive.remove(self.name)

    def one_by_one() -> Iterator[Counting]:
        for name in ("a", "b"):
            assert not alive
            yield Tracked(name)

    split = split_by_time(random_history())
    evaluate(split, one_by_one(), report=ignore_progress)
    failing = Listing("failing", Fixed("no split", [0.0]))
    with pytest.raises(AttributeError):
        measured(split, failing)
    assert failing.is_closed


def test_hidden_products_are_cold_and_nothing_else_changes() -> None:
    split = split_by_time(random_history())
    hidden = hidden_products(split, 0.1, seed=5)
    assert len(hidden) == 4
    assert hidden.tolist() == hidden_products(split, 0.1, seed=5).tolist()
    assert hidden.tolist() != hidden_products(split, 0.1, seed=6).tolist()
    cold = hide_products(split, hidden)
    assert not np.isin(cold.known.products, hidden).any()
    kept = ~np.isin(split.known.products, hidden)
    assert cold.known.products.tolist() == split.known.products[kept].tolist()
    assert cold.truth.shape[0] == len(cold.shoppers) == len(cold.moments)
    shoppers = np.searchsorted(split.shoppers, cold.shoppers)
    assert (cold.truth != split.truth[shoppers]).nnz == 0
    assert measured(cold, Counting()).shoppers["cold"] > 0


def test_who_is_known_by_hidden_products_alone_is_left_out(small: Split) -> None:
    cold = hide_products(small, np.array([0], np.int32))
    assert cold.shoppers.tolist() == [0]
    with pytest.raises(EvaluationError, match="--cold-share"):
        hide_products(small, np.array([0, 1], np.int32))


@pytest.fixture
def growing() -> Split:
    """Three shoppers before and after day 10; p3 and p4 come then, p5 is dated but not sold yet."""
    events = [
        (0, 0, 1), (0, 2, 11), (0, 3, 12), (0, 5, 14),
        (1, 1, 1), (1, 0, 12), (1, 4, 13),
        (2, 2, 3), (2, 1, 11),
    ]  # fmt: skip
    made = dated(history(catalogue(6), events), {5: 8}, loaded=30)
    return split_by_time(made, datetime.fromtimestamp(10 * DAY / 1e6, UTC))


def test_what_did_not_exist_yet_is_in_no_list_and_takes_no_place(growing: Split) -> None:
    scores = [3, 2, 1, 9, 8, 4]
    scored = Fixed("scores", scores)
    result = measured(growing, scored, Listing("lists", _Keen(scores)), k=3)
    for model in ("scores", "lists"):
        lists = result.models[model].lists
        assert lists.tolist() == [[5, 1, 2], [5, 0, 2], [5, 0, 1]]
        metrics = result.as_dict()["models"][model]
        # p5 and p2 of the first shopper are at 1 and 3, the others' product at 2 and 3.
        assert metrics["mrr@3"] == pytest.approx((1 + 1 / 2 + 1 / 3) / 3)
        # Four products were there.
        assert metrics["coverage@3"] == 1
        assert metrics["gini@3"] == pytest.approx(1 / 12)


def test_the_cold_share_of_what_is_held_out_is_told(growing: Split) -> None:
    told = measured(growing, Counting()).as_dict()
    assert told["held_out"] == 4
    assert told["cold_share_of_held_out"] == 0.25
    assert told["slices"]["cold"]["held_out"] == 1


class _Keen(Fixed):
    """Scores what is to come too."""

    def __init__(self, scores: Any) -> None:
        super().__init__("keen", scores)

    def fit(self, split: Split, report: Any) -> None:
        super().fit(split, report)
        self.split = split


@pytest.fixture
def asked_again() -> Split:
    """One shopper is asked about three times after day 10, another one once."""
    events = [
        (0, 0, 1), (0, 1, 11), (0, 2, 12), (0, 3, 13),
        (1, 1, 1), (1, 2, 2), (1, 0, 14),
        (2, 3, 3),
    ]  # fmt: skip
    cutoff = datetime.fromtimestamp(10 * DAY / 1e6, UTC)
    return split_next(history(catalogue(4), events), cutoff)


def test_a_shopper_counts_once_however_often_they_are_asked_about(asked_again: Split) -> None:
    result = measured(asked_again, Fixed("ours", [1, 4, 2, 3]), k=2)
    # s0 knows p0: p1 at 1 of p1, p3, p2; then p2 at 2 of p3, p2; then p3 alone. s1: p0 at 2.
    model = result.models["ours"]
    assert model.lists.tolist() == [[1, 3], [3, 2], [3, -1], [3, 0]]
    metrics = result.as_dict()["models"]["ours"]
    assert metrics["mrr@2"] == pytest.approx(((1 + 1 / 2 + 1) / 3 + 1 / 2) / 2)
    assert (result.shoppers["all"], result.lists, result.held_out["all"]) == (2, 4, 4)
    # Whoever is drawn, both rows or one: the mean is that of s0, of s1, or half way.
    means = {round(float(mean), 6) for mean in model.resampled["all"]["mrr@2"]}
    assert means == {round(5 / 6, 6), 0.5, round((5 / 6 + 0.5) / 2, 6)}


def test_the_mean_of_a_shopper_is_over_the_rows_that_count() -> None:
    values = np.array([1.0, np.nan, 3.0, np.nan, 7.0])
    means = means_by_shopper(values, np.array([2, 2, 2, 4, 9], np.int32))
    assert means.tolist()[::2] == [2, 7]
    assert math.isnan(means[1])


def test_a_model_that_has_seen_the_answers_is_compared_with_its_like_alone() -> None:
    split = split_by_time(random_history())
    stored, other = Counting("a as stored", 0.5), Counting("b as stored", 0.9)
    stored.has_seen_answers = other.has_seen_answers = True  # type: ignore[attr-defined]
    result = measured(split, Counting(), Counting("noisy", 0.9), stored, other)
    pairs = [("counting", "noisy"), ("a as stored", "b as stored")]
    assert set(result.differences) == {pair for a, b in pairs for pair in ((a, b), (b, a))}
    assert list(result.honest().models) == ["counting", "noisy"]
    told = result.as_dict()
    assert set(told["models"]) == set(told["differences"]) == {"counting", "noisy"}
    assert set(told["as_stored"]) == {"a as stored", "b as stored"}
