"""Commands for experiments: experiment size, start, stop, list, report."""

import math
from typing import TYPE_CHECKING, Any

import click

from alsolike.cli.output import FiniteRange, as_json_option, require_schema, show, working
from alsolike.embedded import embedded_servers
from alsolike.settings import Settings

if TYPE_CHECKING:
    from alsolike.experiments.assignment import Arm

_DAYS_OF_WEEK = 7
_DIVERSITIES = ("none", "low", "medium", "high")
_ARM = "NAME=SHARE[:CHANGE]"


@click.group()
def experiment() -> None:
    """Run experiments: models or blocks side by side, on shoppers."""


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


class _ArmType(click.ParamType["Arm"]):
    """An arm: `trained-2=0.5:model=trained-2`."""

    name = _ARM

    def convert(
        self,
        value: Any,  # noqa: ANN401  (as click has it)
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> "Arm":
        """Read an arm."""
        from alsolike.experiments.assignment import Arm  # noqa: PLC0415

        name, is_named, rest = str(value).partition("=")
        share_text, has_changes, changes = rest.partition(":")
        if not name or not is_named:
            self.fail(f"{value!r} is no {_ARM}, such as control=0.5.", param, ctx)
        try:
            share = float(share_text)
        except ValueError:
            self.fail(f"{share_text!r} is no share, such as 0.5.", param, ctx)
        found: dict[str, Any] = {}
        for change in changes.split(",") if has_changes else ():
            what, _, how = change.partition("=")
            if what == "off" and not how:
                found["is_off"] = True
            elif (what == "model" and how) or (what == "diversity" and how in _DIVERSITIES):
                found[what] = how
            else:
                self.fail(
                    f"{change!r} is no change: model=NAME, off, or diversity= with one of "
                    f"{', '.join(_DIVERSITIES)}.",
                    param,
                    ctx,
                )
        return Arm(name, share, **found)


def _slug(_context: click.Context, _parameter: click.Parameter, name: str) -> str:
    is_plain = all(part.isalnum() for part in name.split("-")) and name.isascii()
    if not is_plain or name != name.lower() or len(name) > 60:  # noqa: PLR2004  (as its column)
        message = "a name has lower-case letters, digits and single hyphens, 60 at most."
        raise click.BadParameter(message)
    return name


@experiment.command()
@click.argument("name", callback=_slug)
@click.option(
    "--arm",
    "arms",
    type=_ArmType(),
    multiple=True,
    required=True,
    help="Once for each arm, the control first. Its share of the shoppers, and what it changes: "
    "model=NAME, diversity=none, low, medium or high, or off for lists that are not shown; "
    "several with commas between. Shares add up to 1.",
)
@click.option("--hypothesis", required=True, help="What is expected, in a sentence.")
@click.option(
    "--shoppers",
    type=click.IntRange(1),
    required=True,
    help="How many are planned, of all arms together; `experiment size` tells.",
)
@click.option(
    "--metric",
    default="conversion",
    show_default=True,
    help="By which it is decided: conversion, revenue, order_value or click_rate.",
)
@click.option(
    "--days",
    type=click.IntRange(1, 365),
    default=14,
    show_default=True,
    help="How long each shopper is looked at, from the first list on.",
)
@click.option(
    "--place",
    "places",
    type=click.Choice(["home", "product-recommended", "product-similar", "product-goes-with"]),
    multiple=True,
    default=("home", "product-recommended"),
    show_default=True,
    help="A list that is changed; once for each. The last two can only be off.",
)
@click.option(
    "--layer",
    default="main",
    show_default=True,
    help="A shopper takes part in one experiment of a layer at most.",
)
@click.option(
    "--part",
    type=FiniteRange(0, 1, min_open=True),
    default=1.0,
    show_default=True,
    help="Share of the layer's shoppers who take part.",
)
@as_json_option
@click.pass_obj
def start(
    settings: Settings,
    name: str,
    *,
    arms: "tuple[Arm, ...]",
    hypothesis: str,
    shoppers: int,
    metric: str,
    days: int,
    places: tuple[str, ...],
    layer: str,
    part: float,
    as_json: bool,
) -> None:
    """Start an experiment; pages follow within seconds.

    Its plan cannot be changed later: that would make the intervals wrong.
    """
    from alsolike.experiments.plan import start as begin  # noqa: PLC0415

    arguments = {"experiment": name, "arms": [arm.as_dict() for arm in arms]}
    with working(settings, "experiment start", arguments) as (_report, counts):
        started = begin(
            name,
            arms,
            hypothesis=hypothesis,
            places=list(dict.fromkeys(places)),
            layer=layer,
            part=part,
            metric=metric,
            planned_shoppers=shoppers,
            window_days=days,
        )
        counts["arms"] = len(arms)
    text = (
        f"{name} runs: {', '.join(f'{arm.name} {arm.share:.0%}' for arm in arms)} on "
        f"{', '.join(started.places)}, in {started.layer_from:.0%} to {started.layer_to:.0%} of "
        f"the layer {layer}. The first figures come {days} days after the first shopper."
    )
    show(started.as_dict(), text, as_json=as_json)


@experiment.command()
@click.argument("name")
@click.option("--because", required=True, help="Why, for whoever reads of it later.")
@as_json_option
@click.pass_obj
def stop(settings: Settings, name: str, *, because: str, as_json: bool) -> None:
    """Stop an experiment: everybody gets the lists as they are served.

    What its shoppers do until their window is over still counts.
    """
    from alsolike.experiments.plan import stop as end  # noqa: PLC0415

    with working(settings, "experiment stop", {"experiment": name}):
        stopped = end(name, because)
    show(stopped.as_dict(), f"{name} is stopped.", as_json=as_json)


@experiment.command(name="list")
@as_json_option
@click.pass_obj
def list_all(settings: Settings, *, as_json: bool) -> None:
    """List the experiments, the newest first."""
    from alsolike.experiments.plan import list_experiments  # noqa: PLC0415

    with embedded_servers(settings):
        require_schema()
        found = list_experiments()
    lines = [
        f"{one.name:<24} {one.started_at:%Y-%m-%d} "
        f"{'runs      ' if one.stopped_at is None else format(one.stopped_at, '%Y-%m-%d')} "
        f"{one.layer} {one.layer_from:.0%} to {one.layer_to:.0%}: "
        f"{', '.join(f'{arm.name} {arm.share:.0%}' for arm in one.arms)}"
        for one in found
    ]
    result = {"experiments": [one.as_dict() for one in found]}
    show(result, "\n".join(lines) or "There was no experiment yet.", as_json=as_json)


@experiment.command()
@click.argument("name")
@as_json_option
@click.pass_obj
def report(settings: Settings, name: str, *, as_json: bool) -> None:
    """Tell what an experiment found so far: the split, then each arm against the control."""
    from alsolike.experiments.report import report as analyse  # noqa: PLC0415

    with embedded_servers(settings):
        require_schema()
        found = analyse(name)
    show(found.as_dict(), found.as_text(), as_json=as_json)
