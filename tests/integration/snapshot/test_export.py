"""Exporting a snapshot: what is in it, in which order, and that a failure leaves nothing."""

import hashlib
import io
import json
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import pytest

from alsolike.database import connect
from alsolike.errors import SnapshotError, UnknownModelError
from alsolike.progress import ignore_progress
from alsolike.settings import Settings, load_settings
from alsolike.snapshot import export as export_module
from alsolike.snapshot.export import export_snapshot
from alsolike.snapshot.manifest import Manifest
from alsolike.snapshot.store import MissingObjectError, SnapshotStore
from alsolike.snapshot.verify import verify_snapshot
from benchmarks.s3_proxy import Interfere, RefusalError, s3_proxy
from tests.fixtures.waiting import WITHIN_SECONDS

Export = Callable[..., Manifest]
ReadRows = Callable[[Manifest], list[tuple[Any, ...]]]
ReadPointer = Callable[[], dict[str, str]]
Interfered = Callable[[Interfere], AbstractContextManager[None]]

VERIFIER = """
from alsolike.progress import ignore_progress
from alsolike.settings import load_settings
from alsolike.snapshot.verify import verify_snapshot
print(verify_snapshot(load_settings(), report=ignore_progress).snapshot_id)
"""
ALL_IN_ORDER = ["a", "b", "c", "d", "e", "z", "Ä"]


@pytest.mark.usefixtures("shop")
def test_a_whole_catalogue_is_written_and_found_whole(
    settings: Settings, read_rows: ReadRows
) -> None:
    seen: list[tuple[str, int, int | None]] = []

    def note(stage: str, done: int, total: int | None) -> None:
        if stage == "export":
            seen.append((stage, done, total))

    manifest = export_snapshot(settings, report=note)
    assert (manifest.model, manifest.k, manifest.scope) == ("average", 20, "whole")
    # Six in stock, each with the other five; the one out of stock has six.
    assert (manifest.product_count, manifest.row_count) == (7, 36)
    assert seen[0] == ("export", 0, 7)
    assert seen[-1] == ("export", 7, 7)
    rows = read_rows(manifest)
    assert list(dict.fromkeys(row[0] for row in rows)) == ALL_IN_ORDER
    assert [row[1:] for row in rows if row[0] == "b"] == [
        # What is gone stood first, what is out of stock fourth: the ranks close up.
        (1, "Ä", pytest.approx(0.8), "average"),
        (2, "a", pytest.approx(0.7), "average"),
        (3, "d", pytest.approx(0.5), "average"),
        (4, "e", pytest.approx(0.4), "average"),
        (5, "z", pytest.approx(0.3), "average"),
    ]
    assert verify_snapshot(settings, report=ignore_progress) == manifest


def test_k_counts_what_is_in_stock(export: Export, read_rows: ReadRows) -> None:
    rows = read_rows(export(k=3))
    assert [row[2] for row in rows if row[0] == "b"] == ["Ä", "a", "d"]


def test_a_variant_stands_in_for_one_out_of_stock(export: Export, read_rows: ReadRows) -> None:
    with connect() as connection:
        connection.execute(
            "update raw.products set item_group_id = 'pot' where product_id in ('c', 'e')"
        )
        connection.execute(
            "delete from recs.neighbours where product_id = 'b' and neighbour_id = 'e'"
        )
    rows = read_rows(export())
    assert [row[2:4] for row in rows if row[0] == "b"] == [
        ("Ä", pytest.approx(0.8)),
        ("a", pytest.approx(0.7)),
        ("e", pytest.approx(0.6)),
        ("d", pytest.approx(0.5)),
        ("z", pytest.approx(0.3)),
    ]
    # Another product has it already.
    assert [row[2] for row in rows if row[0] == "a"] == ["Ä", "b", "d", "e", "z"]


