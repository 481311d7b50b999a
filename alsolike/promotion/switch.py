"""Let a model serve, after the gate; and go back."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg.types.json import Jsonb
from rich.table import Table

from alsolike.database import connect, query
from alsolike.errors import AlsolikeError, UnknownModelError
from alsolike.evaluation.evaluate import evaluate
from alsolike.evaluation.results import Evaluation
from alsolike.evaluation.store import store_evaluation
from alsolike.evaluation.table import printed
from alsolike.history import NoHistoryError, SplitError, read_history, split_by_time
from alsolike.history.read import fingerprint
from alsolike.models import Model, find_model, has_vectors, let_serve
from alsolike.progress import Report
from alsolike.promotion.gate import (
    ANEW,
    STORED,
    Check,
    Limits,
    Lists,
    check_beside_behaviour,
    check_data,
    check_latency,
    check_lists,
    check_ranking,
    why_no_bar,
)
from alsolike.rankers.by_name import baseline, ranker_for
from alsolike.rankers.protocol import Ranker
from alsolike.rankers.stored import StoredRanker
from alsolike.texts import read_text_parts


class RefusedError(AlsolikeError):
    """The model may not serve."""


class RollbackError(AlsolikeError):
    """There is nothing to roll back to: no promotion let the serving model serve."""


@dataclass(frozen=True, slots=True)
class Decision:
    """The outcome of a promotion or a rollback.

    Its kind is 'promote', 'force', 'rollback', 'refuse', or 'none' if the model served already. The
    model is the one that was to serve, after a rollback the one that serves again; `previous` is
    the one that served before.
    """

    kind: str
    model: str
    previous: str | None
    checks: list[Check]

    def as_dict(self) -> dict[str, Any]:
        """Return it by name, fit for JSON."""
        return {
            "decision": self.kind,
            "model": self.model,
            "previous": self.previous,
            "checks": [check.as_dict() for check in self.checks],
        }

    def as_text(self) -> str:
        """Return the gate's checks as a table, and which model serves now."""
        if self.kind == "none":
            return f"{self.model} serves already."
        if self.kind == "rollback":
            return f"{self.model} serves again instead of {self.previous}."
        lines: list[str] = []
        if self.checks:
            table = Table("check", self.model, self.previous or "", "wanted", "")
            for check in self.checks:
                figures = (
                    "–" if value is None else f"{value:.4f}"
                    for value in (check.candidate, check.serving)
                )
                verdict = "passed" if check.is_passed else "FAILED"
                table.add_row(check.name, *figures, check.wanted, verdict)
            lines.append(printed(table))
        if self.kind != "refuse":
            instead = f" instead of {self.previous}" if self.previous else ""
            lines.append(f"{self.model} serves now{instead}. Back: alsolike rollback")
        return "\n".join(lines)


def promote(
    name: str,
    *,
    is_forced: bool = False,
    limits: Limits | None = None,
    k: int = 10,
    seed: int = 0,
    prepare: Callable[[], None] | None = None,
    report: Report,
) -> Decision:
    """Let a model serve if the gate lets it pass, or if it is forced.

    The gate compares both models on the global time split, twice: made anew by their recipes from
    what was known before the cutoff, which cannot flatter, and as they are stored, which is what
    would serve. If only the lists of a serving model that ranks far worse stand against the new
    one, its lists are compared with those of baselines instead. Switching is one update; every
    later answer comes from the new model. A model that is refused is recorded, and nothing else is
    changed; a forced one is switched to even if a check fails, and recorded as forced.

    Parameters
    ----------
    k : int
        Length of the lists that are compared.
    seed : int
        Of the bootstrap.
    prepare : callable, optional
        Called after the gate, before the model is let serve.

    Raises
    ------
    UnknownModelError
        There is no such model.
    RefusedError
        It has no vectors, or another model was promoted meanwhile.
    SplitError, NoHistoryError
        There is too little history to compare on, and it is not forced.
    """
    with connect() as connection:
        model, serving = find_model(connection, name), find_model(connection, None)
        if model is None or model.purpose != "serve":
            raise UnknownModelError
        is_ready = has_vectors(connection, model.model_id)
    if model == serving:
        return Decision("none", name, name, [])
    if not is_ready:
        message = f"The model {name!r} has no vectors: it could not answer. Train it again."
        raise RefusedError(message)
    checks: list[Check] = []
    is_compared = True
    if serving is not None:
        try:
            checks = _check(model, serving, limits or Limits(), k=k, seed=seed, report=report)
        except (SplitError, NoHistoryError):
            if not is_forced:
                raise
            is_compared = False
    is_passed = is_compared and all(check.is_passed for check in checks)
    if prepare is not None and (is_passed or is_forced):
        prepare()
    kind = "promote" if is_passed else "force" if is_forced else "refuse"
    previous_id = None if serving is None else serving.model_id
    with connect() as connection:
        if kind != "refuse" and not let_serve(connection, model.model_id, expected_id=previous_id):
            message = "Another model was let serve in between: look at it, and try again."
            raise RefusedError(message)
        if kind != "refuse":
            connection.execute(query("alsolike/promotion/end_switch"), {"model_id": model.model_id})
        _record(connection, kind, model.model_id, previous_id, checks)
    return Decision(kind, name, None if serving is None else serving.name, checks)


