"""Insert staged purchases, views and reviews; a stored event never changes."""

from collections.abc import Iterator
from typing import LiteralString

from psycopg import sql

from alsolike.database import query
from alsolike.loading.first_load import fill_empty_table
from alsolike.loading.staging import StagedFile, count_left_out
from alsolike.loading.summary import counted
from alsolike.loading.tables import Table

# The values of columns that hold no text.
_STAGED: dict[str, LiteralString] = {
    "purchased_at": "s.purchased_at::timestamptz",
    "viewed_at": "s.viewed_at::timestamptz",
    "reviewed_at": "s.reviewed_at::timestamptz",
    "quantity": "coalesce(s.quantity::numeric::integer, 1)",
    "unit_price": "s.unit_price::numeric(12, 2)",
    "rating": "s.rating::numeric::smallint",
}
# What a stored event has that the staged one must have too. A missing price is no conflict, nor is
# a guest whom an older release stored as a shopper.
_STORED: dict[str, LiteralString] = {
    "shopper_id": "case when not is_nobody(k.shopper_id) then k.shopper_id end",
    "unit_price": "case when s.unit_price is not null then k.unit_price end",
}


def insert_events(staged: StagedFile) -> int:
    """Insert the usable rows; return how many are new.

    Those whose id belongs to a row with other content are rejected.
    """
    table = staged.table
    values = {
        "events": sql.Identifier(table.name),
        "columns": sql.SQL(", ").join(map(sql.Identifier, table.columns)),
        "staged": _values(table, "s", _STAGED),
        "stored": _values(table, "k", _STORED),
        "row_id": sql.Identifier(table.row_id),
        "name": sql.Literal(table.row_id),
        "noun": sql.Literal(table.noun),
    }
    insert = sql.SQL(
        "insert into raw.{events} ({columns}) select {staged} from usable as s"
    ).format(**values)
    inserted = fill_empty_table(staged, insert, with_keys=True)
    if inserted is None:
        # By line, so that the first of two rows with one id stays.
        statement = sql.SQL("{} order by s.line on conflict do nothing").format(insert)
        inserted = staged.connection.execute(statement).rowcount
    if inserted < staged.rows - count_left_out(staged):
        conflicts = sql.SQL(query("alsolike/loading/conflicts_events")).format(**values)
        staged.connection.execute(conflicts)
    return inserted


def _values(table: Table, row: str, others: dict[str, LiteralString]) -> sql.Composed:
    """Return the values of all columns of a row."""
    return sql.SQL(", ").join(
        sql.SQL(others[column]) if column in others else sql.Identifier(row, column)
        for column in table.columns
    )


def leave_out_views(staged: StagedFile, *, is_granted: bool) -> Iterator[str]:
    """Leave out the views of everybody who did not agree to personalisation; count them in notes.

    Call it after `add_named_shoppers`. `is_granted` says that visitors without an account agreed.
    """
    connection = staged.connection
    connection.execute(query("alsolike/loading/leave_out_views"), {"is_granted": is_granted})
    connection.execute("analyze left_out")
    row = connection.execute(query("alsolike/loading/count_views")).fetchone()
    of_shoppers, of_sessions, kept = row or (0, 0, 0)
    if of_shoppers:
        yield (
            f"{counted(of_shoppers, 'view')} of shoppers who did not agree to personalisation not "
            "kept (a no that an earlier load recorded is changed by the column consent alone)."
        )
    if of_sessions:
        yield (
            f"{counted(of_sessions, 'view')} of sessions not kept: nothing says that their "
            "visitors agreed (--consent personalisation would)."
        )
    if kept:
        yield f"{counted(kept, 'view')} of sessions kept, whose visitors agreed (--consent)."
