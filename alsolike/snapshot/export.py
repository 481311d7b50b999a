"""Write a snapshot: rows out of Postgres, through Parquet files, to S3."""

import logging
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from alsolike.database import connect, query
from alsolike.errors import SnapshotError
from alsolike.models import Model, find_model, serving_options
from alsolike.progress import Report
from alsolike.settings import Settings
from alsolike.snapshot.latest import Latest, latest_id, move_latest
from alsolike.snapshot.manifest import (
    FORMAT_VERSION,
    MANIFEST_NAME,
    Manifest,
    PartFile,
    Scope,
    encode_file,
    new_snapshot_id,
    products_folder,
    sha256_of,
)
from alsolike.snapshot.parts import NEIGHBOUR_SCHEMA, PRODUCT_SCHEMA, PartWriter, Row, Schema
from alsolike.snapshot.scope import fill_scope
from alsolike.snapshot.store import SnapshotStore
from alsolike.snapshot.verify import verify_snapshot

GROUP_ROWS = 100_000
PART_ROWS = 1_000_000
# Descriptions are long: fewer rows at a time than of neighbours keep the same memory.
PRODUCT_GROUP_ROWS = 5_000
PRODUCT_PART_ROWS = 250_000
# Products that have a place among the recently popular; the newest follow them.
POPULAR = 1_000

_log = logging.getLogger(__name__)


def export_snapshot(
    settings: Settings,
    *,
    model: str | None = None,
    k: int | None = None,
    product_ids: Iterable[str] | None = None,
    category: str | None = None,
    is_verified: bool = False,
    report: Report,
) -> Manifest:
    """Write the precomputed neighbours that are in stock as a snapshot.

    One of the whole catalogue also holds the products, as pages show them.

    Memory does not grow with the number of rows; a temporary file holds one part at a time.
    `latest` is written last, for a whole catalogue only, and never goes back to a snapshot that was
    read earlier. If anything fails before, nothing names the new files, and they are deleted.

    Parameters
    ----------
    model : str, optional
        Name of the model; the serving one when left out.
    k : int, optional
        At most so many neighbours per product; when left out, as many as the settings say. A
        product has fewer where fewer were computed or some of them are out of stock or gone.
    product_ids : iterable of str, optional
        Only these products; each once, however often it is named.
    category : str, optional
        Only products of this category and those below it.
    is_verified : bool
        Read everything back and check it before `latest` names it.

    Raises
    ------
    SnapshotError
        There is nothing to write, a product of the list or the category is unknown, the disk for
        temporary files is full, S3 fails, or what is read back is not what was written.
    UnknownModelError
        There is no model of that name.
    """
    if product_ids is not None and category is not None:
        message = "A snapshot is of a list of products or of a category, not of both."
        raise SnapshotError(message)
    wanted_k = settings.neighbours_k if k is None else k
    if wanted_k < 1:
        message = f"k is {wanted_k}: a snapshot needs at least 1 neighbour per product."
        raise SnapshotError(message)
    scope: Scope = (
        "list" if product_ids is not None else "category" if category is not None else "whole"
    )
    store = SnapshotStore(settings.s3_bucket, settings.s3_prefix, settings.s3_arguments)
    with ExitStack() as stack:
        with connect() as connection:
            # What the manifest says and what the files hold is the catalogue of one moment.
            connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
            read_order, read_at = _begin(connection)
            used = find_model(connection, model)
            if used is None:
                message = "No model serves yet: run `alsolike embed`, then `alsolike neighbours`."
                raise SnapshotError(message)
            total = fill_scope(connection, used.model_id, product_ids, category)
            store.ensure_bucket()
            snapshot_id = new_snapshot_id(read_at)
            stack.enter_context(_deleted_on_failure(store, snapshot_id))
            files, product_count = _write_neighbours(
                connection, store, snapshot_id, used, wanted_k, total, report
            )
            product_files = (
                _write_products(connection, store, snapshot_id, used, report)
                if scope == "whole"
                else ()
            )
            serving = serving_options(connection, used.serving)
            shop = connection.execute("select ops.is_demo_shop()").fetchone()
        manifest = Manifest(
            format_version=FORMAT_VERSION,
            snapshot_id=snapshot_id,
            model=used.name,
            k=wanted_k,
            scope=scope,
            category=category,
            row_count=sum(file.rows for file in files),
            product_count=product_count,
            created_at=read_at,
            files=files,
            product_files=product_files,
            is_demo_shop=shop == (True,),
            serving=serving,
            is_trained=used.kind == "trained",
        )
        store.put(f"{snapshot_id}/{MANIFEST_NAME}", encode_file(manifest))
        if is_verified:
            verify_snapshot(settings, snapshot_id=snapshot_id, report=report)
        _publish(store, used, manifest, read_order)
    return manifest


def _begin(connection: psycopg.Connection[Any]) -> tuple[int, datetime]:
    """Begin to read: return the place in the order of all snapshots, and the moment, UTC.

    The first statement of the transaction that reads the rows, so that the order is theirs.
    """
    row = connection.execute(
        "select nextval(pg_get_serial_sequence('ops.snapshots', 'read_order')),"
        " statement_timestamp()"
    ).fetchone()
    assert row is not None  # noqa: S101  (a select without a table always gives a row)
    return row[0], row[1].astimezone(UTC)