def rollback() -> Decision:
    """Let the model serve again that served before the last promotion; one update.

    Raises
    ------
    RollbackError
        Nothing was promoted, or what served before is gone.
    """
    with connect() as connection:
        row = connection.execute(query("alsolike/promotion/previous")).fetchone()
        if row is None:
            raise RollbackError
        model_id, name, previous_id, previous = row
        if previous_id is None:
            message = f"There is nothing to roll back to: what served before {name} is gone."
            raise RollbackError(message)
        if not let_serve(connection, previous_id, expected_id=model_id):
            message = "Another model was let serve in between: look at it, and try again."
            raise RollbackError(message)
        _record(connection, "rollback", previous_id, model_id, [])
    return Decision("rollback", previous, name, [])


def _record(
    connection: psycopg.Connection[Any],
    kind: str,
    model_id: int,
    previous_id: int | None,
    checks: list[Check],
) -> None:
    connection.execute(
        query("alsolike/promotion/record"),
        {
            "kind": kind,
            "model_id": model_id,
            "previous_id": previous_id,
            "checks": Jsonb([check.as_dict() for check in checks]),
        },
    )


def _check(
    model: Model, serving: Model, limits: Limits, *, k: int, seed: int, report: Report
) -> list[Check]:
    history = read_history(report=report)
    of_data: list[Check] = []
    if model.kind == "trained":
        of_data.append(check_data(model.data, history, limits))
        if not of_data[0].is_passed:
            # Figures of a model of another shop would mean nothing.
            return of_data
    names = new, old = model.name, serving.name
    vectors = read_text_parts(history.catalogue, report=report).text_vectors()
    split = split_by_time(history)

    def measure(rankers: list[Ranker]) -> Evaluation:
        return evaluate(split, rankers, k=k, vectors=vectors, seed=seed, report=report)

    stored = [StoredRanker(name, f"{name} {STORED}") for name in names]
    rankers: list[Ranker] = [*stored]
    for name in names:
        ranker = ranker_for(name, seed=seed)
        ranker.name = f"{name} {ANEW}"
        rankers.append(ranker)
    evaluation = measure(rankers)
    store_evaluation(
        # A stored model may have seen what is held out: its figures are not comparable with others.
        evaluation.only({f"{name} {ANEW}": name for name in names}),
        data_fingerprint=fingerprint(history),
        parameters={"measured_by": "promote", "models": list(names)},
    )
    rankings = [check_ranking(evaluation, new, old, label) for label in (ANEW, STORED)]
    latency = check_latency(stored[0].latencies, stored[1].latencies, old, limits)

    ours, theirs = (
        Lists(name, evaluation.models[f"{name} {ANEW}"].metrics["all"], k) for name in names
    )
    lists = check_lists(ours, theirs, limits)
    why = why_no_bar(ours, theirs, serving.kind)
    # Baselines take minutes on a large shop: measure them only if they can change the decision.
    is_last_hurdle = all(check.is_passed for check in (*rankings, latency))
    if why is not None and is_last_hurdle and not all(check.is_passed for check in lists):

        def measure_baseline(other: str) -> Lists:
            measured = measure([baseline(other, seed=seed)])
            return Lists(other, measured.models[other].metrics["all"], k)

        lists = check_beside_behaviour(ours, theirs, limits, why=why, measure=measure_baseline)
    return [*of_data, *rankings, *lists, latency]
