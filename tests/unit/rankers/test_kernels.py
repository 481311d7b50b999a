"""What is compiled."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numba
import numpy as np
import pytest

from alsolike.rankers.spaces import kernels


def test_where_nothing_can_be_written_each_process_compiles_for_itself(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def njit(*, cache: bool = False, **options: Any) -> Callable[..., Any]:
        if cache:
            # In numba's words.
            message = "cannot cache function 'total': no locator available for file"
            raise RuntimeError(message)
        return numba.njit(**options)

    monkeypatch.setattr(kernels, "numba", SimpleNamespace(njit=njit))

    def total(values: Any) -> Any:
        added = 0.0
        for value in values:
            added += value
        return added

    compiled = kernels._compiled(total)
    assert compiled(np.arange(4.0)) == 6
    assert compiled is not total


def test_ranks_begin_with_the_greatest_and_of_equal_ones_with_the_first() -> None:
    pointers = np.array([0, 4, 4, 5])
    values = np.array([1, 3, 3, -1, 7], np.float32)
    assert kernels.ranks_of_entries(pointers, values).tolist() == [3, 1, 2, 4, 1]


def test_the_best_of_each_row_are_kept_and_of_equal_ones_the_first() -> None:
    pointers = np.array([0, 5, 5, 7])
    values = np.array([2, -1, 2, 5, 2, -3, -2], np.float32)
    kept = kernels.is_best(pointers, values, 2)
    assert kept.tolist() == [True, False, False, True, False, True, True]


@pytest.mark.parametrize("width", [1, 64, 65, 300])
def test_equal_scores_share_a_rank_and_the_last_that_counts_is_below_the_most(width: int) -> None:
    random = np.random.default_rng(width)
    # From a few different scores to nearly all, so that some ranks count and some do not.
    greatest = np.geomspace(2, 5000, 50)[:, None]
    scores = np.floor(random.random((50, width)) * greatest - 1).astype(np.float32)
    rows, columns = np.repeat(np.arange(50), 8), random.integers(width, size=400)
    own, others = scores[rows, columns, None], scores[rows]
    ranks = (others > own).sum(axis=1) + ((others == own).sum(axis=1) - 1) / 2
    expected = np.where((ranks < 10) & (own[:, 0] > 0), ranks, np.inf)
    np.testing.assert_array_equal(kernels.ranks_among(scores, rows, columns, 10), expected)
    assert np.isfinite(expected).any()
    assert np.isinf(expected).any()
