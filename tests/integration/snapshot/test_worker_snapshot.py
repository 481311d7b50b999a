"""The worker's hourly snapshot: to S3 and onto its disk, or one line in the log."""

import logging
from collections.abc import Callable
from pathlib import Path

import pytest

from alsolike.database import connect
from alsolike.settings import Settings, load_settings
from alsolike.snapshot.local_file import read_pointer, snapshot_folder
from alsolike.snapshot.manifest import Manifest
from embed.worker import is_missing, write_snapshot


@pytest.fixture
def here(
    tmp_path: Path, export: Callable[..., Manifest], monkeypatch: pytest.MonkeyPatch
) -> Settings:
    """Give settings with a home of the test's own, on a shop that can be exported."""
    assert export
    monkeypatch.setenv("ALSOLIKE_HOME", str(tmp_path))
    return load_settings()


def last_run() -> tuple[object, ...] | None:
    with connect() as connection:
        return connection.execute(
            "select arguments ->> 'task', error is null, counts ->> 'snapshot' from ops.runs"
            " where command = 'worker' order by run_id desc limit 1"
        ).fetchone()


def test_a_snapshot_is_written_and_kept(here: Settings) -> None:
    assert is_missing(here)
    write_snapshot(here)
    pointer = read_pointer(snapshot_folder(here.home))
    assert pointer is not None
    assert not is_missing(here)
    assert last_run() == ("snapshot", True, pointer.snapshot_id)


def test_a_failure_is_one_line_and_the_worker_goes_on(
    here: Settings, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    write_snapshot(here)
    kept = read_pointer(snapshot_folder(here.home))
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:1")
    caplog.set_level(logging.WARNING, "alsolike.worker")
    write_snapshot(here)
    assert len(caplog.records) == 1
    assert "No snapshot was written: S3 at" in caplog.text
    assert last_run() == ("snapshot", False, None)
    assert read_pointer(snapshot_folder(here.home)) == kept


def test_a_pointer_that_cannot_be_read_is_as_good_as_none(here: Settings) -> None:
    write_snapshot(here)
    (snapshot_folder(here.home) / "current.json").write_bytes(b"{")
    assert is_missing(here)
