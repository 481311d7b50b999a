"""The worker's patience with a database that is away, after a restart or during a failover."""

import logging
import threading
import time
from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec

import psycopg
from procrastinate.exceptions import ConnectorException

from alsolike.database import connect, pauses
from alsolike.errors import AlsolikeError, DatabaseUnavailableError

P = ParamSpec("P")

logger = logging.getLogger("alsolike.worker")

# A job during which the database is lost again and again may be what brings it down.
_TRIES = 3
# Those that tell of a lost database in their own words, time and again.
_TALKATIVE = (
    "procrastinate.worker",
    "procrastinate.worker.worker",
    "procrastinate.utils",
    "asyncio",
)


class StoppedError(AlsolikeError):
    """The worker was asked to stop while it waited for the database."""


class _LostError(AlsolikeError):
    """The database was lost during a job."""


class Outage:
    """Waits until the database is back, for the loop of the worker and for the job in hand.

    Each loss is one line in the log, and so is its end, whoever notices.

    Parameters
    ----------
    patience_seconds : float
        How long the database may be away.
    """

    def __init__(self, patience_seconds: float) -> None:
        self._patience = patience_seconds
        self._stopping = threading.Event()
        self._lock = threading.Lock()
        self._back_at = 0.0
        self._given_up: DatabaseUnavailableError | None = None

    def stop(self) -> None:
        """End every waiting, now and later."""
        self._stopping.set()

    def wait(self, reason: str, *, since: float) -> None:
        """Wait until the database lets us in.

        Parameters
        ----------
        reason : str
            What told that it is away.
        since : float
            When it was still there, by the monotonic clock: a loss after that which somebody else
            has waited for is not told again.

        Raises
        ------
        DatabaseUnavailableError
            It did not come back in time.
        StoppedError
            `stop` was called.
        """
        with self._lock:
            if self._given_up is not None:
                raise self._given_up
            is_told = self._back_at > since
            lost_at = time.monotonic()
            if not is_told:
                logger.warning(
                    "The database is away (%s): waiting up to %.0f s for it.",
                    reason.rstrip("."),
                    self._patience,
                )
            self._wait(lost_at + self._patience)
            self._back_at = time.monotonic()
            if not is_told:
                logger.warning(
                    "The database is back after %.0f s: the worker goes on.",
                    self._back_at - lost_at,
                )

    def kept_up(self, job: Callable[P, None]) -> Callable[P, None]:
        """Return a job that waits for the database if it is lost meanwhile, and begins again."""

        @wraps(job)
        def work(*arguments: P.args, **named: P.kwargs) -> None:
            for tries_left in reversed(range(_TRIES)):
                since = time.monotonic()
                try:
                    _watched(job, *arguments, **named)
                except (_LostError, DatabaseUnavailableError) as error:
                    if not tries_left:
                        raise
                    self.wait(str(error), since=since)
                else:
                    return

        return work

    def _wait(self, until: float) -> None:
        for pause in pauses():
            if self._stopping.is_set():
                raise StoppedError
            try:
                with connect():
                    return
            except DatabaseUnavailableError as error:
                left = until - time.monotonic()
                if left <= 0:
                    message = f"The database did not come back within {self._patience:.0f} s. "
                    self._given_up = DatabaseUnavailableError(message + str(error))
                    raise self._given_up from error
                self._stopping.wait(min(pause, left))


def _watched(job: Callable[P, None], *arguments: P.args, **named: P.kwargs) -> None:
    """Do a job; whatever it raises is a loss of the database if a session beside it is lost too."""
    with connect(autocommit=True, application_name="alsolike worker") as beside:
        try:
            job(*arguments, **named)
        except Exception as error:
            if _is_alive(beside):
                raise
            raise _LostError(first_line(error)) from error


def _is_alive(connection: psycopg.Connection[Any]) -> bool:
    try:
        connection.execute("select 1")
    except psycopg.Error:
        return False
    return True


def first_line(error: BaseException) -> str:
    """Return what an error says, or what it was raised from, on one line."""
    told = error.__cause__ if isinstance(error, ConnectorException) and error.__cause__ else error
    return next(iter(str(told).strip().splitlines()), "") or type(told).__name__


def is_loss(error: BaseException | None) -> bool:
    """Tell whether an error of the queue, or what it comes from, is of a lost connection."""
    while error is not None:
        if isinstance(
            error,
            psycopg.OperationalError
            | psycopg.InterfaceError
            | DatabaseUnavailableError
            | StoppedError
            | _LostError,
        ):
            return True
        error = error.__cause__
    return False


def quieten_queue() -> None:
    """Leave it to us, from now on, to tell of a lost database instead of the queue and its pools.

    For good: asyncio tells of some errors only when their tasks are cleared away.
    """
    for name in _TALKATIVE:
        logging.getLogger(name).addFilter(_is_no_loss)
    logging.getLogger("psycopg.pool").addFilter(_is_an_error)


def _is_no_loss(record: logging.LogRecord) -> bool:
    error = record.exc_info[1] if record.exc_info else None
    if getattr(record, "action", None) == "job_error":
        # An operational error of a job may be a full disk, or a lock that was not to be had.
        return not isinstance(error, _LostError | DatabaseUnavailableError | StoppedError)
    return not is_loss(error)


def _is_an_error(record: logging.LogRecord) -> bool:
    return record.levelno >= logging.ERROR
