"""What the formats of files share: text in bounded memory, and the names of columns."""

import gzip
import re
import zlib
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, cast

from alsolike.errors import InputFileError
from alsolike.loading.tables import Table

# No honest row is longer; without a limit one unclosed quote would fill the memory.
LONGEST_LINE = 16 * 1024 * 1024

# What other systems call a required column, in small letters alone.
_MEANT = {
    "product_id": ("id", "sku", "productcode", "articlenumber", "itemid", "artikelnummer"),
    "title": ("name", "productname", "producttitle", "itemname"),
    "shopper_id": ("id", "customerid", "userid", "clientid"),
    "purchase_id": ("id", "orderid", "lineid", "orderlineid", "transactionid"),
    "purchased_at": ("date", "orderdate", "orderedat", "purchasedate", "createdat"),
    "view_id": ("id", "eventid"),
    "viewed_at": ("date", "time", "timestamp", "eventtime"),
    "review_id": ("id",),
    "rating": ("stars", "score"),
    "reviewed_at": ("date", "reviewdate", "createdat"),
    "return_id": ("id",),
    "returned_at": ("date", "returndate"),
}
# The sign that ends a text in DOS, and signs without width.
_DOS_END = "\x1a"
_INVISIBLE = dict.fromkeys(map(ord, "\ufeff\u200b\u200e\u200f\u2060\u00ad"))
# How many columns a message names.
SHOWN_COLUMNS = 12


@contextmanager
def opened(path: Path) -> Generator[BinaryIO]:
    """Open a file for reading bytes, unpacking `.gz`.

    Raises
    ------
    InputFileError
        The file cannot be opened or read, or its name says gzip and it is no whole gzip file.
    """
    try:
        if path.name.endswith(".gz"):
            with gzip.open(path, "rb") as packed:
                yield cast("BinaryIO", packed)
        else:
            with path.open("rb") as plain:
                yield plain
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        message = (
            f"{path} is not a whole gzip file ({error}): pack it again, or name it without .gz."
        )
        raise InputFileError(message) from error
    except OSError as error:
        message = f"{path} cannot be read: {error.strerror or error}."
        raise InputFileError(message) from error


def written_at(path: Path) -> datetime:
    """Return when a file was last written; a time in the future counts as now."""
    return min(datetime.fromtimestamp(path.stat().st_mtime, UTC), datetime.now(UTC))


def lines_of(path: Path, stream: BinaryIO) -> Iterator[str]:
    """Give the lines of UTF-8 text, with their ends.

    Byte order marks are dropped, also where files were joined, and so is the end mark of DOS.

    Raises
    ------
    InputFileError
        The bytes are not UTF-8, and what they seem to be; or a line is longer than 16 MiB.
    """
    number = 0
    while line := stream.readline(LONGEST_LINE + 1):
        number += 1
        if len(line) > LONGEST_LINE:
            message = f"{path}, line {number}: the line is longer than 16 MiB; split the row."
            raise InputFileError(message)
        try:
            text = line.decode()
        except UnicodeDecodeError as error:
            message = f"{path}, line {number}: not UTF-8 ({_tell(error)}); save the file as UTF-8."
            raise InputFileError(message) from error
        if number == 1 and 3 * line.count(b"\0") > len(line):
            wide = "UTF-32" if 3 * line.count(b"\0") > 2 * len(line) else "UTF-16"
            message = f"{path}: not UTF-8 (it is {wide}); save the file as UTF-8."
            raise InputFileError(message)
        if text.startswith("\ufeff"):
            text = text.lstrip("\ufeff")
        if text.endswith(_DOS_END):
            text = text.rstrip(_DOS_END)
            if not text:
                continue
        yield text


def _tell(error: UnicodeDecodeError) -> str:
    """Say which encoding a line has that is not UTF-8."""
    line = error.object
    if line[:4] in (b"\xff\xfe\0\0", b"\0\0\xfe\xff"):
        return "it is UTF-32"
    if line[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "it is UTF-16"
    byte = line[error.start : error.start + 1]
    sign = byte.decode("cp1252", errors="ignore")
    if not sign.isalpha():
        return error.reason
    return f"its byte 0x{byte.hex()} would be {sign!r} in Windows-1252"


def column_name(name: str) -> str:
    """Return the column that a header, a JSON key or a Parquet column means.

    Case, blanks around it and characters that nobody sees do not count.
    """
    return name.translate(_INVISIBLE).strip().lower()


def _bare(name: str) -> str:
    return re.sub(r"[\W_]+", "", name).lower()


def require_columns(
    path: Path, table: Table, present: set[str], names: Sequence[str], hint: str = ""
) -> None:
    """Refuse a file that lacks a required column.

    Parameters
    ----------
    names : sequence of str
        All columns of the file, as they are called there.
    hint : str
        A sentence on how the file can be read instead.

    Raises
    ------
    InputFileError
        Names the columns that are missing, and those that may be meant.
    """
    missing = [column for column in table.required if column not in present]
    if missing:
        meant = [
            f"{name!r} to {column}"
            for column in missing
            for name in names
            if _bare(name) in (_bare(column), *_MEANT.get(column, ()))
        ]
        found = ", ".join(repr(name) for name in names[:SHOWN_COLUMNS]) or "none"
        message = (
            f"{path} lacks the column{'s' if len(missing) > 1 else ''} {', '.join(missing)}; "
            f"{table.name} needs {', '.join(table.required)}. Found {found}"
            f"{' …' if len(names) > SHOWN_COLUMNS else ''}."
            f"{' ' + hint if hint else ' Rename ' + ', '.join(meant) + '.' if meant else ''}"
        )
        raise InputFileError(message)
