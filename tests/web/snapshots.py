"""A snapshot of the test's shop on the local disk, and a database that is there or not."""

import psycopg
from psycopg import sql

from alsolike.database import connect
from alsolike.neighbours import write_all_neighbours
from alsolike.progress import ignore_progress
from alsolike.settings import load_settings
from alsolike.snapshot.export import export_snapshot
from alsolike.snapshot.fetch import fetch_snapshot
from alsolike.snapshot.local_file import LocalPointer


def keep_snapshot() -> LocalPointer:
    """Compute the neighbours, export them and fetch the snapshot into the home of the test."""
    settings = load_settings()
    write_all_neighbours(model=None, k=20, sessions=1, report=ignore_progress)
    export_snapshot(settings, report=ignore_progress)
    pointer, _ = fetch_snapshot(settings, report=ignore_progress)
    return pointer


def take_away(database: dict[str, str]) -> None:
    """Let nobody connect to a database any more, and end whoever is."""
    _let_connect(database, is_there=False)
    with _maintenance(database) as connection:
        connection.execute(
            "select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = %s",
            (database["PGDATABASE"],),
        )


def bring_back(database: dict[str, str]) -> None:
    """Let everybody connect again."""
    _let_connect(database, is_there=True)


def lock(*tables: str) -> psycopg.Connection[tuple[object, ...]]:
    """Open a connection whose locks let nobody read some tables until it is closed."""
    connection = psycopg.connect("")
    for table in tables:
        connection.execute(
            sql.SQL("lock table {} in access exclusive mode").format(
                sql.Identifier(*table.split("."))
            )
        )
    return connection


def _let_connect(database: dict[str, str], *, is_there: bool) -> None:
    with _maintenance(database) as connection:
        connection.execute(
            sql.SQL("alter database {} with allow_connections {}").format(
                sql.Identifier(database["PGDATABASE"]), sql.Literal(is_there)
            )
        )


def _maintenance(database: dict[str, str]) -> psycopg.Connection[tuple[object, ...]]:
    return psycopg.connect(
        host=database["PGHOST"],
        port=int(database["PGPORT"]),
        user=database["PGUSER"],
        dbname="postgres",
        autocommit=True,
    )


def execute(statement: str) -> None:
    """Run a statement on the database of the `PG*` variables."""
    with connect(autocommit=True) as connection:
        connection.execute(statement)  # pyright: ignore
