"""Errors of the database: which of them mean that it is away, busy or slow."""

import psycopg
from psycopg_pool import PoolClosed, PoolTimeout, TooManyRequests

from alsolike.errors import AlsolikeError
from api.database.shares import ShareUsedUpError
from api.log_text import in_log


class TookTooLongError(AlsolikeError):
    """The database took too long to answer."""


class DatabaseAwayError(AlsolikeError):
    """The database cannot be reached."""


class DatabaseBusyError(AlsolikeError):
    """Every connection to the database is in use: try again."""


class WrongRoleError(psycopg.OperationalError):
    """A connection would not act as the app's role, or without a time limit."""


# After these the ladder tries its next step. Any other error is the request's fault or a bug.
FAILURES = (
    TookTooLongError,
    DatabaseBusyError,
    ShareUsedUpError,
    TimeoutError,
    psycopg.OperationalError,
    psycopg.InterfaceError,
    # A damaged index or table.
    psycopg.InternalError,
    # No schema yet, or one of another release.
    psycopg.errors.UndefinedTable,
    psycopg.errors.UndefinedColumn,
    psycopg.errors.UndefinedFunction,
    psycopg.errors.InvalidSchemaName,
    PoolClosed,
    TooManyRequests,
)

# Classes of SQLSTATE: connection exceptions; the server shuts down or starts up.
_AWAY_STATES = ("08", "57P")
# A standby ends a read that keeps it from replaying what the primary did (by either of two states),
# and every read when it stops.
_STANDBY_STATES = frozenset({"40001", "40P01", "57P01"})


def is_failure(error: BaseException) -> bool:
    """Tell whether a step failed, rather than the request."""
    return isinstance(error, FAILURES)


def is_away(error: BaseException) -> bool:
    """Tell whether no step that needs the database is worth trying."""
    if isinstance(error, (PoolTimeout, PoolClosed, TooManyRequests, psycopg.InterfaceError)):
        return True
    if isinstance(error, psycopg.OperationalError):
        # Without a SQLSTATE no server sent it: the connection was lost, or never made.
        return error.sqlstate is None or error.sqlstate.startswith(_AWAY_STATES)
    return False


def is_standby_ending(error: psycopg.Error) -> bool:
    """Tell whether a standby ended a read for a reason that the primary does not have."""
    return error.sqlstate in _STANDBY_STATES


def is_crowded(error: BaseException) -> bool:
    """Tell whether the request got no connection, which says nothing about the step."""
    return isinstance(error, (DatabaseBusyError, ShareUsedUpError))


def is_slow(error: BaseException) -> bool:
    """Tell whether the step itself failed: the database is there and a connection was free."""
    return is_failure(error) and not is_away(error) and not is_crowded(error)


def first_line(error: BaseException) -> str:
    """Return an error on one line of bounded length, for the log."""
    lines = str(error).strip().splitlines()
    return in_log(lines[0]) if lines else type(error).__name__
