"""Ranks and lists from scores: what is left out, ties, and lists that were given."""

from itertools import permutations

import numpy as np
import pytest
import scipy.sparse as sp

from alsolike.metrics.ranking import drop_from_lists, leave_out, rank_by_lists, rank_by_scores


def matrix(*rows: list[int]) -> sp.csr_matrix:
    return sp.csr_matrix(np.array(rows, np.float32))


def scores(*rows: list[float]) -> np.ndarray:
    return np.array(rows, np.float32)


def test_what_is_known_or_sold_out_takes_no_place() -> None:
    given = scores([9, 8, 7, 6], [9, 8, 7, 6])
    shown = np.array([True, True, False, True])
    leave_out(given, matrix([1, 0, 0, 0], [0, 0, 0, 0]), shown)
    truth, lists = rank_by_scores(given, matrix([0, 0, 0, 1], [0, 0, 0, 1]), 4)
    assert truth.ranks.tolist() == [2, 3]
    assert lists.tolist() == [[1, 3, -1, -1], [0, 1, 3, -1]]


def test_a_models_own_worst_score_is_still_listed() -> None:
    given = scores([-np.inf, 1, -np.inf])
    leave_out(given, matrix([0, 1, 0]), np.ones(3, bool))
    truth, lists = rank_by_scores(given, matrix([0, 0, 1]), 3)
    assert lists.tolist() == [[0, 2, -1]]
    assert truth.ranks.tolist() == [1.5]


def test_a_tie_counts_half() -> None:
    truth, _ = rank_by_scores(scores([3, 1, 1, 1, 0]), matrix([0, 0, 1, 0, 0]), 2)
    assert truth.ranks.tolist() == [3]


@pytest.mark.parametrize("held_out", [[1, 2], [1, 2, 4], [0, 1, 2, 3, 4, 5]])
def test_ranks_in_a_tie_are_the_means_over_its_orders(held_out: list[int]) -> None:
    row = [5.0, 3.0, 3.0, 3.0, 3.0, 1.0]
    is_truth = [int(product in held_out) for product in range(6)]
    truth, _ = rank_by_scores(scores(row), matrix(is_truth), 6)
    orders = [
        [0, *(1 + place for place in tied), 5] for tied in permutations(range(4))
    ]  # the place of each product, from 0
    expected = np.mean(
        [sorted(order[product] + 1 for product in held_out) for order in orders], axis=0
    )
    assert sorted(truth.ranks) == pytest.approx(expected)


@pytest.mark.parametrize("count", [1, 3, 12])
def test_ranks_agree_with_counting(count: int) -> None:
    random = np.random.default_rng(count)
    given = random.random((20, 50), np.float32)
    rows = np.zeros((20, 50), np.float32)
    for row in rows:
        row[random.choice(50, count, replace=False)] = 1
    truth, lists = rank_by_scores(given, sp.csr_matrix(rows), 10)
    assert lists.tolist() == np.argsort(-given, axis=1)[:, :10].tolist()
    places = np.argsort(np.argsort(-given, axis=1), axis=1) + 1
    assert truth.ranks.tolist() == places[rows > 0].tolist()


def test_equals_are_listed_by_their_number_also_at_the_end() -> None:
    _, lists = rank_by_scores(scores([0, 1, 0, 1, 0], [2, 2, 2, 2, 2]), matrix([0] * 5, [0] * 5), 3)
    assert lists.tolist() == [[1, 3, 0], [0, 1, 2]]


def test_lists_longer_than_the_catalogue_end() -> None:
    _, lists = rank_by_scores(scores([1, 2]), matrix([0, 0]), 4)
    assert lists.tolist() == [[1, 0, -1, -1]]


def test_a_list_is_cleared_of_what_is_known_or_sold_out() -> None:
    given = np.array([[3, 0, 2, 1], [1, 2, -1, -1]], np.int32)
    shown = np.array([True, True, False, True])
    kept = drop_from_lists(given, matrix([0, 0, 0, 1], [0, 0, 0, 0]), shown)
    assert kept.tolist() == [[0, 1, -1, -1], [1, -1, -1, -1]]


def test_ranks_by_list_are_places_or_infinite() -> None:
    given = np.array([[3, 0, -1], [-1, -1, -1]], np.int32)
    truth = rank_by_lists(given, matrix([1, 1, 0, 0], [0, 0, 0, 1]))
    assert truth.ranks.tolist() == [2, np.inf, np.inf]
    assert truth.rows.tolist() == [0, 0, 1]
