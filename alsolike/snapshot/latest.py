"""The object `latest`: which snapshot in S3 is current. It never goes back to an earlier one.

Not every S3 server can write an object on a condition, so exports take turns by a lock in Postgres,
held while `latest` is read, compared and written.
"""

import logging
from typing import Any

import psycopg
from msgspec import Struct

from alsolike.database import query
from alsolike.errors import SnapshotError
from alsolike.snapshot.manifest import (
    MANIFEST_NAME,
    Manifest,
    decode_file,
    decode_manifest,
    encode_file,
    sha256_of,
)
from alsolike.snapshot.store import MissingObjectError, SnapshotStore

LATEST_NAME = "latest"

# Another export that moves `latest` on a slow S3 may take as long as its tries do.
_LOCK_TIMEOUT = "5min"

_log = logging.getLogger(__name__)


class Latest(Struct, frozen=True):
    """What `latest` holds: the current snapshot, and the sha256 of its manifest's bytes."""

    snapshot_id: str
    manifest_sha256: str


def latest_manifest(store: SnapshotStore) -> Manifest:
    """Read the manifest that `latest` names, and check it against its sha256 there.

    Raises
    ------
    SnapshotError
        There is none, or it differs; or S3 fails.
    """
    place = store.place(LATEST_NAME)
    try:
        content = store.get(LATEST_NAME)
    except MissingObjectError as error:
        message = f"{place} is not there: run `alsolike export` first."
        raise SnapshotError(message) from error
    latest = decode_file(content, Latest, place, "export again")
    return read_manifest(store, latest.snapshot_id, latest.manifest_sha256)


def read_manifest(store: SnapshotStore, snapshot_id: str, sha256: str | None = None) -> Manifest:
    """Read the manifest of a snapshot, and check it against its sha256 where that is known.

    Raises
    ------
    SnapshotError
        There is none, or it differs; or S3 fails.
    """
    name = f"{snapshot_id}/{MANIFEST_NAME}"
    try:
        content = store.get(name)
    except MissingObjectError as error:
        message = f"{store.place(name)} is not there: no such snapshot was exported whole."
        raise SnapshotError(message) from error
    if sha256 is not None and sha256_of(content) != sha256:
        message = (
            f"{store.place(name)} has sha256 {sha256_of(content)}, {LATEST_NAME} says {sha256}: "
            "export again."
        )
        raise SnapshotError(message)
    manifest = decode_manifest(content, store.place(name))
    if manifest.snapshot_id != snapshot_id:
        message = f"{store.place(name)} is the manifest of {manifest.snapshot_id}: export again."
        raise SnapshotError(message)
    return manifest


def latest_id(store: SnapshotStore) -> str | None:
    """Return the id that `latest` names; None where there is none that can be read."""
    try:
        content = store.get(LATEST_NAME)
    except MissingObjectError:
        return None
    try:
        return decode_file(content, Latest, LATEST_NAME, "export again").snapshot_id
    except SnapshotError:
        return None


def move_latest(
    connection: psycopg.Connection[Any], store: SnapshotStore, latest: Latest, read_order: int
) -> None:
    """Let `latest` name a snapshot, unless it names one already that was read later.

    No other export moves it until the caller's transaction ends.

    Parameters
    ----------
    read_order : int
        The snapshot's place in the order of reading: `ops.snapshots.read_order`.

    Raises
    ------
    SnapshotError
        S3 fails, or shows something else than was just written.
    """
    connection.execute("select set_config('lock_timeout', %s, true)", (_LOCK_TIMEOUT,))
    # Who may only read the table can neither take nor delay this lock.
    connection.execute("lock table ops.snapshots in share row exclusive mode")
    current = latest_id(store)
    if current is not None:
        row = connection.execute(
            query("alsolike/snapshot/is_newer"),
            {
                "current_id": current,
                "snapshot_id": latest.snapshot_id,
                "read_order": read_order,
            },
        ).fetchone()
        if row == (True,):
            _log.warning(
                "%s stays at %s, which was read after the snapshot %s.",
                store.place(LATEST_NAME),
                current,
                latest.snapshot_id,
            )
            return
    try:
        store.put(LATEST_NAME, encode_file(latest))
    except SnapshotError:
        # It may be written although the answer was lost.
        if latest_id(store) != latest.snapshot_id:
            raise
    written = latest_id(store)
    if written != latest.snapshot_id:
        message = (
            f"{store.place(LATEST_NAME)} names {written} although {latest.snapshot_id} was just "
            "written to it: nothing but alsolike may write there. Export again."
        )
        raise SnapshotError(message)
