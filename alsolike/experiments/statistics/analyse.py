"""Analysing an experiment."""

from collections.abc import Iterable

import numpy as np

from alsolike.experiments.statistics.compare import compare, moments
from alsolike.experiments.statistics.design import FEWEST_SHOPPERS, Design
from alsolike.experiments.statistics.errors import (
    ExperimentError,
    NothingToCompareError,
    TooFewShoppersError,
)
from alsolike.experiments.statistics.metrics import METRICS, Metric
from alsolike.experiments.statistics.results import Analysis, Effect, SampleRatio
from alsolike.experiments.statistics.rows import ShopperRows, read_rows
from alsolike.experiments.statistics.sample_ratio import check_sample_ratio

# With fewer shoppers who have anything but 0, intervals of what is mostly 0 are too narrow or wide.
_FEW_ACTIVE = 50


def analyse(
    table: object, design: Design, metrics: Iterable[Metric] = tuple(METRICS.values())
) -> Analysis:
    """Compare every arm of an experiment with its control.

    Parameters
    ----------
    table : pyarrow.Table, pandas.DataFrame, or mapping of str to array
        One row per shopper who was assigned, whether or not they did anything: the column `arm`,
        and those of the metrics. What is measured of a shopper is complete, over a window of the
        same length from their assignment on; whose window is still open is left out.
    design : Design
        As it was decided before the experiment began.
    metrics : iterable of Metric, optional
        All of `METRICS` when left out.

    Returns
    -------
    Analysis
        A metric that nothing can be said of is in its warnings instead of its effects.

    Raises
    ------
    RowsError
        The rows cannot be used.
    TooFewShoppersError
        An arm has no shoppers, or fewer than `FEWEST_SHOPPERS`.
    """
    chosen = tuple(metrics)
    if not chosen:
        message = f"No metric is asked for: choose of {', '.join(METRICS)}."
        raise ExperimentError(message)
    measures = {measure: None for metric in chosen for measure in metric.measures}
    rows = read_rows(table, tuple(design.shares), measures)
    _check_sizes(rows, design)
    ratio = check_sample_ratio(rows.counts, design)
    columns = tuple(measure.column for measure in measures)
    by_arm = {arm: moments(rows, arm, columns) for arm in design.shares}
    effects: list[Effect] = []
    warnings = _mismatch(ratio)
    for metric in chosen:
        for arm in design.treatments:
            try:
                effects.append(compare(by_arm[design.control], by_arm[arm], metric, arm, design))
            except NothingToCompareError as error:
                warnings.append(str(error))
        warnings += _few_active(rows, metric)
    return Analysis(
        control=design.control,
        confidence=design.confidence,
        planned_shoppers=design.planned_shoppers,
        sample_ratio=ratio,
        effects=tuple(effects),
        warnings=tuple(warnings),
    )


def _check_sizes(rows: ShopperRows, design: Design) -> None:
    for arm, count in rows.counts.items():
        if not count:
            message = (
                f"Arm {arm!r} has no shoppers: wait until some are assigned, or check that it is "
                "switched on and that its rows are asked for."
            )
            raise TooFewShoppersError(message)
        if count < FEWEST_SHOPPERS:
            message = (
                f"Arm {arm!r} has {count} shoppers, and {FEWEST_SHOPPERS} are needed at least: "
                f"wait for more. {design.planned_shoppers:,} are planned for all arms together."
            )
            raise TooFewShoppersError(message)


def _mismatch(ratio: SampleRatio) -> list[str]:
    if not ratio.is_mismatch:
        return []
    total = sum(ratio.shoppers.values())
    arms = ", ".join(
        f"{arm} has {count / total:.2%} of the shoppers instead of {ratio.shares[arm]:.2%}"
        for arm, count in ratio.shoppers.items()
    )
    message = (
        f"Do not believe the effects: {arms} (p = {ratio.p_value:.1g}). Find out first who is "
        "assigned, lost or counted unequally."
    )
    return [message]


def _few_active(rows: ShopperRows, metric: Metric) -> list[str]:
    """Warn where hardly any shopper has another value than 0."""
    few = {
        arm: count
        for arm in rows.members
        if (count := _active(rows, arm, metric.value.column)) < _FEW_ACTIVE
    }
    if not few:
        return []
    arms = ", ".join(f"{count} in {arm}" for arm, count in few.items())
    message = (
        f"Few shoppers have any {metric.value.column} ({arms}; {_FEW_ACTIVE} or more in each arm "
        f"would do): the intervals of {metric.name} are rough."
    )
    return [message]


def _active(rows: ShopperRows, arm: str, column: str) -> int:
    return int(np.count_nonzero(rows.columns[column][rows.members[arm]]))
