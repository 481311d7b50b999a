"""Databases of the test server: clones of a template, statements, and a database that is away."""

import secrets
from collections.abc import Generator, Iterable, Mapping
from contextlib import contextmanager
from itertools import groupby
from typing import Any

import psycopg
import pytest
from psycopg import sql

from alsolike.database import connect, register_vectors
from alsolike.embedded.postgres import byte_order
from alsolike.migrate import migrate

# The migrated database without data, made once for a server.
TEMPLATE = "alsolike_template"


def run(statement: str, parameters: Any = None) -> list[tuple[Any, ...]]:
    """Run one statement on the database of the `PG*` variables and commit; its rows."""
    with connect() as connection:
        register_vectors(connection)
        cursor: Any = connection.execute(statement, parameters)  # pyright: ignore
        return cursor.fetchall() if cursor.description else []


def execute(script: str) -> None:
    """Run statements on the database of the `PG*` variables, outside a transaction if it is one."""
    with connect(autocommit=True) as connection:
        connection.execute(script)  # pyright: ignore


def add_rows(table: str, rows: Iterable[Mapping[str, Any]]) -> None:
    """Add rows to a table such as `raw.products`; an unknown name of a column is an error."""
    with connect() as connection, connection.cursor() as cursor:
        register_vectors(connection)
        for columns, alike in groupby(rows, tuple):
            cursor.executemany(
                sql.SQL("insert into {} ({}) values ({})").format(
                    sql.Identifier(*table.split(".")),
                    sql.SQL(", ").join(map(sql.Identifier, columns)),
                    sql.SQL(", ").join(map(sql.Placeholder, columns)),
                ),
                list(alike),
            )


@contextmanager
def variables_set(variables: Mapping[str, str]) -> Generator[pytest.MonkeyPatch]:
    """Set environment variables within the block."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in variables.items():
            patch.setenv(name, value)
        yield patch


def make_template(server: Mapping[str, str]) -> None:
    """Make the template of a server whose data is thrown away."""
    with maintenance(server) as connection:
        # Durability would only cost time.
        connection.execute("alter system set fsync = off")
        connection.execute("select pg_reload_conf()")
        connection.execute(
            sql.SQL("create database {} " + byte_order(connection.info.server_version)).format(
                sql.Identifier(TEMPLATE)
            )
        )
    with variables_set({**server, "PGDATABASE": TEMPLATE}):
        migrate()


@contextmanager
def cloned_database(
    server: Mapping[str, str], template: str = TEMPLATE
) -> Generator[dict[str, str]]:
    """Clone a database within the block; the `PG*` variables of the clone, which are not set."""
    name = f"test_{secrets.token_hex(6)}"
    variables = {**server, "PGDATABASE": name}
    with maintenance(server) as connection:
        connection.execute(
            sql.SQL("create database {} template {}").format(
                sql.Identifier(name), sql.Identifier(template)
            )
        )
    yield variables
    with maintenance(server) as connection:
        connection.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))


def maintenance(server: Mapping[str, str]) -> psycopg.Connection[tuple[Any, ...]]:
    """Connect to a server's own database, `postgres`, where databases are made and dropped."""
    return open_database({**server, "PGDATABASE": "postgres"})


def open_database(variables: Mapping[str, str]) -> psycopg.Connection[tuple[Any, ...]]:
    """Connect to the database that `PG*` variables name, whatever the environment says."""
    return psycopg.connect(
        host=variables["PGHOST"],
        port=int(variables["PGPORT"]),
        user=variables["PGUSER"],
        dbname=variables["PGDATABASE"],
        autocommit=True,
    )


def tables_saying(connection: psycopg.Connection[Any], text: str) -> set[str]:
    """Return the tables with a row in which a text stands, the planner's statistics too."""
    tables = connection.execute(
        "select n.nspname, c.relname from pg_class as c "
        "inner join pg_namespace as n on c.relnamespace = n.oid "
        "where c.relkind in ('r', 'p', 'm') and n.nspname <> 'information_schema' "
        "and n.nspname !~ '^pg_(toast|temp)' union all select 'pg_catalog', 'pg_stats'"
    ).fetchall()
    return {
        f"{schema}.{name}"
        for schema, name in tables
        if connection.execute(
            sql.SQL("select exists (select from {} as t where t::text like %s)").format(
                sql.Identifier(schema, name)
            ),
            [f"%{text}%"],
        ).fetchone()
        == (True,)
    }


def take_away(database: Mapping[str, str]) -> None:
    """Let nobody connect to a database any more, and end all its sessions."""
    _allow_connections(database, is_allowed=False)
    with maintenance(database) as connection:
        # A session that was let in a moment before shows its database a moment later.
        while connection.execute(
            "select pg_terminate_backend(pid, 5000) from pg_stat_activity"
            " where datname = %s"
            " or (datname is null and backend_type = 'client backend')",
            (database["PGDATABASE"],),
        ).fetchall():
            pass


def bring_back(database: Mapping[str, str]) -> None:
    """Let everybody connect again."""
    _allow_connections(database, is_allowed=True)


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


def _allow_connections(database: Mapping[str, str], *, is_allowed: bool) -> None:
    with maintenance(database) as connection:
        connection.execute(
            sql.SQL("alter database {} with allow_connections {}").format(
                sql.Identifier(database["PGDATABASE"]), sql.Literal(is_allowed)
            )
        )
