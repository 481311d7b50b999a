"""The actions part of each product, computed in SQL from what shoppers did.

A shopper's vector is the weighted mean of the text vectors of the products they acted on; a
product's actions part is the weighted mean of its shoppers. So all parts live in one space and can
be averaged. The vectors of shoppers are personal data: they are in a temporary table of one session
and nowhere else.
"""

from typing import Any, LiteralString

import psycopg

from alsolike.database import connect, query
from alsolike.product_vectors import TEXT_PARTS
from alsolike.progress import Report

# Shoppers or products of one statement: it bounds memory, and keeps transactions short.
_CHUNK = 5000

# Memory for the temporary tables; and the server is to notice when this process has died.
_SETTINGS = (
    "set temp_buffers = '256MB'",
    "set work_mem = '128MB'",
    "set maintenance_work_mem = '256MB'",
    "set client_connection_check_interval = '10s'",
)
# Each chunk touches a small part of each table; the planner would hash or sort all of it each time.
_LOOK_UPS_ONLY = ("set enable_hashjoin = off", "set enable_mergejoin = off")


def write_actions(encoder_id: int, dimension: int, *, report: Report) -> int:
    """Compute every product's actions part and write what changed; return how many have one."""
    encoder = {"encoder_id": encoder_id}
    with connect(autocommit=True) as connection:
        _execute(connection, *_SETTINGS, "analyze recs.embeddings (encoder_id, product_id, part)")
        # Products are numbered, so that joins compare numbers and chunks are ranges of them.
        connection.execute(
            "create temporary table text_vectors (product_number integer primary key,"
            " product_id text not null unique, embedding vector not null)"
        )
        connection.execute(query("embed/fill_text_vectors"), {**encoder, "parts": list(TEXT_PARTS)})
        connection.execute(query("embed/number_interactions"))
        _execute(
            connection,
            "create index on numbered_interactions (shopper_number, product_number)",
            "create index on numbered_interactions (product_number, shopper_number)",
            "analyze text_vectors, numbered_interactions",
            "create temporary table shopper_vectors"
            " (shopper_number integer primary key, embedding halfvec not null)",
            *_LOOK_UPS_ONLY,
        )
        shoppers, products = connection.execute(
            "select coalesce(max(shopper_number), 0), coalesce(max(product_number), 0)"
            " from numbered_interactions"
        ).fetchone() or (0, 0)
        for stage, name, last in (
            ("shoppers", "embed/fill_shopper_vectors", shoppers),
            ("actions", "embed/write_actions", products),
        ):
            for first in range(1, last + 1, _CHUNK):
                end = min(first + _CHUNK - 1, last)
                numbers = {"dimension": dimension, "first": first, "last": end}
                connection.execute(query(name), {**encoder, **numbers})
                report(stage, end, last)
        connection.execute(query("embed/delete_departed_actions"), encoder)
        row = connection.execute(
            "select count(*) from recs.embeddings"
            " where encoder_id = %(encoder_id)s and part = 'actions'",
            encoder,
        ).fetchone()
    return 0 if row is None else int(row[0])


def _execute(connection: psycopg.Connection[Any], *statements: LiteralString) -> None:
    for statement in statements:
        connection.execute(statement)
