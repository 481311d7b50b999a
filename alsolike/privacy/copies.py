"""Copies of the list of erased shoppers outside the database, so that it survives a restore.

One lies in the home folder, one beside the snapshots in S3. Both are merged with the database, both
ways: of what they say about a shopper the latest decision holds.
"""

import logging
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import psycopg
from msgspec import Struct
from psycopg.rows import args_row

from alsolike.database import connect, query
from alsolike.errors import AlsolikeError, SnapshotError
from alsolike.settings import Settings
from alsolike.snapshot.store import MissingObjectError, SnapshotStore

FILE_NAME = "erased_shoppers.json"

logger = logging.getLogger("alsolike.privacy")


class ListCopyError(AlsolikeError):
    """A copy of the list of erased shoppers cannot be read."""


class Decision(Struct, frozen=True, order=True):
    """Whether a shopper is erased, and since when; the shopper is known by a keyed hash alone."""

    decided_at: datetime
    is_erased: bool
    shopper_hash: bytes
    key_id: str


def merge_copies(settings: Settings, *, with_s3: bool) -> bool:
    """Merge the list in the database with its copies, and write the copies anew.

    Parameters
    ----------
    with_s3 : bool
        Look at the one in S3 too.

    Returns
    -------
    bool
        Whether the copy in S3 is whole: False where S3 failed, which is logged, or was not asked.

    Raises
    ------
    ListCopyError
        A copy is not what was written there; it is left as it is.
    """
    file = settings.home / FILE_NAME
    kept = file.read_bytes() if file.exists() else b"[]"
    known = _read(kept, str(file))
    store, stored = _read_s3(settings) if with_s3 else (None, b"[]")
    if store is not None:
        known |= _read(stored, store.place(FILE_NAME))
    with connect() as connection:
        # Erasures wait; who only looks at the list does not.
        connection.execute("lock table raw.erased_shoppers in share row exclusive mode")
        decisions = _merge(connection, known)
    content = msgspec.json.encode(sorted(decisions))
    if content != kept:
        _write(file, content)
    if store is None:
        return False
    if content != stored:
        try:
            store.ensure_bucket()
            store.put(FILE_NAME, content)
        except SnapshotError as error:
            logger.warning("The list of erased shoppers is not in S3: %s", error)
            return False
    return True


def _read(content: bytes, place: str) -> set[Decision]:
    try:
        return set(msgspec.json.decode(content, type=list[Decision]))
    except msgspec.DecodeError as error:
        message = (
            f"{place} is no list of erased shoppers ({error}): restore it from a backup, or move "
            "it away, if the database has the list."
        )
        raise ListCopyError(message) from error


def _read_s3(settings: Settings) -> tuple[SnapshotStore | None, bytes]:
    """Return the store and what it holds; no store where S3 fails."""
    try:
        store = SnapshotStore(settings.s3_bucket, settings.s3_prefix)
        return store, store.get(FILE_NAME)
    except MissingObjectError:
        return SnapshotStore(settings.s3_bucket, settings.s3_prefix), b"[]"
    except SnapshotError as error:
        logger.warning("The list of erased shoppers in S3 was not read: %s", error)
        return None, b"[]"


def _merge(connection: psycopg.Connection[Any], known: Iterable[Decision]) -> list[Decision]:
    """Bring the database up to what the copies know; return the latest decision on everybody."""
    with connection.cursor(row_factory=args_row(_decision)) as cursor:
        here = cursor.execute(query("alsolike/privacy/decisions")).fetchall()
    latest: dict[bytes, Decision] = {}
    for decision in sorted([*here, *known]):
        latest[decision.shopper_hash] = decision
    for decision in set(latest.values()) - set(here):
        connection.execute(query("alsolike/privacy/decide"), msgspec.structs.asdict(decision))
    return list(latest.values())


def _decision(
    shopper_hash: bytes,
    key_id: str,
    decided_at: datetime,
    is_erased: bool,  # noqa: FBT001
) -> Decision:
    """Make a decision of a row; times are in UTC, so that equal ones are written alike."""
    return Decision(decided_at.astimezone(UTC), is_erased, shopper_hash, key_id)


def _write(file: Path, content: bytes) -> None:
    """Write the file whole or not at all, for its owner alone."""
    beside = file.with_suffix(".new")
    beside.touch(mode=0o600)
    beside.write_bytes(content)
    beside.replace(file)
