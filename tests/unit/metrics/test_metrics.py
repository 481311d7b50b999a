"""Every metric against independent implementations, and against cases worked out by hand."""

import math
from collections.abc import Callable

import ir_measures
import numpy as np
import pytest
import pytrec_eval
from ir_measures import AP, RR, P, R, Success, nDCG
from numpy.typing import NDArray

from alsolike.metrics.accuracy import (
    ACCURACY_METRICS,
    TruthRanks,
    average_precision,
    hit_rate,
    ndcg,
    precision,
    recall,
    reciprocal_rank,
)
from alsolike.metrics.lists import (
    coverage,
    gini,
    information,
    intra_list_diversity,
    is_in_tail,
    mean_over_lists,
)

PRODUCTS, SHOPPERS = 60, 80

Metric = Callable[[TruthRanks, int], NDArray[np.float64]]


@pytest.fixture(scope="module")
def judged() -> tuple[dict[str, dict[str, int]], dict[str, dict[str, float]], TruthRanks]:
    """Give what shoppers did (1 to 25 products each), how a model scores, and the ranks."""
    random = np.random.default_rng(7)
    judgements: dict[str, dict[str, int]] = {}
    run: dict[str, dict[str, float]] = {}
    ranks: list[int] = []
    rows: list[int] = []
    for shopper in range(SHOPPERS):
        order = random.permutation(PRODUCTS)
        truth = random.choice(PRODUCTS, size=random.integers(1, 26), replace=False)
        name = f"s{shopper:02}"
        judgements[name] = {f"p{product}": 1 for product in truth}
        run[name] = {f"p{product}": float(-place) for place, product in enumerate(order)}
        places = {product: place for place, product in enumerate(order, start=1)}
        ranks += [places[product] for product in truth]
        rows += [shopper] * len(truth)
    return judgements, run, TruthRanks(np.array(ranks, float), np.array(rows), SHOPPERS)


@pytest.mark.parametrize(
    ("metric", "theirs"),
    [
        (ndcg, "ndcg_cut_10"),
        (recall, "recall_10"),
        (precision, "P_10"),
        (average_precision, "map_cut_10"),
        (hit_rate, "success_10"),
    ],
)
def test_trec_eval_gives_each_shopper_the_same(judged: tuple, metric: Metric, theirs: str) -> None:
    judgements, run, truth = judged
    measure = theirs.rpartition("_")[0]
    told = pytrec_eval.RelevanceEvaluator(judgements, {f"{measure}.10"}).evaluate(run)
    expected = [told[name][theirs] for name in sorted(judgements)]
    assert len(set(expected)) > 1
    assert metric(truth, 10) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("k", [1, 5, 10, 50])
@pytest.mark.parametrize(
    ("name", "theirs"),
    [("ndcg", nDCG), ("hr", Success), ("recall", R), ("precision", P), ("map", AP), ("mrr", RR)],
)
def test_ir_measures_gives_the_same_mean(judged: tuple, name: str, theirs: object, k: int) -> None:
    judgements, run, truth = judged
    measure = theirs @ k
    expected = ir_measures.calc_aggregate([measure], judgements, run)[measure]
    assert ACCURACY_METRICS[name](truth, k).mean() == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize(
    ("metric", "expected"),
    [
        (ndcg, 1 / math.log2(4)),
        (hit_rate, 1),
        (recall, 1),
        (precision, 0.1),
        (average_precision, 1 / 3),
        (reciprocal_rank, 1 / 3),
    ],
)
def test_one_product_at_rank_three(metric: Metric, expected: float) -> None:
    assert metric(TruthRanks(np.array([3.0]), np.arange(1), 1), 10) == pytest.approx([expected])


@pytest.mark.parametrize("name", ACCURACY_METRICS)
def test_beyond_the_list_there_is_nothing(name: str) -> None:
    truth = TruthRanks(np.array([10.0, 10.5, 11.0, math.inf]), np.arange(4), 4)
    values = ACCURACY_METRICS[name](truth, 10)
    assert values[0] > 0
    assert values[1:].tolist() == [0, 0, 0]


@pytest.mark.parametrize("name", ACCURACY_METRICS)
def test_a_shopper_without_truth_does_not_count(name: str) -> None:
    truth = TruthRanks(np.array([1.0]), np.array([1]), 3)
    values = ACCURACY_METRICS[name](truth, 10)
    assert np.isnan(values).tolist() == [True, False, True]


