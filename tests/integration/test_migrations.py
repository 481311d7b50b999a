"""Migrations go up, down and up again, and the roles can do what they should and no more."""

from typing import LiteralString

import psycopg
import pytest
from psycopg.sql import SQL

from alsolike.database import ANALYST_ROLE, APP_ROLE, connect
from alsolike.migrate import MIGRATIONS, MigrationError, current_revision, migrate
from tests.integration.embed.shop import add_vectors, clusters, run

SCHEMAS = {"raw", "recs", "ops", "staging", "marts"}


def schemas() -> set[str]:
    with connect() as connection:
        rows = connection.execute("select nspname from pg_namespace").fetchall()
    return {row[0] for row in rows} & SCHEMAS


@pytest.mark.usefixtures("empty_database")
def test_up_down_and_up_again() -> None:
    assert current_revision() == "base"
    versions = sorted(path.name[:4] for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))
    assert migrate("head") == versions[-1]
    assert schemas() == SCHEMAS
    migrate("base")
    assert schemas() == set()
    migrate("0002")
    assert schemas() == {"raw", "staging", "marts"}
    migrate("head")
    assert schemas() == SCHEMAS


@pytest.mark.usefixtures("database")
def test_vectors_that_are_there_learn_their_category_and_keep_the_rest() -> None:
    model_id = add_vectors(clusters(60))
    run(
        "update raw.products set category = 'C' || right(product_id, 1) where product_id > 'v00009'"
    )
    migrate("0009")
    kept = "select product_id, embedding::text, updated_at from recs.product_vectors order by 1"
    before = run(kept)
    migrate("head")
    assert run(kept) == before
    assert run(
        "select count(*), count(v.category) from recs.product_vectors as v "
        "inner join raw.products as p using (product_id) "
        "where v.category is not distinct from p.category"
    ) == [(60, 50)]
    assert run("select to_regclass(%s) is null", (f"recs.product_vectors_{model_id}_hnsw",)) == [
        (False,)
    ]


@pytest.mark.usefixtures("database")
def test_a_step_down_takes_the_new_functions_with_it_and_a_step_up_brings_them_back() -> None:
    statement = (
        "select p.oid::regprocedure::text from pg_proc as p "
        "where p.pronamespace = 'recs'::regnamespace order by 1"
    )
    with connect() as connection:
        before = connection.execute(statement).fetchall()
    # No name has two forms: a call would be ambiguous.
    names = [row[0].split("(")[0] for row in before]
    assert len(names) == len(set(names))
    migrate("0004")
    with connect() as connection:
        left = {row[0].split("(")[0] for row in connection.execute(statement).fetchall()}
    assert "recs.build_vector_index" in left
    assert not left & {"recs.add_model", "recs.recommend_with_reasons", "recs.extend_neighbours"}
    migrate("head")
    with connect() as connection:
        assert connection.execute(statement).fetchall() == before


@pytest.mark.usefixtures("database")
def test_an_unknown_revision_is_one_clear_error() -> None:
    with pytest.raises(MigrationError, match="Cannot migrate to 9999"):
        migrate("9999")


@pytest.mark.usefixtures("database")
def test_a_locked_table_fails_in_time_and_keeps_the_schema() -> None:
    with connect() as holder:
        holder.execute("lock table raw.products in access share mode")
        with pytest.raises(MigrationError, match="lock timeout"):
            migrate("base")
    assert current_revision() != "base"
    assert "raw" in schemas()


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize(
    "table",
    ["raw.shoppers", "raw.purchases", "raw.views", "raw.reviews", "raw.consents"],
)
def test_the_analyst_sees_no_personal_data(table: LiteralString) -> None:
    with (
        connect(role=ANALYST_ROLE) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute(SQL("select * from " + table))


@pytest.mark.usefixtures("database")
def test_the_analyst_reads_products_and_recommendations() -> None:
    with connect() as connection:
        connection.execute(
            "insert into raw.products (product_id, title) values ('a', 'A'), ('b', 'B')"
        )
    with connect(role=ANALYST_ROLE) as connection:
        rows = connection.execute("select product_id from recs.similar_products('a', 5)").fetchall()
        assert rows == [("b",)]
        assert len(connection.execute("select * from recs.recommend('nobody', 5)").fetchall()) == 2


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize(
    "statement",
    [
        "delete from raw.purchases",
        "update raw.products set title = 'x'",
        "insert into recs.models (name, kind, encoder_id, dimension) values ('x', 'average', 1, 1)",
        "create table raw.x ()",
    ],
)
def test_the_app_may_not_change_what_is_not_its_own(statement: LiteralString) -> None:
    with (
        connect(role=APP_ROLE) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute(SQL(statement))
