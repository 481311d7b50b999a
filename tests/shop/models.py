"""Models with the vectors, neighbours and priors that a test chooses."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pgvector import HalfVector
from psycopg.types.json import Jsonb

from alsolike.database import connect, register_vectors
from tests.shop.database import add_rows, run
from tests.shop.vectors import name_of


def add_model(
    name: str = "average",
    *,
    dimension: int,
    kind: str = "average",
    purpose: str = "serve",
    encoder: str | None = None,
) -> int:
    """Register a model without vectors, and its encoder unless it is known; the model's id.

    The first model of all serves.
    """
    sha256 = encoder or f"hand-{dimension}"
    run(
        "insert into recs.encoders (name, sha256, dimension) values ('hand', %s, %s) "
        "on conflict do nothing",
        (sha256, dimension),
    )
    ((model_id,),) = run(
        "select recs.add_model(%s, %s, encoder_id, dimension, '{}', %s) "
        "from recs.encoders where sha256 = %s",
        (name, kind, purpose, sha256),
    )
    run("insert into recs.serving_model (model_id) values (%s) on conflict do nothing", (model_id,))
    return model_id


def add_vectors(vectors: NDArray[np.float32], model: str = "average") -> int:
    """Add products v00000, v00001 … with these vectors to a model, and its index; its id.

    The model's encoder is its own. The first model of all serves.
    """
    model_id = add_model(model, dimension=vectors.shape[1], encoder=model)
    _add_numbered_products(len(vectors))
    write_vectors(model_id, {name_of(i): vector for i, vector in enumerate(vectors)})
    run("select recs.build_vector_index(%s)", (model_id,))
    with connect(autocommit=True) as connection:
        connection.execute("analyze")
    return model_id


def add_trained(
    vectors: NDArray[np.float32],
    neighbours: Mapping[int, Sequence[tuple[int, float]]],
    *,
    priors: Mapping[int, float] | None = None,
    serving: dict[str, Any] | None = None,
    learned: dict[str, Any] | None = None,
    name: str = "trained",
    purpose: str = "serve",
) -> int:
    """Add products v00000, v00001 … with the rows that training writes; the model's id.

    `neighbours` gives the neighbours of a product with their scores, best first. The first model
    of all serves.
    """
    model_id = add_model(name, dimension=vectors.shape[1], kind="trained", purpose=purpose)
    run(
        "update recs.models set serving = %s, learned = %s where model_id = %s",
        (Jsonb(serving or {}), Jsonb(learned or {}), model_id),
    )
    _add_numbered_products(len(vectors))
    write_vectors(model_id, {name_of(i): vector for i, vector in enumerate(vectors)})
    add_rows(
        "recs.neighbours",
        (
            {
                "model_id": model_id,
                "product_id": name_of(product),
                "rank": rank,
                "neighbour_id": name_of(other),
                "score": score,
            }
            for product, rows in neighbours.items()
            for rank, (other, score) in enumerate(rows, 1)
        ),
    )
    add_rows(
        "recs.product_priors",
        (
            {"model_id": model_id, "product_id": name_of(product), "prior": prior}
            for product, prior in (priors or {}).items()
        ),
    )
    return model_id


def write_vectors(model_id: int, vectors: Mapping[str, NDArray[np.float32]]) -> None:
    """Write the vectors of products, by their ids, to a model."""
    statement = (
        "copy recs.product_vectors (model_id, product_id, embedding) from stdin (format binary)"
    )
    with connect() as connection:
        register_vectors(connection)
        with connection.cursor().copy(statement) as copy:
            copy.set_types(["int4", "text", "halfvec"])
            for product_id, vector in vectors.items():
                copy.write_row((model_id, product_id, HalfVector(vector)))


def _add_numbered_products(count: int) -> None:
    run(
        "insert into raw.products (product_id, title, created_at) "
        "select 'v' || to_char(n, 'fm00000'), 'title', '2026-01-01' "
        "from generate_series(0, %s - 1) as n on conflict do nothing",
        (count,),
    )