@pytest.mark.parametrize("name", ACCURACY_METRICS)
def test_no_truth_at_all_is_defined(name: str) -> None:
    truth = TruthRanks(np.empty(0), np.empty(0, np.int64), 2)
    assert np.isnan(ACCURACY_METRICS[name](truth, 10)).all()


@pytest.mark.parametrize("name", ["ndcg", "hr", "precision", "mrr"])
def test_more_truth_than_places_can_still_be_perfect(name: str) -> None:
    truth = TruthRanks(np.arange(1.0, 16.0), np.zeros(15, np.int64), 1)
    assert ACCURACY_METRICS[name](truth, 10) == pytest.approx([1])


def test_recall_and_average_precision_divide_by_all_of_the_truth() -> None:
    truth = TruthRanks(np.arange(1.0, 16.0), np.zeros(15, np.int64), 1)
    assert recall(truth, 10) == pytest.approx([10 / 15])
    assert average_precision(truth, 10) == pytest.approx([10 / 15])


def lists(*rows: list[int]) -> NDArray[np.int32]:
    return np.array(rows, np.int32)


def test_coverage_counts_each_product_once() -> None:
    assert coverage(lists([0, 1], [1, 2], [2, -1]), 6) == 0.5
    assert coverage(lists([-1, -1]), 6) == 0
    assert math.isnan(coverage(np.empty((0, 2), np.int32), 0))


def test_gini_is_zero_when_even_and_near_one_when_one_product_has_all() -> None:
    assert gini(lists([0, 1], [2, 3]), 4) == pytest.approx(0)
    assert gini(lists([0], [0], [0]), 4) == pytest.approx(1 - 1 / 4)
    assert math.isnan(gini(lists([-1]), 4))


def test_gini_is_half_the_mean_difference_over_the_mean() -> None:
    random = np.random.default_rng(3)
    shown = random.integers(12, size=(30, 5)).astype(np.int32)
    exposure = np.bincount(shown.ravel(), minlength=15)
    pairs = np.abs(exposure[:, np.newaxis] - exposure).mean()
    assert gini(shown, 15) == pytest.approx(pairs / (2 * exposure.mean()), abs=1e-9)


def test_diversity_is_one_less_the_mean_cosine_of_the_pairs() -> None:
    random = np.random.default_rng(5)
    vectors = random.standard_normal((30, 8))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    vectors = vectors.astype(np.float32)
    shown = np.array([random.choice(30, 6, replace=False) for _ in range(2_500)], np.int32)
    expected = [
        1 - np.mean([vectors[a] @ vectors[b] for i, a in enumerate(row) for b in row[:i]])
        for row in shown
    ]
    assert intra_list_diversity(shown, vectors) == pytest.approx(expected, abs=1e-5)


def test_diversity_needs_two_products_with_a_vector() -> None:
    vectors = np.array([[1, 0], [0, 1], [0, 0], [1, 0]], np.float32)
    shown = lists([0, 1, -1], [0, 2, -1], [0, 2, 3], [-1, -1, -1])
    values = intra_list_diversity(shown, vectors)
    assert values == pytest.approx([1, math.nan, 0, math.nan], nan_ok=True)


def test_novelty_is_bits_of_the_share_of_shoppers() -> None:
    bits = information(np.array([7, 3, 0]), 7)
    assert bits == pytest.approx([0, 1, 3])
    values = mean_over_lists(lists([0, 1], [2, -1], [-1, -1]), bits)
    assert values == pytest.approx([0.5, 3, math.nan], nan_ok=True)


def test_the_head_takes_four_fifths_and_the_rest_is_the_tail() -> None:
    # 50 + 30 are just four fifths of 100; of equals the smaller number is in the head first.
    assert is_in_tail(np.array([5, 50, 0, 30, 15])).tolist() == [True, False, True, False, True]
    assert is_in_tail(np.array([1, 1])).tolist() == [False, False]
    assert is_in_tail(np.zeros(3, np.int64)).tolist() == [True, True, True]


def test_shares_of_tail_and_cold_products_are_of_the_list_as_it_is() -> None:
    marked = np.array([True, False, False])
    shown = lists([0, 1], [0, -1], [1, 2], [-1, -1])
    expected = pytest.approx([0.5, 1, 0, math.nan], nan_ok=True)
    assert mean_over_lists(shown, marked) == expected
