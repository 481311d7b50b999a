"""The log of runs in `ops.runs`: which command, when, with which result.

A run holds a database session of its own, which idles during the work and ends with the process,
even when that is killed. So the next command can tell which runs were killed.
"""

import logging
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from alsolike.database import connect, query, wait_for_database
from alsolike.errors import DatabaseUnavailableError

logger = logging.getLogger("alsolike.runs")

# How long to wait for a database that restarts: its restart may be what ended the run.
_END_SECONDS = 15


class Counts(dict[str, Any]):
    """The counts of a run, and the run's id."""

    run_id: int | None = None


@contextmanager
def recorded_run(command: str, arguments: Mapping[str, Any]) -> Generator[Counts]:
    """Record a command that changes data: a row when it begins, its result when it ends.

    Runs of processes that were killed are closed first.

    Yields
    ------
    Counts
        For the block to fill in; written when the run ends, which has failed if the block raises.
    """
    counts = Counts()
    with connect(autocommit=True, application_name=f"alsolike {command}") as session:
        session.execute(query("alsolike/keep_session"))
        session.execute(query("alsolike/close_abandoned_runs"))
        row = session.execute(
            query("alsolike/begin_run"), {"command": command, "arguments": Jsonb(dict(arguments))}
        ).fetchone()
        run_id = None if row is None else row[0]
        counts.run_id = run_id
        error: str | None = "interrupted"
        try:
            yield counts
            error = None
        except Exception as raised:
            error = f"{type(raised).__name__}: {raised}"
            raise
        finally:
            _end(session, {"run_id": run_id, "error": error, "counts": Jsonb(counts)})


def close_abandoned_runs() -> None:
    """Close the runs whose process was killed."""
    with connect() as connection:
        connection.execute(query("alsolike/close_abandoned_runs"))


def _end(session: psycopg.Connection[Any], result: Mapping[str, Any]) -> None:
    """Record the end of a run, on a new session if the database was restarted meanwhile.

    A failure is only logged: it must not replace the command's own result or error.
    """
    try:
        session.execute(query("alsolike/end_run"), result)
    except (psycopg.OperationalError, psycopg.InterfaceError):
        try:
            wait_for_database(_END_SECONDS)
            with connect() as connection:
                connection.execute(query("alsolike/end_run"), result)
        except (DatabaseUnavailableError, psycopg.OperationalError) as error:
            logger.warning(
                "The end of run %s is not in ops.runs, the next command closes it: %s",
                result["run_id"],
                error,
            )