def test_parts_split_between_products(
    export: Export, settings: Settings, read_rows: ReadRows, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = export()
    monkeypatch.setattr(export_module, "GROUP_ROWS", 7)
    monkeypatch.setattr(export_module, "PART_ROWS", 10)
    split = export()
    assert [file.name for file in split.files] == [
        f"part-{number:04}.parquet" for number in range(len(split.files))
    ]
    assert [file.rows for file in split.files] == [10, 16, 10]
    assert read_rows(split) == read_rows(whole)
    assert verify_snapshot(settings, report=ignore_progress) == split


def test_the_same_neighbours_make_the_same_files(export: Export) -> None:
    first = export()
    with connect() as connection:
        # The rows lie in another order on disk now.
        connection.execute("create temporary table kept as select * from recs.neighbours")
        connection.execute("truncate recs.neighbours")
        connection.execute(
            "insert into recs.neighbours select * from kept order by md5(product_id), rank desc"
        )
    second = export()
    assert second.files == first.files
    assert second.snapshot_id > first.snapshot_id


def test_the_pointer_names_the_manifest_and_the_row_tells_the_place(
    export: Export, store: SnapshotStore, read_pointer: ReadPointer, s3: str
) -> None:
    manifest = export()
    content = store.get(f"{manifest.snapshot_id}/manifest.json")
    assert read_pointer() == {
        "snapshot_id": manifest.snapshot_id,
        "manifest_sha256": hashlib.sha256(content).hexdigest(),
    }
    assert json.loads(content) == manifest.as_dict()
    with connect() as connection:
        row = connection.execute(
            "select s.snapshot_id, s.location, s.row_count, s.manifest, s.created_at, m.name "
            "from ops.snapshots as s join recs.models as m using (model_id)"
        ).fetchall()
    assert row == [
        (
            manifest.snapshot_id,
            f"s3://{s3}/snapshots/{manifest.snapshot_id}",
            36,
            manifest.as_dict(),
            manifest.created_at,
            "average",
        )
    ]


def test_a_list_is_exported_and_moves_no_pointer(
    export: Export, settings: Settings, read_rows: ReadRows, read_pointer: ReadPointer
) -> None:
    whole = export()
    listed = export(product_ids=iter(["z", "b", "z"]))
    assert (listed.scope, listed.product_count) == ("list", 2)
    assert {row[0] for row in read_rows(listed)} == {"b", "z"}
    assert read_pointer()["snapshot_id"] == whole.snapshot_id
    given = verify_snapshot(settings, snapshot_id=listed.snapshot_id, report=ignore_progress)
    assert given == listed


def test_a_category_is_exported_with_those_below_it(
    export: Export, read_rows: ReadRows, store: SnapshotStore
) -> None:
    manifest = export(category="Garden")
    assert (manifest.scope, manifest.category) == ("category", "Garden")
    assert {row[0] for row in read_rows(manifest)} == {"Ä", "a", "b", "c"}
    with pytest.raises(MissingObjectError):
        store.get("latest")


def test_unknown_products_are_counted_and_the_first_named(
    export: Export, store: SnapshotStore
) -> None:
    ids = ["a", *(f"x{number}" for number in range(7))]
    said = "^7 of the products to export are unknown: 'x0', 'x1', 'x2', 'x3', 'x4' and 2 more"
    with pytest.raises(SnapshotError, match=said):
        export(product_ids=ids)
    assert store.names("") == []


@pytest.mark.parametrize(
    ("options", "error", "said"),
    [
        ({"model": "other"}, SnapshotError, "run `alsolike neighbours`"),
        ({"model": "none"}, UnknownModelError, "no model 'none'"),
        ({"category": "Gard"}, SnapshotError, "no product in the category 'Gard'"),
        ({"product_ids": []}, SnapshotError, "no product in the list"),
        ({"product_ids": ["a"], "category": "Garden"}, SnapshotError, "not of both"),
        ({"k": 0}, SnapshotError, "k is 0"),
    ],
)
def test_nothing_to_export_is_one_clear_line(
    export: Export, options: dict[str, Any], error: type[Exception], said: str
) -> None:
    with pytest.raises(error, match=said):
        export(**options)


def test_a_shop_sold_out_keeps_the_last_snapshot(
    export: Export, read_pointer: ReadPointer, store: SnapshotStore
) -> None:
    good = export()
    with connect() as connection:
        connection.execute("update raw.products set is_in_stock = false")
    with pytest.raises(SnapshotError, match="no neighbours in stock"):
        export()
    assert read_pointer()["snapshot_id"] == good.snapshot_id
    folders = {name.partition("/")[0] for name in all_names(store)}
    assert folders == {good.snapshot_id, f"{good.snapshot_id}-products", "latest"}


def test_no_serving_model_is_one_clear_line(export: Export) -> None:
    with connect() as connection:
        connection.execute("delete from recs.serving_model")
    with pytest.raises(SnapshotError, match="No model serves yet: run `alsolike embed`"):
        export()


@pytest.fixture
def interfered(s3_server: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Interfered:
    """Give a function in whose block a proxy stands before S3, and nothing is tried again."""

    @contextmanager
    def interfere_with(interfere: Interfere) -> Generator[None]:
        with (
            s3_proxy(s3_server["AWS_ENDPOINT_URL_S3"], interfere) as address,
            monkeypatch.context() as patch,
        ):
            patch.setenv("AWS_ENDPOINT_URL_S3", address)
            patch.setenv("AWS_MAX_ATTEMPTS", "1")
            yield

    return interfere_with


# The answer to a part is lost, so that it has been written; the others are refused.
@pytest.mark.parametrize(
    ("failing", "is_written"),
    [("part-0000.parquet", True), ("manifest.json", False), ("latest", False)],
)
@pytest.mark.parametrize("is_interrupted", [False, True])
def test_a_failure_leaves_nothing_and_the_pointer_where_it_was(
    export: Export,
    store: SnapshotStore,
    read_pointer: ReadPointer,
    interfered: Interfered,
    *,
    failing: str,
    is_written: bool,
    is_interrupted: bool,
) -> None:
    good = export()
    before = all_names(store)
    ended = threading.Event()

    def fail(method: str, path: str, answer: bytes | None) -> None:
        if method == "PUT" and path.endswith(failing) and (answer is not None) is is_written:
            if is_interrupted:
                os.kill(os.getpid(), signal.SIGINT)
                assert ended.wait(WITHIN_SECONDS)
            raise RefusalError

    error = KeyboardInterrupt if is_interrupted else SnapshotError
    # What was started in the background has learned to ignore it.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    with interfered(fail), pytest.raises(error):
        try:
            export()
        finally:
            ended.set()
    assert all_names(store) == before
    assert read_pointer()["snapshot_id"] == good.snapshot_id
    with connect() as connection:
        assert connection.execute("select count(*) from ops.snapshots").fetchone() == (1,)


def test_a_lost_answer_to_the_pointer_does_not_delete_what_it_names(
    export: Export, settings: Settings, interfered: Interfered
) -> None:
    def lose_the_answer(method: str, path: str, answer: bytes | None) -> None:
        if method == "PUT" and path.endswith("latest") and answer is not None:
            raise RefusalError

    with interfered(lose_the_answer):
        manifest = export()
    assert verify_snapshot(settings, report=ignore_progress) == manifest


def test_leftovers_that_cannot_be_deleted_are_told(
    export: Export, interfered: Interfered, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(method: str, path: str, _answer: bytes | None) -> None:
        if method == "DELETE" or path.endswith("manifest.json"):
            raise RefusalError

    with interfered(fail), pytest.raises(SnapshotError, match=r"manifest\.json failed: .*503"):
        export()
    assert re.search(r"may be left over: S3 at \S+ failed: .*503", caplog.text)


def test_a_missing_bucket_is_made(shop: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    assert shop
    monkeypatch.setenv("ALSOLIKE_S3_BUCKET", "new-bucket")
    monkeypatch.setenv("ALSOLIKE_S3_PREFIX", "/")
    settings = load_settings()
    manifest = export_snapshot(settings, report=ignore_progress)
    assert verify_snapshot(settings, report=ignore_progress) == manifest


def test_a_bucket_made_meanwhile_by_another_is_used(s3: str, interfered: Interfered) -> None:
    def hide(method: str, _path: str, _answer: bytes | None) -> None:
        if method == "HEAD":
            raise RefusalError(404)

    with interfered(hide):
        store = SnapshotStore(s3, "")
        store.ensure_bucket()
    store = SnapshotStore(s3, "")
    store.put("x", b"content")
    assert store.get("x") == b"content"


@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:9", "Could not connect"),
        ("AWS_ENDPOINT_URL_S3", "nonsense", "Invalid endpoint: nonsense"),
        ("AWS_SECRET_ACCESS_KEY", "wrong", "failed: .*(Forbidden|SignatureDoesNotMatch)"),
    ],
)
def test_an_s3_that_cannot_be_used_is_one_clear_line(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, variable: str, value: str, said: str
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(SnapshotError, match=f"^S3 at s3://.*{said}") as caught:
        export_snapshot(settings, report=ignore_progress)
    assert "\n" not in str(caught.value)


def test_a_part_of_several_requests_comes_through(store: SnapshotStore) -> None:
    content = bytes(range(256)) * (80 * 1024)
    store.upload("big", io.BytesIO(content))
    assert store.get("big") == content


def test_another_process_finds_the_snapshot_at_once(export: Export) -> None:
    manifest = export()
    done = subprocess.run(
        [sys.executable, "-c", VERIFIER], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == manifest.snapshot_id


def all_names(store: SnapshotStore) -> set[str]:
    """Return the names of all objects below the prefix."""
    return set(store.names(""))
