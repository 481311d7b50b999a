"""A small shop for the tests of embedding and recommending, with the marts made by hand."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from pgvector import HalfVector

from alsolike.database import connect, register_vectors

_MARTS = (
    """
    create table marts.product_documents (
        product_id text not null, part text not null, content text not null,
        content_hash text not null
    )
    """,
    """
    create table marts.shopper_interactions (
        visitor_id text not null, product_id text not null, weight double precision not null
    )
    """,
    """
    create table marts.product_popularity (
        product_id text not null primary key, popularity_recent double precision not null,
        popularity_all_time double precision not null, rank_recent integer not null unique,
        views_recent integer not null default 0, purchases_recent integer not null default 0
    )
    """,
    """
    grant select on marts.product_documents, marts.shopper_interactions,
        marts.product_popularity to alsolike_app, alsolike_analyst
    """,
)


def make_marts() -> None:
    """Create the marts that dbt would build, empty."""
    with connect() as connection:
        for statement in _MARTS:
            connection.execute(statement)


def add_products(*titles: str, category: str | None = None, prefix: str = "p") -> list[str]:
    """Add a product for each title, with the documents 'name' and 'details'; their ids."""
    ids = [f"{prefix}{number}" for number in range(1, len(titles) + 1)]
    with connect() as connection, connection.cursor() as cursor:
        cursor.executemany(
            "insert into raw.products (product_id, title, category, created_at) "
            "values (%s, %s, %s, '2026-01-01')",
            [(product_id, title, category) for product_id, title in zip(ids, titles, strict=True)],
        )
        cursor.executemany(
            "insert into marts.product_documents values (%s, %s, %s, md5(%s))",
            [
                (product_id, part, content, content)
                for product_id, title in zip(ids, titles, strict=True)
                for part, content in (("name", title), ("details", f"details of {title}"))
            ],
        )
    return ids


def add_interaction(shopper_id: str, product_id: str, weight: float = 1.0) -> None:
    """Add a row to the mart of what shoppers did."""
    run(
        "insert into marts.shopper_interactions values (%s, %s, %s)",
        (f"shopper:{shopper_id}", product_id, weight),
    )


def change_text(product_id: str, part: str, content: str) -> None:
    """Give a part another text."""
    run(
        "update marts.product_documents set content = %s, content_hash = md5(%s) "
        "where product_id = %s and part = %s",
        (content, content, product_id, part),
    )


def add_vectors(vectors: NDArray[np.float32], model: str = "average") -> int:
    """Add products v00000, v00001 … with these vectors to a serving model; its id."""
    dimension = vectors.shape[1]
    with connect() as connection:
        register_vectors(connection)
        connection.execute(
            "insert into recs.encoders (name, sha256, dimension) values (%s, %s, %s)",
            (model, model, dimension),
        )
        row = connection.execute(
            "select recs.add_model(%s, 'average', encoder_id, dimension, '{}') "
            "from recs.encoders where sha256 = %s",
            (model, model),
        ).fetchone()
        assert row is not None
        connection.execute(
            "insert into recs.serving_model (model_id) values (%s) on conflict do nothing", row
        )
        connection.execute(
            "insert into raw.products (product_id, title, created_at) "
            "select 'v' || to_char(n, 'fm00000'), 'title', '2026-01-01' "
            "from generate_series(0, %s - 1) as n on conflict do nothing",
            (len(vectors),),
        )
        statement = (
            "copy recs.product_vectors (model_id, product_id, embedding) from stdin (format binary)"
        )
        with connection.cursor().copy(statement) as copy:
            copy.set_types(["int4", "text", "halfvec"])
            for number, vector in enumerate(vectors):
                copy.write_row((row[0], f"v{number:05}", HalfVector(vector)))
        connection.execute("select recs.build_vector_index(%s)", row)
    with connect(autocommit=True) as connection:
        connection.execute("analyze")
    return int(row[0])


def add_shopper(shopper_id: str, *, has_consent: bool = True) -> None:
    """Add a shopper who agreed to personalisation, or did not."""
    run("insert into raw.shoppers (shopper_id) values (%s)", (shopper_id,))
    run(
        "insert into raw.consents (shopper_id, purpose, is_granted, source) "
        "values (%s, 'personalisation', %s, 'test')",
        (shopper_id, has_consent),
    )


def clusters(count: int, dimension: int = 16, seed: int = 1) -> NDArray[np.float32]:
    """Return clustered vectors, shape (count, dimension), float32, unit norm."""
    rng = np.random.default_rng(seed)
    centres = rng.standard_normal((max(2, count // 100), dimension))
    vectors = centres[rng.integers(0, len(centres), count)]
    vectors = vectors + 0.6 * rng.standard_normal((count, dimension))
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def run(statement: str, parameters: Any = None) -> list[tuple[Any, ...]]:
    """Run one statement and commit; its rows."""
    with connect() as connection:
        register_vectors(connection)
        cursor: Any = connection.execute(statement, parameters)  # pyright: ignore
        return cursor.fetchall() if cursor.description else []
