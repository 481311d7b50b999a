"""What follows the encoding of texts: `STEPS`, in order."""

from collections.abc import Callable
from dataclasses import dataclass, field

from alsolike.database import connect
from alsolike.locks import hold_lock
from alsolike.models import build_vector_index, let_serve, list_models
from alsolike.product_vectors import ALL_PARTS, TEXT_PARTS, write_product_vectors
from alsolike.progress import Report
from embed.query_encoder.make import ensure_query_encoder
from embed.shopper_actions import write_actions
from embed.target import Target


@dataclass(slots=True)
class StepCounts:
    """What the steps have done so far.

    Attributes
    ----------
    actions, vectors : int
        Products with an actions part, and products with a vector of the average model.
    changed : int
        Vectors of the average model that were written or removed.
    """

    actions: int = 0
    vectors: int = 0
    changed: int = 0
    is_index_built: bool = False
    trained_models: list[str] = field(default_factory=list[str])


Step = Callable[[Target, StepCounts, Report], None]


def write_actions_part(target: Target, counts: StepCounts, report: Report) -> None:
    """Leave in `recs.embeddings` the actions part of each product that shoppers acted on."""
    counts.actions = write_actions(target.encoder_id, target.encoder.dimension, report=report)


def average_parts(target: Target, counts: StepCounts, report: Report) -> None:
    """Leave in `recs.product_vectors` the average of each product's parts."""
    with connect() as connection:
        # The planner needs the numbers of now: autovacuum may not have counted yet.
        connection.execute("analyze recs.embeddings (encoder_id, product_id, part)")
        # The primary key gives the parts of a product one after the other: nothing to hash.
        connection.execute("set local enable_hashagg = off")
        counts.changed = write_product_vectors(
            connection, model_id=target.model_id, encoder_id=target.encoder_id, parts=ALL_PARTS
        )
        if counts.changed:
            connection.execute("analyze recs.product_vectors (model_id, product_id, category)")
        row = connection.execute(
            "select count(*) from recs.product_vectors where model_id = %s", (target.model_id,)
        ).fetchone()
    counts.vectors = 0 if row is None else int(row[0])
    report("vectors", counts.vectors, counts.vectors)


def build_average_index(target: Target, counts: StepCounts, _report: Report) -> None:
    """Leave an HNSW index over the average model's vectors."""
    if counts.vectors:
        with connect() as connection:
            counts.is_index_built = build_vector_index(connection, target.model_id)


def serve_first_model(target: Target, counts: StepCounts, _report: Report) -> None:
    """Leave the average model serving where no model does."""
    if counts.vectors:
        with connect() as connection:
            let_serve(connection, target.model_id, expected_id=None)


def make_query_encoder(target: Target, _counts: StepCounts, report: Report) -> None:
    """Leave in `recs.query_encoders` the encoder's light copy, or why there is none."""
    ensure_query_encoder(target.encoder, target.encoder_id, report=report)


def write_trained_vectors(target: Target, counts: StepCounts, _report: Report) -> None:
    """Leave in `recs.product_vectors` the text vectors of each trained model."""
    with connect() as connection:
        models = list_models(connection, kind="trained", encoder_id=target.encoder_id)
    for model in models:
        with connect() as connection:
            write_product_vectors(
                connection,
                model_id=model.model_id,
                encoder_id=target.encoder_id,
                parts=TEXT_PARTS,
            )
        counts.trained_models.append(model.name)


STEPS: tuple[Step, ...] = (
    write_actions_part,
    average_parts,
    build_average_index,
    serve_first_model,
    make_query_encoder,
    write_trained_vectors,
)


def finish(target: Target, *, report: Report) -> StepCounts:
    """Take all steps; one process at a time."""
    counts = StepCounts()
    with hold_lock("alsolike finish", is_patient=True):
        for step in STEPS:
            step(target, counts, report)
    return counts
