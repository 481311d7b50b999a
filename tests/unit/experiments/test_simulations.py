"""The statistics keep what they promise, on simulated shoppers; a minute of one core."""

import pytest
from scipy.stats import binom

from alsolike.experiments.simulated_shoppers import NO_LIFT, Lift
from alsolike.experiments.statistics.metrics import METRICS
from benchmarks.experiments import (
    BETTER,
    covered,
    delta_over_bootstrap,
    false_alarms,
    look_often,
    mismatch_probability,
    power_reached,
    variance_left,
)

RUNS = 1_000
SEED = 20


def band(share: float, runs: int = RUNS) -> tuple[int, int]:
    """Return the fewest and the most hits of so many, with 99 %, where the share is true."""
    low, high = binom.interval(0.99, runs, share)
    return int(low), int(high)


def test_one_look_at_no_effect_is_wrong_in_one_of_twenty() -> None:
    low, high = band(0.05)
    alarms = false_alarms(RUNS, seed=SEED)
    assert set(alarms) == set(METRICS)
    assert {name: count for name, count in alarms.items() if not low <= count <= high} == {}


def test_one_look_at_an_effect_has_it_in_the_interval() -> None:
    low, high = band(0.95)
    hits = covered(RUNS, seed=SEED)
    assert {name: count for name, count in hits.items() if not low <= count <= high} == {}


@pytest.mark.parametrize("lift", [NO_LIFT, BETTER], ids=["no-effect", "effect"])
def test_many_looks_are_safe_with_the_sequence_and_not_with_the_plain_interval(lift: Lift) -> None:
    looks = look_often(RUNS, lift, seed=SEED)
    assert max(looks.any_time.values()) <= 0.05 * RUNS
    # One in five and more, beyond doubt.
    assert min(looks.plain.values()) > band(0.2)[0]
    # The plain interval is at fault for the number of looks, not by itself.
    assert max(looks.plain_at_end.values()) <= band(0.05)[1]


def test_what_was_before_takes_away_the_squared_correlation_of_the_variance() -> None:
    left = variance_left(RUNS, seed=SEED)
    assert left.expected < 0.5
    assert left.reported == pytest.approx(left.expected, rel=0.05)
    # What is reported is how much the effects really differ from run to run.
    assert left.between_runs == pytest.approx(left.expected, rel=2.58 * left.uncertainty)


def test_the_delta_method_agrees_with_a_bootstrap_of_shoppers() -> None:
    # The bootstrap's own error is 1 / sqrt(2 * resamples): half a percent.
    ratios = delta_over_bootstrap(20_000, seed=SEED)
    assert set(ratios) == {"order_value", "click_rate"}
    assert list(ratios.values()) == pytest.approx([1, 1], abs=0.02)


def test_an_experiment_of_the_size_that_was_told_sees_the_effect() -> None:
    power = power_reached(RUNS, seed=SEED)
    low, high = band(0.8)
    assert low <= power.once * RUNS <= high
    # It is planned for the last look alone, so it is seen at least as often.
    assert power.any_time * RUNS >= low


def test_a_fair_split_is_called_a_mismatch_in_less_than_one_of_a_thousand() -> None:
    assert 0.0005 < mismatch_probability() <= 0.001
