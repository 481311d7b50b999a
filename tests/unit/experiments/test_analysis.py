"""An experiment is analysed: who took part, effects, intervals, and what cannot be said."""

import json
import math
from dataclasses import replace

import msgspec
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from alsolike.experiments.simulated_shoppers import Lift, Population, draw_experiment
from alsolike.experiments.statistics.analyse import analyse
from alsolike.experiments.statistics.design import Design
from alsolike.experiments.statistics.errors import (
    DesignError,
    ExperimentError,
    TooFewShoppersError,
    UnknownMetricError,
)
from alsolike.experiments.statistics.metrics import METRICS, Metric, metrics_by_name
from alsolike.experiments.statistics.results import Analysis
from alsolike.experiments.statistics.sample_ratio import check_sample_ratio
from alsolike.experiments.statistics.sequence import confidence_sequence, tightest_rho
from alsolike.experiments.statistics.table import analysis_text
from benchmarks.experiments import differences_so_far

HALVES = {"control": 0.5, "new": 0.5}
DESIGN = Design(HALVES, "control", 6_000)
REGULARS = Population(orders=2.0, order_spread=0.4)


def drawn(count: int = 6_000, *, seed: int = 3, lift: Lift | None = None) -> dict[str, np.ndarray]:
    return draw_experiment(
        np.random.default_rng(seed),
        count,
        HALVES,
        lifts={} if lift is None else {"new": lift},
        population=REGULARS,
    )


def halves(rows: dict[str, np.ndarray], column: str) -> tuple[np.ndarray, np.ndarray]:
    return tuple(rows[column][rows["arm"] == arm] for arm in HALVES)


def test_a_difference_of_means_is_a_welch_test() -> None:
    rows = drawn(lift=Lift(orders=1.1))
    plain = replace(METRICS["revenue"], covariate=None)
    effect = analyse(rows, DESIGN, [plain]).effect("revenue", "new")
    old, new = halves(rows, "revenue")
    error = math.sqrt(new.var(ddof=1) / len(new) + old.var(ddof=1) / len(old))
    assert effect.control == pytest.approx(old.mean())
    assert effect.difference == pytest.approx(new.mean() - old.mean())
    assert effect.standard_error == pytest.approx(error)
    assert effect.once.low == pytest.approx(effect.difference - 1.959964 * error)
    assert effect.once.high == pytest.approx(effect.difference + 1.959964 * error)
    assert effect.lift == pytest.approx(new.mean() / old.mean() - 1)
    assert (effect.is_adjusted, effect.variance_left) == (False, 1.0)
    assert effect.shoppers == 6_000


def test_the_covariate_is_taken_out_by_the_slope_of_both_arms() -> None:
    rows = drawn(lift=Lift(orders=1.1))
    effect = analyse(rows, DESIGN).effect("revenue", "new")
    theta = np.cov(rows["revenue"], rows["revenue_before"])
    rows["adjusted"] = rows["revenue"] - theta[0, 1] / theta[1, 1] * (
        rows["revenue_before"] - rows["revenue_before"].mean()
    )
    old, new = halves(rows, "adjusted")
    assert effect.difference == pytest.approx(new.mean() - old.mean())
    assert effect.control == pytest.approx(old.mean())
    error = math.sqrt(new.var(ddof=1) / len(new) + old.var(ddof=1) / len(old))
    assert effect.standard_error == pytest.approx(error)
    assert effect.is_adjusted
    assert effect.variance_left < 0.6


def test_a_ratio_is_of_sums_with_the_shopper_as_the_unit() -> None:
    rows = drawn(lift=Lift(clicks=1.2))
    effect = analyse(rows, DESIGN).effect("click_rate", "new")
    (old_clicks, new_clicks), (old_seen, new_seen) = (
        halves(rows, column) for column in ("clicks", "impressions")
    )
    assert effect.control == pytest.approx(old_clicks.sum() / old_seen.sum())
    assert effect.treatment == pytest.approx(new_clicks.sum() / new_seen.sum())
    # The delta method, as the variance of what each shopper adds to the ratio.
    variance = sum(
        np.var((clicks - clicks.sum() / seen.sum() * seen) / seen.mean(), ddof=1) / len(seen)
        for clicks, seen in ((old_clicks, old_seen), (new_clicks, new_seen))
    )
    assert effect.standard_error == pytest.approx(math.sqrt(variance))
    # Clicks of one shopper are alike: taken one by one they would seem surer than they are.
    naive = sum(
        clicks.sum() / seen.sum() * (1 - clicks.sum() / seen.sum()) / seen.sum()
        for clicks, seen in ((old_clicks, old_seen), (new_clicks, new_seen))
    )
    assert variance > 1.5 * naive


