"""Insert staged purchases, views, reviews and returns; of these, only a review may change."""

from collections.abc import Iterator, Sequence
from typing import Literal, LiteralString

from psycopg import sql

from alsolike.database import query
from alsolike.loading.first_load import fill_empty_table
from alsolike.loading.staging import StagedFile, columns_of, count, count_left_out
from alsolike.loading.summary import counted
from alsolike.loading.tables import RETURNS, REVIEWS, Table

# The values of columns that hold no text.
_STAGED: dict[str, LiteralString] = {
    "purchased_at": "s.purchased_at::timestamptz",
    "viewed_at": "s.viewed_at::timestamptz",
    "reviewed_at": "s.reviewed_at::timestamptz",
    "returned_at": "s.returned_at::timestamptz",
    "quantity": "coalesce(s.quantity::numeric::integer, 1)",
    "unit_price": "s.unit_price::numeric(12, 2)",
    "rating": "s.rating::numeric::smallint",
}
# What a stored event has that the staged one must have too. A missing price is no conflict, nor is
# a guest whom an older release stored as a shopper.
_STORED: dict[str, LiteralString] = {
    "shopper_id": "case when not is_nobody(k.shopper_id) then k.shopper_id end",
    # The id stands for another product since (raw.keep_former_products).
    "product_id": "case when k.product_id ^@ (s.product_id || ' (until ') then s.product_id "
    "else k.product_id end",
    "unit_price": "case when s.unit_price is not null then k.unit_price end",
}


# What stays the same in a review that was edited.
_OF_REVIEW = ("shopper_id", "product_id")


def insert_events(staged: StagedFile) -> int:
    """Insert the usable rows; return how many are new or, of reviews, changed.

    Those whose id belongs to a row with other content are rejected.
    """
    table = staged.table
    # The status of a purchase is kept as a return.
    columns = [column for column in table.columns if column != "status"]
    values = {
        "events": sql.Identifier(table.name),
        "columns": sql.SQL(", ").join(map(sql.Identifier, columns)),
        "staged": _values(table, columns, "s"),
    }
    insert = sql.SQL(
        "insert into raw.{events} ({columns}) select {staged} from usable as s"
    ).format(**values)
    inserted = fill_empty_table(staged, insert, with_keys=True)
    if inserted is None:
        if table is REVIEWS:
            statement = sql.SQL(query("alsolike/loading/upsert_reviews")).format(
                **values,
                stored=columns_of("k", columns),
                excluded=columns_of("excluded", columns),
            )
        else:
            # By line, so that the first of two rows with one id stays.
            statement = sql.SQL("{} order by s.line on conflict do nothing").format(insert)
        inserted = staged.connection.execute(statement).rowcount
    if inserted < staged.rows - count_left_out(staged):
        _reject_conflicts(staged, _OF_REVIEW if table is REVIEWS else columns)
    return inserted


def _reject_conflicts(staged: StagedFile, columns: Sequence[str]) -> None:
    """Reject the rows whose id is that of a stored row that differs in any of the columns."""
    table = staged.table
    reason = (
        "an edited review keeps its shopper and product"
        if table is REVIEWS
        else f"a {table.noun} never changes"
    )
    staged.connection.execute(
        sql.SQL(query("alsolike/loading/conflicts_events")).format(
            events=sql.Identifier(table.name),
            row_id=sql.Identifier(table.row_id),
            name=sql.Literal(table.row_id),
            expected=sql.Literal(f"expected an id of its own, because {reason}"),
            staged=_values(table, columns, "s"),
            stored=_values(table, columns, "k"),
        )
    )


def _values(table: Table, columns: Sequence[str], row: Literal["s", "k"]) -> sql.Composed:
    """Return the values of columns of a staged or a stored row, `s` or `k`."""
    others: dict[str, LiteralString] = _STORED if row == "k" else _STAGED
    if table is RETURNS and row == "s":
        # Null stands for all that were bought.
        others = {**others, "quantity": "s.quantity::numeric::integer"}
    return sql.SQL(", ").join(
        sql.SQL(others[column]) if column in others else sql.Identifier(row, column)
        for column in columns
    )


def take_back_purchases(staged: StagedFile) -> int:
    """Take back the stored purchases whose status in the file says so, and keep the others.

    Call it after `insert_events`. Returns how many purchases of earlier loads changed.
    """
    taken_back = count(staged, query("alsolike/loading/take_back_purchases"))
    return taken_back + staged.connection.execute(query("alsolike/loading/keep_purchases")).rowcount


def count_older_reviews(staged: StagedFile) -> int:
    """Count the usable reviews that were left out because a later version is stored."""
    return count(staged, query("alsolike/loading/older_reviews"))


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
