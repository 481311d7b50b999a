"""Write a snapshot: rows out of Postgres, through Parquet files, to S3."""

import logging
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, LiteralString

import psycopg
from psycopg.types.json import Jsonb

from alsolike.database import connect, query
from alsolike.errors import SnapshotError
from alsolike.models import Model, find_model, serving_options
from alsolike.progress import Report
from alsolike.settings import Settings
from alsolike.snapshot.latest import point, pointed_at
from alsolike.snapshot.manifest import (
    FORMAT_VERSION,
    MANIFEST_NAME,
    Manifest,
    PartFile,
    Pointer,
    Scope,
    new_snapshot_id,
    sha256_of,
)
from alsolike.snapshot.parts import PartWriter, Row
from alsolike.snapshot.products import write_products
from alsolike.snapshot.store import SnapshotStore
from alsolike.snapshot.verify import verify_snapshot

GROUP_ROWS = 100_000
PART_ROWS = 1_000_000

_STAGE = "export"
_SHOWN_IDS = 5

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Beginning:
    """When the rows were read: the place in the order of all snapshots, and the moment, UTC."""

    read_order: int
    read_at: datetime


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
    The pointer is written last and moves for a whole catalogue only, never back to one that was
    read before the one it names. If anything fails before, nothing points at the new files, and
    they are deleted.

    Parameters
    ----------
    settings : Settings
        Bucket, prefix, and k where that is None.
    model : str, optional
        Name of the model; the serving one when left out.
    k : int, optional
        At most so many neighbours per product. A product has fewer where fewer were computed or
        some of them are out of stock or gone.
    product_ids : iterable of str, optional
        Only these products; each once, however often it is named.
    category : str, optional
        Only products of this category and those below it.
    is_verified : bool
        Read everything back and check it before the pointer moves.
    report : Report
        Told the products done and their total, and the rows checked.

    Returns
    -------
    Manifest
        What was written.

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
    store = SnapshotStore(settings.s3_bucket, settings.s3_prefix)
    with _deleted_on_failure(store) as written:
        with connect() as connection:
            # What the manifest says and what the files hold is the catalogue of one moment.
            connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
            began = _begin(connection)
            used = _find_model(connection, model)
            product_count = _fill_scope(connection, used, product_ids, category)
            store.ensure_bucket()
            snapshot_id = new_snapshot_id(began.read_at)
            parameters = {"model_id": used.model_id, "k": wanted_k}
            with closing(_groups(connection, parameters)) as groups:
                parts = _Parts(store, snapshot_id, used.name, written)
                parts.write_all(groups, product_count, report)
            if not parts.files:
                raise SnapshotError(_nothing_to_export(used))
            product_files = (
                write_products(connection, store, snapshot_id, written, report)
                if scope == "whole"
                else ()
            )
            serving = serving_options(connection, used.serving)
            shop = connection.execute(query("alsolike/is_demo_shop")).fetchone()
        manifest = Manifest(
            format_version=FORMAT_VERSION,
            snapshot_id=snapshot_id,
            model=used.name,
            k=wanted_k,
            scope=scope,
            category=category,
            row_count=sum(file.rows for file in parts.files),
            product_count=parts.product_count,
            created_at=began.read_at,
            files=tuple(parts.files),
            product_files=product_files,
            is_demo_shop=shop == (True,),
            serving=serving,
        )
        name = f"{snapshot_id}/{MANIFEST_NAME}"
        written.append(name)
        store.put(name, manifest.encode())
        if is_verified:
            verify_snapshot(settings, snapshot_id=snapshot_id, report=report)
        _publish(store, used, manifest, began)
    return manifest


def _begin(connection: psycopg.Connection[Any]) -> _Beginning:
    row = connection.execute(query("alsolike/snapshot/begin")).fetchone()
    assert row is not None  # noqa: S101  (a select without a table always gives a row)
    return _Beginning(row[0], row[1].astimezone(UTC))


def _publish(store: SnapshotStore, model: Model, manifest: Manifest, began: _Beginning) -> None:
    """Note the snapshot and let the pointer name it, on a connection that did not wait till now."""
    with connect() as connection:
        if manifest.scope == "whole":
            pointer = Pointer(manifest.snapshot_id, sha256_of(manifest.encode()))
            point(connection, store, pointer, began.read_order)
        connection.execute(
            query("alsolike/snapshot/record"),
            {
                "snapshot_id": manifest.snapshot_id,
                "model_id": model.model_id,
                "location": store.place(manifest.snapshot_id),
                "row_count": manifest.row_count,
                "manifest": Jsonb(manifest.as_dict()),
                "created_at": manifest.created_at,
                "read_order": began.read_order,
            },
        )


def _find_model(connection: psycopg.Connection[Any], name: str | None) -> Model:
    model = find_model(connection, name)
    if model is not None:
        return model
    message = "No model serves yet: run `alsolike embed`, then `alsolike neighbours`."
    raise SnapshotError(message)


