"""Wait for a database that is away, after a restart or during a failover."""

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

# No more: the job itself may be what makes the database crash.
_TRIES = 3
# Loggers that report a lost database too, again and again.
_NOISY_LOGGERS = (
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
    """Waits for the database, so many seconds at most, for the worker's loop and its running job.

    Each loss is logged once, and so is its end, whichever of the two notices first.
    """

    def __init__(self, patience_seconds: float) -> None:
        self._patience = patience_seconds
        self._stopping = threading.Event()
        self._lock = threading.Lock()
        self._back_at = 0.0
        self._given_up: DatabaseUnavailableError | None = None

    def stop(self) -> None:
        """End all waiting, now and later."""
        self._stopping.set()

    def wait(self, reason: str, *, since: float) -> None:
        """Wait until the database accepts connections.

        Parameters
        ----------
        since : float
            A moment before the loss, by the monotonic clock. If the other waiter has seen the
            database come back since, the loss is not logged again.

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
            is_logged = self._back_at > since
            lost_at = time.monotonic()
            if not is_logged:
                logger.warning(
                    "The database is away (%s): waiting up to %.0f s for it.",
                    reason.rstrip("."),
                    self._patience,
                )
            self._wait(lost_at + self._patience)
            self._back_at = time.monotonic()
            if not is_logged:
                logger.warning(
                    "The database is back after %.0f s: the worker goes on.",
                    self._back_at - lost_at,
                )

    def retry_on_loss(self, job: Callable[P, None]) -> Callable[P, None]:
        """Return a job that waits when the database is lost, and then begins again."""

        @wraps(job)
        def retried(*arguments: P.args, **named: P.kwargs) -> None:
            for tries_left in reversed(range(_TRIES)):
                since = time.monotonic()
                try:
                    _run(job, *arguments, **named)
                except (_LostError, DatabaseUnavailableError) as error:
                    if not tries_left:
                        raise
                    self.wait(str(error), since=since)
                else:
                    return

        return retried

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


def _run(job: Callable[P, None], *arguments: P.args, **named: P.kwargs) -> None:
    """Run a job; an error counts as a loss of the database if an idle session is lost too."""
    with connect(autocommit=True, application_name="alsolike worker") as idle:
        try:
            job(*arguments, **named)
        except Exception as error:
            if _is_alive(idle):
                raise
            raise _LostError(first_line(error)) from error


def _is_alive(connection: psycopg.Connection[Any]) -> bool:
    try:
        connection.execute("select 1")
    except psycopg.Error:
        return False
    return True


def first_line(error: BaseException) -> str:
    """Return the first line of an error's message; of its cause where the queue wrapped it."""
    if isinstance(error, ConnectorException) and error.__cause__:
        error = error.__cause__
    return next(iter(str(error).strip().splitlines()), "") or type(error).__name__


def is_loss(error: BaseException | None) -> bool:
    """Whether an error of the queue, or one of its causes, means a lost connection."""
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
    """Silence what the queue and its pools log about a lost database: `Outage` logs it once.

    The filters stay: asyncio logs some errors only when it collects the tasks that raised them.
    """
    for name in _NOISY_LOGGERS:
        logging.getLogger(name).addFilter(_is_no_loss)
    logging.getLogger("psycopg.pool").addFilter(_is_an_error)


def _is_no_loss(record: logging.LogRecord) -> bool:
    error = record.exc_info[1] if record.exc_info else None
    if getattr(record, "action", None) == "job_error":
        # A job's OperationalError may also be a full disk or a lock timeout.
        return not isinstance(error, _LostError | DatabaseUnavailableError | StoppedError)
    return not is_loss(error)


def _is_an_error(record: logging.LogRecord) -> bool:
    return record.levelno >= logging.ERROR
