"""Manifests, `latest` and snapshot ids: what is written is read back, and nonsense is refused."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from alsolike.errors import SnapshotError
from alsolike.snapshot.latest import Latest
from alsolike.snapshot.manifest import (
    FORMAT_VERSION,
    Manifest,
    PartFile,
    decode_file,
    decode_manifest,
    encode_file,
    new_snapshot_id,
)

MOMENT = datetime(2030, 5, 6, 7, 8, 9, 10, tzinfo=UTC)
MANIFEST = Manifest(
    format_version=FORMAT_VERSION,
    snapshot_id="x",
    model="average",
    k=20,
    scope="whole",
    category=None,
    row_count=3,
    product_count=2,
    created_at=MOMENT,
    files=(PartFile("part-0000.parquet", 3, 700, "ab"),),
)


def test_a_manifest_is_read_back_as_it_was_written() -> None:
    assert decode_manifest(encode_file(MANIFEST), "here") == MANIFEST
    assert MANIFEST.as_dict()["files"][0]["sha256"] == "ab"
    assert MANIFEST.as_dict()["created_at"] == "2030-05-06T07:08:09.000010Z"


def test_what_latest_holds_is_read_back_as_it_was_written() -> None:
    latest = Latest("x", "ab")
    assert decode_file(encode_file(latest), Latest, "here", "export again") == latest


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"format_version": FORMAT_VERSION + 1}, f"format version {FORMAT_VERSION + 1}"),
        ({"row_count": 4}, "says 4 rows, its files add up to 3"),
        ({"k": "many"}, "cannot be read"),
    ],
)
def test_a_manifest_that_cannot_be_right_is_refused(change: dict[str, Any], said: str) -> None:
    content = msgspec.json.encode(MANIFEST.as_dict() | change)
    with pytest.raises(SnapshotError, match=rf"^here .*{said}"):
        decode_manifest(content, "here")


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"[]", b"{}", b'{"snapshot_id": 1}'])
def test_what_is_no_json_of_ours_is_refused(content: bytes) -> None:
    with pytest.raises(SnapshotError, match=r"^here cannot be read .*: export again\.$"):
        decode_file(content, Latest, "here", "export again")
    with pytest.raises(SnapshotError, match=r"^here cannot be read"):
        decode_manifest(content, "here")


def test_ids_sort_by_time_and_differ_within_one_moment() -> None:
    moments = [MOMENT + timedelta(microseconds=10**power) for power in range(14)]
    ids = [new_snapshot_id(moment) for moment in moments]
    assert sorted(ids) == ids
    assert len({new_snapshot_id(MOMENT) for _ in range(50)}) == 50
