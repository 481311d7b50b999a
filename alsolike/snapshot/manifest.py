"""The manifest of a snapshot: what its files hold."""

import hashlib
import secrets
from datetime import UTC, datetime
from typing import Any, Literal, TypeVar

import msgspec

from alsolike.errors import SnapshotError
from alsolike.models import ServingOptions

FORMAT_VERSION = 3
MANIFEST_NAME = "manifest.json"

Scope = Literal["whole", "category", "list"]
T = TypeVar("T")


class PartFile(msgspec.Struct, frozen=True):
    """One Parquet file of a snapshot: its name in its folder, and the sha256 in hexadecimal."""

    name: str
    rows: int
    bytes: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True):
    """What a snapshot holds.

    Attributes
    ----------
    format_version : int
        1; another number is another layout.
    snapshot_id : str
        Begins with the moment of the export, so that ids sort by time.
    model, k : str, int
        Whose neighbours these are; at most so many per product.
    scope, category : str
        `whole` catalogue, the products of a `category` and those below it, or a `list`.
    row_count, product_count : int
        Rows in all files of neighbours; products that have at least one.
    created_at : datetime
        When the rows were read, UTC.
    files : tuple of PartFile
        The neighbours: by product id, in the order of its bytes, then by rank.
    product_files : tuple of PartFile
        The catalogue as pages show it, by product id, in the folder beside the snapshot's own
        (`products_folder`), so that whoever reads every file of the snapshot's folder still finds
        neighbours alone. Empty for a part of the catalogue, and in snapshots of earlier releases.
    is_demo_shop : bool
        Whether everybody in the shop was made up; False in snapshots of earlier releases.
    serving : ServingOptions, optional
        Of the model; None in snapshots of earlier releases.
    is_trained : bool
        Whether the model is of the kind 'trained'.
    """

    format_version: int
    snapshot_id: str
    model: str
    k: int
    scope: Scope
    category: str | None
    row_count: int
    product_count: int
    created_at: datetime
    files: tuple[PartFile, ...]
    product_files: tuple[PartFile, ...] = ()
    is_demo_shop: bool = False
    serving: ServingOptions | None = None
    is_trained: bool = False

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        decoded: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(self))
        return decoded


def new_snapshot_id(now: datetime) -> str:
    """Return an id that sorts by time, with a random end: two exports may begin together."""
    return f"{now.astimezone(UTC):%Y%m%dT%H%M%S%f}Z-{secrets.token_hex(3)}"


def products_folder(snapshot_id: str) -> str:
    """Return the folder of a snapshot's `product_files`, beside its own."""
    return f"{snapshot_id}-products"


def sha256_of(content: bytes) -> str:
    """Return the sha256 of some bytes in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def encode_file(value: msgspec.Struct) -> bytes:
    """Return the bytes of a JSON file that people can read too."""
    return msgspec.json.format(msgspec.json.encode(value), indent=2) + b"\n"


def decode_file(content: bytes, kind: type[T], place: str, remedy: str) -> T:
    """Read a JSON file; a SnapshotError says where it is from and what to do if that fails."""
    try:
        return msgspec.json.decode(content, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        message = f"{place} cannot be read ({error}): {remedy}."
        raise SnapshotError(message) from error


def decode_manifest(content: bytes, place: str) -> Manifest:
    """Read a manifest, and check that it agrees with itself.

    Raises
    ------
    SnapshotError
        It is not one, is of another layout, or its sums are wrong.
    """
    manifest = decode_file(content, Manifest, place, "export again")
    if manifest.format_version != FORMAT_VERSION:
        message = (
            f"{place} has format version {manifest.format_version}, this alsolike reads "
            f"{FORMAT_VERSION}: use the alsolike that wrote it, or export again."
        )
        raise SnapshotError(message)
    rows = sum(file.rows for file in manifest.files)
    if rows != manifest.row_count:
        message = (
            f"{place} says {manifest.row_count} rows, its files add up to {rows}: export again."
        )
        raise SnapshotError(message)
    return manifest
