"""Fill an empty table, and build its indexes afterwards, which halves the time."""

from typing import LiteralString, cast

import psycopg
from psycopg import errors, sql

from alsolike.database import query
from alsolike.loading.staging import StagedFile

# Fewer rows gain nothing, and the lock would make others wait.
_MANY_ROWS = 50_000


def fill_empty_table(staged: StagedFile, insert: sql.Composed, *, with_keys: bool) -> int | None:
    """Run an insert without the indexes of its table, and build these afterwards.

    The table is locked until the transaction ends.

    Parameters
    ----------
    insert : Composed
        Puts the staged rows into their table.
    with_keys : bool
        Drop primary key and unique constraints too; the insert must not have `on conflict` then.

    Returns
    -------
    int or None
        Rows inserted. None, with nothing done, if the table has rows or is in use, there are few
        rows to insert, an id occurs twice, or the user may not change the table. The caller then
        inserts the rows with the indexes in place.
    """
    if staged.rows < _MANY_ROWS or staged.is_trial:
        return None
    connection = staged.connection
    name = sql.Identifier("raw", staged.table.name)
    inserted: int | None = None
    try:
        with connection.transaction() as savepoint:
            connection.execute(
                sql.SQL("lock table {} in access exclusive mode nowait").format(name)
            )
            has_rows = sql.SQL("select exists (select from {})").format(name)
            if connection.execute(has_rows).fetchone() != (False,):
                # A rollback to the savepoint also releases the lock.
                raise psycopg.Rollback(savepoint)
            rows = connection.execute(
                query("alsolike/loading/indexes_of_table"),
                {"table": staged.table.name, "with_keys": with_keys},
            ).fetchall()
            # Postgres wrote the definitions, so they are as safe as a literal.
            indexes = cast("list[tuple[LiteralString, LiteralString]]", rows)
            for removal, _ in indexes:
                connection.execute(removal)
            inserted = connection.execute(insert).rowcount
            for _, building in indexes:
                connection.execute(building)
    except (
        errors.DependentObjectsStillExist,
        errors.InsufficientPrivilege,
        errors.LockNotAvailable,
        errors.UniqueViolation,
    ):
        return None
    return inserted
