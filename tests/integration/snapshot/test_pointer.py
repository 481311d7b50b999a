"""`latest` never goes back to an older snapshot, nor names one that was not verified."""

import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from alsolike.cli import run as alsolike
from alsolike.database import connect
from alsolike.snapshot.manifest import Manifest
from alsolike.snapshot.store import SnapshotStore
from benchmarks.s3_proxy import s3_proxy

Export = Callable[..., Manifest]
ReadPointer = Callable[[], dict[str, str]]

ROOT = Path(__file__).parents[3]
WITHIN_SECONDS = 60


@pytest.mark.parametrize("held", ["manifest.json", "latest"])
def test_two_exports_at_once_leave_the_newer_one_current(
    export: Export, read_pointer: ReadPointer, s3_server: dict[str, str], held: str
) -> None:
    has_come, may_go = threading.Event(), threading.Event()

    def hold(method: str, path: str, answer: bytes | None) -> None:
        if method == "PUT" and path.endswith(held) and answer is None:
            has_come.set()
            assert may_go.wait(WITHIN_SECONDS)

    with s3_proxy(s3_server["AWS_ENDPOINT_URL_S3"], hold) as slow:
        older = subprocess.Popen(
            [sys.executable, "-m", "alsolike", "export"],
            cwd=ROOT,
            env={**os.environ, "AWS_ENDPOINT_URL_S3": slow},
            stderr=subprocess.PIPE,
            text=True,
        )
        assert has_come.wait(WITHIN_SECONDS)
        with connect() as connection:
            connection.execute("update raw.products set is_in_stock = true")
        newer: list[Manifest] = []
        other = threading.Thread(target=lambda: newer.append(export()))
        other.start()
        if held == "manifest.json":
            other.join(WITHIN_SECONDS)
        may_go.set()
        _, said = older.communicate(timeout=WITHIN_SECONDS)
        other.join(WITHIN_SECONDS)
    assert older.returncode == 0
    assert read_pointer()["snapshot_id"] == newer[0].snapshot_id
    assert ("latest stays at" in said) == (held == "manifest.json")
    with connect() as connection:
        rows = connection.execute(
            "select snapshot_id, row_count from ops.snapshots order by read_order"
        ).fetchall()
    assert [row[1] for row in rows] == [36, 42]
    assert rows[-1][0] == newer[0].snapshot_id > rows[0][0]


def test_a_pointer_to_a_newer_snapshot_that_was_never_noted_stays(
    export: Export, read_pointer: ReadPointer, store: SnapshotStore
) -> None:
    manifest = export()
    pointer = store.get("latest")
    store.put("latest", pointer.replace(manifest.snapshot_id[:4].encode(), b"2999"))
    later = export()
    assert read_pointer()["snapshot_id"].startswith("2999")
    store.delete(["latest"])
    assert export().snapshot_id > later.snapshot_id
    assert not read_pointer()["snapshot_id"].startswith("2999")


def test_what_is_not_found_whole_never_becomes_the_latest(
    export: Export,
    store: SnapshotStore,
    s3_server: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    export()
    before = {name: store.get(name) for name in store.names("")}

    def damage(method: str, path: str, answer: bytes | None) -> bytes | None:
        if method == "GET" and "part-" in path and answer is not None:
            return answer[:-9] + bytes([answer[-9] ^ 1]) + answer[-8:]
        return None

    with s3_proxy(s3_server["AWS_ENDPOINT_URL_S3"], damage) as damaging:
        monkeypatch.setenv("AWS_ENDPOINT_URL_S3", damaging)
        assert alsolike(["export", "--verify"]) == 1
    assert "sha256" in capsys.readouterr().err
    assert {name: store.get(name) for name in store.names("")} == before
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", s3_server["AWS_ENDPOINT_URL_S3"])
    assert alsolike(["export", "--verify"]) == 0
    assert store.get("latest") != before["latest"]
