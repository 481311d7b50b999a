"""Part files: the bytes hashed are the bytes on disk, and a full disk is one clear line."""

import hashlib
import tempfile
from contextlib import closing
from pathlib import Path
from typing import IO

import pytest

from alsolike.errors import SnapshotError
from alsolike.snapshot.parts import NEIGHBOUR_SCHEMA, HashingFile, PartWriter, Row, parquet

ROWS: list[Row] = [
    ("a", 1, "b", 0.5, "average"),
    ("a", 2, "ø", 0.25, "average"),
    ("b", 1, "a", -0.5, "average"),
]
FULL_DISK = Path("/dev/full")

needs_a_full_disk = pytest.mark.skipif(
    not FULL_DISK.exists(), reason=f"this system has no {FULL_DISK}"
)


def test_a_part_is_described_as_it_lies_on_disk() -> None:
    with closing(PartWriter("part-0000.parquet", NEIGHBOUR_SCHEMA)) as part:
        part.write(ROWS[:2])
        part.write(ROWS[2:])
        described, file = part.finish()
        content = file.read()
        file.seek(0)
        read = parquet.ParquetFile(file)
        assert described.name == "part-0000.parquet"
        assert described.rows == read.metadata.num_rows == 3
        assert described.bytes == len(content)
        assert described.sha256 == hashlib.sha256(content).hexdigest()
        assert read.schema_arrow.equals(NEIGHBOUR_SCHEMA)
        assert read.num_row_groups == 2
        assert read.metadata.row_group(0).column(0).compression == "ZSTD"
        assert [tuple(row.values()) for row in read.read().to_pylist()] == ROWS


@needs_a_full_disk
def test_a_full_disk_is_one_clear_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def open_full_disk(**_: object) -> IO[bytes]:
        return FULL_DISK.open("r+b", buffering=0)

    monkeypatch.setattr(tempfile, "TemporaryFile", open_full_disk)
    said = r"No space left on device\. Make room there, or set TMPDIR"
    with (
        pytest.raises(SnapshotError, match=said),
        closing(PartWriter("p", NEIGHBOUR_SCHEMA)) as part,
    ):
        part.write(ROWS * 100_000)


def test_a_missing_folder_for_temporary_files_is_one_clear_line(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "gone"))
    with pytest.raises(SnapshotError, match="gone: No such file"):
        PartWriter("p", NEIGHBOUR_SCHEMA)


class ShortFile:
    """Takes at most three bytes of a write, as a file may."""

    def __init__(self) -> None:
        self.content = b""

    def write(self, content: memoryview) -> int:
        self.content += content[:3]
        return len(content[:3])


def test_a_write_that_took_a_part_is_gone_on_with() -> None:
    file = ShortFile()
    sink = HashingFile(file)  # pyright: ignore[reportArgumentType]
    assert sink.write(b"0123456789") == 10
    assert file.content == b"0123456789"
    assert sink.tell() == 10
