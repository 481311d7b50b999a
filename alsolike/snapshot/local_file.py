"""The snapshot on this machine's own disk: which file it is, and whether it is whole."""

import hashlib
from datetime import datetime
from pathlib import Path

from msgspec import Struct

from alsolike.errors import SnapshotError
from alsolike.snapshot.manifest import decode_file

FORMAT_VERSION = 6
POINTER_NAME = "current.json"


class LocalPointer(Struct, frozen=True):
    """What `current.json` holds.

    Attributes
    ----------
    format_version : int
        Of the tables in the file; another number is another layout.
    file : str
        Name of the file, in the same folder.
    model : str
        Whose neighbours these are.
    created_at, fetched_at : datetime
        When the rows were read from the database; when the file was written. UTC.
    is_demo_shop : bool
        Whether everybody in the shop was made up.
    is_trained : bool
        Whether the model is of the kind 'trained'.
    """

    format_version: int
    file: str
    bytes: int
    sha256: str
    snapshot_id: str
    model: str
    created_at: datetime
    fetched_at: datetime
    is_demo_shop: bool = False
    is_trained: bool = False


def snapshot_folder(home: Path) -> Path:
    """Return the folder of the local snapshot."""
    return home / "snapshot"


def read_pointer(folder: Path) -> LocalPointer | None:
    """Read which file is current; None where nothing was fetched yet.

    Raises
    ------
    SnapshotError
        The pointer is damaged, or of another layout.
    """
    path = folder / POINTER_NAME
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise SnapshotError(_fault(path, f"cannot be read ({error.strerror})")) from error
    place = f"The local snapshot {path}"
    pointer = decode_file(content, LocalPointer, place, "run `alsolike fetch` again")
    if pointer.format_version != FORMAT_VERSION:
        fault = f"has format version {pointer.format_version}, this alsolike reads {FORMAT_VERSION}"
        raise SnapshotError(_fault(path, fault))
    if Path(pointer.file).name != pointer.file:
        raise SnapshotError(_fault(path, f"names {pointer.file!r}, which lies elsewhere"))
    return pointer


def check_file(folder: Path, pointer: LocalPointer) -> Path:
    """Compare a file, byte by byte, with what its pointer says; return its path.

    Raises
    ------
    SnapshotError
        It is not there, or differs.
    """
    path = folder / pointer.file
    try:
        size, sha256 = size_and_sha256(path)
    except OSError as error:
        raise SnapshotError(_fault(path, f"cannot be read ({error.strerror})")) from error
    if size != pointer.bytes:
        fault = f"has {size} bytes, {POINTER_NAME} says {pointer.bytes}"
        raise SnapshotError(_fault(path, fault))
    if sha256 != pointer.sha256:
        fault = f"has sha256 {sha256}, {POINTER_NAME} says {pointer.sha256}"
        raise SnapshotError(_fault(path, fault))
    return path


def size_and_sha256(path: Path) -> tuple[int, str]:
    """Read a file; return its size in bytes and its sha256 in hexadecimal."""
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        return file.tell(), sha256


def _fault(path: Path, what: str) -> str:
    return f"The local snapshot {path} {what}: run `alsolike fetch` again."
