"""Bring the database's schema up or down with Alembic, and re-apply the SQL functions.

Up, each revision is a transaction of its own. What would lock a table for long, such as building an
index, runs outside of it by `run_alone`. Down, all revisions are one transaction: if one fails, the
schema stays as it was. They begin with the functions. Going down drops what alsolike made and
nothing else, and deletes rows only if the caller allows it: each revision names in `deletes` the
rows that its `downgrade` deletes, as a condition per table.
"""

import logging
import re
from collections.abc import Generator
from contextlib import contextmanager, suppress
from typing import Any, LiteralString, cast

import psycopg
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from psycopg import sql
from sqlalchemy.exc import DBAPIError

from alsolike.database import ANALYST_ROLE, APP_ROLE, connect, query
from alsolike.impression_months import add_impression_months
from alsolike.loading.put_products import parts_of_function
from alsolike.requirements import (
    Finding,
    check_requirements,
    extension_of,
    may_not_begin,
)
from alsolike.revision_steps import (
    FUNCTIONS,
    LOCK_TIMEOUT,
    MIGRATIONS,
    STATEMENT_TIMEOUT,
    MigrationError,
    for_roles,
)
from alsolike.schemas import SCHEMAS, schema_name
from alsolike.settings import are_roles_used, schema_prefix

# How the files of functions write their search path.
_PATH_OF_FUNCTIONS = "pg_catalog, public, pg_temp"
_RIGHTS_WITHOUT_ROLES = {"05_everybody", "30_public"}

logger = logging.getLogger(__name__)


class RowsWouldBeDeletedError(MigrationError):
    """Going down would delete rows, and the caller did not allow it."""


def migrate(revision: str = "head", *, drop_all_data: bool = False, patience: int = 60) -> str:
    """Bring the schema to a revision, then re-apply functions and rights if it is the head.

    One migration runs at a time; another one waits for it.

    Parameters
    ----------
    revision : str
        `head`, `base`, or a revision's number such as `0002`; one older than the present goes down.
    drop_all_data : bool
        Going down may delete rows.
    patience : int
        Seconds to wait for another migration to end.

    Returns
    -------
    str
        The revision that the database is at afterwards.

    Raises
    ------
    RowsWouldBeDeletedError
        The tables to drop have rows and `drop_all_data` is not given; nothing was changed.
    MigrationError
        The revision is unknown, a lock was not free in time, or a statement failed.
    """
    if not revision.strip():
        message = "The revision is blank: give head, base or a number such as 0002."
        raise MigrationError(message)
    config = _config()
    head = _head(config)
    target = head if revision == "head" else revision
    try:
        if target != "base":
            _begin()
        with _alone(patience) as alone:
            if _is_down(target):
                if not drop_all_data:
                    _check_rows(config, target)
                # See env.py.
                config.attributes["is_one_transaction"] = True
                command.downgrade(config, target)
                if target == "base":
                    _drop_revision(alone)
            else:
                command.upgrade(config, target)
            if target == head:
                _apply_functions()
                add_impression_months()
    except (CommandError, DBAPIError, psycopg.Error) as error:
        message = f"Cannot migrate to {revision}: {_reason(error)}. The failed step was undone."
        raise MigrationError(message) from error
    return target


def check_database() -> list[Finding]:
    """Return what was found of each requirement, and of the revision; nothing is changed."""
    head = _head(_config())
    with connect() as connection:
        is_new = _is_new(connection)
        findings = check_requirements(connection, is_new=is_new)
    current = current_revision()
    if is_new:
        found = Finding("ok", "There is nothing of alsolike yet: run `alsolike migrate`.")
    elif current == head:
        found = Finding("ok", f"The schema is at revision {head}, the newest.")
    elif current > head and current != "base":
        text = f"The schema is at revision {current}, and this release knows {head}: upgrade it."
        found = Finding("missing", text)
    else:
        text = f"The schema is at revision {current}, behind {head}: run `alsolike migrate`."
        found = Finding("missing", text)
    return [*findings, found]


def remaining_objects() -> list[str]:
    """Return the tables, views and the like in alsolike's six schemas, as `schema.name`, sorted.

    After `migrate("base")` they are the shop's own; a schema that has any is kept.
    """
    with connect() as connection:
        rows = connection.execute(query("alsolike/relations"), {"schemas": _schemas()}).fetchall()
    return [row[0] for row in rows]


def current_revision() -> str:
    """Return the revision of the database, `base` for an empty one."""
    with connect() as connection:
        if not _has_revision(connection):
            return "base"
        row = connection.execute("select version_num from ops.schema_revision").fetchone()
    return "base" if row is None else str(row[0])