def test_arrays_arrow_and_pandas_give_the_same() -> None:
    rows = drawn()
    frame = pd.DataFrame(rows)
    frame["arm"] = frame["arm"].astype("category")
    first, second, third = (
        analyse(table, DESIGN).as_dict() for table in (rows, pa.table(rows), frame)
    )
    assert first == second == third


def test_the_order_of_rows_does_not_matter() -> None:
    rows = drawn()
    order = np.random.default_rng(1).permutation(6_000)
    shuffled = {column: values[order] for column, values in rows.items()}
    first, second = (analyse(table, DESIGN).effects for table in (rows, shuffled))
    for one, other in zip(first, second, strict=True):
        assert one.difference == pytest.approx(other.difference)
        assert one.standard_error == pytest.approx(other.standard_error)


def test_the_interval_for_any_time_is_wider_and_its_verdict_waits() -> None:
    analysis = analyse(drawn(lift=Lift(orders=1.5)), DESIGN)
    for effect in analysis.effects:
        assert effect.any_time.low < effect.once.low < effect.once.high < effect.any_time.high
        assert effect.any_time_p >= effect.p_value
        assert effect.lift_any_time is not None
        assert effect.lift_any_time.low < effect.lift_once.low
        assert effect.verdict == ("open" if effect.any_time_p >= 0.05 else "better")
    assert analysis.effect("revenue", "new").verdict == "better"
    fewer = analyse(drawn(lift=Lift(orders=0.5)), DESIGN)
    assert fewer.effect("revenue", "new").verdict == "worse"


def test_the_interval_for_any_time_is_the_sequence_of_both_arms() -> None:
    shares = {"control": 0.4, "a": 0.4, "b": 0.2}
    rows = draw_experiment(np.random.default_rng(1), 6_000, shares, population=REGULARS)
    for effect in analyse(rows, Design(shares, "control", 9_000, confidence=0.9)).effects:
        rho = tightest_rho(9_000 * (0.4 + shares[effect.arm]), alpha=0.1)
        assert (effect.any_time.low, effect.any_time.high) == pytest.approx(
            confidence_sequence(
                effect.difference, effect.standard_error, effect.shoppers, rho=rho, alpha=0.1
            )
        )


def test_looks_of_the_simulations_are_those_of_the_analysis() -> None:
    rows = drawn(lift=Lift(orders=1.2))
    difference, error, shoppers = differences_so_far(
        rows["revenue"][np.newaxis], rows["arm"][np.newaxis] == "new", rows["revenue_before"]
    )
    last = analyse(rows, DESIGN).effect("revenue", "new")
    assert difference[0, -1] == pytest.approx(last.difference)
    assert error[0, -1] == pytest.approx(last.standard_error)
    # A fifth of the shoppers have come by the fourth of twenty looks.
    first = analyse({column: values[:1_200] for column, values in rows.items()}, DESIGN)
    assert difference[0, 3] == pytest.approx(first.effect("revenue", "new").difference)
    assert shoppers[0, 3] == first.effect("revenue", "new").shoppers == 1_200


def test_the_interval_is_narrowest_for_the_planned_size() -> None:
    rows = drawn()

    def width(planned: int) -> float:
        effect = analyse(rows, replace(DESIGN, planned_shoppers=planned)).effect("revenue", "new")
        return effect.any_time.high - effect.any_time.low

    assert width(6_000) < min(width(600), width(60_000))
    assert width(3_000) < 1.05 * width(6_000)


def test_several_arms_are_each_compared_with_the_control() -> None:
    shares = {"a": 0.2, "b": 0.5, "c": 0.3}
    rows = draw_experiment(
        np.random.default_rng(1), 6_000, shares, lifts={"c": Lift(clicks=2)}, population=REGULARS
    )
    analysis = analyse(rows, Design(shares, "b", 6_000), metrics_by_name(["click_rate"]))
    assert [effect.arm for effect in analysis.effects] == ["a", "c"]
    assert [effect.verdict for effect in analysis.effects] == ["open", "better"]
    assert not analysis.sample_ratio.is_mismatch
    counts = {arm: int((rows["arm"] == arm).sum()) for arm in shares}
    assert analysis.sample_ratio.shoppers == counts
    assert analysis.effects[0].shoppers == counts["a"] + counts["b"]


