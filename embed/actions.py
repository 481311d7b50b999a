"""The actions part of each product and the average of its parts, computed in SQL.

A shopper is the weighted mean of the text vectors of the products they acted on; a product's
actions part is the weighted mean of its shoppers. So all parts live in one space and can be
averaged. The vectors of shoppers are personal data: they are in a temporary table of one session
and nowhere else. Trained models have vectors of the texts alone.
"""

from typing import Any

import psycopg

from alsolike.database import connect, query
from alsolike.models import build_vector_index
from alsolike.progress import Report

# Shoppers or products of one statement: it bounds memory, and keeps transactions short.
_CHUNK = 5000


def write_actions(encoder_id: int, dimension: int, *, report: Report) -> int:
    """Compute the actions part of every product that was acted on; write what changed.

    Returns
    -------
    int
        How many products have one.
    """
    encoder = {"encoder_id": encoder_id}
    with connect(autocommit=True) as connection:
        _give_memory(connection)
        connection.execute("analyze recs.embeddings (encoder_id, product_id, part)")
        connection.execute(query("embed/create_text_vectors"))
        connection.execute(query("embed/fill_text_vectors"), encoder)
        connection.execute(query("embed/create_numbered_interactions"))
        connection.execute(query("embed/fill_numbered_interactions"))
        connection.execute(query("embed/index_interactions_by_shopper"))
        connection.execute(query("embed/index_interactions_by_product"))
        connection.execute("analyze text_vectors, numbered_interactions")
        _keep_to_indexes(connection)
        shoppers, products = connection.execute(query("embed/highest_numbers")).fetchone() or (0, 0)
        connection.execute(query("embed/create_shopper_vectors"))
        parameters = {**encoder, "dimension": dimension}
        _in_chunks(connection, "embed/fill_shopper_vectors", parameters, shoppers, report)
        _in_chunks(connection, "embed/write_actions", parameters, products, report)
        connection.execute(query("embed/delete_departed_actions"), encoder)
        return _number(connection, "embed/count_actions", encoder)


def write_product_vectors(encoder_id: int, model_id: int) -> tuple[int, int]:
    """Average the parts of every product; write what changed.

    Returns
    -------
    tuple of int
        How many products have a vector now, and how many vectors were written or removed.
    """
    parameters = {"encoder_id": encoder_id, "model_id": model_id}
    with connect() as connection:
        # The planner must know how many there are now, and not wait for autovacuum to tell it.
        connection.execute("analyze recs.embeddings (encoder_id, product_id, part)")
        # The primary key gives the parts of a product one after the other: nothing to hash.
        connection.execute("set local enable_hashagg = off")
        written = connection.execute(query("embed/write_product_vectors"), parameters).rowcount
        gone = connection.execute(query("embed/delete_departed_vectors"), parameters).rowcount
        if written + gone:
            connection.execute("analyze recs.product_vectors (model_id, product_id, category)")
        return _number(connection, "embed/count_vectors", parameters), written + gone


def write_text_vectors(encoder_id: int) -> list[str]:
    """Bring the vectors of every trained model up to date with the texts; new products get one.

    Returns
    -------
    list of str
        Names of the trained models.
    """
    with connect() as connection:
        models = connection.execute(
            query("embed/trained_models"), {"encoder_id": encoder_id}
        ).fetchall()
    for model_id, _ in models:
        parameters = {"encoder_id": encoder_id, "model_id": model_id}
        with connect() as connection:
            connection.execute(query("alsolike/write_text_vectors"), parameters)
            connection.execute(query("embed/delete_departed_text_vectors"), parameters)
    return [name for _, name in models]


def build_index(model_id: int) -> bool:
    """Build the model's index unless it is there, and let it serve if none does.

    Returns
    -------
    bool
        Whether the index was built now.
    """
    with connect() as connection:
        is_built = build_vector_index(connection, model_id)
        connection.execute(query("embed/serve_first_model"), {"model_id": model_id})
    return is_built


def _give_memory(connection: psycopg.Connection[Any]) -> None:
    """Give the temporary tables memory, and let the server notice when this process has died."""
    for statement in (
        "set temp_buffers = '256MB'",
        "set work_mem = '128MB'",
        "set maintenance_work_mem = '256MB'",
        "set client_connection_check_interval = '10s'",
    ):
        connection.execute(statement)


def _keep_to_indexes(connection: psycopg.Connection[Any]) -> None:
    """Keep to look-ups by number from here on.

    A chunk touches a small part of each table; hashing or sorting all of it, chunk after chunk, is
    what the planner would otherwise do.
    """
    connection.execute("set enable_hashjoin = off")
    connection.execute("set enable_mergejoin = off")


def _in_chunks(
    connection: psycopg.Connection[Any],
    name: str,
    parameters: dict[str, Any],
    last: int,
    report: Report,
) -> None:
    stage = "shoppers" if name.endswith("shopper_vectors") else "actions"
    for first in range(1, last + 1, _CHUNK):
        end = min(first + _CHUNK - 1, last)
        connection.execute(query(name), {**parameters, "first": first, "last": end})
        report(stage, end, last)


def _number(
    connection: psycopg.Connection[Any], name: str, parameters: dict[str, Any] | None = None
) -> int:
    row = connection.execute(query(name), parameters).fetchone()
    return 0 if row is None else int(row[0])
