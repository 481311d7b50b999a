"""The local snapshot that is open, and how a newer one takes its place."""

import asyncio
import logging
import sqlite3
import time
from pathlib import Path

from alsolike.errors import SnapshotError
from alsolike.snapshot.local_file import (
    POINTER_NAME,
    LocalPointer,
    check_file,
    read_pointer,
    snapshot_folder,
)
from alsolike.snapshot.reader import LocalSnapshot

logger = logging.getLogger("alsolike.ladder")

# SQLite's codes for a file that is not what it was: its pages, its header, or the disk below.
_DAMAGE = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_IOERR})
# The last byte is the kind; what is above it tells kinds of a kind apart.
_KIND = 0xFF
# Seconds until a file that could not be read is read once more: a disk may be back.
_AGAIN_SECONDS = 30.0


class LocalSnapshots:
    """The snapshot on this machine's disk, below the home folder, if there is a whole one."""

    def __init__(self, home: Path) -> None:
        self.current: LocalSnapshot | None = None
        self._folder = snapshot_folder(home)
        self._seen: tuple[int, int, int] | None = None
        self._again_at = float("inf")
        self._told_fault = ""

    async def refresh(self) -> None:
        """Open the snapshot that is current on the disk, if it is another one than is open.

        A damaged one is one line in the log, and the one that is open stays. It is read again after
        a while.
        """
        seen = self._look()
        if seen is None or (seen == self._seen and time.monotonic() < self._again_at):
            return
        self._seen = seen
        self._again_at = float("inf")
        try:
            pointer = read_pointer(self._folder)
            if pointer is None or (self.current and self.current.pointer == pointer):
                return
            # Reading all of a large file takes a second: not in the event loop.
            opened = LocalSnapshot(
                await asyncio.to_thread(check_file, self._folder, pointer), pointer
            )
        except SnapshotError as error:
            self._again_at = time.monotonic() + _AGAIN_SECONDS
            if str(error) != self._told_fault:
                self._told_fault = str(error)
                logger.error("%s Until then %s", error, self._told())  # noqa: TRY400  (no trace)
            return
        self._told_fault = ""
        self._replace(opened)
        logger.info("The local snapshot is %s", pointer.snapshot_id)

    def note_failure(self, error: sqlite3.Error) -> None:
        """Close the file if an error says that it is damaged; any other error is one request's.

        It is opened again after a while, or as soon as there is a newer one.
        """
        if getattr(error, "sqlite_errorcode", 0) & _KIND not in _DAMAGE:
            logger.error("A request failed at the local snapshot", exc_info=error)
            return
        logger.error("The local snapshot cannot be read any more (%s)", error)
        self._again_at = time.monotonic() + _AGAIN_SECONDS
        self._replace(None)

    def pointer(self) -> LocalPointer | None:
        """Return what is known of the open snapshot."""
        return None if self.current is None else self.current.pointer

    def close(self) -> None:
        """Close the file."""
        self._replace(None)

    def _replace(self, opened: LocalSnapshot | None) -> None:
        before, self.current = self.current, opened
        if before is not None:
            before.close()

    def _look(self) -> tuple[int, int, int] | None:
        try:
            found = Path(self._folder / POINTER_NAME).stat()
        except OSError:
            return None
        return found.st_mtime_ns, found.st_ino, found.st_size

    def _told(self) -> str:
        if self.current is None:
            return "there is none to answer from."
        return f"{self.current.pointer.snapshot_id} stays."