def _publish(store: SnapshotStore, model: Model, manifest: Manifest, read_order: int) -> None:
    """Note the snapshot and let `latest` name it, on a connection that did not wait till now."""
    with connect() as connection:
        if manifest.scope == "whole":
            latest = Latest(manifest.snapshot_id, sha256_of(encode_file(manifest)))
            move_latest(connection, store, latest, read_order)
        connection.execute(
            query("alsolike/snapshot/record"),
            {
                "snapshot_id": manifest.snapshot_id,
                "model_id": model.model_id,
                "location": store.place(manifest.snapshot_id),
                "row_count": manifest.row_count,
                "manifest": Jsonb(manifest.as_dict()),
                "created_at": manifest.created_at,
                "read_order": read_order,
            },
        )


def _write_neighbours(
    connection: psycopg.Connection[Any],
    store: SnapshotStore,
    snapshot_id: str,
    model: Model,
    k: int,
    total: int,
    report: Report,
) -> tuple[tuple[PartFile, ...], int]:
    """Write the neighbours of the products in scope; return the files and the products in them."""
    done = 0

    def count(group: list[Row]) -> None:
        nonlocal done
        done += len({row[0] for row in group})
        report("export", done, total)

    report("export", 0, total)
    parameters = {"model_id": model.model_id, "model": model.name, "k": k}
    with closing(_groups(connection, "neighbours", parameters, GROUP_ROWS)) as groups:
        files = _write_parts(store, snapshot_id, NEIGHBOUR_SCHEMA, groups, PART_ROWS, count)
    if not files:
        message = (
            f"There are no neighbours in stock by model {model.name!r} for these products. If "
            "products are in stock, run `alsolike neighbours`, then export again."
        )
        raise SnapshotError(message)
    if done < total:
        # Products that have no neighbour in stock are done too.
        report("export", total, total)
    return files, done


def _write_products(
    connection: psycopg.Connection[Any],
    store: SnapshotStore,
    snapshot_id: str,
    model: Model,
    report: Report,
) -> tuple[PartFile, ...]:
    """Write the whole catalogue, beside the snapshot's own folder."""
    stage, done = "export products", 0

    def count(group: list[Row]) -> None:
        nonlocal done
        done += len(group)
        report(stage, done, None)

    report(stage, 0, None)
    folder = products_folder(snapshot_id)
    parameters = {"model_id": model.model_id, "popular": POPULAR}
    with closing(_groups(connection, "products", parameters, PRODUCT_GROUP_ROWS)) as groups:
        files = _write_parts(store, folder, PRODUCT_SCHEMA, groups, PRODUCT_PART_ROWS, count)
    report(stage, done, done)
    return files


def _groups(
    connection: psycopg.Connection[Any],
    name: str,
    parameters: dict[str, Any],
    group_rows: int,
) -> Generator[list[Row]]:
    """Yield the rows of a query in groups of about so many; a product's rows are never split."""
    with connection.cursor(f"snapshot_{name}", binary=True) as cursor:
        cursor.execute(query(f"alsolike/snapshot/{name}"), parameters)
        kept: list[Row] = []
        while fetched := cursor.fetchmany(group_rows):
            kept.extend(fetched)
            cut = len(kept)
            while cut and kept[cut - 1][0] == kept[-1][0]:
                cut -= 1
            if cut:
                yield kept[:cut]
                kept = kept[cut:]
        if kept:
            yield kept


def _write_parts(
    store: SnapshotStore,
    folder: str,
    schema: Schema,
    groups: Iterator[list[Row]],
    part_rows: int,
    count: Callable[[list[Row]], None],
) -> tuple[PartFile, ...]:
    """Write groups of rows as part files, one after the other, and upload each.

    Parameters
    ----------
    part_rows : int
        A part ends with the group that brings it to so many rows.
    count : callable
        Told each group that was written.
    """
    files: list[PartFile] = []
    for first in groups:
        with closing(PartWriter(f"part-{len(files):04}.parquet", schema)) as part:
            part.write(first)
            count(first)
            while part.rows < part_rows and (group := next(groups, None)) is not None:
                part.write(group)
                count(group)
            described, file = part.finish()
            store.upload(f"{folder}/{described.name}", file)
            files.append(described)
    return tuple(files)


@contextmanager
def _deleted_on_failure(store: SnapshotStore, snapshot_id: str) -> Generator[None]:
    """Delete the objects of a snapshot if the block fails, an interrupt included."""
    try:
        yield
    except BaseException:
        try:
            if latest_id(store) != snapshot_id:
                # Those that it began to write: a listing may be late, or not allowed.
                folders = (f"{snapshot_id}/", f"{products_folder(snapshot_id)}/")
                store.delete(name for name in store.begun if name.startswith(folders))
        except SnapshotError as error:
            _log.warning("Files of the failed snapshot %s may be left over: %s", snapshot_id, error)
        raise
