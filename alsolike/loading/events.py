"""Insert staged purchases, views and reviews; a stored event never changes."""

from collections.abc import Iterator

from psycopg import sql

from alsolike.database import query
from alsolike.loading.first_load import fill_empty_table
from alsolike.loading.staging import StagedFile, count_left_out
from alsolike.loading.summary import counted


def insert_events(staged: StagedFile) -> int:
    """Insert the usable rows, and reject those whose id belongs to a row with other content.

    Returns
    -------
    int
        Rows that are new.
    """
    table = staged.table
    insert = sql.SQL(query(f"alsolike/loading/insert_{table.name}"))
    inserted = fill_empty_table(staged, insert, None, with_keys=True)
    if inserted is None:
        # By line, so that the first of two rows with one id stays.
        statement = sql.SQL("{} order by s.line on conflict do nothing").format(insert)
        inserted = staged.connection.execute(statement).rowcount
    if inserted < staged.rows - count_left_out(staged):
        staged.connection.execute(query(f"alsolike/loading/conflicts_{table.name}"))
    return inserted


def leave_out_views(staged: StagedFile, *, is_granted: bool) -> Iterator[str]:
    """Leave out the views of everybody who did not agree to personalisation; count them in notes.

    Call it after `add_named_shoppers`.

    Parameters
    ----------
    is_granted : bool
        Whether the caller says that the visitors without an account agreed.
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
