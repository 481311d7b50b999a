"""The statements that serve walk the HNSW index, however Postgres came to its plan."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from alsolike.database import connect
from tests.integration.plans.readings import readings
from tests.shop.database import run
from tests.shop.marts import make_marts
from tests.shop.models import add_trained, add_vectors
from tests.shop.vectors import clusters

pytestmark = pytest.mark.usefixtures("database")

INDEX = "product_vectors_1_hnsw"
PLAN_MODES = ["force_custom_plan", "force_generic_plan"]


@pytest.fixture
def connection() -> Iterator[psycopg.Connection[Any]]:
    """Give a connection to a catalogue of 5,000 vectors under the settings that serve."""
    assert add_vectors(clusters(5000)) == 1
    run("update raw.products set category = 'A > B' where product_id < 'v03000'")
    with connect() as connection:
        connection.execute("set hnsw.iterative_scan = relaxed_order")
        connection.execute("set hnsw.ef_search = 100")
        yield connection


def filter_by(category: str) -> str:
    """Return the expression of a filter that keeps to a category."""
    return f"""jsonb_populate_record(null::recs.product_filter, '{{"category": "{category}"}}')"""


def plan(connection: psycopg.Connection[Any], prepared: str, arguments: str, mode: str) -> str:
    """Return the plan of a prepared statement, line by line."""
    connection.execute("set plan_cache_mode = " + mode)  # pyright: ignore
    connection.execute(prepared)  # pyright: ignore
    rows = connection.execute("explain execute statement" + arguments).fetchall()  # pyright: ignore
    return "\n".join(row[0] for row in rows)


def nearest_plan(
    connection: psycopg.Connection[Any], mode: str, *, form: str, category: str | None
) -> str:
    statement = "measure" if form in ("all", "listed", "category") else "walk"
    row = connection.execute(f"select recs.{statement}_statement(1, 16, '{form}')").fetchone()  # pyright: ignore
    assert row is not None
    query = "(select embedding from recs.product_vectors where product_id = 'v00001')"
    wanted = "null" if category is None else filter_by(category)
    (vector,) = connection.execute("select embedding::text from " + query).fetchone() or ("",)  # pyright: ignore
    return plan(
        connection,
        f"prepare statement (halfvec, text[], integer, recs.product_filter, text[]) as {row[0]}",
        f"('{vector}', '{{v00001}}', 10, {wanted}, '{{v00002,v00003}}')",
        mode,
    )


@pytest.mark.parametrize("mode", PLAN_MODES)
@pytest.mark.parametrize("category", [None, "A"])
@pytest.mark.parametrize("form", ["any", "in_stock", "fitting"])
def test_the_nearest_products_come_off_the_index(
    connection: psycopg.Connection[Any], mode: str, category: str | None, form: str
) -> None:
    shown = nearest_plan(connection, mode, form=form, category=category)
    assert f"Index Scan using {INDEX}" in shown
    assert "Join" not in shown
    assert "Seq Scan" not in shown


@pytest.mark.parametrize("mode", PLAN_MODES)
@pytest.mark.parametrize("category", [None, "A"])
def test_the_exact_form_measures_every_product(
    connection: psycopg.Connection[Any], mode: str, category: str | None
) -> None:
    shown = nearest_plan(connection, mode, form="all", category=category)
    assert INDEX not in shown


@pytest.mark.parametrize("mode", PLAN_MODES)
def test_chosen_products_are_looked_up_by_their_key(
    connection: psycopg.Connection[Any], mode: str
) -> None:
    shown = nearest_plan(connection, mode, form="listed", category=None)
    assert "using product_vectors_1_pkey" in shown
    assert "Seq Scan" not in shown


def test_a_category_comes_off_its_index(connection: psycopg.Connection[Any]) -> None:
    # Planned anew for each category: a generic plan knows no beginning to look for.
    connection.execute("update recs.product_vectors set category = 'A > ' || left(product_id, 3)")
    connection.execute("analyze recs.product_vectors")
    shown = nearest_plan(connection, "force_custom_plan", form="category", category="A > v00")
    assert "product_vectors_1_category_idx" in shown
    assert "Seq Scan" not in shown
    assert INDEX not in shown
    with readings(connection) as read:
        counted = connection.execute("select recs.category_size(1, 'A > v00', 900)").fetchone()
    assert counted == (901,)
    assert read.searched["product_vectors_1_category_idx"] > 0
    assert not read.scanned["product_vectors_1"]


@pytest.mark.parametrize("mode", PLAN_MODES)
@pytest.mark.parametrize("is_exact", [False, True])
def test_neighbours_come_off_the_index_unless_they_are_to_be_exact(
    connection: psycopg.Connection[Any], mode: str, *, is_exact: bool
) -> None:
    row = connection.execute(
        "select recs.neighbours_statement(1, 16, %s, false)", (is_exact,)
    ).fetchone()
    assert row is not None
    shown = plan(
        connection,
        f"prepare statement (text[], integer, integer) as {row[0]}",
        "('{v00001,v00002,v00003}', 20, 21)",
        mode,
    )
    assert (f"Index Scan using {INDEX}" in shown) is not is_exact


def test_popular_products_end_after_a_few_rows() -> None:
    make_marts()
    add_vectors(clusters(5000))
    run(
        "insert into marts.product_popularity (product_id, popularity_recent, rank_recent) "
        "select product_id, 1, row_number() over (order by product_id desc) from raw.products"
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


@pytest.fixture
def trained() -> Iterator[psycopg.Connection[Any]]:
    """Give a connection to two trained models of 3,000 products with 40 neighbours each."""
    vectors = clusters(3000)
    for name in ("first", "second"):
        model = add_trained(vectors, {}, priors=dict.fromkeys(range(50), 0.1), name=name)
        run(
            "insert into recs.neighbours (model_id, product_id, rank, neighbour_id, score) "
            "select %s, 'v' || to_char(p, 'fm00000'), r, "
            "'v' || to_char((p * 7 + r * r * 13) %% 3000, 'fm00000'), 1.0 / r "
            "from generate_series(0, 2999) as p, generate_series(1, 40) as r",
            (model,),
        )
    run("analyze")
    with connect() as connection:
        yield connection


@pytest.mark.parametrize("mode", PLAN_MODES)
@pytest.mark.parametrize("asked", ["null", filter_by("A > B")])
def test_a_trained_model_looks_its_rows_up_by_their_keys(
    trained: psycopg.Connection[Any], mode: str, asked: str
) -> None:
    acted = (
        "array[row('view', 'e1', 'v00001', '2026-01-01', 1), "
        "row('view', 'e2', 'v00002', '2026-01-01', 0.7)]::recs.action[]"
    )
    shown = plan(
        trained,
        "prepare statement (integer, recs.action[], text[], recs.product_filter, integer, integer) "
        "as select * from recs.scored_products($1, $2, $3, $4, null, 1000, $5, 1, 0.5, 1, true, "
        "null, null, $6)",
        f"(1, {acted}, '{{v00001}}', {asked}, 10, 21)",
        mode,
    )
    # The function stands in the caller's place: its parts are in the plan.
    assert "Function Scan on scored_products" not in shown
    assert "using neighbours_pkey on neighbours" in shown
    assert "using products_pkey on products" in shown
    for table in ("neighbours", "products"):
        assert f"Seq Scan on {table}" not in shown


@pytest.mark.parametrize("mode", PLAN_MODES)
def test_recommending_reads_no_more_neighbours_than_the_actions_have(
    trained: psycopg.Connection[Any], mode: str
) -> None:
    run("insert into raw.shoppers (shopper_id) values ('s')")
    run(
        "insert into raw.consents (shopper_id, purpose, is_granted, source) "
        "values ('s', 'personalisation', true, 'test')"
    )
    run(
        "insert into raw.views (view_id, shopper_id, product_id, viewed_at) "
        "select 'e' || n, 's', 'v' || to_char(n * 100, 'fm00000'), now() - n * interval '1 day' "
        "from generate_series(1, 5) as n"
    )
    trained.execute("set plan_cache_mode = " + mode)  # pyright: ignore

    with readings(trained) as read:
        rows = trained.execute(
            "select * from recs.recommend_with_reasons('s', null, 10, p_as_of => now())"
        ).fetchall()
    assert len(rows) == 10
    # Five actions with forty rows each.
    assert (read.scanned["neighbours"], read.rows["neighbours"]) == (0, 200)