def is_current() -> bool:
    """Tell whether the database is at the newest revision."""
    return current_revision() == _head(_config())


def _schemas() -> list[str]:
    """Return the names of our schemas in the database."""
    return [schema_name(schema) for schema in SCHEMAS]


def _begin() -> None:
    """Make pgvector where it is missing; raise `MigrationError` if a migration cannot succeed."""
    with connect() as connection:
        findings = may_not_begin(connection, is_new=_is_new(connection))
        for finding in findings:
            if finding.level == "missing":
                raise MigrationError(_told(finding))
            logger.warning("%s", finding.text)


def _told(finding: Finding) -> str:
    """Say on one line what is missing and what an administrator does about it."""
    if not finding.statements:
        return finding.text
    return f"{finding.text} An administrator runs: {' '.join(finding.statements)}"


def _config() -> Config:
    return Config(str(MIGRATIONS / "alembic.ini"))


def _head(config: Config) -> str:
    return ScriptDirectory.from_config(config).get_current_head() or "base"


def _is_new(connection: psycopg.Connection[Any]) -> bool:
    """Tell whether nothing of alsolike is in the database."""
    return not _has_revision(connection) and not _has_early_revision(connection)


def _has_revision(connection: psycopg.Connection[Any]) -> bool:
    return connection.execute(query("alsolike/has_revision")).fetchone() == (True,)


def _has_early_revision(connection: psycopg.Connection[Any]) -> bool:
    """Tell whether an installation without a prefix has its revision in the schema `public`."""
    found = connection.execute(query("alsolike/early_revision")).fetchone()
    return not schema_prefix() and found == (True,)


def _make_revision(connection: psycopg.Connection[Any]) -> None:
    """Make the table of the revision where it is missing, or take it out of `public`; commit."""
    if not _has_revision(connection):
        try:
            connection.execute("create schema if not exists ops")
            connection.execute(
                "comment on schema ops is 'Runs, failures, snapshots and the task queue.'"
            )
            if _has_early_revision(connection):
                connection.execute("alter table public.schema_revision set schema ops")
            else:
                connection.execute(query("alsolike/create_revision"))
            for comment in (
                "table ops.schema_revision is 'One row: the revision that the schema is at.'",
                "column ops.schema_revision.version_num is 'Number of the revision.'",
            ):
                connection.execute("comment on " + comment)
        except (
            psycopg.errors.DuplicateTable,
            psycopg.errors.UndefinedTable,
            psycopg.errors.UniqueViolation,
        ):
            # Another migration made or moved it at the same moment.
            connection.rollback()
    connection.commit()


def _drop_revision(alone: psycopg.Connection[Any]) -> None:
    """Drop the table of the revision, and its schema unless the shop has something in it."""
    alone.execute("drop table ops.schema_revision")
    try:
        with alone.transaction():
            alone.execute("drop schema ops")
    except psycopg.errors.DependentObjectsStillExist:
        return


@contextmanager
def _alone(patience: int) -> Generator[psycopg.Connection[Any]]:
    """Keep other migrations out while the block runs; yield the connection that does.

    It locks the table of the revision, after making it in an empty database. Unlike an advisory
    lock, only the owner can take this one. The revision can be read and written meanwhile.
    """
    with connect(application_name="alsolike migrate") as connection:
        # In tries of a second: the other migration may build an index, which waits for every
        # transaction with a snapshot, and one that waits for a lock may have one.
        for seconds_left in reversed(range(patience)):
            limits = {"lock_timeout": "1s", "statement_timeout": "0"}
            try:
                connection.execute(query("alsolike/limit_waiting"), limits)
                _make_revision(connection)
                connection.execute(query("alsolike/hold_without_end"))
                connection.execute(query("alsolike/limit_waiting"), limits)
                connection.execute(query("alsolike/hold_revision"))
                break
            except psycopg.errors.LockNotAvailable as error:
                connection.rollback()
                if not seconds_left:
                    message = (
                        "Another migration of this database runs, and did not end within "
                        f"{patience} seconds. Nothing was changed; try again when it is done."
                    )
                    raise MigrationError(message) from error
        yield connection


