"""Read a snapshot back from S3 and check that it is what its manifest says."""

import math
from collections.abc import Iterable, Iterator
from typing import Any, Literal

from alsolike.errors import SnapshotError
from alsolike.progress import Report
from alsolike.settings import Settings
from alsolike.snapshot.latest import latest_manifest, read_manifest
from alsolike.snapshot.manifest import MANIFEST_NAME, Manifest, PartFile, products_folder
from alsolike.snapshot.parts import (
    NEIGHBOUR_SCHEMA,
    PRODUCT_SCHEMA,
    HashingFile,
    Schema,
    arrow,
    parquet,
    temporary_file,
)
from alsolike.snapshot.store import SnapshotStore

_STAGE = "verify"
_BATCH_ROWS = 50_000

Table = Literal["products", "neighbours"]
Columns = list[list[Any]]


def verify_snapshot(
    settings: Settings, *, snapshot_id: str | None = None, report: Report
) -> Manifest:
    """Read every byte of a snapshot again and check it, as `checked_rows` does.

    Parameters
    ----------
    snapshot_id : str, optional
        The one that `latest` names when left out; then the manifest is checked against it too.

    Raises
    ------
    SnapshotError
        Which file differs, and in what; or S3 fails.
    """
    store = SnapshotStore(settings.s3_bucket, settings.s3_prefix, settings.s3_arguments)
    manifest = latest_manifest(store) if snapshot_id is None else read_manifest(store, snapshot_id)
    for _ in checked_rows(store, manifest, report=report):
        pass
    return manifest


def checked_rows(
    store: SnapshotStore, manifest: Manifest, *, report: Report, is_listed: bool = True
) -> Iterator[tuple[Table, Columns]]:
    """Yield what a snapshot holds, and check it on the way: all of it is right at the end alone.

    Checked are the sha256 and size of every file, the columns, the row and product counts, that
    products come in the order of their ids and each one's ranks run from 1 without a gap, with
    scores that never rise, that no product neighbours itself, that the model is the manifest's, and
    that no other file lies there.

    Parameters
    ----------
    is_listed : bool
        Look for other files. Who may only read objects cannot; the manifest names what they need.

    Yields
    ------
    tuple
        The table, and some of its rows as columns in the order of its schema; `products` first.

    Raises
    ------
    SnapshotError
        Which file differs, and in what; or S3 fails.
    """
    products = products_folder(manifest.snapshot_id)
    if is_listed:
        _check_names(store, manifest.snapshot_id, manifest.files, MANIFEST_NAME)
        _check_names(store, products, manifest.product_files)
    report(_STAGE, 0, manifest.row_count)
    last = ""
    for place, columns in _batches(store, products, manifest.product_files, PRODUCT_SCHEMA):
        for product_id in columns[0]:
            if product_id <= last:
                message = f"{place}: product {product_id!r} comes after {last!r}. Export again."
                raise SnapshotError(message)
            last = product_id
        yield "products", columns
    check = _NeighbourCheck(manifest)
    for place, columns in _batches(store, manifest.snapshot_id, manifest.files, NEIGHBOUR_SCHEMA):
        check.rows(place, columns)
        yield "neighbours", columns
        report(_STAGE, check.row_count, manifest.row_count)
    if check.product_count != manifest.product_count:
        message = (
            f"{store.place(manifest.snapshot_id)}/{MANIFEST_NAME} says "
            f"{manifest.product_count} products, its files hold {check.product_count}: "
            "export again."
        )
        raise SnapshotError(message)


def _check_names(
    store: SnapshotStore, folder: str, files: Iterable[PartFile], *others: str
) -> None:
    """Compare what lies there with what should: a reader may well take every `*.parquet`."""
    there, named = set(store.names(folder)), {*others, *(file.name for file in files)}
    for names, fault in ((named - there, "is not there"), (there - named, "is unexpected")):
        if names:
            message = (
                f"{store.place(folder)}/{min(names)} {fault} "
                f"({len(names)} such in all): export again."
            )
            raise SnapshotError(message)


def _batches(
    store: SnapshotStore, folder: str, files: Iterable[PartFile], schema: Schema
) -> Iterator[tuple[str, Columns]]:
    """Yield the columns of some files in batches, each with the address of its file."""
    for file in files:
        name = f"{folder}/{file.name}"
        place = store.place(name)
        with temporary_file() as copy:
            sink = HashingFile(copy)
            for chunk in store.stream(name):
                sink.write(chunk)
            _compare(place, "bytes", sink.size, file.bytes)
            _compare(place, "sha256", sink.sha256, file.sha256)
            copy.seek(0)
            try:
                content = parquet.ParquetFile(copy)
                own, expected = ([*map(str, fields)] for fields in (content.schema_arrow, schema))
                _compare(place, "columns", own, expected)
                _compare(place, "rows", content.metadata.num_rows, file.rows)
                for batch in content.iter_batches(batch_size=_BATCH_ROWS):
                    yield place, [column.to_pylist() for column in batch.columns]
            except (arrow.ArrowException, OSError) as error:
                message = f"{place} is not a Parquet file ({error}): export again."
                raise SnapshotError(message) from error


def _compare(place: str, what: str, own: object, expected: object) -> None:
    if own != expected:
        message = f"{place}: {what} {own}, the manifest says {expected}. Export again."
        raise SnapshotError(message)


class _NeighbourCheck:
    """Goes over the neighbours in their order and knows where it is."""

    def __init__(self, manifest: Manifest) -> None:
        self.row_count = 0
        self.product_count = 0
        self._manifest = manifest
        self._place = ""
        self._product_id = ""
        self._score = math.inf
        self._rank = 0

    def rows(self, place: str, columns: Columns) -> None:
        """Check a batch of rows; the address of their file is for the messages."""
        self._place = place
        product_ids, ranks, neighbour_ids, scores, models = columns
        if any(model != self._manifest.model for model in models):
            other = next(model for model in models if model != self._manifest.model)
            self._fail(f"a row is of model {other!r}, the manifest says {self._manifest.model!r}")
        for product_id, rank, neighbour_id, score in zip(
            product_ids, ranks, neighbour_ids, scores, strict=True
        ):
            if product_id != self._product_id or self.product_count == 0:
                self._begin_product(product_id)
            self._rank += 1
            if rank != self._rank or rank > self._manifest.k:
                self._fail(
                    f"product {product_id!r} has rank {rank} where {self._rank} of at most "
                    f"{self._manifest.k} should be"
                )
            if neighbour_id == product_id:
                self._fail(f"product {product_id!r} is its own neighbour at rank {rank}")
            # A score that is not a number fails this comparison too.
            if not (math.isfinite(score) and score <= self._score):
                self._fail(
                    f"product {product_id!r} has score {score} at rank {rank}: a number, "
                    "not above the one before, should be there"
                )
            self._score = score
        self.row_count += len(product_ids)

    def _begin_product(self, product_id: str) -> None:
        if self.product_count and product_id < self._product_id:
            self._fail(f"product {product_id!r} comes after {self._product_id!r}")
        self._product_id, self._rank, self._score = product_id, 0, math.inf
        self.product_count += 1

    def _fail(self, fault: str) -> None:
        message = f"{self._place}: {fault}. Export again."
        raise SnapshotError(message)
