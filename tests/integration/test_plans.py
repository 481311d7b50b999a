"""The statements that serve walk the HNSW index, however Postgres came to its plan."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from alsolike.database import connect
from tests.integration.embed.shop import add_vectors, clusters, make_marts, run

pytestmark = pytest.mark.usefixtures("database")

INDEX = "product_vectors_1_hnsw"
PLAN_MODES = ["force_custom_plan", "force_generic_plan"]


@pytest.fixture
def connection() -> Iterator[psycopg.Connection[Any]]:
    """Give a connection to a catalogue of 5,000 vectors under the settings that serve."""
    assert add_vectors(clusters(5000)) == 1
    run("update raw.products set category = 'A > B' where product_id < 'v03000'")
    with connect() as connection:
        connection.execute("set hnsw.iterative_scan = strict_order")
        connection.execute("set hnsw.ef_search = 100")
        yield connection


def plan(connection: psycopg.Connection[Any], prepared: str, arguments: str, mode: str) -> str:
    """Return the plan of a prepared statement, line by line."""
    connection.execute("set plan_cache_mode = " + mode)  # pyright: ignore
    connection.execute(prepared)  # pyright: ignore
    rows = connection.execute("explain execute statement" + arguments).fetchall()  # pyright: ignore
    return "\n".join(row[0] for row in rows)


def nearest_plan(
    connection: psycopg.Connection[Any], mode: str, *, is_exact: bool, category: str | None
) -> str:
    row = connection.execute(
        "select recs.nearest_statement(1, 16, %s, %s)", (is_exact, category is not None)
    ).fetchone()
    assert row is not None
    query = "(select embedding from recs.product_vectors where product_id = 'v00001')"
    last = "null" if category is None else f"'{category}'"
    (vector,) = connection.execute("select embedding::text from " + query).fetchone() or ("",)  # pyright: ignore
    return plan(
        connection,
        f"prepare statement (halfvec, text[], integer, text) as {row[0]}",
        f"('{vector}', '{{v00001}}', 10, {last})",
        mode,
    )


@pytest.mark.parametrize("mode", PLAN_MODES)
@pytest.mark.parametrize("category", [None, "A"])
def test_the_nearest_products_come_off_the_index(
    connection: psycopg.Connection[Any], mode: str, category: str | None
) -> None:
    shown = nearest_plan(connection, mode, is_exact=False, category=category)
    assert f"Index Scan using {INDEX}" in shown
    assert "Join" not in shown
    assert "Seq Scan" not in shown


@pytest.mark.parametrize("mode", PLAN_MODES)
@pytest.mark.parametrize("category", [None, "A"])
def test_the_exact_form_measures_every_product(
    connection: psycopg.Connection[Any], mode: str, category: str | None
) -> None:
    shown = nearest_plan(connection, mode, is_exact=True, category=category)
    assert INDEX not in shown


@pytest.mark.parametrize("mode", PLAN_MODES)
@pytest.mark.parametrize("is_exact", [False, True])
def test_neighbours_come_off_the_index_unless_they_are_to_be_exact(
    connection: psycopg.Connection[Any], mode: str, *, is_exact: bool
) -> None:
    row = connection.execute("select recs.neighbours_statement(1, 16, %s)", (is_exact,)).fetchone()
    assert row is not None
    shown = plan(
        connection,
        f"prepare statement (text[], integer) as {row[0]}",
        "('{v00001,v00002,v00003}', 20)",
        mode,
    )
    assert (f"Index Scan using {INDEX}" in shown) is not is_exact


def test_popular_products_end_after_a_few_rows() -> None:
    make_marts()
    add_vectors(clusters(5000))
    run(
        "insert into marts.product_popularity select product_id, 1, 1, "
        "row_number() over (order by product_id desc) from raw.products"
    )
    run("analyze marts.product_popularity")
    with connect() as connection:
        connection.execute("select pg_stat_force_next_flush()")
        connection.commit()
        before = connection.execute(
            "select pg_stat_get_tuples_returned('raw.products'::regclass)"
        ).fetchone()
        connection.execute("select * from recs.popular_products(10)")
        connection.execute("select pg_stat_force_next_flush()")
        connection.commit()
        after = connection.execute(
            "select pg_stat_get_tuples_returned('raw.products'::regclass)"
        ).fetchone()
    # Nothing was read by a scan of the table: the products were looked up one by one.
    assert after == before
