"""Take the latest snapshot from S3, check it, and keep it as one file on the local disk."""

import contextlib
import os
import sqlite3
import tempfile
from collections.abc import Generator, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from alsolike.database import query
from alsolike.errors import SnapshotError
from alsolike.models import ServingOptions
from alsolike.progress import Report
from alsolike.settings import Settings
from alsolike.snapshot.local_file import (
    FORMAT_VERSION,
    POINTER_NAME,
    LocalPointer,
    check_file,
    read_pointer,
    snapshot_folder,
)
from alsolike.snapshot.manifest import Manifest
from alsolike.snapshot.store import SnapshotStore
from alsolike.snapshot.verify import latest_manifest, verify_snapshot


def fetch_snapshot(settings: Settings, *, report: Report) -> tuple[LocalPointer, bool]:
    """Bring the local snapshot up to the latest one in S3.

    A site that is running notices by itself. While this runs, and whenever it fails, the file that
    was there before stays the current one.

    Parameters
    ----------
    settings : Settings
        Bucket, prefix and home.
    report : Report
        Told the rows checked and their total.

    Returns
    -------
    tuple
        What is current now, and whether it was fetched now (False: it was there, and is whole).

    Raises
    ------
    SnapshotError
        There is no snapshot, it is not what its manifest says, an earlier release exported it,
        or the disk is full.
    """
    folder = snapshot_folder(settings.home)
    manifest = latest_manifest(SnapshotStore(settings.s3_bucket, settings.s3_prefix))
    serving = manifest.serving
    if not manifest.product_files or serving is None:
        message = (
            f"An earlier release exported the snapshot {manifest.snapshot_id}, without all that "
            "the site needs: run `alsolike export` again."
        )
        raise SnapshotError(message)
    known = _whole(folder)
    if known is not None and known.snapshot_id == manifest.snapshot_id:
        return known, False
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with _temporary(folder) as partial:
            with contextlib.closing(_FileKeeper(partial, manifest.snapshot_id, serving)) as keeper:
                verify_snapshot(
                    settings, snapshot_id=manifest.snapshot_id, keeper=keeper, report=report
                )
                keeper.finish()
            pointer = _publish(folder, partial, manifest)
    except (OSError, sqlite3.Error) as error:
        message = (
            f"Cannot write the local snapshot in {folder}: {error}. "
            "Make room there, or set ALSOLIKE_HOME to another folder."
        )
        raise SnapshotError(message) from error
    _delete_others(folder, pointer)
    return pointer, True


def _whole(folder: Path) -> LocalPointer | None:
    """Return the pointer if its file is whole; a damaged one is fetched anew."""
    try:
        pointer = read_pointer(folder)
        if pointer is not None:
            check_file(folder, pointer)
    except SnapshotError:
        return None
    return pointer


@contextlib.contextmanager
def _temporary(folder: Path) -> Generator[Path]:
    """Give the path of a file that is gone at the end of the block, unless it was renamed."""
    descriptor, name = tempfile.mkstemp(prefix="partial-", suffix=".sqlite", dir=folder)
    os.close(descriptor)
    path = Path(name)
    try:
        yield path
    finally:
        path.unlink(missing_ok=True)


def _publish(folder: Path, partial: Path, manifest: Manifest) -> LocalPointer:
    """Give the file its name, then point at it; both survive a power cut in this order."""
    # Another user may run the site; nobody may change the file.
    partial.chmod(0o444)
    _sync(partial)
    pointer = LocalPointer(
        format_version=FORMAT_VERSION,
        file=f"{manifest.snapshot_id}.sqlite",
        bytes=partial.stat().st_size,
        sha256=_sha256(partial),
        snapshot_id=manifest.snapshot_id,
        model=manifest.model,
        created_at=manifest.created_at,
        fetched_at=datetime.now(UTC),
        is_demo_shop=manifest.is_demo_shop,
    )
    partial.replace(folder / pointer.file)
    written = folder / f"{POINTER_NAME}.{os.getpid()}.part"
    written.write_bytes(msgspec.json.format(msgspec.json.encode(pointer), indent=2) + b"\n")
    _sync(written)
    written.replace(folder / POINTER_NAME)
    return pointer


def _sync(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _sha256(path: Path) -> str:
    import hashlib  # noqa: PLC0415

    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _delete_others(folder: Path, pointer: LocalPointer) -> None:
    """Delete earlier files; a site that has one open keeps reading it until it closes it."""
    for path in folder.glob("*.sqlite"):
        # Another fetch may be writing its own at this moment.
        if path.name != pointer.file and not path.name.startswith("partial-"):
            path.unlink(missing_ok=True)


class _FileKeeper:
    """Writes what is being verified into a SQLite file."""

    def __init__(self, path: Path, snapshot_id: str, serving: ServingOptions) -> None:
        # Durability is the rename's: until then the file may as well be lost.
        self._connection = sqlite3.connect(path, isolation_level=None)
        self._connection.execute("pragma journal_mode = off")
        self._connection.execute("pragma synchronous = off")
        self._connection.execute("begin")
        self._connection.execute(
            "create table snapshot (snapshot_id text not null, serving text not null) strict"
        )
        self._connection.execute(
            "insert into snapshot values (?, ?)",
            (snapshot_id, msgspec.json.encode(serving).decode()),
        )
        self._run("create_products")
        self._run("create_neighbours")

    def products(self, columns: list[list[Any]]) -> None:
        """Write some products."""
        created = columns[10]
        columns = [*columns[:10], [moment.isoformat() for moment in created], *columns[11:]]
        self._connection.executemany(query("alsolike/snapshot/sqlite/add_product"), _rows(columns))

    def neighbours(self, columns: list[list[Any]]) -> None:
        """Write some neighbours; those of products that are gone by now are left out."""
        self._connection.executemany(
            query("alsolike/snapshot/sqlite/add_neighbour"), _rows(columns[:4])
        )

    def finish(self) -> None:
        """Index what was written, and end the file."""
        self._run("index_category")
        self._run("index_popularity")
        self._run("index_words")
        self._connection.execute("insert into words (words) values ('rebuild')")
        self._connection.execute("analyze")
        self._connection.execute("commit")

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def _run(self, name: str) -> None:
        self._connection.execute(query(f"alsolike/snapshot/sqlite/{name}"))


def _rows(columns: list[list[Any]]) -> Iterator[tuple[Any, ...]]:
    return zip(*columns, strict=True)
