"""Bootstrap intervals: their width, that they are paired, and that a seed repeats them."""

import math

import numpy as np
import pytest

from alsolike.evaluation.bootstrap import interval, resampled_means


def column(count: int = 400, *, seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).random((count, 1))


def test_the_interval_is_about_two_standard_errors() -> None:
    values = column()
    low, high = interval(resampled_means(values, seed=0)[:, 0])
    error = values.std() / math.sqrt(len(values))
    assert low == pytest.approx(values.mean() - 1.96 * error, abs=0.2 * error)
    assert high == pytest.approx(values.mean() + 1.96 * error, abs=0.2 * error)


def test_a_seed_repeats_the_draws_whatever_their_blocks() -> None:
    values = column()
    means = resampled_means(values, seed=4)
    assert (resampled_means(values, seed=4) == means).all()
    assert not (resampled_means(values, seed=5) == means).all()
    # Of so many, 200 are drawn at once: the last of the second draw come in a block of their own.
    many = column(10_000)
    more = resampled_means(many, seed=4, resamples=450)
    assert resampled_means(many, seed=4, resamples=310) == pytest.approx(more[:310])


def test_columns_see_the_same_draws() -> None:
    values = column()
    better = values + 0.001 * column(seed=2)
    means = resampled_means(np.hstack([values, better]), seed=0)
    low, high = interval(means[:, 1] - means[:, 0])
    # Far narrower than either mean's own interval, which is some 0.06 wide.
    assert 0 < low < high < 0.001


def test_who_does_not_count_is_left_out_of_the_mean() -> None:
    values = np.array([[1.0, np.nan], [1.0, np.nan], [np.nan, np.nan]])
    means = resampled_means(values, seed=0, resamples=200)
    drawn = means[:, 0][~np.isnan(means[:, 0])]
    assert len(drawn) > 150
    assert set(drawn) == {1.0}
    assert np.isnan(means[:, 1]).all()
    assert all(math.isnan(bound) for bound in interval(means[:, 1]))


def test_no_shopper_gives_no_interval() -> None:
    means = resampled_means(np.empty((0, 2)), seed=0, resamples=10)
    assert means.shape == (10, 2)
    assert math.isnan(interval(means[:, 0])[0])