@pytest.mark.parametrize("new", [4_500, 5_500])
def test_45_to_55_of_ten_thousand_is_a_mismatch(new: int) -> None:
    ratio = check_sample_ratio({"new": new, "control": 10_000 - new}, DESIGN)
    assert ratio.is_mismatch
    assert ratio.p_value < 1e-20


@pytest.mark.parametrize(
    ("counts", "shares", "is_mismatch"),
    [
        ({"a": 1_000, "b": 9_000}, {"a": 0.1, "b": 0.9}, False),
        ({"a": 1_200, "b": 8_800}, {"a": 0.1, "b": 0.9}, True),
        ({"a": 3_300, "b": 3_350, "c": 3_350}, {"a": 1 / 3, "b": 1 / 3, "c": 1 / 3}, False),
        ({"a": 3_000, "b": 3_500, "c": 3_500}, {"a": 1 / 3, "b": 1 / 3, "c": 1 / 3}, True),
        # So few are tested exactly: 2 * P(9 or fewer of 40) = .0007.
        ({"a": 9, "b": 31}, {"a": 0.5, "b": 0.5}, True),
        ({"a": 10, "b": 30}, {"a": 0.5, "b": 0.5}, False),
        ({"a": 0, "b": 0}, {"a": 0.5, "b": 0.5}, False),
    ],
    ids=["tenth", "not-a-tenth", "thirds", "no-thirds", "few", "fewer", "nobody"],
)
def test_counts_are_compared_with_the_shares_of_the_design(
    counts: dict[str, int], shares: dict[str, float], *, is_mismatch: bool
) -> None:
    assert check_sample_ratio(counts, Design(shares, "b", 1_000)).is_mismatch is is_mismatch


def test_a_mismatch_is_the_first_thing_that_is_said() -> None:
    rows = drawn()
    kept = (rows["arm"] == "new") | (np.arange(6_000) % 5 > 0)
    analysis = analyse({column: values[kept] for column, values in rows.items()}, DESIGN)
    assert analysis.sample_ratio.is_mismatch
    assert analysis.warnings[0].startswith("Do not believe the effects: control has 44.")
    text = analysis_text(analysis)
    assert text.index("MISMATCH") < text.index("Do not believe") < text.index("Lift over control")


def test_what_did_not_happen_is_said_and_the_rest_is_analysed() -> None:
    rows = drawn()
    rows["impressions"] = rows["clicks"] = np.zeros(6_000)
    rows["converted"] = np.ones(6_000)
    analysis = analyse(rows, DESIGN)
    assert [effect.metric for effect in analysis.effects] == ["revenue", "order_value"]
    told = "\n".join(analysis.warnings)
    assert "click_rate divides by impressions, and arm 'control' has none" in told
    assert "conversion cannot be compared: it is the same for all shoppers of 'control' and" in told
    assert "Few shoppers have any clicks (0 in control, 0 in new;" in told


def test_without_sales_in_one_arm_there_is_a_difference_but_no_lift() -> None:
    rows = drawn()
    rows["revenue"] = np.where(rows["arm"] == "control", 0.0, rows["revenue"])
    plain = replace(METRICS["revenue"], covariate=None)
    (effect,) = analyse(rows, DESIGN, [plain]).effects
    assert (effect.lift, effect.lift_once, effect.lift_any_time) == (None, None, None)
    assert effect.verdict == "better"
    assert " – " in analysis_text(analyse(rows, DESIGN, [plain]))


@pytest.mark.parametrize(("mean", "is_compared"), [(0.05, True), (1e-9, False)])
def test_what_may_be_zero_has_no_lift(mean: float, *, is_compared: bool) -> None:
    """As revenue less returns may be: a share of next to nothing says nothing."""
    rows = drawn()
    noise = np.random.default_rng(1).normal(size=6_000)
    for arm in HALVES:
        members = rows["arm"] == arm
        rows["revenue"][members] = 10 * (noise[members] - noise[members].mean()) + mean
    plain = replace(METRICS["revenue"], covariate=None)
    analysis = analyse(rows, DESIGN, [plain])
    if is_compared:
        (effect,) = analysis.effects
        assert effect.lift is None
        assert effect.standard_error == pytest.approx(10 * math.sqrt(2 / 3_000), rel=0.03)
    else:
        assert analysis.effects == ()
        assert "it is 0 but for chance" in analysis.warnings[0]


def test_nobody_known_from_before_leaves_the_metric_as_it_is() -> None:
    rows = drawn()
    rows["revenue_before"] = np.zeros(6_000)
    effect = analyse(rows, DESIGN).effect("revenue", "new")
    assert (effect.is_adjusted, effect.variance_left) == (False, 1.0)


