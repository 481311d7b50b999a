"""Named pieces of work that only one process does at a time.

A lock is the lock of a row of `ops.locks`, held by an open transaction. It ends with the session,
even when the process is killed. An advisory lock would be simpler, but every role of the database
can take those and so block the work for ever.
"""

from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

import psycopg

from alsolike.database import connect, query

_LOCK_ROW = "select from ops.locks where name = %s for update"
_ADD_ROW = "insert into ops.locks (name) values (%s) on conflict (name) "


@contextmanager
def hold_lock(name: str, *, is_patient: bool) -> Generator[bool]:
    """Hold a lock during the block, in a session of its own; yield whether it was free.

    Parameters
    ----------
    name : str
        Of the work, such as `alsolike finish`.
    is_patient : bool
        Wait for the process that holds it, without a limit.
    """
    with connect(autocommit=True, application_name=name) as connection:
        # Committed before it is locked: `skip locked` would wait for another session's new row.
        connection.execute(_ADD_ROW + "do nothing", (name,))
        with connection.transaction():
            connection.execute(query("alsolike/hold_without_end"))
            statement = _LOCK_ROW if is_patient else _LOCK_ROW + " skip locked"
            yield connection.execute(statement, (name,)).fetchone() is not None


def hold_lock_in(connection: psycopg.Connection[Any], name: str) -> None:
    """Wait for a lock and hold it until the transaction ends.

    Only for names that nobody tries to hold without patience.
    """
    connection.execute(_ADD_ROW + "do update set name = excluded.name", (name,))
