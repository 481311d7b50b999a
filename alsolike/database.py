"""Connections to Postgres, and the named queries.

A connection takes its address from libpq's own `PG*` variables. A query is a file in the folder
`sql` beside the code that runs it.
"""

import time
from collections.abc import Generator
from contextlib import contextmanager
from functools import cache
from importlib import resources
from typing import Any, LiteralString, NoReturn, cast

import psycopg
from pgvector.psycopg import register_vector
from psycopg import sql

from alsolike.errors import (
    DatabaseUnavailableError,
    SharedSessionError,
    UnknownModelError,
    UnknownProductError,
    UnsupportedServerError,
)
from alsolike.schemas import use_schemas
from alsolike.settings import load_pooler

APP_ROLE = "alsolike_app"
ANALYST_ROLE = "alsolike_analyst"

_OLDEST_SERVER = 160_000

# States of our own, which our SQL functions raise.
_UNKNOWN = {"LS001": UnknownModelError, "LS002": UnknownProductError}


@contextmanager
def connect(
    *,
    autocommit: bool = False,
    role: str | None = None,
    application_name: str = "alsolike",
    needs_session: bool = True,
) -> Generator[psycopg.Connection[tuple[Any, ...]]]:
    """Open a connection; commit at the end of the block, roll back on an error, close.

    Parameters
    ----------
    autocommit : bool
        Each statement commits by itself.
    role : str, optional
        Role to act as; the user of the connection must be a member of it.
    needs_session : bool
        The session is the caller's own, without the time limits that the role has elsewhere.

    Raises
    ------
    DatabaseUnavailableError
        The server cannot be reached or refuses the user.
    UnsupportedServerError
        It is too old.
    SharedSessionError
        A pooler in between hands the session to other clients too.
    """
    with open_connection(application_name, needs_session=needs_session) as connection:
        if role is not None:
            connection.execute(sql.SQL("set role {}").format(sql.Identifier(role)))
        connection.autocommit = autocommit
        yield connection


def open_connection(
    application_name: str, *, needs_session: bool = True
) -> psycopg.Connection[tuple[Any, ...]]:
    """Open an autocommit connection; `connect` says what it is."""
    try:
        connection = psycopg.connect(
            "", autocommit=True, application_name=application_name, connect_timeout=10
        )
        try:
            refuse_old_server(connection.info.server_version)
            use_schemas(connection)
            if needs_session:
                _begin_session(connection)
        except BaseException:
            connection.close()
            raise
    except psycopg.OperationalError as error:
        reason = str(error).strip().splitlines()[0]
        message = f"Cannot reach the database: {reason}. Check the PG* variables."
        raise DatabaseUnavailableError(message) from error
    return connection


def refuse_old_server(version: int) -> None:
    """Raise `UnsupportedServerError` if a server is too old; its version is as libpq has it."""
    if version < _OLDEST_SERVER:
        message = (
            f"The server is Postgres {version // 10_000}, and alsolike needs "
            f"{_OLDEST_SERVER // 10_000} or newer: upgrade it, or set the PG* variables to another."
        )
        raise UnsupportedServerError(message)


def _begin_session(connection: psycopg.Connection[Any]) -> None:
    """Lift the limits of the session and let it find pgvector, wherever that is.

    Raises
    ------
    SharedSessionError
        The session is not the caller's own.
    """
    pooler = load_pooler()
    parameters = {"told_pid": connection.info.backend_pid, "is_kept": pooler == "session"}
    try:
        row = connection.execute(query("alsolike/begin_session"), parameters).fetchone()
    except psycopg.Error:
        connection.close()
        raise
    if pooler == "transaction" or row is None or not row[1]:
        connection.close()
        message = (
            "This needs a database session of its own, and a pooler in between hands sessions to "
            "other clients: let PGHOST and PGPORT name Postgres itself, or set "
            "ALSOLIKE_POOLER=session if the pooler keeps a server connection for each client."
        )
        raise SharedSessionError(message)
    connection.execute(query("alsolike/find_extension"))


async def lift_limits(connection: psycopg.AsyncConnection[Any]) -> None:
    """Lift the time limits of a session that is known to be the caller's own."""
    parameters = {"told_pid": connection.info.backend_pid, "is_kept": True}
    await connection.execute(query("alsolike/begin_session"), parameters)


def is_pooled(connection: psycopg.Connection[Any]) -> bool:
    """Tell whether a pooler stands between: it makes up the number of the server's process."""
    row = connection.execute("select pg_backend_pid()").fetchone()
    return row != (connection.info.backend_pid,)


def pauses() -> Generator[float]:
    """Yield the seconds to wait before each new try: doubled each time, at most ten."""
    pause = 0.25
    while True:
        yield pause
        pause = min(10.0, 2 * pause)


def wait_for_database(seconds: float) -> None:
    """Wait until the database lets us in again, after a restart or a failover.

    Parameters
    ----------
    seconds : float
        How long to try.

    Raises
    ------
    DatabaseUnavailableError
        It still could not be reached after that.
    """
    until = time.monotonic() + seconds
    for pause in pauses():
        try:
            with connect():
                return
        except DatabaseUnavailableError:
            left = until - time.monotonic()
            if left <= 0:
                raise
            time.sleep(min(pause, left))


def register_vectors(connection: psycopg.Connection[Any]) -> None:
    """Teach a connection pgvector's types; the extension must be there (`alsolike migrate`)."""
    register_vector(connection)


def raise_unknown(error: psycopg.Error) -> NoReturn:
    """Raise what an error of one of our SQL functions means; any other as it is.

    Raises
    ------
    UnknownModelError, UnknownProductError
        There is none of that name or id.
    """
    meant = _UNKNOWN.get(error.sqlstate or "")
    if meant is None:
        raise error
    raise meant(error.diag.message_primary) from error


@cache
def query(name: str) -> LiteralString:
    """Return a statement without its comment lines, in which psycopg would look for placeholders.

    Parameters
    ----------
    name : str
        The folder and the file: `api/events/record_view` is `api/events/sql/record_view.sql`.
    """
    folder, _, file = name.rpartition("/")
    path = resources.files(folder.replace("/", ".")) / "sql" / f"{file}.sql"
    lines = path.read_text(encoding="utf-8").splitlines()
    kept = "\n".join(line for line in lines if not line.lstrip().startswith("--"))
    # Our own committed files are as trustworthy as a literal in the code.
    return cast("LiteralString", kept)
