"""New connections of the app: who they act as, under which limit, and why one could not be made.

Where nothing stands between, or a pooler that keeps one server connection per client, the session
is told to act as the app's role. A pooler in transaction mode hands the server connection to
another client after each transaction, and what a session was told with it. Behind one the login
must be the app's role already, and the time limit that role's own.
"""

import asyncio
import logging
import re
from typing import Any, cast

import psycopg
from msgspec import Struct
from psycopg.rows import args_row
from psycopg.types.json import set_json_loads

from alsolike.database import APP_ROLE, query
from alsolike.json_levels import load_stored_json
from alsolike.schemas import use_schemas_asynchronously
from alsolike.settings import Settings
from api.database.failures import WrongRoleError
from api.log_text import in_log

logger = logging.getLogger("alsolike.web")

# Until a server that accepted a connection has answered what is asked of a new one. A pooler
# accepts connections while its server is away.
_ANSWER_SECONDS = 5.0

# libpq quotes the names of hosts, users and databases, and so do our own messages.
_QUOTED = re.compile(r'"[^"]*"')


class Attempts:
    """The outcome of the last attempt to connect; each new reason is logged once.

    Attributes
    ----------
    fault : str or None
        Why the last attempt failed; None: it did not.
    """

    def __init__(self) -> None:
        self.fault: str | None = None

    @property
    def reason(self) -> str | None:
        """Why it failed, without the names of hosts, users and databases."""
        return None if self.fault is None else _QUOTED.sub('"…"', self.fault)

    def note(self, error: Exception | None) -> None:
        """Note how an attempt ended."""
        # Of several hosts each has a line. libpq names host and user, never a password.
        fault = None if error is None else in_log(" ".join(str(error).split()))
        if fault is not None and fault != self.fault:
            logger.error("The database cannot be connected to: %s", fault)
        self.fault = fault


class AppConnection(psycopg.AsyncConnection[tuple[Any, ...]]):
    """A connection that acts as the app's role or is not made; it notes how that went.

    It refuses stored JSON that is nested too deep to be shown.
    """

    @classmethod
    async def connect(  # pyright: ignore[reportIncompatibleMethodOverride]
        cls, conninfo: str = "", *, settings: Settings, attempts: Attempts, **kwargs: Any
    ) -> "AppConnection":
        """Connect.

        Raises
        ------
        WrongRoleError
            It would not act as the app's role, or without a time limit.
        psycopg.Error
            The server cannot be reached, or refuses.
        """
        try:
            connection = await super().connect(conninfo, autocommit=True, **kwargs)
            use_schemas_asynchronously(connection)
            try:
                async with asyncio.timeout(_ANSWER_SECONDS):
                    await _act_as_app(connection, settings)
            except BaseException:
                await connection.close()
                raise
        except TimeoutError as error:
            message = f"it accepted a connection, but did not answer within {_ANSWER_SECONDS:.0f} s"
            slow = psycopg.OperationalError(message)
            attempts.note(slow)
            raise slow from error
        except psycopg.Error as error:
            attempts.note(error)
            raise
        attempts.note(None)
        set_json_loads(load_stored_json, connection)
        return cast("AppConnection", connection)


async def check_role(settings: Settings) -> None:
    """Connect once.

    Raises
    ------
    WrongRoleError
        The app would not act as its role, which does not mend by itself.
    psycopg.Error
        The server cannot be reached, or refuses.
    """
    connection = await AppConnection.connect(
        settings=settings, attempts=Attempts(), connect_timeout=5
    )
    await connection.close()


class _State(Struct):
    """What a row of connection_state.sql holds."""

    pid: int
    role: str
    limit_ms: int


async def _act_as_app(connection: psycopg.AsyncConnection[Any], settings: Settings) -> None:
    """Let a connection act as the app's role under the app's time limit, or raise."""
    state = await _state(connection)
    # A pooler makes up the number of the process that it tells its client.
    is_pooled = state.pid != connection.info.backend_pid
    is_shared = settings.pooler == "transaction" or (is_pooled and settings.pooler is None)
    if is_shared:
        # Prepared statements belong to the server connection too.
        connection.prepare_threshold = None
    else:
        # Without roles the app stays who it is.
        role = APP_ROLE if settings.are_roles_used else "none"
        await _take_role(connection, role, settings.statement_timeout_ms)
        state = await _state(connection)
    if settings.are_roles_used and state.role != APP_ROLE:
        message = (
            f'the app would act as "{state.role}" behind a pooler, where it cannot take the role '
            f"{APP_ROLE}: log in as {APP_ROLE} (PGUSER), or set ALSOLIKE_POOLER=session if the "
            "pooler keeps a server connection for each client"
        )
        raise WrongRoleError(message)
    if not 0 < state.limit_ms <= settings.statement_timeout_ms:
        found = f"is {state.limit_ms} ms" if state.limit_ms else "has none"
        message = (
            "behind a pooler the time limit of a statement is the role's, and "
            f"{state.role} {found}: run `alter role {state.role} set statement_timeout = "
            f"'{settings.statement_timeout_ms}ms'` and let the pooler connect anew, or raise "
            "ALSOLIKE_STATEMENT_TIMEOUT_MS"
        )
        raise WrongRoleError(message)


async def _take_role(connection: psycopg.AsyncConnection[Any], role: str, limit_ms: int) -> None:
    parameters = {"role": role, "limit_ms": str(limit_ms)}
    try:
        await connection.execute(query("api/database/act_as_app"), parameters)
    except psycopg.errors.InsufficientPrivilege as error:
        message = (
            f'"{connection.info.user}" may not act as {APP_ROLE}: log in as {APP_ROLE} (PGUSER), '
            f'or run `grant {APP_ROLE} to "{connection.info.user}"`'
        )
        raise WrongRoleError(message) from error
    except psycopg.errors.InvalidParameterValue as error:
        # It may be made at any moment: the app waits for it, as for a server that is away.
        message = f"there is no role {APP_ROLE}: run `alsolike migrate`"
        raise psycopg.OperationalError(message) from error


async def _state(connection: psycopg.AsyncConnection[Any]) -> _State:
    async with connection.cursor(row_factory=args_row(_State)) as cursor:
        await cursor.execute(query("api/database/connection_state"))
        state = await cursor.fetchone()
    assert state is not None  # noqa: S101  (a select without a table always gives a row)
    return state
