"""Fill an empty table: its indexes are built after the rows, which halves the time."""

from collections.abc import Mapping
from typing import Any, LiteralString, cast

import psycopg
from psycopg import errors, sql

from alsolike.database import query
from alsolike.loading.staging import Staged

# With fewer rows there is nothing to gain, and nobody is kept waiting by the lock.
_MANY_ROWS = 50_000


def fill_empty_table(
    staged: Staged, insert: sql.SQL, parameters: Mapping[str, Any] | None, *, with_keys: bool
) -> int | None:
    """Run an insert without the indexes of its table, and build these afterwards.

    The table is locked until the transaction ends.

    Parameters
    ----------
    insert : SQL
        Puts the staged rows into their table.
    with_keys : bool
        Do without primary key and unique constraints as well; then no `on conflict` may be in it.

    Returns
    -------
    int or None
        Rows inserted. None, with nothing done, where the table has rows or is in use, there are
        few rows to insert, an id occurs twice, or the user may not change the table: then the rows
        go in the ordinary way.
    """
    if staged.rows < _MANY_ROWS:
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
                # Rolled back rather than left, so that the lock goes as well.
                raise psycopg.Rollback(savepoint)
            indexes = connection.execute(
                query("alsolike/loading/indexes_of_table"), {"table": staged.table.name}
            ).fetchall()
            # The definitions are the server's own words for what is dropped.
            pieces = [
                _drop_and_build(name, *cast("tuple[LiteralString, ...]", index))
                for index in indexes
                if with_keys or index[2] is None
            ]
            for drop, _ in pieces:
                connection.execute(drop)
            inserted = connection.execute(insert, parameters).rowcount
            for _, build in pieces:
                connection.execute(build)
    except (
        errors.DependentObjectsStillExist,
        errors.InsufficientPrivilege,
        errors.LockNotAvailable,
        errors.UniqueViolation,
    ):
        return None
    return inserted


def _drop_and_build(
    table: sql.Identifier,
    index: LiteralString,
    definition: LiteralString,
    constraint: LiteralString | None = None,
    constraint_definition: LiteralString | None = None,
) -> tuple[sql.Composed, sql.SQL | sql.Composed]:
    """Statements that drop an index, or the constraint it belongs to, and that make it again."""
    if constraint is None or constraint_definition is None:
        drop = sql.SQL("drop index {}").format(sql.Identifier("raw", index))
        return drop, sql.SQL(definition)
    name = sql.Identifier(constraint)
    return (
        sql.SQL("alter table {} drop constraint {}").format(table, name),
        sql.SQL("alter table {} add constraint {} {}").format(
            table, name, sql.SQL(constraint_definition)
        ),
    )
