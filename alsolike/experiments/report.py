"""What an experiment found so far, from what its shoppers were shown, clicked on and bought."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import psycopg
from psycopg.rows import dict_row
from rich.table import Table

from alsolike.database import connect, query
from alsolike.experiments.plan import Planned, find_experiment
from alsolike.experiments.statistics.analyse import analyse
from alsolike.experiments.statistics.design import Design
from alsolike.experiments.statistics.errors import TooFewShoppersError
from alsolike.experiments.statistics.metrics import METRICS, Metric
from alsolike.experiments.statistics.results import Analysis
from alsolike.experiments.statistics.table import analysis_text
from alsolike.tables import printed

_SEEN = "has_seen"


@dataclass(frozen=True, slots=True)
class Exposed:
    """How many were given an arm.

    Attributes
    ----------
    shoppers : int
        Who consent to measurement now.
    complete : int
        Of them those whose window is over, who alone are analysed.
    visitors : int
        Anonymous ones who did not sign in; they are not analysed.
    """

    shoppers: int = 0
    complete: int = 0
    visitors: int = 0


@dataclass(frozen=True, slots=True)
class ExperimentReport:
    """An experiment and what is known of it.

    Attributes
    ----------
    exposed : dict of str to Exposed
        By arm, the control first.
    currency : str or None
        Of revenue.
    everybody : Analysis or None
        All shoppers who were given an arm.
    seen : Analysis or None
        Only those who saw one of the lists; of arms that show them.
    notes : tuple of str
        Why one of both is missing.
    """

    experiment: Planned
    exposed: dict[str, Exposed]
    currency: str | None
    everybody: Analysis | None
    seen: Analysis | None
    notes: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return it ready for JSON."""
        return {
            "experiment": self.experiment.as_dict(),
            "exposed": {
                arm: {
                    "shoppers": one.shoppers,
                    "complete": one.complete,
                    "visitors": one.visitors,
                }
                for arm, one in self.exposed.items()
            },
            "currency": self.currency,
            "analysis": None if self.everybody is None else self.everybody.as_dict(),
            "seen": None if self.seen is None else self.seen.as_dict(),
            "notes": list(self.notes),
        }

    def as_text(self) -> str:
        """Return it for a person: the split first, then the metric that was chosen."""
        plan = self.experiment
        table = Table("arm", box=None, pad_edge=False)
        for head in ("share", "shoppers", "window over", "visitors without account"):
            table.add_column(head, justify="right")
        for arm in plan.arms:
            one = self.exposed[arm.name]
            figures = (one.shoppers, one.complete, one.visitors)
            table.add_row(arm.name, f"{arm.share:.0%}", *(f"{count:,}" for count in figures))
        until = "runs" if plan.stopped_at is None else f"stopped: {plan.stopped_because}"
        parts = [
            f"{plan.name} ({until}): {plan.hypothesis}",
            (
                f"Chosen beforehand: {plan.metric}, {plan.window_days} days after the exposure, "
                f"{plan.planned_shoppers:,} shoppers. Revenue in {self.currency or 'no currency'}."
            ),
            "",
            printed(table),
        ]
        if self.everybody is not None:
            parts += ["", "Everybody who was given an arm", analysis_text(self.everybody)]
        if self.seen is not None:
            parts += ["", "Those who saw one of the lists", analysis_text(self.seen)]
        return "\n".join([*parts, *(["", *self.notes] if self.notes else [])])


def report(name: str, *, at: datetime | None = None) -> ExperimentReport:
    """Analyse an experiment, while it runs or later.

    Parameters
    ----------
    at : datetime, optional
        The moment that counts as now.

    Raises
    ------
    UnknownExperimentError
        There is none of that name.
    """
    with connect() as connection:
        # The figures are of one moment.
        connection.execute("set transaction isolation level repeatable read, read only")
        plan = find_experiment(connection, name)
        parameters: dict[str, Any] = {
            "name": name,
            "days": plan.window_days,
            "at": at or connection.execute("select now()").fetchone()[0],  # type: ignore[index]
            "places": list(plan.places),
        }
        exposed = _exposed(connection, plan, parameters)
        found = connection.execute(query("alsolike/experiments/currency"), parameters).fetchone()
        currency: str | None = None if found is None else found[0]
        rows = _rows(connection, {**parameters, "currency": currency})
    metrics = _metrics(plan.metric)
    notes: list[str] = []
    everybody = _analysis(rows, plan.design, metrics, notes)
    seen_design = _seen_design(plan)
    seen: Analysis | None = None
    if seen_design is None:
        notes.append("An arm shows no list, so that of those who saw one nothing is compared.")
    elif everybody is not None:
        has_seen = rows[_SEEN].astype(np.bool_)
        arms = np.isin(rows["arm"], list(seen_design.shares))
        some = {column: values[has_seen & arms] for column, values in rows.items()}
        seen = _analysis(some, seen_design, metrics, notes, "Of those who saw a list: ")
    return ExperimentReport(plan, exposed, currency, everybody, seen, tuple(notes))


def _metrics(first: str) -> tuple[Metric, ...]:
    """Return all metrics, the one that was chosen first."""
    return (METRICS[first], *(metric for name, metric in METRICS.items() if name != first))


def _exposed(
    connection: psycopg.Connection[Any], plan: Planned, parameters: dict[str, Any]
) -> dict[str, Exposed]:
    rows = connection.execute(query("alsolike/experiments/exposed"), parameters).fetchall()
    counts = {arm: Exposed(*numbers) for arm, *numbers in rows}
    return {arm.name: counts.get(arm.name, Exposed()) for arm in plan.arms}


def _rows(
    connection: psycopg.Connection[Any], parameters: dict[str, Any]
) -> dict[str, np.ndarray[Any, Any]]:
    with connection.cursor(row_factory=dict_row) as cursor:
        cursor.execute(query("alsolike/experiments/shopper_rows"), parameters)
        columns = [column.name for column in cursor.description or ()]
        rows = cursor.fetchall()
    return {column: np.array([row[column] for row in rows]) for column in columns}


def _analysis(
    rows: dict[str, np.ndarray[Any, Any]],
    design: Design,
    metrics: Sequence[Metric],
    notes: list[str],
    about: str = "",
) -> Analysis | None:
    if not len(rows["arm"]):
        notes.append(f"{about}No shopper's window is over: wait, and look again.")
        return None
    try:
        return analyse(rows, design, metrics)
    except TooFewShoppersError as error:
        notes.append(f"{about}{error}")
        return None


def _seen_design(plan: Planned) -> Design | None:
    """Return the design of the arms that show the lists; None: there are no two, or no control."""
    shown = [arm for arm in plan.arms if not arm.is_off]
    if len(shown) < 2 or plan.arms[0].is_off:  # noqa: PLR2004  (a comparison has two sides)
        return None
    total = sum(arm.share for arm in shown)
    return Design(
        {arm.name: arm.share / total for arm in shown}, plan.arms[0].name, plan.planned_shoppers
    )
