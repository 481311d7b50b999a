"""Commands for experiments: experiment size."""

import math

import click

from alsolike.cli.output import FiniteRange, as_json_option, show

_DAYS_OF_WEEK = 7


@click.group()
def experiment() -> None:
    """Plan experiments: models or blocks side by side, on shoppers."""


@experiment.command()
@click.option(
    "--baseline",
    type=FiniteRange(0, min_open=True),
    required=True,
    help="The metric today, per shopper: a share such as 0.03, or with --deviation an amount.",
)
@click.option(
    "--lift",
    type=FiniteRange(-1, min_open=True),
    required=True,
    help="The least effect worth knowing, relative: 0.05 is 5 % more.",
)
@click.option(
    "--deviation",
    type=FiniteRange(0, min_open=True),
    help="Standard deviation between shoppers of a metric that is no share, such as revenue.",
)
@click.option(
    "--correlation",
    type=FiniteRange(-1, 1, min_open=True, max_open=True),
    default=0.0,
    show_default=True,
    help="Between the metric and the same before the experiment, which the analysis adjusts for.",
)
@click.option(
    "--power",
    type=FiniteRange(0, 1, min_open=True, max_open=True),
    default=0.8,
    show_default=True,
    help="The probability of seeing the effect if it is there.",
)
@click.option(
    "--confidence",
    type=FiniteRange(0, 1, min_open=True, max_open=True),
    default=0.95,
    show_default=True,
    help="Of the intervals.",
)
@click.option(
    "--share",
    type=FiniteRange(0, 1, min_open=True, max_open=True),
    default=0.5,
    show_default=True,
    help="Share of the shoppers in the arm that is tried.",
)
@click.option(
    "--traffic",
    type=FiniteRange(0, min_open=True),
    metavar="SHOPPERS",
    help="Shoppers who join the experiment each day, to tell how many days it takes.",
)
@as_json_option
def size(
    baseline: float,
    lift: float,
    *,
    deviation: float | None,
    correlation: float,
    power: float,
    confidence: float,
    share: float,
    traffic: float | None,
    as_json: bool,
) -> None:
    """Tell how many shoppers an experiment needs, and how many days.

    For one look at the end, and for looking at any time.
    """
    from alsolike.experiments.statistics.sample_size import (  # noqa: PLC0415
        Baseline,
        Plan,
        sample_size,
        share_of,
    )

    if deviation is None:
        metric = share_of(baseline, correlation=correlation)
    else:
        metric = Baseline(baseline, deviation**2, correlation=correlation)
    needed = sample_size(metric, lift, Plan(power, confidence, share))
    days = None if traffic is None else needed.days(traffic)
    result = needed.as_dict() | {"days": days}
    rows = (
        ("One look, at the end", needed.once, "once"),
        ("Any time", needed.any_time, "any_time"),
    )
    lines: list[str] = []
    for label, arms, key in rows:
        line = f"{label:<21} {arms['control']:>12,} control {arms['treatment']:>12,} treatment"
        if days is not None:
            weeks = math.ceil(days[key] / _DAYS_OF_WEEK)
            line += f"  {days[key]:,} days, {weeks:,} full weeks"
        lines.append(line)
    show(result, "\n".join(lines), as_json=as_json)
