"""One file while it loads: its rows as text, and which of them are left out.

The table `staged` is unlogged, not temporary, because Postgres scans a temporary table without
parallel workers. It stands in a schema of its own that the file's transaction makes and drops, so
nobody else sees it, and an interrupted load leaves nothing. `left_out` lists the lines that are not
stored, and the view `usable` has the others.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, LiteralString

import psycopg
from psycopg import sql
from psycopg.rows import args_row, dict_row

from alsolike.database import query
from alsolike.loading.faults import fault_of
from alsolike.loading.rows import Chunk
from alsolike.loading.summary import Rejection, counted
from alsolike.loading.tables import PRODUCTS, RETURNS, SHOPPERS, Table
from alsolike.privacy.hashes import pads
from alsolike.schemas import schema_name

Connection = psycopg.Connection[tuple[Any, ...]]


@dataclass(slots=True)
class StagedFile:
    """A file whose rows are in the table `staged` of a connection's open transaction.

    `is_trial` says that the transaction will be rolled back, and should hinder nobody meanwhile.
    """

    connection: Connection
    table: Table
    rows: int
    is_trial: bool = False


def prepare_session(connection: Connection) -> None:
    """Set memory and time zone for loading, before the session makes a temporary table."""
    connection.execute(query("alsolike/loading/session"))
    connection.commit()


def stage(
    connection: Connection, table: Table, chunks: Iterable[Chunk], report: Callable[[int], None]
) -> StagedFile:
    """Copy a file's rows into the table `staged`: line, problem, columns as text.

    `report` gets the number of rows after each chunk.
    """
    columns = [sql.SQL("{} text").format(sql.Identifier(name)) for name in table.columns]
    schema = _schema(connection)
    connection.execute(sql.SQL("create schema {}").format(schema))
    # The statements call functions of raw, which have the rules.
    connection.execute(
        sql.SQL("set local search_path = {}, {}, public").format(
            schema, sql.Identifier(schema_name("raw"))
        )
    )
    connection.execute(
        sql.SQL("create unlogged table staged (line bigint, problem text, {})").format(
            sql.SQL(", ").join(columns)
        )
    )
    rows = 0
    report(0)
    with (
        connection.cursor() as cursor,
        # A quoted empty field is as empty as one without quotes.
        cursor.copy(
            sql.SQL("copy staged from stdin (format csv, force_null ({}))").format(
                sql.SQL(", ").join(
                    sql.Identifier(name) for name in ("line", "problem", *table.columns)
                )
            )
        ) as copy,
    ):
        for chunk in chunks:
            copy.write(chunk.data)
            rows += chunk.rows
            report(rows)
    return StagedFile(connection, table, rows)


def discard(staged: StagedFile) -> None:
    """Drop what was made for a file, so that the transaction may take in another one."""
    connection = staged.connection
    connection.execute(sql.SQL("drop schema {} cascade").format(_schema(connection)))
    connection.execute(
        "drop table if exists pg_temp.left_out, pg_temp.repairs, pg_temp.named_shoppers, "
        "pg_temp.listed_shoppers"
    )


def _schema(connection: Connection) -> sql.Identifier:
    return sql.Identifier(f"loading_{connection.info.backend_pid}")


def repair(staged: StagedFile) -> list[str]:
    """Empty or correct the fields that cannot be used as they are; return a note on each kind."""
    connection = staged.connection
    repairs = sql.SQL(query(f"alsolike/loading/repairs_{staged.table.name}"))
    connection.execute(
        sql.SQL("create temporary table repairs on commit drop as {}").format(repairs)
    )
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


def check(staged: StagedFile) -> None:
    """Note in the new table `left_out` every staged row that cannot be used, with its reason."""
    rows = sql.SQL("staged as s")
    if staged.table is RETURNS:
        rows += sql.SQL(" left join raw.purchases as p on s.purchase_id = p.purchase_id")
    elif staged.table not in (PRODUCTS, SHOPPERS):
        rows += sql.SQL(" left join raw.products as p on s.product_id = p.product_id")
    statement = sql.SQL(query("alsolike/loading/check"))
    staged.connection.execute(statement.format(fault=fault_of(staged.table), rows=rows))
    staged.connection.execute(query("alsolike/loading/define_usable"))
    count_rejected(staged)


def explain_unknown_products(staged: StagedFile, products: str | None) -> None:
    """Add to the reason of events whose product is missing why it is missing, where that is known.

    `raw.rejected_rows` has the rejected rows of `products`, the file of products of the same load.
    """
    staged.connection.execute(
        query("alsolike/loading/explain_unknown_products"), {"products": products}
    )


def count_rejected(staged: StagedFile) -> int:
    """Count the rejected rows, and analyze `left_out`; call it whenever rows were rejected.

    Later statements join with it, and its size decides their plans.
    """
    staged.connection.execute("analyze left_out")
    return count(staged, "select count(*) from left_out where reason is not null")


def count_left_out(staged: StagedFile) -> int:
    """Count all rows that are not stored: the rejected ones and those without consent."""
    return count(staged, "select count(*) from left_out")


def count(
    staged: StagedFile,
    statement: LiteralString | sql.Composed,
    parameters: Mapping[str, object] | None = None,
) -> int:
    """Return the number that a statement gives."""
    row = staged.connection.execute(statement, parameters).fetchone()
    return 0 if row is None else int(row[0])


def columns_of(row: str, columns: Sequence[str]) -> sql.Composed:
    """Return columns of a row, as they stand between brackets."""
    return sql.SQL(", ").join(sql.Identifier(row, column) for column in columns)


def commonest_reasons(staged: StagedFile) -> list[Rejection]:
    """Return the three reasons that rejected most rows, each with its first line."""
    with staged.connection.cursor(row_factory=args_row(Rejection)) as cursor:
        return cursor.execute(query("alsolike/loading/commonest_reasons")).fetchall()


def sample_products(staged: StagedFile) -> list[dict[str, Any]]:
    """Return the first five usable products of a file as they are stored now."""
    with staged.connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(query("alsolike/loading/sample_products")).fetchall()


def count_future(staged: StagedFile) -> int:
    """Count the usable rows whose time is later than now; clocks may differ by five minutes."""
    statement = sql.SQL(
        # The date alone decides for almost all rows; the subquery is computed once. The planner may
        # test a rejected row's text, which is no time, before it leaves the row out.
        'select count(*) from usable as s where case when left({time}, 10) collate "C" '
        ">= (select (now() - interval '1 day')::date::text) "
        "then time_fault({time}) is null "
        "and {time}::timestamptz > now() + interval '5 minutes' end"
    ).format(time=sql.Identifier("s", staged.table.time))
    return count(staged, statement)


def has_time_without_zone(staged: StagedFile) -> bool:
    """Whether a staged time names no zone."""
    # The end of a date looks like an offset ('-05'), so only a text longer than a date has one.
    statement = sql.SQL(
        "select exists (select from staged as s where left({time}, 10) like '____-__-__' "
        "and (length({time}) = 10 or (right({time}, 1) not in ('Z', 'z') "
        "and left(right({time}, 6), 1) not in ('+', '-') "
        "and substr({time}, 11) !~ '([+-][0-9:]+|[A-Za-z])$')))"
    ).format(time=sql.Identifier("s", staged.table.time))
    return staged.connection.execute(statement).fetchone() == (True,)


def keep_rejected(staged: StagedFile, source: str, run_id: int | None) -> None:
    """Replace the file's rows in `raw.rejected_rows` by those that this load rejected."""
    staged.connection.execute("delete from raw.rejected_rows where source = %s", (source,))
    staged.connection.execute(
        query("alsolike/loading/keep_rejected"),
        {
            "source": source,
            "run_id": run_id,
            # An event's ids without the shopper's, which are personal data.
            "ids": [staged.table.row_id, "product_id", "purchase_id"],
            **pads()._asdict(),
        },
    )
