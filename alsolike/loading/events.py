"""Put staged purchases, views or reviews into their table; an event never changes."""

from psycopg import sql

from alsolike.database import query
from alsolike.loading.first_load import fill_empty_table
from alsolike.loading.staging import Staged


def insert_events(staged: Staged, rejected: int) -> int:
    """Insert the usable rows; those of an id that is there are left alone, or rejected.

    Parameters
    ----------
    rejected : int
        Rows that the check has rejected.

    Returns
    -------
    int
        Rows that are new. Where some are not, the conflicting ones are noted in `rejected`.
    """
    table = staged.table
    insert = sql.SQL(query(f"loading/insert_{table.name}"))
    inserted = fill_empty_table(staged, insert, None, with_keys=True)
    if inserted is None:
        # In the order of lines, so that the first of two rows with one id stays.
        statement = sql.SQL("{} order by s.line on conflict do nothing").format(insert)
        inserted = staged.connection.execute(statement).rowcount
    if inserted < staged.rows - rejected:
        staged.connection.execute(query(f"loading/conflicts_{table.name}"))
    return inserted
