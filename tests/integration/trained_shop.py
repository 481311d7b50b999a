"""A trained model made by hand, for the tests of how one serves."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pgvector import HalfVector
from psycopg.types.json import Jsonb

from alsolike.database import connect, register_vectors


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
    with connect() as connection:
        register_vectors(connection)
        connection.execute(
            "insert into recs.encoders (name, sha256, dimension) values ('fake', %s, %s) "
            "on conflict do nothing",
            (f"fake-{vectors.shape[1]}", vectors.shape[1]),
        )
        row = connection.execute(
            "select recs.add_model(%s, 'trained', encoder_id, dimension, '{}', %s) "
            "from recs.encoders where sha256 = %s",
            (name, purpose, f"fake-{vectors.shape[1]}"),
        ).fetchone()
        assert row is not None
        model_id = int(row[0])
        connection.execute(
            "update recs.models set serving = %s, learned = %s where model_id = %s",
            (Jsonb(serving or {}), Jsonb(learned or {}), model_id),
        )
        connection.execute(
            "insert into recs.serving_model (model_id) values (%s) on conflict do nothing", row
        )
        connection.execute(
            "insert into raw.products (product_id, title, created_at) "
            "select 'v' || to_char(n, 'fm00000'), 'title', '2026-01-01' "
            "from generate_series(0, %s - 1) as n on conflict do nothing",
            (len(vectors),),
        )
        with connection.cursor() as cursor:
            cursor.executemany(
                "insert into recs.product_vectors (model_id, product_id, embedding) "
                "values (%s, %s, %s)",
                [(model_id, name_of(i), HalfVector(vector)) for i, vector in enumerate(vectors)],
            )
            cursor.executemany(
                "insert into recs.neighbours (model_id, product_id, rank, neighbour_id, score) "
                "values (%s, %s, %s, %s, %s)",
                [
                    (model_id, name_of(product), rank, name_of(other), score)
                    for product, rows in neighbours.items()
                    for rank, (other, score) in enumerate(rows, 1)
                ],
            )
            cursor.executemany(
                "insert into recs.product_priors (model_id, product_id, prior) values (%s, %s, %s)",
                [(model_id, name_of(i), prior) for i, prior in (priors or {}).items()],
            )
    return model_id


def name_of(number: int) -> str:
    """Return the id of a product of `add_trained`."""
    return f"v{number:05}"