def _check_rows(config: Config, target: str) -> None:
    """Raise `RowsWouldBeDeletedError` if going down to a revision would delete rows."""
    steps = ScriptDirectory.from_config(config).iterate_revisions(current_revision(), target)
    deletes: dict[str, str] = {}
    for step in steps:
        # A later revision deletes some rows of a table, an earlier one drops it.
        deletes.update(cast("dict[str, str]", getattr(step.module, "deletes", {})))
    with connect() as connection:
        lost = [
            table
            for table, condition in sorted(deletes.items())
            if connection.execute(
                sql.SQL("select from {} where {} limit 1").format(
                    sql.Identifier(*table.split(".")), sql.SQL(cast("LiteralString", condition))
                )
            ).fetchall()
        ]
    if lost:
        message = (
            f"Going down to {target} deletes rows of {', '.join(lost)}. Nothing was changed. "
            "Take a backup (pg_dump), then give --drop-all-data if they are to go."
        )
        raise RowsWouldBeDeletedError(message)


def _reason(error: Exception) -> str:
    """Say on one line what went wrong, and what depends on an object that cannot be dropped."""
    cause = getattr(error, "orig", error)
    lines = str(cause).strip().splitlines()
    if isinstance(cause, psycopg.errors.DependentObjectsStillExist):
        detail = cause.diag.message_detail or ""
        lines[0] += f" ({'; '.join(detail.splitlines())})"
    if isinstance(cause, psycopg.errors.LockNotAvailable):
        lines[0] += f" ({_who_is_in_the_way()})"
    return lines[0]


def _who_is_in_the_way() -> str:
    """Name the sessions that use our tables."""
    with connect() as connection:
        rows = connection.execute(
            query("alsolike/sessions_with_tables"), {"schemas": _schemas()}
        ).fetchall()
    if not rows:
        return "the session that used a table has ended since: migrate again"
    sessions = ", ".join(
        f"{pid} ({user}, in a transaction since {since or '?'})" for pid, user, since in rows
    )
    return f"tables are in use by session {sessions}: end it, or its transaction, and migrate again"


def _is_down(target: str) -> bool:
    current = current_revision()
    return target == "base" or (current != "base" and target.isdigit() and target < current)


def _apply_functions() -> None:
    """Drop functions of before, make today's and say who may do what, all in one transaction.

    The files are applied in the order of their names.
    """
    with connect() as connection:
        connection.execute(
            query("alsolike/limit_waiting"),
            {"lock_timeout": LOCK_TIMEOUT, "statement_timeout": STATEMENT_TIMEOUT},
        )
        # This loads pgvector into the session; before that, only a superuser may set `hnsw.*`.
        connection.execute("select '[1]'::vector")
        gone = (MIGRATIONS / "gone_functions.sql").read_text(encoding="utf-8")
        connection.execute(cast("LiteralString", gone))
        path_of_functions = _path_of_functions(connection)
        for path in sorted(FUNCTIONS.glob("*.sql")):
            text = path.read_text(encoding="utf-8")
            if not re.search(r"create or replace (function|view)", text):
                message = f"{path.name} must hold a `create or replace` statement."
                raise MigrationError(message)
            text = for_roles(text.replace(_PATH_OF_FUNCTIONS, path_of_functions))
            statement = sql.SQL(text)
            if path.stem.endswith("_put_products"):
                statement = statement.format(**parts_of_function())
            connection.execute(statement)
        _give_rights(connection)


def _path_of_functions(connection: psycopg.Connection[Any]) -> str:
    """Return the search path of functions that use pgvector, which may be in any schema.

    They have a path of their own: who calls them may have any, or an evil one.
    """
    extension = extension_of(connection)
    schema = "public" if extension is None else extension.schema
    if schema == "pg_catalog":
        return "pg_catalog, pg_temp"
    return f"pg_catalog, {sql.Identifier(schema).as_string(connection)}, pg_temp"


def _give_rights(connection: psycopg.Connection[Any]) -> None:
    """Say who may execute which function, and what the two roles may hold."""
    for path in sorted((MIGRATIONS / "rights").glob("*.sql")):
        if are_roles_used() or path.stem in _RIGHTS_WITHOUT_ROLES:
            connection.execute(cast("LiteralString", path.read_text(encoding="utf-8")))
    if not are_roles_used():
        return
    extension = extension_of(connection)
    if extension is not None and extension.may_grant:
        connection.execute(
            sql.SQL("grant usage on schema {} to {}, {}").format(
                *map(sql.Identifier, (extension.schema, APP_ROLE, ANALYST_ROLE))
            )
        )
    # Who may not set a limit leaves it: `alsolike check` has the statements.
    for (statement,) in connection.execute(query("alsolike/unset_limits")).fetchall():
        with suppress(psycopg.errors.InsufficientPrivilege), connection.transaction():
            connection.execute(cast("LiteralString", statement))