def _fill_scope(
    connection: psycopg.Connection[Any],
    model: Model,
    product_ids: Iterable[str] | None,
    category: str | None,
) -> int:
    """Note the products to export in a temporary table; return how many they are."""
    connection.execute(query("alsolike/snapshot/create_scope"))
    if product_ids is not None:
        with (
            connection.cursor() as cursor,
            cursor.copy(query("alsolike/snapshot/copy_scope")) as copy,
        ):
            for product_id in product_ids:
                copy.write_row((product_id,))
        _require_known(connection)
    elif category is not None:
        if _count(connection, "alsolike/snapshot/count_category", {"category": category}) == 0:
            message = (
                f"There is no product in the category {category!r}: give its whole path, "
                "as in 'A > B'."
            )
            raise SnapshotError(message)
        connection.execute(
            query("alsolike/snapshot/fill_scope"),
            {"model_id": model.model_id, "category": category},
        )
    else:
        connection.execute(
            query("alsolike/snapshot/fill_scope"), {"model_id": model.model_id, "category": None}
        )
    connection.execute(query("alsolike/snapshot/analyze_scope"))
    count = _count(connection, "alsolike/snapshot/count_scope", {})
    if count == 0:
        raise SnapshotError(_nothing_to_export(model))
    return count


def _require_known(connection: psycopg.Connection[Any]) -> None:
    if _count(connection, "alsolike/snapshot/count_scope", {}) == 0:
        message = "There is no product in the list to export: give one product id per line."
        raise SnapshotError(message)
    rows = connection.execute(
        query("alsolike/snapshot/unknown_products"), {"limit": _SHOWN_IDS}
    ).fetchall()
    if rows:
        total: int = rows[0][1]
        shown = ", ".join(repr(row[0]) for row in rows)
        more = f" and {total - len(rows):,} more" if total > len(rows) else ""
        message = (
            f"{total:,} of the products to export are unknown: {shown}{more}. "
            "Take them off the list, or load them first."
        )
        raise SnapshotError(message)


def _count(connection: psycopg.Connection[Any], name: str, parameters: dict[str, Any]) -> int:
    row = connection.execute(query(name), parameters).fetchone()
    return 0 if row is None else int(row[0])


def _nothing_to_export(model: Model) -> str:
    return (
        f"There are no neighbours in stock by model {model.name!r} for these products: "
        "run `alsolike neighbours`, then export again."
    )


def _groups(
    connection: psycopg.Connection[Any], parameters: dict[str, int]
) -> Generator[list[Row]]:
    """Yield the rows in groups of about `GROUP_ROWS`; a product's rows are never split."""
    statement: LiteralString = query("alsolike/snapshot/rows")
    with connection.cursor("snapshot_rows", binary=True) as cursor:
        cursor.execute(statement, parameters)
        kept: list[Row] = []
        while fetched := cursor.fetchmany(GROUP_ROWS):
            kept.extend(fetched)
            cut = len(kept)
            while cut and kept[cut - 1][0] == kept[-1][0]:
                cut -= 1
            if cut:
                yield kept[:cut]
                kept = kept[cut:]
        if kept:
            yield kept


class _Parts:
    """The part files of one snapshot, written and uploaded one after the other."""

    def __init__(
        self, store: SnapshotStore, snapshot_id: str, model: str, written: list[str]
    ) -> None:
        self.files: list[PartFile] = []
        self.product_count = 0
        self._store = store
        self._snapshot_id = snapshot_id
        self._model = model
        self._written = written

    def write_all(
        self, groups: Iterator[Sequence[Row]], product_total: int, report: Report
    ) -> None:
        """Write every group; a part ends with the group that fills it."""
        report(_STAGE, 0, product_total)
        for first in groups:
            with closing(PartWriter(f"part-{len(self.files):04}.parquet", self._model)) as part:
                self._append(part, first)
                report(_STAGE, self.product_count, product_total)
                while part.rows < PART_ROWS and (group := next(groups, None)) is not None:
                    self._append(part, group)
                    report(_STAGE, self.product_count, product_total)
                self._upload(part)
        if self.product_count < product_total:
            # Products that have no neighbour in stock are done too.
            report(_STAGE, product_total, product_total)

    def _append(self, part: PartWriter, group: Sequence[Row]) -> None:
        part.write(group)
        self.product_count += len({row[0] for row in group})

    def _upload(self, part: PartWriter) -> None:
        described, file = part.finish()
        name = f"{self._snapshot_id}/{described.name}"
        self._written.append(name)
        self._store.upload(name, file)
        self.files.append(described)


@contextmanager
def _deleted_on_failure(store: SnapshotStore) -> Generator[list[str]]:
    """Delete the objects whose names the block collects if it fails, an interrupt included."""
    names: list[str] = []
    try:
        yield names
    except BaseException:
        try:
            current = pointed_at(store) if names else None
            if current is None or not any(name.startswith(f"{current}/") for name in names):
                store.delete(names)
        except SnapshotError as error:
            _log.warning(
                "Files of the failed snapshot %s may be left over: %s",
                names[0].partition("/")[0],
                error,
            )
        raise
