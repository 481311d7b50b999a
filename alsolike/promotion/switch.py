"""Let a model serve, after the gate; and go back."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import psycopg
from psycopg.types.json import Jsonb
from rich.table import Table

from alsolike.database import connect, query
from alsolike.errors import AlsolikeError, UnknownModelError
from alsolike.evaluation.evaluate import evaluate
from alsolike.evaluation.responsiveness import measure_responsiveness
from alsolike.evaluation.store import store_evaluation
from alsolike.history import NoHistoryError, SplitError, read_history
from alsolike.history.read import fingerprint
from alsolike.models import Model, build_vector_index, find_model, has_vectors, let_serve
from alsolike.progress import Report
from alsolike.promotion.gate import (
    STORED,
    Check,
    Limits,
    check_damage,
    check_data,
    check_latency,
    check_ranking,
    check_recipes,
    check_visit,
    recipe_of,
    too_little_history,
)
from alsolike.promotion.guards import Lists, Shop, check_guards
from alsolike.promotion.latency import measure_latencies
from alsolike.promotion.lead import ANEW, compare
from alsolike.rankers.by_name import baseline, ranker_for
from alsolike.rankers.stored import StoredRanker
from alsolike.tables import printed
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

    @property
    def decided_by(self) -> list[str]:
        """Names of the checks that decided: those that failed, or that of the ranking."""
        failed = [check.name for check in self.checks if not check.is_passed]
        return failed or [check.name for check in self.checks if check.found is not None]

    @property
    def found(self) -> list[str]:
        """What the checks say about the model, a sentence each."""
        return [check.found for check in self.checks if check.found is not None]

    @property
    def advice(self) -> list[str]:
        """What would help a model that was refused, a sentence each."""
        return list(dict.fromkeys(check.advice for check in self.checks if check.advice))

    def as_dict(self) -> dict[str, Any]:
        """Return it by name, fit for JSON."""
        return {
            "decision": self.kind,
            "model": self.model,
            "previous": self.previous,
            "decided_by": self.decided_by,
            "found": self.found,
            "advice": self.advice,
            "checks": [check.as_dict() for check in self.checks],
        }

    def as_text(self) -> str:
        """Return the gate's checks as a table, what decided, and which model serves now."""
        if self.kind == "none":
            return f"{self.model} serves already."
        if self.kind == "rollback":
            return f"{self.model} serves again instead of {self.previous}."
        lines: list[str] = []
        if self.checks:
            table = Table("check", self.model, self.previous or "", "wanted", "result")
            for check in self.checks:
                figures = (
                    "–" if value is None else f"{value:.4f}"
                    for value in (check.candidate, check.serving)
                )
                verdict = "passed" if check.is_passed else "FAILED"
                table.add_row(check.name, *figures, check.wanted, verdict)
            lines.append(printed(table))
        lines += self.found
        if self.kind == "refuse":
            lines.append(f"What decided: {', '.join(self.decided_by)}. {' '.join(self.advice)}")
        else:
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

    The gate compares both models on the global time split: made anew by their recipes from what was
    known before the cutoff, which cannot flatter. As it is stored, which is what would serve, the
    model is tested for damage. It gets its vector index first, if a training that was killed left
    it without. Switching is one update; every later answer comes from the new model. A model that
    is refused is recorded, and nothing else is changed, also where there is too little history to
    compare on or a model cannot be made anew; a forced one is switched to even if a check fails,
    and recorded as forced.

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
    with connect() as connection:
        # A training that was killed before its end leaves none, and every answer reads all vectors.
        build_vector_index(connection, model.model_id)
    checks: list[Check] = []
    if serving is not None:
        checks = _check(model, serving, limits or Limits(), k=k, seed=seed, report=report)
    is_passed = all(check.is_passed for check in checks)
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


def _made_of(model: Model) -> tuple[Any, ...]:
    """Return all that decides what a model is when it is made anew."""
    return model.kind, model.encoder_id, recipe_of(model)


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
    try:
        history = read_history(report=report)
    except NoHistoryError as error:
        return [too_little_history(str(error))]
    of_data: list[Check] = []
    if model.kind == "trained":
        of_data.append(check_data(model.data, history, limits))
        if not of_data[0].is_passed:
            # Figures of a model of another shop would mean nothing.
            return of_data
    of_recipes = check_recipes(model, serving)
    if of_recipes is not None:
        return [*of_data, of_recipes]
    names = (model.name, serving.name)
    vectors = read_text_parts(history.catalogue, report=report).text_vectors()
    stored = [StoredRanker(name, f"{name} {STORED}") for name in names]
    try:
        compared = compare(
            history,
            names,
            partial(ranker_for, seed=seed),
            stored=stored,
            is_same=_made_of(model) == _made_of(serving),
            clear=limits.win,
            k=k,
            vectors=vectors,
            seed=seed,
            report=report,
        )
    except SplitError as error:
        return [*of_data, too_little_history(str(error))]
    # The latest last, so that it is the one that analysts see first.
    for evaluation in reversed(compared.evaluations):
        store_evaluation(
            # A stored model may have seen what is held out: its figures compare with no others.
            evaluation.only({f"{name} {ANEW}": name for name in names}),
            data_fingerprint=fingerprint(history),
            parameters={"measured_by": "promote", "models": list(names)},
        )
    latest, split = compared.evaluations[0], compared.split
    seconds = measure_latencies(split, names, k=k, seed=seed, report=report)
    checks = [
        *of_data,
        check_ranking(compared.lead, names, k, limits),
        check_damage(latest, names, len(split.shoppers), limits),
        check_latency(*seconds, serving.name, limits),
    ]

    def measure(name: str) -> Lists:
        measured = evaluate(
            split, [baseline(name, seed=seed)], k=k, vectors=vectors, seed=seed, report=report
        )
        return Lists(name, measured.models[name].metrics["all"], k)

    ours, theirs = (
        Lists(name, latest.models[f"{name} {ANEW}"].metrics["all"], k) for name in names
    )
    guards = check_guards(
        ours,
        theirs,
        Shop.of(latest, int(split.is_there.sum())),
        limits,
        is_clear_win=compared.lead.is_clear(limits.win),
        # Baselines take minutes on a large shop: measure them only if they can change the decision.
        measure=measure if all(check.is_passed for check in checks) else None,
    )
    # Asked as stored, like the latency: how lists follow a visit tells nothing of what is held out.
    followed = measure_responsiveness(history, names, seed=seed, report=report)
    of_visit: list[Check] = []
    if followed:
        of_candidate, of_serving = followed
        is_won = compared.lead.is_clear(limits.win)
        of_visit.append(check_visit(of_candidate, of_serving, limits, is_clear_win=is_won))
    return [*checks[:-1], *guards, *of_visit, checks[-1]]
