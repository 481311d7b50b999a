"""Take the latest snapshot from S3, check it, and keep it as one file on the local disk."""

import os
import sqlite3
import tempfile
from collections.abc import Generator, Iterable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from alsolike.database import query
from alsolike.errors import SnapshotError
from alsolike.folding import folded
from alsolike.models import ServingOptions
from alsolike.progress import Report
from alsolike.settings import Settings
from alsolike.snapshot.latest import latest_manifest
from alsolike.snapshot.local_file import (
    FORMAT_VERSION,
    POINTER_NAME,
    LocalPointer,
    check_file,
    read_pointer,
    size_and_sha256,
    snapshot_folder,
)
from alsolike.snapshot.manifest import Manifest, encode_file
from alsolike.snapshot.store import SnapshotStore
from alsolike.snapshot.verify import Columns, Table, checked_rows


def fetch_snapshot(settings: Settings, *, report: Report) -> tuple[LocalPointer, bool]:
    """Bring the local snapshot up to the latest one in S3.

    A site that is running notices by itself. While this runs, and whenever it fails, the file that
    was there before stays the current one.

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
    store = SnapshotStore(settings.s3_bucket, settings.s3_prefix, settings.s3_arguments)
    manifest = latest_manifest(store)
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
            rows = checked_rows(store, manifest, report=report, is_listed=False)
            write_file(partial, manifest.snapshot_id, serving, rows)
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


@contextmanager
def _temporary(folder: Path) -> Generator[Path]:
    """Give the path of a file that is gone at the end of the block, unless it was renamed."""
    descriptor, name = tempfile.mkstemp(prefix="partial-", suffix=".sqlite", dir=folder)
    os.close(descriptor)
    path = Path(name)
    try:
        yield path
    finally:
        path.unlink(missing_ok=True)


def write_file(
    path: Path,
    snapshot_id: str,
    serving: ServingOptions,
    rows: Iterable[tuple[Table, Columns]],
) -> None:
    """Write the local snapshot of rows from `checked_rows`, with its indexes."""

    def run(name: str) -> None:
        file.execute(query(f"alsolike/snapshot/sqlite/{name}"))

    with closing(sqlite3.connect(path, isolation_level=None)) as file:
        # Durability is the rename's: until then the file may as well be lost.
        file.execute("pragma journal_mode = off")
        file.execute("pragma synchronous = off")
        file.execute("begin")
        file.execute(
            "create table snapshot (snapshot_id text not null, serving text not null) strict"
        )
        options = msgspec.json.encode(serving).decode()
        file.execute("insert into snapshot values (?, ?)", (snapshot_id, options))
        run("create_products")
        run("create_neighbours")
        add_product = query("alsolike/snapshot/sqlite/add_product")
        add_neighbour = query("alsolike/snapshot/sqlite/add_neighbour")
        for table, columns in rows:
            if table == "products":
                file.executemany(add_product, _product_rows(columns))
            else:
                file.executemany(add_neighbour, zip(*columns[:4], strict=True))
        file.execute(
            "create index products_category on products (category, created_at desc, product_id)"
        )
        file.execute(
            "create index products_of_variants on products (variant_group_id, number) "
            "where variant_group_id is not null"
        )
        run("count_variants")
        run("index_popularity")
        run("index_priors")
        run("index_words")
        file.create_function("folded", 1, _folded, deterministic=True)
        run("add_words")
        file.execute("analyze")
        file.execute("commit")


def _folded(text: str | None) -> str | None:
    return None if text is None else folded(text)


def _product_rows(columns: Columns) -> Iterator[tuple[Any, ...]]:
    for row in zip(*columns, strict=True):
        yield (*row[:10], row[10].isoformat(), *row[11:])


def _publish(folder: Path, partial: Path, manifest: Manifest) -> LocalPointer:
    """Give the file its name, then point at it; both survive a power cut in this order."""
    # Another user may run the site; nobody may change the file.
    partial.chmod(0o444)
    _sync(partial)
    size, sha256 = size_and_sha256(partial)
    pointer = LocalPointer(
        format_version=FORMAT_VERSION,
        file=f"{manifest.snapshot_id}.sqlite",
        bytes=size,
        sha256=sha256,
        snapshot_id=manifest.snapshot_id,
        model=manifest.model,
        created_at=manifest.created_at,
        fetched_at=datetime.now(UTC),
        is_demo_shop=manifest.is_demo_shop,
        is_trained=manifest.is_trained,
    )
    partial.replace(folder / pointer.file)
    written = folder / f"{POINTER_NAME}.{os.getpid()}.part"
    written.write_bytes(encode_file(pointer))
    _sync(written)
    written.replace(folder / POINTER_NAME)
    return pointer


def _sync(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _delete_others(folder: Path, pointer: LocalPointer) -> None:
    """Delete earlier files; a site that has one open keeps reading it until it closes it."""
    for path in folder.glob("*.sqlite"):
        # Another fetch may be writing its own at this moment.
        if path.name != pointer.file and not path.name.startswith("partial-"):
            path.unlink(missing_ok=True)
