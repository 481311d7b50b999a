"""The log of runs in `ops.runs`: what was run, when, with which result."""

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from typing import Any

from psycopg.types.json import Jsonb

from alsolike.database import connect, query


class Counts(dict[str, Any]):
    """Counts of a run, which knows its id."""

    run_id: int | None = None


@contextmanager
def recorded_run(command: str, arguments: Mapping[str, Any]) -> Generator[Counts]:
    """Note a command that changes data: a row when it begins, its result when it ends.

    Yields
    ------
    Counts
        To be filled in; they are kept with the run, which failed if the block raises.
    """
    counts = Counts()
    with connect() as connection:
        row = connection.execute(
            query("ops/begin_run"), {"command": command, "arguments": Jsonb(dict(arguments))}
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
        with connect() as connection:
            connection.execute(
                query("ops/end_run"),
                {"run_id": run_id, "error": error, "counts": Jsonb(counts)},
            )
