"""Verifying a snapshot: every kind of damage is found and named."""

from collections.abc import Callable
from contextlib import closing
from typing import Any

import msgspec
import pytest

from alsolike.errors import SnapshotError
from alsolike.progress import ignore_progress
from alsolike.settings import Settings
from alsolike.snapshot.latest import Latest
from alsolike.snapshot.manifest import Manifest, encode_file, sha256_of
from alsolike.snapshot.parts import NEIGHBOUR_SCHEMA, PartWriter, Row
from alsolike.snapshot.store import SnapshotStore
from alsolike.snapshot.verify import verify_snapshot

Export = Callable[..., Manifest]

PART = "part-0000.parquet"


def refuses(settings: Settings, said: str, snapshot_id: str | None = None) -> None:
    """Assert that the snapshot is refused on one line that names the place."""
    with pytest.raises(SnapshotError, match=said) as caught:
        verify_snapshot(settings, snapshot_id=snapshot_id, report=ignore_progress)
    assert "\n" not in str(caught.value)
    assert "s3://" in str(caught.value)


@pytest.mark.usefixtures("shop")
def test_no_snapshot_is_one_clear_line(settings: Settings) -> None:
    refuses(settings, "latest is not there: run `alsolike export` first")
    refuses(settings, "x/manifest.json is not there: no such snapshot", snapshot_id="x")


@pytest.mark.parametrize("place", [0, 100, -1])
def test_a_flipped_byte_is_found(
    export: Export, store: SnapshotStore, settings: Settings, place: int
) -> None:
    name = f"{export().snapshot_id}/{PART}"
    content = bytearray(store.get(name))
    content[place] ^= 1
    store.put(name, bytes(content))
    refuses(settings, f"{PART}: sha256 .*, the manifest says ")


def test_a_cut_file_is_found(export: Export, store: SnapshotStore, settings: Settings) -> None:
    manifest = export()
    name = f"{manifest.snapshot_id}/{PART}"
    store.put(name, store.get(name)[:-1])
    size = manifest.files[0].bytes
    refuses(settings, f"{PART}: bytes {size - 1}, the manifest says {size}")


def test_a_missing_file_is_found(export: Export, store: SnapshotStore, settings: Settings) -> None:
    store.delete([f"{export().snapshot_id}/{PART}"])
    refuses(settings, f"{PART} is not there")


def test_a_file_too_many_is_found(export: Export, store: SnapshotStore, settings: Settings) -> None:
    store.put(f"{export().snapshot_id}/part-0009.parquet", b"")
    refuses(settings, "part-0009.parquet is unexpected")


def test_a_changed_manifest_is_found(
    export: Export, store: SnapshotStore, settings: Settings
) -> None:
    name = f"{export().snapshot_id}/manifest.json"
    store.put(name, store.get(name) + b"\n")
    refuses(settings, "manifest.json has sha256 .*, latest says ")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"product_count": 8}, "says 8 products, its files hold 7"),
        ({"snapshot_id": "other"}, "is the manifest of other"),
        ({"model": "other"}, "a row is of model 'average', the manifest says 'other'"),
        ({"k": 4}, "product 'a' has rank 5 where 5 of at most 4"),
    ],
)
def test_a_manifest_that_says_something_else_is_found(
    export: Export, store: SnapshotStore, settings: Settings, change: dict[str, Any], said: str
) -> None:
    manifest = export()
    write_manifest(store, manifest.snapshot_id, msgspec.structs.replace(manifest, **change))
    refuses(settings, said)


def test_a_wrong_row_count_is_found(
    export: Export, store: SnapshotStore, settings: Settings
) -> None:
    manifest = export()
    file = msgspec.structs.replace(manifest.files[0], rows=35)
    wrong = msgspec.structs.replace(manifest, row_count=35, files=(file,))
    write_manifest(store, manifest.snapshot_id, wrong)
    refuses(settings, f"{PART}: rows 36, the manifest says 35")


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([("a", 2, "b", 0.5)], "product 'a' has rank 2 where 1 of"),
        ([("a", 1, "b", 0.5), ("a", 3, "c", 0.4)], "product 'a' has rank 3 where 2 of"),
        ([("a", 1, "b", 0.5), ("a", 1, "c", 0.4)], "product 'a' has rank 1 where 2 of"),
        ([("a", 1, "a", 1.0)], "product 'a' is its own neighbour at rank 1"),
        ([("b", 1, "a", 0.5), ("a", 1, "b", 0.5)], "product 'a' comes after 'b'"),
        ([("a", 1, "b", float("nan"))], "product 'a' has score nan at rank 1"),
        ([("a", 1, "b", float("inf"))], "product 'a' has score inf at rank 1"),
        ([("a", 1, "b", 0.5), ("a", 2, "c", 0.6)], "product 'a' has score 0.6.* at rank 2"),
    ],
)
def test_rows_that_cannot_be_right_are_found(
    export: Export, store: SnapshotStore, settings: Settings, rows: list[Row], said: str
) -> None:
    manifest = export()
    with closing(PartWriter(PART, NEIGHBOUR_SCHEMA)) as part:
        part.write([(*row, manifest.model) for row in rows])
        described, file = part.finish()
        store.upload(f"{manifest.snapshot_id}/{PART}", file)
    wrong = msgspec.structs.replace(manifest, row_count=len(rows), files=(described,))
    write_manifest(store, manifest.snapshot_id, wrong)
    refuses(settings, f"{PART}: {said}")


def test_what_is_no_parquet_is_found(
    export: Export, store: SnapshotStore, settings: Settings
) -> None:
    manifest = export()
    content = b"no parquet"
    store.put(f"{manifest.snapshot_id}/{PART}", content)
    file = msgspec.structs.replace(manifest.files[0], bytes=len(content), sha256=sha256_of(content))
    write_manifest(store, manifest.snapshot_id, msgspec.structs.replace(manifest, files=(file,)))
    refuses(settings, f"{PART} is not a Parquet file")


def write_manifest(store: SnapshotStore, snapshot_id: str, manifest: Manifest) -> None:
    """Put another manifest in the place of a snapshot's, and let the pointer agree with it."""
    store.put(f"{snapshot_id}/manifest.json", encode_file(manifest))
    store.put("latest", encode_file(Latest(snapshot_id, sha256_of(encode_file(manifest)))))
