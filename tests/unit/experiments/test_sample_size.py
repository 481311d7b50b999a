"""How many shoppers an experiment needs, and the command that tells it."""

import json
import math

import pytest

from alsolike.cli import run
from alsolike.experiments.statistics.errors import SizeError
from alsolike.experiments.statistics.sample_size import (
    Baseline,
    Plan,
    detectable_lift,
    power_of,
    sample_size,
    share_of,
)


def test_a_share_takes_as_many_as_textbooks_say() -> None:
    # Fleiss, Levin and Paik 2003, chapter 4, without continuity correction.
    p, q = 0.03, 0.0315
    wanted = (p * (1 - p) + q * (1 - q)) * (1.959964 + 0.841621) ** 2 / (q - p) ** 2
    size = sample_size(share_of(p), 0.05)
    assert size.once["control"] == size.once["treatment"]
    assert size.once["control"] == pytest.approx(wanted, abs=2)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.8])
@pytest.mark.parametrize("lift", [-0.3, 0.2])
def test_the_variance_of_each_arm_counts(share: float, lift: float) -> None:
    p = 0.05
    q = p * (1 + lift)
    wanted = (
        (p * (1 - p) / (1 - share) + q * (1 - q) / share)
        * (1.644854 + 1.281552) ** 2
        / (q - p) ** 2
    )
    size = sample_size(share_of(p), lift, Plan(power=0.9, confidence=0.9, treatment_share=share))
    assert sum(size.once.values()) == pytest.approx(wanted, abs=3)
    assert size.once["treatment"] == pytest.approx(wanted * share, abs=2)


def test_looking_any_time_takes_about_twice_as_many() -> None:
    size = sample_size(share_of(0.03), 0.05)
    wanted = ((3.035122 + 0.841621) / (1.959964 + 0.841621)) ** 2
    assert size.any_time["control"] / size.once["control"] == pytest.approx(wanted, abs=1e-4)
    assert 1.9 < wanted < 1.95


def test_what_was_before_saves_its_squared_correlation() -> None:
    amount = Baseline(3.6, 625)
    plain = sum(sample_size(amount, 0.05).once.values())
    adjusted = sum(sample_size(Baseline(3.6, 625, correlation=0.6), 0.05).once.values())
    assert adjusted / plain == pytest.approx(1 - 0.6**2, abs=1e-4)
    # An amount that is multiplied differs more: (v + 1.05 ** 2 v) / (.05 m) ** 2 for each arm.
    wanted = 2 * 625 * (1 + 1.05**2) * (1.959964 + 0.841621) ** 2 / (0.05 * 3.6) ** 2
    assert plain == pytest.approx(wanted, rel=1e-5)


def test_size_power_and_lift_are_three_sides_of_one_thing() -> None:
    baseline, plan = share_of(0.05), Plan(power=0.85)
    shoppers = sum(sample_size(baseline, 0.1, plan).once.values())
    assert power_of(baseline, 0.1, shoppers, plan) == pytest.approx(0.85, abs=1e-3)
    assert detectable_lift(baseline, shoppers, plan) == pytest.approx(0.1, abs=1e-4)
    assert power_of(baseline, 0.1, shoppers * 2, plan) > 0.98
    assert detectable_lift(Baseline(10, 400), 2_000_000) < 0.01


def test_a_huge_effect_still_takes_what_can_be_analysed() -> None:
    assert sample_size(share_of(0.3), 1.5).once == {"control": 100, "treatment": 100}


def test_days_are_counted_up() -> None:
    size = sample_size(share_of(0.03), 0.05)
    total = sum(size.once.values())
    assert size.days(1_000)["once"] == math.ceil(total / 1_000)
    assert size.days(total)["once"] == 1
    assert size.days(total - 1)["once"] == 2
    assert size.days(1_000)["any_time"] > 1.9 * size.days(1_000)["once"]


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: share_of(1.5), "share of 1.5"),
        (lambda: Baseline(-1, 4), "baseline of -1"),
        (lambda: Baseline(1, 0), "variance of 0"),
        (lambda: Baseline(1, math.inf), "variance of inf"),
        (lambda: share_of(0.1, correlation=1), "correlation of 1"),
        (lambda: Plan(power=80), "power of 80"),
        (lambda: Plan(treatment_share=0), "treatment share of 0"),
        (lambda: Plan(power=0.04), "chance alone finds as much"),
        (lambda: sample_size(share_of(0.1), 0), "lift of 0"),
        (lambda: sample_size(share_of(0.1), math.nan), "lift of nan"),
        (lambda: sample_size(share_of(0.1), -1), "lift of -1"),
        (lambda: sample_size(share_of(0.6), 0.7), "stay below 1"),
        (lambda: sample_size(share_of(0.03), 1e-6), "A lift of 1e-06 takes"),
        (lambda: power_of(share_of(0.03), 0.1, 10), "10 shoppers are too few"),
        (lambda: detectable_lift(share_of(0.999), 200), "show no lift"),
        (lambda: sample_size(share_of(0.1), 0.1).days(0), "0 shoppers a day"),
    ],
    ids=list("abcdefghijklmnop"),
)
def test_what_has_no_size_is_refused(make: object, message: str) -> None:
    with pytest.raises(SizeError, match=message):
        make()  # type: ignore


def test_the_command_tells_shoppers_and_days(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["experiment", "size", "--baseline", "0.03", "--lift", "0.05", "--power", "0.8"]
    assert run(arguments) == 0
    text = capsys.readouterr().out
    assert "207,9" in text
    assert "days" not in text
    assert run([*arguments, "--traffic", "5000"]) == 0
    assert "84 days, 12 full weeks" in capsys.readouterr().out
    assert run([*arguments, "--traffic", "5000", "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown["days"]["once"] == 84
    assert shown["once"]["control"] == sample_size(share_of(0.03), 0.05).once["control"]


def test_the_command_takes_amounts(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["experiment", "size", "--baseline", "3.6", "--lift", "0.05", "--deviation", "25"]
    assert run([*arguments, "--correlation", "0.6", "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown["once"] == sample_size(Baseline(3.6, 625, correlation=0.6), 0.05).once


@pytest.mark.parametrize(
    ("options", "code", "message"),
    [
        (["--baseline", "3.6", "--lift", "0.05"], 1, "A share of 3.6"),
        (["--baseline", "0.03", "--lift", "0"], 1, "A lift of 0"),
        (["--baseline", "0.03", "--lift", "nan"], 2, "nan is no number"),
        (["--baseline", "0.03"], 2, "Missing option '--lift'"),
        (["--baseline", "0.03", "--lift", "0.1", "--power", "80"], 2, "is not in the range"),
    ],
    ids=["amount", "no-lift", "nan", "missing", "percent"],
)
def test_the_command_says_what_is_wrong(
    options: list[str], code: int, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["experiment", "size", *options]) == code
    assert message in capsys.readouterr().err
