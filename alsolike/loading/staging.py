"""The tables of one file while it loads: its rows as text, and which of them are left out.

`staged` is no temporary table, because several processes of the server cannot read one side by
side. It is in a schema of its own, made and dropped in the transaction that loads the file: nobody
else ever sees it, and an interrupted load leaves nothing.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, LiteralString

import psycopg
from psycopg import sql

from alsolike.database import query
from alsolike.loading.rows import Chunk
from alsolike.loading.summary import Reason, counted
from alsolike.loading.tables import Table

# What the statements call; each may call those before it.
_FUNCTIONS = (
    "shown",
    "fault",
    "too_long",
    "time_fault",
    "is_price",
    "is_in_stock",
    "is_agreed",
    "is_nobody",
)

Connection = psycopg.Connection[tuple[Any, ...]]


@dataclass(slots=True)
class Staged:
    """A file in the table `staged` of a connection's open transaction."""

    connection: Connection
    table: Table
    rows: int


def prepare_session(connection: Connection) -> None:
    """Set memory and time zone for loading; before any temporary table is made."""
    connection.execute(query("alsolike/loading/session"))
    connection.commit()


def stage(
    connection: Connection, table: Table, chunks: Iterable[Chunk], report: Callable[[int], None]
) -> Staged:
    """Copy a file's rows into the table `staged`: line, problem, columns as text.

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
        sql.SQL("create unlogged table staged (line bigint, problem text, {})").format(
            sql.SQL(", ").join(columns)
        )
    )
    for name in _FUNCTIONS:
        connection.execute(query(f"alsolike/loading/define_{name}"))
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


def repair(staged: Staged) -> list[str]:
    """Replace fields that cannot be used by nothing, or by what they mean; say so in sentences."""
    connection = staged.connection
    connection.execute(query(f"alsolike/loading/repairs_{staged.table.name}"))
    faults = connection.execute(query("alsolike/loading/repair_notes")).fetchall()
    for field in sorted({fault[0] for fault in faults}):
        connection.execute(
            sql.SQL(
                "update staged as s set {column} = r.value from repairs as r "
                "where r.line = s.line and r.field = %(field)s"
            ).format(column=sql.Identifier(field)),
            {"field": field},
        )
    return [
        f"{field} {reason} ({counted(rows, 'row')}; line {line} has '{value}')."
        for field, reason, rows, line, value in faults
    ]


def check(staged: Staged) -> None:
    """Note in the new table `left_out` every staged row that cannot be used, with its reason."""
    staged.connection.execute(query(f"alsolike/loading/check_{staged.table.name}"))
    count_rejected(staged)


def explain_unknown_products(staged: Staged, products: str | None) -> None:
    """Say more of the events that were rejected because their product is not there.

    Parameters
    ----------
    products : str or None
        The file of products of the same load, whose rejected rows are kept already.
    """
    staged.connection.execute(
        query("alsolike/loading/explain_unknown_products"), {"products": products}
    )


def count_rejected(staged: Staged) -> int:
    """Count the rejected rows, and tell the planner of `left_out`; call it when some were added.

    The statements to come join with it: whether it is empty or large decides how.
    """
    staged.connection.execute("analyze left_out")
    return _count(staged, "select count(*) from left_out where reason is not null")


def count_left_out(staged: Staged) -> int:
    """Count all rows that are not to be stored: the rejected ones and those without consent."""
    return _count(staged, "select count(*) from left_out")


def _count(staged: Staged, statement: LiteralString) -> int:
    row = staged.connection.execute(statement).fetchone()
    return 0 if row is None else int(row[0])


def commonest_reasons(staged: Staged) -> list[Reason]:
    """Return the three reasons that rejected most rows, each with its first line."""
    rows = staged.connection.execute(query("alsolike/loading/commonest_reasons")).fetchall()
    return [Reason(rows=rows, line=line, reason=reason) for rows, line, reason in rows]


def count_future(staged: Staged) -> int:
    """Count the usable rows whose time is later than now; clocks may differ by five minutes."""
    statement = sql.SQL(
        "select count(*) from staged as s "
        # Almost all are told by their date alone. A text that is no time is with the rejected ones,
        # but may be met first.
        'where case when left({time}, 10) collate "C" '
        # Asked once, not for every row.
        ">= (select (now() - interval '1 day')::date::text) "
        "then time_fault({time}) is null "
        "and {time}::timestamptz > now() + interval '5 minutes' end "
        "and not exists (select from left_out as r where r.line = s.line)"
    ).format(time=sql.Identifier("s", staged.table.time))
    row = staged.connection.execute(statement).fetchone()
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


def keep_rejected(staged: Staged, source: str, run_id: int | None) -> None:
    """Keep the rejected rows in `raw.rejected_rows`, in place of those of the file's last load."""
    staged.connection.execute(query("alsolike/loading/delete_rejected"), {"source": source})
    staged.connection.execute(
        query("alsolike/loading/keep_rejected"),
        # Of an event nothing that tells of the shopper.
        {"source": source, "run_id": run_id, "ids": [staged.table.row_id, "product_id"]},
    )
