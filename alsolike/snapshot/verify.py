"""Read a snapshot back from S3 and check that it is what its manifest says."""

import math
from collections.abc import Iterator
from typing import IO, Any, Protocol

from alsolike.errors import SnapshotError
from alsolike.progress import Report
from alsolike.settings import Settings
from alsolike.snapshot.latest import POINTER_NAME
from alsolike.snapshot.manifest import (
    MANIFEST_NAME,
    Manifest,
    PartFile,
    decode_manifest,
    decode_pointer,
    products_folder,
    sha256_of,
)
from alsolike.snapshot.parts import (
    PRODUCT_SCHEMA,
    SCHEMA,
    HashingFile,
    Schema,
    arrow,
    parquet,
    temporary_file,
)
from alsolike.snapshot.store import MissingObjectError, SnapshotStore

_STAGE = "verify"
_BATCH_ROWS = 50_000


class Keeper(Protocol):
    """Takes what a snapshot holds while it is checked; if the check fails, it was for nothing."""

    def products(self, columns: list[list[Any]]) -> None:
        """Take some products, as columns in the order of PRODUCT_SCHEMA; all come first."""

    def neighbours(self, columns: list[list[Any]]) -> None:
        """Take some neighbours, as columns in the order of SCHEMA."""


def verify_snapshot(
    settings: Settings,
    *,
    snapshot_id: str | None = None,
    keeper: Keeper | None = None,
    report: Report,
) -> Manifest:
    """Read every byte of a snapshot again and check it.

    Checked are the sha256 and size of every file, the columns, the row and product counts, that
    products come in the order of their ids and each one's ranks run from 1 without a gap, with
    scores that never rise, that no product neighbours itself, that the model is the manifest's, and
    that no other file lies there.

    Parameters
    ----------
    settings : Settings
        Bucket and prefix.
    snapshot_id : str, optional
        The one that `latest` names when left out; then the manifest is checked against it too.
    keeper : Keeper, optional
        Given the rows as they are read.
    report : Report
        Told the rows checked and their total.

    Returns
    -------
    Manifest
        Of the snapshot, found whole.

    Raises
    ------
    SnapshotError
        Which file differs, and in what; or S3 fails.
    """
    store = SnapshotStore(settings.s3_bucket, settings.s3_prefix)
    manifest = latest_manifest(store) if snapshot_id is None else _manifest(store, snapshot_id)
    _check_names(store, manifest)
    report(_STAGE, 0, manifest.row_count)
    _check_products(store, manifest, keeper)
    check = _Check(manifest)
    for file in manifest.files:
        name = f"{manifest.snapshot_id}/{file.name}"
        place = store.place(name)
        with temporary_file() as copy:
            _fetch(store, name, file, copy)
            check.begin(place)
            for batch in _batches(copy, file, place, SCHEMA):
                check.rows(batch)
                if keeper is not None:
                    keeper.neighbours(batch)
                report(_STAGE, check.row_count, manifest.row_count)
    if check.product_count != manifest.product_count:
        message = (
            f"{store.place(manifest.snapshot_id)}/{MANIFEST_NAME} says "
            f"{manifest.product_count} products, its files hold {check.product_count}: "
            "export again."
        )
        raise SnapshotError(message)
    return manifest


def latest_manifest(store: SnapshotStore) -> Manifest:
    """Read the manifest that `latest` names, and check it against the pointer.

    Raises
    ------
    SnapshotError
        There is none, or it differs; or S3 fails.
    """
    try:
        content = store.get(POINTER_NAME)
    except MissingObjectError as error:
        message = f"{store.place(POINTER_NAME)} is not there: run `alsolike export` first."
        raise SnapshotError(message) from error
    pointer = decode_pointer(content, store.place(POINTER_NAME))
    return _manifest(store, pointer.snapshot_id, pointer.manifest_sha256)


