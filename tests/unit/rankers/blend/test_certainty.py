"""Luck among few shoppers must not choose how a model is asked."""

import numpy as np
import pytest

from alsolike.rankers.blend.certainty import loses_little, most_lost, surest


def test_a_loss_counts_with_one_standard_error() -> None:
    reference = np.full(100, 0.01)
    assert most_lost(reference, reference) == 0
    assert most_lost(reference, 0.99 * reference) == pytest.approx(0.01)
    # The same mean loss, of one shopper in four alone.
    uneven = reference * np.tile([0.96, 1, 1, 1], 25)
    lost = np.tile([0.04, 0, 0, 0], 25)
    assert most_lost(reference, uneven) == pytest.approx(0.01 + lost.std() / 10)
    # With more shoppers it is more certain.
    many = most_lost(np.tile(reference, 9), np.tile(uneven, 9))
    assert many == pytest.approx(0.01 + lost.std() / 30)
    # A gain is below 0 as soon as it is greater than its error.
    assert most_lost(reference, reference * 1.01) < 0
    assert most_lost(np.zeros(100), reference) == 0


def test_little_is_lost_only_where_chance_does_not_hide_more() -> None:
    reference = np.full(100, 0.01)
    assert loses_little(reference, reference * 0.991, 0.01)
    assert not loses_little(reference, reference * 0.989, 0.01)
    # Nothing is lost in the mean, with an error of 1 %, and of 3 %.
    for error, is_little in ((0.1, True), (0.3, False)):
        swapped = reference * np.tile([1 - error, 1 + error], 50)
        assert loses_little(reference, swapped, 0.01) is is_little


def test_the_usual_way_is_left_only_for_one_that_certainly_ranks_better() -> None:
    random = np.random.default_rng(0)
    usual = random.random(400)
    # It gains nine tenths of the standard error of its gain.
    noise = random.normal(size=400)
    lucky = usual + 0.3 * (noise - noise.mean()) + 0.9 * 0.3 * noise.std() / 20
    surely = usual * 1.01
    assert lucky.sum() > surely.sum()
    assert surest([usual, lucky], usual=0) == 0
    assert surest([lucky, usual, surely], usual=1) == 2
    assert surest([usual, usual], usual=1) == 1


def test_of_two_ways_that_certainly_rank_better_the_surer_one_is_the_measure() -> None:
    usual = np.full(100, 0.01)
    # Ten per cent better, but only where one shopper in twenty-five is answered.
    uncertain = usual + np.tile([0.025] + [0] * 24, 4)
    even = usual * 1.06
    assert uncertain.sum() > even.sum() > usual.sum()
    assert surest([usual, uncertain, even], usual=0) == 2
