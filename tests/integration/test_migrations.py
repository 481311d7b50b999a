"""Migrations go up, down and up again, and the roles can do what they should and no more."""

import secrets
import subprocess
import sys
from collections.abc import Iterator
from typing import Any, LiteralString

import psycopg
import pytest
from alembic.script import ScriptDirectory
from psycopg.sql import SQL

from alsolike.cli import run as run_command
from alsolike.database import ANALYST_ROLE, APP_ROLE, connect
from alsolike.migrate import RowsWouldBeDeletedError, current_revision, migrate, remaining_objects
from alsolike.progress import ignore_progress
from alsolike.revision_steps import MIGRATIONS, MigrationError
from alsolike.transform import transform
from tests.fixtures.waiting import wait_for
from tests.shop.models import add_vectors
from tests.shop.vectors import clusters

SCHEMAS = {"raw", "recs", "ops", "staging", "marts", "analytics"}
NEWEST = "raw.products_newest"
IS_VALID = "select indisvalid from pg_index where indexrelid = to_regclass(%s)"


def run(statement: str, parameters: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Run a statement; its rows, if it gives any."""
    with connect() as connection:
        cursor = connection.execute(statement.encode(), parameters)
        return cursor.fetchall() if cursor.description else []


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
    assert schemas() == {"raw", "staging", "marts", "ops"}
    migrate("head")
    assert schemas() == SCHEMAS


def start_migration() -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "alsolike", "migrate"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def ended(processes: list["subprocess.Popen[str]"]) -> list[tuple[int, str]]:
    """Wait for processes; their exit codes and what they said."""
    said = [process.communicate(timeout=120)[0] for process in processes]
    return [(process.returncode, text) for process, text in zip(processes, said, strict=True)]


@pytest.mark.usefixtures("empty_database")
def test_of_two_migrations_of_an_empty_database_one_waits_for_the_other() -> None:
    results = ended([start_migration(), start_migration()])
    assert [code for code, _ in results] == [0, 0], results
    assert schemas() == SCHEMAS


@pytest.mark.usefixtures("database")
def test_migrations_wait_for_one_that_runs_and_then_find_nothing_to_do() -> None:
    waiting = "select count(*) from pg_locks where not granted and relation = %s::regclass"
    with connect() as running:
        running.execute("lock table ops.schema_revision in share update exclusive mode")
        processes = [start_migration(), start_migration()]
        wait_for(lambda: run(waiting, ("ops.schema_revision",)) == [(2,)])
    assert [code for code, _ in ended(processes)] == [0, 0]


@pytest.mark.usefixtures("database")
def test_a_migration_does_not_wait_for_ever() -> None:
    with connect() as running:
        running.execute("lock table ops.schema_revision in share update exclusive mode")
        with pytest.raises(MigrationError, match="did not end within 1 seconds"):
            migrate(patience=1)


@pytest.mark.usefixtures("database")
def test_an_index_whose_build_failed_is_built_again() -> None:
    migrate("0008")
    run("create index products_newest on raw.products (title)")
    run("update pg_index set indisvalid = false where indexrelid = to_regclass(%s)", (NEWEST,))
    migrate("0009")
    assert run(IS_VALID, (NEWEST,)) == [(True,)]
    assert "created_at" in run("select pg_get_indexdef(to_regclass(%s))", (NEWEST,))[0][0]


@pytest.mark.usefixtures("database")
def test_products_are_written_while_an_index_of_them_is_built() -> None:
    migrate("0008")
    with connect() as writer:
        writer.execute("insert into raw.products (product_id, title) values ('a', 'A')")
        process = start_migration()
        building = "select count(*) from pg_stat_progress_create_index"
        wait_for(lambda: run(building) == [(1,)])
        with connect() as other:
            other.execute("set lock_timeout = '1s'")
            other.execute("insert into raw.products (product_id, title) values ('b', 'B')")
    assert [code for code, _ in ended([process])] == [0]
    assert run(IS_VALID, (NEWEST,)) == [(True,)]


@pytest.mark.usefixtures("database")
def test_groups_of_variants_come_without_writing_the_products_anew() -> None:
    file = "select pg_relation_filenode('raw.products')"
    migrate("0040")
    run(
        "insert into raw.products (product_id, title, item_group_id) "
        "select 'p' || n, 'P', case when n < 3 then 'g' || n end from generate_series(1, 4) as n "
        "union all select 'q' || n, 'Q', 'h' from generate_series(1, 1100) as n"
    )
    before = run(file)
    # As after a revision that failed on the way, which begins anew.
    migrate("0043")
    run("update ops.schema_revision set version_num = '0040'")
    migrate("head")
    assert run(file) == before
    group = "select product_id, variant_group_id from raw.products where product_id < 'q'"
    assert dict(run(group)) == {"p1": "g1", "p2": "g2", "p3": None, "p4": None}
    assert run("select count(*) from raw.products where variant_group_id = 'h'") == [(1100,)]
    # It follows what it is made of, whoever writes, and cannot be written by itself.
    run("update raw.products set title_group_id = 'title' where product_id in ('p1', 'p3')")
    run("update raw.products set item_group_id = null where product_id = 'p2'")
    run("update raw.products set variant_group_id = 'other' where product_id = 'p4'")
    assert dict(run(group)) == {"p1": "g1", "p2": None, "p3": "title", "p4": None}


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
def test_a_step_down_takes_the_functions_with_it_and_a_step_up_brings_them_back() -> None:
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
    assert left == set()
    migrate("head")
    with connect() as connection:
        assert connection.execute(statement).fetchall() == before


@pytest.mark.usefixtures("database")
def test_an_unknown_revision_is_one_clear_error(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(MigrationError, match="Cannot migrate to 9999"):
        migrate("9999")
    # As from a variable that is not set.
    assert run_command(["migrate", ""]) == 1
    assert "alsolike: The revision is blank: give head, base" in capsys.readouterr().err


@pytest.mark.usefixtures("database")
def test_a_locked_table_fails_in_time_and_keeps_the_schema() -> None:
    with connect() as holder:
        holder.execute("lock table raw.products in access share mode")
        pid = holder.info.backend_pid
        with pytest.raises(MigrationError, match=rf"lock timeout \(.* session {pid} .*end it"):
            migrate("base")
    assert current_revision() != "base"
    assert "raw" in schemas()


@pytest.mark.usefixtures("empty_database")
def test_going_down_leaves_what_is_the_shops_own() -> None:
    run("create extension vector")
    run("create schema shop")
    run("create table shop.faces (id integer, face vector(3))")
    run("insert into shop.faces values (1, '[1,2,3]')")
    migrate("head")
    transform(with_tests=False, report=ignore_progress)
    run("create table staging.shop_own (x integer)")
    run("create table marts.revenue (x integer)")
    run("create table analytics.shop_report (x integer)")
    run("create function recs.shop_rule() returns integer language sql return 1")
    run("create table ops.shop_log (x integer)")
    migrate("base")
    assert run("select face::text from shop.faces") == [("[1,2,3]",)]
    assert remaining_objects() == [
        "analytics.shop_report",
        "marts.revenue",
        "ops.shop_log",
        "recs.shop_rule",
        "staging.shop_own",
    ]
    assert schemas() == {"staging", "marts", "analytics", "recs", "ops"}
    for role in (APP_ROLE, ANALYST_ROLE):
        assert run(
            "select count(*) from unnest(array['marts', 'analytics', 'recs', 'ops']) as s (name) "
            "where has_schema_privilege(%s, s.name, 'usage')",
            (role,),
        ) == [(0,)]
    # And it can come back beside them.
    migrate("head")
    assert run("select count(*) from raw.products") == [(0,)]


@pytest.mark.usefixtures("empty_database")
def test_a_model_of_dbt_takes_no_name_that_the_shop_has_already() -> None:
    migrate("head")
    run("create table marts.revenue (x integer)")
    migrate("base")
    run("create table marts.product_pairs (x integer)")
    with pytest.raises(MigrationError, match=r"marts\.product_pairs already"):
        migrate("head")
    assert run("select count(*) from marts.product_pairs") == [(0,)]


@pytest.mark.usefixtures("database")
def test_an_installation_beside_a_schema_of_analytics_takes_a_later_release() -> None:
    migrate("0056")
    run("create schema analytics")
    run("comment on schema analytics is 'The shop''s reports.'")
    run("create table analytics.reports (x integer)")
    migrate("head")
    migrate("0056")
    assert run("select obj_description('analytics'::regnamespace, 'pg_namespace')") == [
        ("The shop's reports.",)
    ]
    assert run("select count(*) from analytics.reports") == [(0,)]
    assert run("select has_schema_privilege(%s, 'analytics', 'usage')", (ANALYST_ROLE,)) == [
        (False,)
    ]
    run("create table analytics.stock (x integer)")
    with pytest.raises(MigrationError, match=r"analytics\.stock already"):
        migrate("head")


@pytest.mark.usefixtures("database")
def test_what_the_shop_built_upon_our_tables_stops_the_whole_way_down() -> None:
    run("create schema shop")
    run("create view shop.titles as select title from raw.products")
    with pytest.raises(MigrationError, match=r"view shop\.titles depends on table raw\.products"):
        migrate("base")
    assert schemas() == SCHEMAS
    assert run("select count(*) from shop.titles") == [(0,)]


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("revision", ["base", "0001"])
def test_going_down_deletes_no_rows_unless_told_to(revision: str) -> None:
    run("insert into raw.products (product_id, title) values ('a', 'A')")
    before = current_revision()
    with pytest.raises(RowsWouldBeDeletedError, match=r"rows of raw\.products.*--drop-all-data"):
        migrate(revision)
    assert current_revision() == before
    assert run("select count(*) from raw.products") == [(1,)]
    migrate(revision, drop_all_data=True)
    assert current_revision() == revision
    assert "raw" not in schemas()


@pytest.mark.usefixtures("database")
def test_a_step_down_asks_for_the_rows_that_it_deletes_alone() -> None:
    run("insert into raw.products (product_id, title) values ('a', 'A')")
    run(
        "insert into raw.purchases (purchase_id, product_id, purchased_at, order_id) "
        "values ('1', 'a', now(), 'o')"
    )
    with pytest.raises(RowsWouldBeDeletedError, match=r"deletes rows of raw\.purchases\."):
        migrate("0010")
    run("delete from raw.purchases")
    migrate("0010")
    assert run("select count(*) from raw.products") == [(1,)]


@pytest.mark.usefixtures("database")
def test_every_table_is_named_by_the_step_that_deletes_its_rows() -> None:
    scripts = ScriptDirectory(str(MIGRATIONS)).walk_revisions()
    named = {table for script in scripts for table in getattr(script.module, "deletes", {})}
    tables = run(
        "select c.oid::regclass::text from pg_class as c "
        "where c.relnamespace::regnamespace::text in ('raw', 'recs', 'ops') "
        "and c.relkind in ('r', 'p') and not c.relispartition"
    )
    assert named == {row[0] for row in tables} - {"ops.schema_revision"}


@pytest.fixture
def plain_owner(
    postgres_server: dict[str, str], database: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[str]:
    """Give a database to a role that is no superuser and may not create roles; be that role.

    The server is prepared for it: the extension and the two roles are there.
    """
    assert database  # The roles are there.
    owner = f"shopowner_{secrets.token_hex(4)}"
    run(f"create role {owner} login")
    run(f"grant {APP_ROLE}, {ANALYST_ROLE} to {owner} with admin option")
    with connect(autocommit=True) as server:
        server.execute(f"create database {owner} template template0 owner {owner}".encode())
        with monkeypatch.context() as patch:
            patch.setenv("PGDATABASE", owner)
            run("create extension vector")
            patch.setenv("PGUSER", owner)
            yield owner
        server.execute(f"drop database {owner} with (force)".encode())
        server.execute(f"drop role {owner}".encode())


@pytest.mark.usefixtures("plain_owner")
def test_an_owner_who_is_no_superuser_goes_up_and_down() -> None:
    assert run("select rolsuper or rolcreaterole from pg_roles where rolname = current_user") == [
        (False,)
    ]
    migrate("head")
    run("insert into raw.products (product_id, title) values ('a', 'A'), ('b', 'B')")
    transform(with_tests=False, report=ignore_progress)
    with connect(role=ANALYST_ROLE) as connection:
        rows = connection.execute("select product_id from recs.similar_products('a', 5)").fetchall()
        assert rows == [("b",)]
    migrate("base", drop_all_data=True)
    assert schemas() == set()
    assert run("select count(*) from pg_extension where extname = 'vector'") == [(1,)]


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