def _manifest(store: SnapshotStore, snapshot_id: str, sha256: str | None = None) -> Manifest:
    name = f"{snapshot_id}/{MANIFEST_NAME}"
    try:
        content = store.get(name)
    except MissingObjectError as error:
        message = f"{store.place(name)} is not there: no such snapshot was exported whole."
        raise SnapshotError(message) from error
    if sha256 is not None and sha256_of(content) != sha256:
        message = (
            f"{store.place(name)} has sha256 {sha256_of(content)}, {POINTER_NAME} says {sha256}: "
            "export again."
        )
        raise SnapshotError(message)
    manifest = decode_manifest(content, store.place(name))
    if manifest.snapshot_id != snapshot_id:
        message = f"{store.place(name)} is the manifest of {manifest.snapshot_id}: export again."
        raise SnapshotError(message)
    return manifest


def _check_names(store: SnapshotStore, manifest: Manifest) -> None:
    """Compare what lies there with what should: a reader may well take every `*.parquet`."""
    own = {MANIFEST_NAME, *(file.name for file in manifest.files)}
    _check_folder(store, manifest.snapshot_id, own)
    products = {file.name for file in manifest.product_files}
    _check_folder(store, products_folder(manifest.snapshot_id), products)


def _check_folder(store: SnapshotStore, folder: str, expected: set[str]) -> None:
    there = set(store.names(folder))
    for names, fault in ((expected - there, "is not there"), (there - expected, "is unexpected")):
        if names:
            message = (
                f"{store.place(folder)}/{min(names)} {fault} "
                f"({len(names)} such in all): export again."
            )
            raise SnapshotError(message)


def _check_products(store: SnapshotStore, manifest: Manifest, keeper: Keeper | None) -> None:
    """Check the files of the products, and that ids rise from the first row to the last."""
    last = ""
    for file in manifest.product_files:
        name = f"{products_folder(manifest.snapshot_id)}/{file.name}"
        with temporary_file() as copy:
            _fetch(store, name, file, copy)
            for batch in _batches(copy, file, store.place(name), PRODUCT_SCHEMA):
                for product_id in batch[0]:
                    if product_id <= last:
                        message = (
                            f"{store.place(name)}: product {product_id!r} comes after {last!r}. "
                            "Export again."
                        )
                        raise SnapshotError(message)
                    last = product_id
                if keeper is not None:
                    keeper.products(batch)


def _fetch(store: SnapshotStore, name: str, file: PartFile, copy: IO[bytes]) -> None:
    sink = HashingFile(copy)
    for chunk in store.stream(name):
        sink.write(chunk)
    if sink.size != file.bytes:
        _differ(store.place(name), "bytes", sink.size, file.bytes)
    if sink.sha256 != file.sha256:
        _differ(store.place(name), "sha256", sink.sha256, file.sha256)


def _differ(place: str, what: str, found: object, expected: object) -> None:
    message = f"{place}: {what} {found}, the manifest says {expected}. Export again."
    raise SnapshotError(message)


def _batches(
    copy: IO[bytes], file: PartFile, place: str, schema: Schema
) -> Iterator[list[list[Any]]]:
    """Yield the columns of a file in batches."""
    copy.seek(0)
    try:
        content = parquet.ParquetFile(copy)
        if not content.schema_arrow.equals(schema):
            _differ(place, "columns", content.schema_arrow.names, schema.names)
        if content.metadata.num_rows != file.rows:
            _differ(place, "rows", content.metadata.num_rows, file.rows)
        for batch in content.iter_batches(batch_size=_BATCH_ROWS):
            yield [column.to_pylist() for column in batch.columns]
    except (arrow.ArrowException, OSError) as error:
        message = f"{place} is not a Parquet file ({error}): export again."
        raise SnapshotError(message) from error


class _Check:
    """Goes over the rows in their order and knows where it is."""

    def __init__(self, manifest: Manifest) -> None:
        self.row_count = 0
        self.product_count = 0
        self._manifest = manifest
        self._place = ""
        self._product_id = ""
        self._score = math.inf
        self._rank = 0

    def begin(self, place: str) -> None:
        """Go on with a file; its address is for the messages."""
        self._place = place

    def rows(self, columns: list[list[Any]]) -> None:
        """Check a batch of rows, given as the schema's columns."""
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
