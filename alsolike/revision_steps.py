"""What a revision of the schema does its work with, in a migration's transaction.

The files in `migrations/versions` call it, and `migrations/env.py`.
"""

import re
from pathlib import Path
from typing import Any, Literal, LiteralString, cast

import psycopg
from alembic import op
from psycopg import sql
from sqlalchemy import Connection

from alsolike.database import ANALYST_ROLE, APP_ROLE, query
from alsolike.errors import AlsolikeError
from alsolike.schemas import schema_name
from alsolike.settings import are_roles_used

MIGRATIONS = Path(__file__).parents[1] / "migrations"
FUNCTIONS = MIGRATIONS / "functions"

_MODELS = Path(__file__).parents[1] / "dbt" / "models"
# The names that dbt gives a relation while it exchanges it.
_DBT_SUFFIXES = ("", "__dbt_tmp", "__dbt_backup")

# The limits of a revision. Everybody who needs a table waits behind a statement that waits for its
# lock, and behind one that holds it.
LOCK_TIMEOUT = "4s"
STATEMENT_TIMEOUT = "5s"
# The limit of what holds nobody up: it waits for every transaction that began before.
LONG_TIMEOUT = "15min"
# A grant to one of the roles or a revoke, as a statement or as one that a function executes.
_ROLE_STATEMENT = re.compile(
    r"(?:execute format\(\s*')?\b(?:grant|revoke)\b[^;]*\balsolike_(?:app|analyst)\b[^;]*;"
)
_CONCURRENT_INDEX = re.compile(
    r"index concurrently if not exists (?P<name>\w+)\s+on (?P<schema>\w+)"
)


class MigrationError(AlsolikeError):
    """The schema could not be changed; the failed revision was rolled back."""


def run_sql(text: str) -> None:
    """Run the statements of a migration in its transaction.

    Without the two roles of alsolike, what is granted to them or revoked is left out.
    """
    _driver_connection().execute(for_roles(text))


def server_version() -> int:
    """Return the server's version in a migration, as libpq has it: 180000 is Postgres 18.0."""
    return _driver_connection().info.server_version


def run_alone(*statements: str) -> None:
    """Run statements, each in a transaction of its own, while the site reads and writes the tables.

    What the revision did before is committed by it. A revision that fails afterwards is run again
    from its beginning, so everything up to here must bear being run twice.

    Parameters
    ----------
    *statements : str
        Such as `create index concurrently if not exists ...`: an invalid index of that name, which
        a build that failed leaves behind, is built again.
    """
    with op.get_context().autocommit_block():
        connection = _driver_connection()
        for name in ("lock_timeout", "statement_timeout"):
            connection.execute("select set_config(%s, %s, false)", (name, LONG_TIMEOUT))
        for statement in statements:
            if index := _CONCURRENT_INDEX.search(statement):
                name = sql.Identifier(schema_name(index["schema"]), index["name"])
                invalid = connection.execute(
                    "select from pg_index where indexrelid = to_regclass(%s) and not indisvalid",
                    (name.as_string(),),
                ).fetchall()
                if invalid:
                    connection.execute(sql.SQL("drop index concurrently {}").format(name))
            run_sql(statement)
        for name, value in (
            ("lock_timeout", LOCK_TIMEOUT),
            ("statement_timeout", STATEMENT_TIMEOUT),
        ):
            connection.execute("select set_config(%s, %s, false)", (name, value))


def built_relations(schema: str) -> list[str]:
    """Return the names that dbt's models have in `staging`, `marts` or `analytics`, sorted.

    They include the names that dbt uses while it exchanges a table.
    """
    folders = {"staging": ("staging", "intermediate")}.get(schema, (schema,))
    names = {path.stem for folder in folders for path in (_MODELS / folder).glob("*.sql")}
    return sorted(name + suffix for name in names for suffix in _DBT_SUFFIXES)


def check_names_are_free(schema: str) -> None:
    """Raise `MigrationError` if a schema has relations of the names that dbt builds.

    dbt would replace them without asking.
    """
    taken = _relations_of_built_names(schema, "rpvmfSci")
    if taken:
        names = ", ".join(f"{schema_name(schema)}.{name}" for name in taken)
        message = (
            f"The database has {names} already, and alsolike builds something of that name: "
            "rename yours, or set ALSOLIKE_SCHEMA_PREFIX, such as alsolike_."
        )
        raise MigrationError(message)


def drop_built(schema: str, *, kind: Literal["view", "table"]) -> None:
    """Drop what dbt built in a schema, in a migration's transaction.

    One statement drops all relations of a kind, because they may depend on each other. It fails if
    anything else depends on them, such as a view of the shop's own.
    """
    names = _relations_of_built_names(schema, "v" if kind == "view" else "r")
    if names:
        _driver_connection().execute(
            sql.SQL("drop {} {}").format(
                sql.SQL(kind),
                sql.SQL(", ").join(sql.Identifier(schema_name(schema), name) for name in names),
            )
        )


def _relations_of_built_names(schema: str, kinds: str) -> list[str]:
    """Return the relations of a name that dbt builds and a kind, a letter of `pg_class.relkind`."""
    parameters = {
        "schema": schema_name(schema),
        "names": built_relations(schema),
        "kinds": list(kinds),
    }
    rows = _driver_connection().execute(query("alsolike/relations_of_names"), parameters)
    return [name for (name,) in rows]


def drop_functions(bind: Connection) -> None:
    """Drop alsolike's functions, which every way down begins with.

    The next migration to a head makes those of its release, whatever their parameters are.
    """
    connection = _driver_connection(bind)
    # One that calls another stands behind it.
    paths = sorted(FUNCTIONS.glob("*.sql"), reverse=True)
    names = [path.stem.split("_", 1)[1] for path in paths]
    rows = connection.execute(query("alsolike/functions_of_names"), {"names": names}).fetchall()
    for (name,) in rows:
        connection.execute(sql.SQL("drop routine {}").format(sql.SQL(name)))


def drop_schema(schema: str) -> None:
    """Drop a schema unless the shop has something in it, in a migration's transaction."""
    connection = _driver_connection()
    name = sql.Identifier(schema_name(schema))
    try:
        with connection.transaction():
            connection.execute(sql.SQL("drop schema if exists {}").format(name))
    except psycopg.errors.DependentObjectsStillExist:
        leave_schema(schema)


def leave_schema(schema: str) -> None:
    """Take the rights in a schema that stays from the two roles, in a migration's transaction."""
    if are_roles_used():
        _driver_connection().execute(
            sql.SQL("revoke all on schema {} from {}, {}").format(
                *map(sql.Identifier, (schema_name(schema), APP_ROLE, ANALYST_ROLE))
            )
        )


def for_roles(text: str) -> LiteralString:
    """Leave out of our own SQL what is about the two roles, if there are none."""
    kept = text if are_roles_used() else _ROLE_STATEMENT.sub("", text)
    return cast("LiteralString", kept)


def _driver_connection(bind: Connection | None = None) -> psycopg.Connection[Any]:
    """Return psycopg's connection, because SQLAlchemy would look for parameters in SQL texts."""
    connection = (bind or op.get_bind()).connection.driver_connection
    assert isinstance(connection, psycopg.Connection)  # noqa: S101  (alembic runs on psycopg alone)
    return cast("psycopg.Connection[Any]", connection)
