"""Time limits of the role that a command logs in as end none of its statements."""

import asyncio

import psycopg
import pytest

from alsolike.database import connect
from alsolike.migrate import migrate
from alsolike.progress import ignore_progress
from alsolike.transform import transform
from embed.tasks import batch_app
from tests.shop.database import add_rows

LIMITS = ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout")


@pytest.fixture
def hurried(database: dict[str, str]) -> dict[str, str]:
    """Give every session of the role 50 ms; what a test does of its own still works."""
    with connect() as connection:
        for name in LIMITS:
            connection.execute(
                f"alter role {database['PGUSER']} in database {database['PGDATABASE']}"
                f" set {name} = '50ms'".encode()
            )
    with psycopg.connect("") as plain, pytest.raises(psycopg.errors.QueryCanceled):
        plain.execute("select pg_sleep(0.2)")
    return database


@pytest.mark.usefixtures("hurried")
@pytest.mark.parametrize("autocommit", [True, False])
def test_a_command_takes_the_time_that_it_needs(*, autocommit: bool) -> None:
    with connect(autocommit=autocommit) as connection:
        connection.execute("select pg_sleep(0.2)")
        connection.rollback()
        connection.execute("select pg_sleep(0.2)")


@pytest.mark.usefixtures("hurried")
def test_a_command_waits_for_a_lock() -> None:
    with connect() as holder, connect() as waiter:
        assert waiter.execute("show lock_timeout").fetchone() == ("0",)
        assert holder.execute("show idle_in_transaction_session_timeout").fetchone() == ("0",)


@pytest.mark.usefixtures("hurried")
def test_a_transform_takes_the_time_that_it_needs() -> None:
    add_rows("raw.products", [{"product_id": "one", "title": "One"}])
    with connect() as connection:
        connection.execute("alter table raw.products rename to slow_products")
        # dbt reads it like the table; each row takes longer than the role may.
        connection.execute(
            "create view raw.products as select * from raw.slow_products"
            " where pg_sleep(0.2) is not null"
        )
    summary = transform(select="+product_documents", with_tests=False, report=ignore_progress)
    assert set(summary.nodes) == {"success"}


@pytest.mark.usefixtures("hurried")
def test_the_queue_takes_the_time_that_it_needs() -> None:
    app = batch_app({1: lambda _keys, _is_patient: None})

    async def ask() -> object:
        async with app.open_async():
            return await app.connector.execute_query_one_async(
                "select pg_sleep(0.2), current_setting('search_path') as path"
            )

    found = asyncio.run(ask())
    assert isinstance(found, dict)
    assert found["path"] == "ops, public"


@pytest.mark.usefixtures("hurried")
def test_a_migration_runs() -> None:
    assert migrate() != "base"
