"""The tables of one file while it loads: its rows as text, and which of them cannot be used.

`staged` is no temporary table, because several processes of the server cannot read one side by
side. It is in a schema of its own, made and dropped in the transaction that loads the file: nobody
else ever sees it, and an interrupted load leaves nothing.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql

from alsolike.database import query
from alsolike.loading.rows import Chunk
from alsolike.loading.tables import Table

Connection = psycopg.Connection[tuple[Any, ...]]


@dataclass(slots=True)
class Staged:
    """A file in the table `staged` of a connection's open transaction."""

    connection: Connection
    table: Table
    rows: int


def prepare_session(connection: Connection) -> None:
    """Set memory and time zone for loading; before any temporary table is made."""
    connection.execute(query("loading/session"))
    connection.commit()


def stage(
    connection: Connection, table: Table, chunks: Iterable[Chunk], report: Callable[[int], None]
) -> Staged:
    """Copy a file's rows into the table `staged`: line, problem, raw, columns as text.

    Parameters
    ----------
    report : Callable
        Told the number of rows after each chunk.
    """
    columns = [sql.SQL("{} text").format(sql.Identifier(name)) for name in table.columns]
    schema = _schema(connection)
    connection.execute(sql.SQL("create schema {}").format(schema))
    connection.execute(sql.SQL("set local search_path = {}, public").format(schema))
    connection.execute(
        sql.SQL("create unlogged table staged (line bigint, problem text, raw text, {})").format(
            sql.SQL(", ").join(columns)
        )
    )
    rows = 0
    report(0)
    with (
        connection.cursor() as cursor,
        cursor.copy("copy staged from stdin (format csv, force_null *)") as copy,
    ):
        for chunk in chunks:
            copy.write(chunk.data)
            rows += chunk.rows
            report(rows)
    return Staged(connection, table, rows)


def discard(staged: Staged) -> None:
    """Drop what `stage` made; the last thing in the transaction."""
    schema = _schema(staged.connection)
    staged.connection.execute(sql.SQL("drop schema {} cascade").format(schema))


def _schema(connection: Connection) -> sql.Identifier:
    return sql.Identifier(f"loading_{connection.info.backend_pid}")


def check(staged: Staged) -> int:
    """Note in the new table `rejected` every staged row that cannot be used; their number."""
    staged.connection.execute(query(f"loading/check_{staged.table.name}"))
    return count_rejected(staged)


def count_rejected(staged: Staged) -> int:
    """Count the rows of `rejected`, for us and for the planner; call it when some were added.

    The statements to come join with it: whether it is empty or large decides how.
    """
    staged.connection.execute("analyze rejected")
    row = staged.connection.execute("select count(*) from rejected").fetchone()
    return 0 if row is None else int(row[0])


def has_time_without_zone(staged: Staged) -> bool:
    """Whether a staged time names no zone."""
    # A date's end looks like an offset ('-05'), so a text must be longer than a date to have one.
    statement = sql.SQL(
        "select exists (select from staged as s where left({time}, 10) like '____-__-__' "
        "and (length({time}) = 10 or (right({time}, 1) not in ('Z', 'z') "
        "and left(right({time}, 6), 1) not in ('+', '-') "
        "and substr({time}, 11) !~ '([+-][0-9:]+|[A-Za-z])$')))"
    ).format(time=sql.Identifier("s", staged.table.time))
    return staged.connection.execute(statement).fetchone() == (True,)


def keep_rejected(staged: Staged, source: str) -> None:
    """Keep the rejected rows in `raw.rejected_rows`, each once."""
    staged.connection.execute(query("loading/keep_rejected"), {"source": source})
