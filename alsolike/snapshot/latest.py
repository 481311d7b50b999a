"""The pointer `latest`: which snapshot is current. It never goes back to an earlier one.

Not every S3 server can write an object on a condition, so exports take turns by a lock in Postgres,
held while the pointer is read, compared and written.
"""

import logging
from typing import Any

import psycopg

from alsolike.database import query
from alsolike.errors import SnapshotError
from alsolike.snapshot.manifest import Pointer, decode_pointer
from alsolike.snapshot.store import MissingObjectError, SnapshotStore

POINTER_NAME = "latest"

# Another export that moves the pointer on a slow S3 may take as long as its tries do.
_LOCK_TIMEOUT = "5min"

_log = logging.getLogger(__name__)


def point(
    connection: psycopg.Connection[Any], store: SnapshotStore, pointer: Pointer, read_order: int
) -> bool:
    """Let the pointer name a snapshot, unless it names a newer one already.

    No other export moves it until the caller's transaction ends.

    Parameters
    ----------
    read_order : int
        The snapshot's place in the order of reading: `ops.snapshots.read_order`.

    Returns
    -------
    bool
        Whether it names the snapshot now.

    Raises
    ------
    SnapshotError
        S3 fails, or shows another pointer than was just written.
    """
    connection.execute("select set_config('lock_timeout', %s, true)", (_LOCK_TIMEOUT,))
    connection.execute(query("alsolike/snapshot/hold_pointer"))
    current = pointed_at(store)
    if current is not None:
        row = connection.execute(
            query("alsolike/snapshot/is_newer"),
            {
                "current_id": current,
                "snapshot_id": pointer.snapshot_id,
                "read_order": read_order,
            },
        ).fetchone()
        if row == (True,):
            _log.warning(
                "%s stays at %s, which was read after the snapshot %s.",
                store.place(POINTER_NAME),
                current,
                pointer.snapshot_id,
            )
            return False
    try:
        store.put(POINTER_NAME, pointer.encode())
    except SnapshotError:
        # An answer that was lost on the way is asked for again.
        if pointed_at(store) != pointer.snapshot_id:
            raise
    found = pointed_at(store)
    if found != pointer.snapshot_id:
        message = (
            f"{store.place(POINTER_NAME)} names {found} although {pointer.snapshot_id} was just "
            "written to it: nothing but alsolike may write there. Export again."
        )
        raise SnapshotError(message)
    return True


def pointed_at(store: SnapshotStore) -> str | None:
    """Return the id that the pointer names; None where there is none that can be read."""
    try:
        content = store.get(POINTER_NAME)
    except MissingObjectError:
        return None
    try:
        return decode_pointer(content, store.place(POINTER_NAME)).snapshot_id
    except SnapshotError:
        return None
