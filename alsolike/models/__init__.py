"""The models of `recs.models`: the one place that reads and writes that table.

No function commits: the caller does.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import psycopg
from psycopg.rows import args_row
from psycopg.types.json import Jsonb

from alsolike.database import query, raise_unknown

Connection = psycopg.Connection[Any]


@dataclass(frozen=True, slots=True)
class Model:
    """A row of `recs.models`.

    Attributes
    ----------
    kind : {'average', 'trained'}
    purpose : {'serve', 'evaluate'}
        An evaluation drops its models when it ends.
    parameters : dict
        The recipe of a trained model; empty for an averaged one.
    serving : dict
        How it answers, where that is not the default; see `serving_options`.
    data : dict
        What it was trained on; see `alsolike.training.describe`.
    """

    model_id: int
    name: str
    kind: str
    purpose: str
    encoder_id: int
    parameters: dict[str, Any]
    serving: dict[str, Any]
    data: dict[str, Any]


@dataclass(frozen=True, slots=True)
class ServingOptions:
    """How a model answers: the row of `recs.serving_options`, which has units and defaults."""

    decay: float
    actions: int
    purchase_weight: float
    review_weight: float
    view_weight: float
    neighbour_rows: int
    pool: int
    diversity: float
    category_share: float
    brand_share: float
    # Snapshots of earlier versions do not say.
    visit: float = 0.0
    full_weight: float = 0.0
    viewed_days: float = 14.0

    @property
    def kind_weights(self) -> dict[str, float]:
        """Return what an action counts, by its kind."""
        return {
            "purchase": self.purchase_weight,
            "review": self.review_weight,
            "view": self.view_weight,
        }


def find_model(connection: Connection, name: str | None) -> Model | None:
    """Return the model of a name, or the serving one where the name is None; None: none serves.

    Raises
    ------
    UnknownModelError
        There is no model of that name.
    """
    with connection.cursor(row_factory=args_row(Model)) as cursor:
        try:
            return cursor.execute(query("alsolike/models/find"), {"name": name}).fetchone()
        except psycopg.DatabaseError as error:
            raise_unknown(error)


def list_models(
    connection: Connection, *, kind: str | None = None, encoder_id: int | None = None
) -> list[Model]:
    """Return the models that may serve, in the order in which they were made.

    With a kind or an encoder only those of that kind, and on that encoder's vectors.
    """
    with connection.cursor(row_factory=args_row(Model)) as cursor:
        statement = query("alsolike/models/list")
        return cursor.execute(statement, {"kind": kind, "encoder_id": encoder_id}).fetchall()


def model_names(connection: Connection) -> set[str]:
    """Return the names that are taken, those of running evaluations among them."""
    return {name for (name,) in connection.execute("select m.name from recs.models as m")}


def serving_options(connection: Connection, serving: Mapping[str, Any]) -> ServingOptions:
    """Return how a model answers that has this in its column `serving` of `recs.models`."""
    with connection.cursor(row_factory=args_row(ServingOptions)) as cursor:
        statement = "select o.* from recs.serving_options(%s) as o"
        row = cursor.execute(statement, [Jsonb(dict(serving))]).fetchone()
    assert row is not None  # noqa: S101  (the function always gives a row)
    return row


def has_vectors(connection: Connection, model_id: int) -> bool:
    """Whether any product has a vector of the model: without one it cannot answer."""
    statement = "select exists (select from recs.product_vectors where model_id = %s)"
    return connection.execute(statement, [model_id]).fetchone() == (True,)


def add_model(
    connection: Connection,
    *,
    name: str,
    encoder_id: int,
    dimension: int,
    purpose: Literal["serve", "evaluate"],
    seed: int,
    parameters: Mapping[str, Any],
    serving: Mapping[str, Any],
    learned: Mapping[str, Any],
    data: Mapping[str, Any],
) -> int:
    """Register a trained model, without vectors, neighbours and priors yet; return its id.

    The name must be free: see `hold_names` and `model_names`.
    """
    # Making the partition takes this lock too: taken first, two trainings cannot deadlock.
    hold_names(connection)
    row = connection.execute(
        "select recs.add_model(%s, 'trained', %s, %s, %s, %s)",
        [name, encoder_id, dimension, Jsonb(dict(parameters)), purpose],
    ).fetchone()
    assert row is not None  # noqa: S101  (the function always gives a row)
    connection.execute(
        query("alsolike/models/describe"),
        {
            "model_id": row[0],
            "seed": seed,
            "serving": Jsonb(dict(serving)),
            "learned": Jsonb(dict(learned)),
            "data": Jsonb(dict(data)),
        },
    )
    return int(row[0])


def ensure_average_model(connection: Connection, encoder_id: int) -> tuple[int, str]:
    """Return the id and name of an encoder's model of averaged parts; it is made if missing."""
    statement = query("alsolike/models/ensure_average")
    row = connection.execute(statement, {"encoder_id": encoder_id}).fetchone()
    assert row is not None  # noqa: S101  (the encoder is registered)
    return row[0], row[1]


def change_serving(connection: Connection, model_id: int, serving: Mapping[str, Any]) -> None:
    """Change how a model of an evaluation answers; others keep what they were promoted with."""
    connection.execute(
        query("alsolike/models/change_serving"),
        {"model_id": model_id, "serving": Jsonb(dict(serving))},
    )


def build_vector_index(connection: Connection, model_id: int) -> bool:
    """Build the model's vector index; return False where it was there already."""
    row = connection.execute("select recs.build_vector_index(%s)", [model_id]).fetchone()
    return row == (True,)


def let_serve(connection: Connection, model_id: int, *, expected_id: int | None) -> bool:
    """Let a model serve in the place of the one that serves as far as the caller knows, or none.

    Return False where another one serves than was expected; nothing was changed then.
    """
    row = connection.execute(
        query("alsolike/models/let_serve"), {"model_id": model_id, "expected_id": expected_id}
    ).fetchone()
    return row is not None


def hold_names(connection: Connection) -> None:
    """Let nobody else add a model until the transaction ends; another training waits here."""
    # A role that may only read the table can neither take this lock nor delay it.
    connection.execute("lock table recs.models in share row exclusive mode")


def hold_model(connection: Connection, model_id: int) -> None:
    """Mark a model of an evaluation as in use for as long as the session lives.

    It never waits: whoever holds the lock already, as any role can, protects the model as well.
    """
    statement = "select pg_try_advisory_lock('recs.models'::regclass::oid::integer, %s)"
    connection.execute(statement, [model_id])


def drop_model(connection: Connection, model_id: int) -> None:
    """Drop a model, which must not serve, with its vectors, neighbours and priors."""
    connection.execute("select recs.drop_model(%s)", [model_id])


def drop_leftovers(connection: Connection) -> None:
    """Drop the models of evaluations that were killed."""
    for (model_id,) in connection.execute(query("alsolike/models/leftovers")).fetchall():
        drop_model(connection, model_id)
