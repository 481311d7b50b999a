"""The list of products of a partial export, as a file."""

from pathlib import Path

import pytest

from alsolike.errors import InputFileError
from alsolike.snapshot.scope import read_product_ids


@pytest.mark.parametrize(
    ("content", "ids"),
    [
        (b"", []),
        (b"a\nb\n", ["a", "b"]),
        (b"\xef\xbb\xbfa\r\n\r\n  b c \r\na", ["a", "b c", "a"]),
        ("ø\n".encode(), ["ø"]),
    ],
)
def test_one_id_per_line(tmp_path: Path, content: bytes, ids: list[str]) -> None:
    path = tmp_path / "list"
    path.write_bytes(content)
    assert list(read_product_ids(path)) == ids


@pytest.mark.parametrize(
    ("content", "said"), [(b"a\nb\0\n", "list, line 2: not text"), (b"\xff\n", "not UTF-8")]
)
def test_what_is_no_text_is_refused(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "list"
    path.write_bytes(content)
    with pytest.raises(InputFileError, match=said):
        list(read_product_ids(path))
