"""Bring the database's schema up or down with Alembic, and re-apply the SQL functions."""

import re
from pathlib import Path
from typing import LiteralString, cast

import psycopg
from alembic import command, op
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy.exc import DBAPIError

from alsolike.database import connect
from alsolike.errors import AlsolikeError

MIGRATIONS = Path(__file__).parents[1] / "migrations"


class MigrationError(AlsolikeError):
    """The schema could not be changed; the failed revision was rolled back."""


def migrate(revision: str = "head") -> str:
    """Bring the schema to a revision, then re-apply `migrations/functions/*.sql` if it is the head.

    Parameters
    ----------
    revision : str
        `head`, `base`, or a revision's number such as `0002`; older than the present one: down.

    Returns
    -------
    str
        The revision that the database is at afterwards.

    Raises
    ------
    MigrationError
        The revision is unknown, a lock was not to be had in time, or a statement failed.
    """
    config = Config(str(MIGRATIONS / "alembic.ini"))
    head = ScriptDirectory.from_config(config).get_current_head() or "base"
    target = head if revision == "head" else revision
    try:
        if _is_down(target):
            command.downgrade(config, target)
        else:
            command.upgrade(config, target)
        if target == head:
            _apply_functions()
    except (CommandError, DBAPIError, psycopg.Error) as error:
        reason = str(getattr(error, "orig", error)).strip().splitlines()[0]
        message = f"Cannot migrate to {revision}: {reason}. Nothing of the failed step was kept."
        raise MigrationError(message) from error
    return target


def current_revision() -> str:
    """Return the revision of the database, `base` for an empty one."""
    with connect() as connection:
        if connection.execute("select to_regclass('public.schema_revision')").fetchone() == (None,):
            return "base"
        row = connection.execute("select version_num from public.schema_revision").fetchone()
    return "base" if row is None else str(row[0])


def run_sql(text: str) -> None:
    """Run the statements of a migration, as they stand, in its transaction.

    The driver's own connection is used because SQLAlchemy would look for parameters in the text.
    """
    connection = op.get_bind().connection.driver_connection
    assert isinstance(connection, psycopg.Connection)  # noqa: S101  (alembic runs on psycopg alone)
    connection.execute(cast("LiteralString", text))


def _is_down(target: str) -> bool:
    current = current_revision()
    return target == "base" or (current != "base" and target.isdigit() and target < current)


def _apply_functions() -> None:
    """Create or replace every function, in the order of the files' names, in one transaction."""
    with connect() as connection:
        connection.execute("set lock_timeout = '5s'")
        for path in sorted((MIGRATIONS / "functions").glob("*.sql")):
            text = path.read_text(encoding="utf-8")
            if not re.search(r"create or replace (function|view)", text):
                message = f"{path.name} must hold a `create or replace` statement."
                raise MigrationError(message)
            connection.execute(cast("LiteralString", text))
