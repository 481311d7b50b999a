"""Starting and stopping experiments, and finding them again."""

import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import psycopg
from psycopg.rows import args_row
from psycopg.types.json import Jsonb

from alsolike.database import connect, query
from alsolike.experiments.assignment import Arm, Experiment, read_arms
from alsolike.experiments.statistics.design import Design
from alsolike.experiments.statistics.errors import DesignError, ExperimentError
from alsolike.experiments.statistics.metrics import metrics_by_name
from alsolike.locks import hold_lock_in
from alsolike.models import find_model, has_vectors

# The lists that may be changed; those that are the same for everybody may only be off.
PLACES = ("home", "product-recommended", "product-similar", "product-goes-with")
PERSONAL_PLACES = PLACES[:2]

_LEAST_PART = 1e-9


class UnknownExperimentError(ExperimentError):
    """There is no experiment of that name: `alsolike experiment list` has them."""


@dataclass(frozen=True, slots=True)
class Planned:
    """An experiment as it was planned, and whether it runs.

    Attributes
    ----------
    layer_from, layer_to : float
        Its part of the layer, 0 to 1.
    arms : tuple of Arm
        The control first.
    window_days : int
        Days after the exposure in which a shopper is looked at.
    stopped_at, stopped_because : optional
        None: it runs.
    """

    name: str
    hypothesis: str
    layer: str
    layer_from: float
    layer_to: float
    arms: tuple[Arm, ...]
    places: tuple[str, ...]
    metric: str
    planned_shoppers: int
    window_days: int
    started_at: datetime
    stopped_at: datetime | None
    stopped_because: str | None

    @property
    def design(self) -> Design:
        """What its analysis goes by."""
        return Design(
            {arm.name: arm.share for arm in self.arms}, self.arms[0].name, self.planned_shoppers
        )

    def as_dict(self) -> dict[str, Any]:
        """Return it ready for JSON."""
        return {
            **asdict(self),
            "arms": [arm.as_dict() for arm in self.arms],
            "places": list(self.places),
        }


def start(
    name: str,
    arms: Sequence[Arm],
    *,
    hypothesis: str,
    places: Sequence[str],
    layer: str,
    part: float,
    metric: str,
    planned_shoppers: int,
    window_days: int,
) -> Planned:
    """Start an experiment; pages follow within seconds.

    Parameters
    ----------
    arms : sequence of Arm
        The control first.
    places : sequence of str
        Of `PLACES`.
    part : float
        Share of the layer, above 0 and up to 1.

    Raises
    ------
    ExperimentError
        The plan contradicts itself or a running experiment, or the layer has no such part free.
    UnknownModelError
        There is no model of an arm's name.
    """
    shares = {arm.name: arm.share for arm in arms}
    if len(shares) < len(arms):
        message = "Two arms have one name: give each its own."
        raise DesignError(message)
    Design(shares, arms[0].name if arms else "", planned_shoppers)
    metrics_by_name([metric])
    if not any(arm.changed for arm in arms):
        message = "No arm changes anything: give one a model, a diversity or off."
        raise DesignError(message)
    for arm in arms:
        impersonal = [place for place in places if place not in PERSONAL_PLACES]
        if impersonal and arm.changed - {"off"}:
            message = (
                f"Arm {arm.name!r} changes how {impersonal[0]} is made, which is the same for "
                "everybody: of that list an arm may only be off."
            )
            raise DesignError(message)
    with connect() as connection:
        hold_lock_in(connection, "alsolike experiments")
        _require_models(connection, arms)
        begins = _free_part(connection, arms, places=places, layer=layer, part=part)
        started = connection.execute(
            query("alsolike/experiments/start"),
            {
                "name": name,
                "hypothesis": hypothesis,
                "layer": layer,
                "layer_from": begins,
                "layer_to": min(1.0, begins + part),
                "salt": secrets.token_hex(16),
                "arms": Jsonb([arm.as_dict() for arm in arms]),
                "places": list(places),
                "metric": metric,
                "planned_shoppers": planned_shoppers,
                "window_days": window_days,
            },
        ).fetchone()
        if started is None:
            message = f"There was an experiment {name!r} before: choose another name."
            raise ExperimentError(message)
        return _find(connection, name)[0]


def stop(name: str, because: str) -> Planned:
    """Stop an experiment; everybody gets the lists as they are served again.

    Raises
    ------
    UnknownExperimentError
        There is none of that name.
    ExperimentError
        It was stopped before.
    """
    with connect() as connection:
        parameters = {"name": name, "because": because}
        row = connection.execute(query("alsolike/experiments/stop"), parameters).fetchone()
        found = _find(connection, name)
    if not found:
        raise UnknownExperimentError
    if row is None:
        message = f"{name} was stopped before, because: {found[0].stopped_because}"
        raise ExperimentError(message)
    return found[0]


def list_experiments() -> list[Planned]:
    """Return all experiments, the newest first."""
    with connect() as connection:
        return _find(connection, None)


def find_experiment(connection: psycopg.Connection[Any], name: str) -> Planned:
    """Return an experiment.

    Raises
    ------
    UnknownExperimentError
        There is none of that name.
    """
    found = _find(connection, name)
    if not found:
        raise UnknownExperimentError
    return found[0]


def _find(connection: psycopg.Connection[Any], name: str | None) -> list[Planned]:
    def planned(*values: Any) -> Planned:
        fields = dict(zip(Planned.__dataclass_fields__, values, strict=True))
        fields["arms"] = read_arms(fields["arms"])
        fields["places"] = tuple(fields["places"])
        return Planned(**fields)

    with connection.cursor(row_factory=args_row(planned)) as cursor:
        return cursor.execute(query("alsolike/experiments/find"), {"name": name}).fetchall()


def _require_models(connection: psycopg.Connection[Any], arms: Sequence[Arm]) -> None:
    for arm in arms:
        if arm.model is None:
            continue
        model = find_model(connection, arm.model)
        if model is None or not has_vectors(connection, model.model_id):
            message = f"The model {arm.model} of arm {arm.name!r} has no vectors: it cannot answer."
            raise ExperimentError(message)


def _free_part(
    connection: psycopg.Connection[Any],
    arms: Sequence[Arm],
    *,
    places: Sequence[str],
    layer: str,
    part: float,
) -> float:
    """Return where the first free part of a layer begins that is large enough."""
    rows = connection.execute(
        query("alsolike/experiments/running_in"), {"layer": layer, "places": list(places)}
    ).fetchall()
    running = [
        Experiment(*row[:5], arms=read_arms(row[5]), places=frozenset(row[6])) for row in rows
    ]
    changed = frozenset[str]().union(*(arm.changed for arm in arms))
    for one in running:
        both = changed & frozenset[str]().union(*(arm.changed for arm in one.arms))
        if one.layer != layer and both and one.places & set(places):
            message = (
                f"{one.name} of the layer {one.layer} changes the same ({', '.join(sorted(both))}) "
                f"of the same lists: start this one in its layer, with --part."
            )
            raise ExperimentError(message)
    begins = 0.0
    for one in running:
        if one.layer != layer:
            continue
        if one.layer_from - begins >= part - _LEAST_PART:
            return begins
        begins = max(begins, one.layer_to)
    if 1 - begins >= part - _LEAST_PART:
        return begins
    in_layer = ", ".join(one.name for one in running if one.layer == layer)
    message = (
        f"The layer {layer} has no part of {part:g} free beside {in_layer}: stop one, or choose a "
        "smaller --part or another --layer."
    )
    raise ExperimentError(message)
