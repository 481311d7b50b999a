"""Named pieces of work that only one process does at a time.

A lock is that of a row of `ops.locks`, held by an open transaction that does nothing else. It goes
with the session, however that ends. An advisory lock would be simpler, but every role of the
database can take those, and so hold the work up for ever.
"""

from collections.abc import Generator
from contextlib import contextmanager

from alsolike.database import connect, query


@contextmanager
def held(name: str, *, is_patient: bool) -> Generator[bool]:
    """Keep a piece of work to this process while the block runs; whether it is ours.

    Parameters
    ----------
    name : str
        Of the work, such as `alsolike finish`.
    is_patient : bool
        Wait for whoever does it now, however long that takes.
    """
    parameters = {"name": name}
    with connect(autocommit=True, application_name=name) as connection:
        # Committed before it is locked: whoever only tries would wait for a row that is new.
        connection.execute(query("alsolike/name_lock"), parameters)
        with connection.transaction():
            connection.execute(query("alsolike/hold_without_end"))
            row = connection.execute(
                query("alsolike/hold" if is_patient else "alsolike/try_hold"), parameters
            ).fetchone()
            yield row is not None