def test_what_was_before_alone_explains_nothing_away() -> None:
    rows = drawn()
    rows["revenue"] = rows["revenue_before"] * 2
    analysis = analyse(rows, DESIGN, metrics_by_name(["revenue"]))
    assert analysis.effects == ()
    assert "Leave its covariate out" in analysis.warnings[0]


def test_a_ratio_that_is_the_same_for_everybody_is_not_compared() -> None:
    rows = drawn()
    rows["clicks"] = rows["impressions"] * 3
    analysis = analyse(rows, DESIGN, metrics_by_name(["click_rate"]))
    assert analysis.effects == ()
    assert "click_rate cannot be compared: it is the same" in analysis.warnings[0]
    assert "Wait until some differ" in analysis.warnings[0]


def test_returns_may_be_worth_more_than_what_was_bought() -> None:
    rows = drawn()
    rows["revenue"][0] = -20.0
    assert analyse(rows, DESIGN).effects


def test_a_result_is_read_from_its_own_json() -> None:
    analysis = analyse(drawn(lift=Lift(orders=1.5)), DESIGN)
    shown = json.loads(json.dumps(analysis.as_dict(), allow_nan=False))
    assert msgspec.convert(shown, Analysis) == analysis
    assert shown["sample_ratio"]["is_mismatch"] is False
    assert shown["effects"][1]["verdict"] == "better"
    with pytest.raises(AttributeError):
        analysis.control = "new"  # type: ignore


def test_the_text_says_who_what_and_how_sure() -> None:
    text = analysis_text(analyse(drawn(lift=Lift(orders=1.5)), DESIGN))
    assert "6,000 shoppers: control" in text
    assert "(50% wanted)" in text
    assert "95 %, one look" in text
    lines = [line.split() for line in text.splitlines()]
    (revenue, _) = (line for line in lines if line[:1] == ["revenue"])
    assert revenue[1] == "new"
    assert revenue[-1] == "better"
    assert max(map(len, text.splitlines())) <= 100


def test_nothing_of_a_table_is_cut_off_for_a_long_name() -> None:
    rows = drawn()
    name = "the-model-that-was-trained-with-two-thousand-neighbours"
    rows["arm"] = np.where(rows["arm"] == "new", name, rows["arm"])
    text = analysis_text(analyse(rows, Design({"control": 0.5, name: 0.5}, "control", 6_000)))
    assert "…" not in text
    assert text.count(name) == 1 + 2 * len(METRICS)


def test_an_arm_without_shoppers_is_named() -> None:
    rows = drawn()
    rows["arm"] = np.full(6_000, "control")
    with pytest.raises(TooFewShoppersError, match="Arm 'new' has no shoppers: wait"):
        analyse(rows, DESIGN)


def test_too_few_shoppers_are_counted() -> None:
    with pytest.raises(TooFewShoppersError, match=r"has \d\d shoppers, and 100 are needed"):
        analyse(drawn(180), DESIGN)


def test_an_unknown_metric_is_answered_with_those_that_there_are() -> None:
    with pytest.raises(UnknownMetricError, match="no metric 'profit': choose of conversion, rev"):
        metrics_by_name(["revenue", "profit"])
    with pytest.raises(ExperimentError, match="No metric is asked for"):
        analyse(drawn(), DESIGN, [])


def test_a_ratio_has_no_covariate() -> None:
    rate = METRICS["click_rate"]
    with pytest.raises(DesignError, match="x is a ratio and cannot be adjusted"):
        Metric("x", rate.value, per=rate.per, covariate=rate.value.before)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"shares": {"control": 1.0}}, "two arms or more, this one 1"),
        ({"control": "old"}, "control 'old' is none of the arms control, new"),
        ({"shares": {"control": 1.2, "new": -0.2}}, "share of arm 'control' is 1.2"),
        ({"shares": {"control": 0.5, "new": 0.4}}, "add up to 0.9"),
        ({"shares": {"control": 0.5, "new": math.nan}}, "share of arm 'new' is nan"),
        ({"planned_shoppers": 100}, "100 shoppers are planned: plan 200 or more"),
        ({"confidence": 95}, "confidence of 95"),
    ],
    ids=["one-arm", "no-control", "share", "sum", "nan", "planned", "confidence"],
)
def test_a_design_that_contradicts_itself_is_refused(
    change: dict[str, object], message: str
) -> None:
    with pytest.raises(DesignError, match=message):
        replace(DESIGN, **change)
