"""The copy of a query encoder on the disk of each host that answers searches.

It is written to a temporary folder and renamed, so that it is whole or not there, and checked
against its fingerprint before it is loaded.
"""

import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from alsolike.query_encoder.encoder import (
    FILES,
    QueryEncoder,
    QueryEncoderError,
    fingerprint_of,
)

_FETCHING = "fetching-"

# Reads a piece of a file from the database, by the file's name and the piece's position from 0;
# None after the last one.
ReadPiece = Callable[[str, int], bytes | None]


@dataclass(frozen=True, slots=True)
class QueryEncoderRow:
    """What is needed of a row of `recs.query_encoders`.

    Attributes
    ----------
    encoder_id : int
        The encoder in `recs.encoders` that it is a light copy of.
    fingerprint : str
        Of its files and its prefix; see `fingerprint_of`.
    prefix : str
        Put before every query.
    """

    encoder_id: int
    fingerprint: str
    prefix: str


def load_query_encoder(row: QueryEncoderRow, home: Path, read_piece: ReadPiece) -> QueryEncoder:
    """Load a query encoder from the disk; fetch it first where it is missing or damaged.

    Copies of other query encoders are deleted: a process that still runs one keeps its open files.

    Parameters
    ----------
    row : QueryEncoderRow
    home : Path
        The folder `query-encoder` in it holds the copy.
    read_piece : callable
        See `ReadPiece`.

    Raises
    ------
    QueryEncoderError
        The files in the database do not match their fingerprint, or the disk cannot be written.
    """
    parent = home / "query-encoder"
    folder = parent / row.fingerprint
    try:
        if not _is_whole(folder, row):
            shutil.rmtree(folder, ignore_errors=True)
            _fetch(row, parent, folder, read_piece)
        for other in parent.iterdir():
            if other != folder and not other.name.startswith(_FETCHING):
                shutil.rmtree(other, ignore_errors=True)
    except OSError as error:
        message = f"The query encoder cannot be kept in {parent}: {error}."
        raise QueryEncoderError(message) from error
    return QueryEncoder(
        folder,
        encoder_id=row.encoder_id,
        fingerprint=row.fingerprint,
        prefix=row.prefix,
    )


def _fetch(row: QueryEncoderRow, parent: Path, folder: Path, read_piece: ReadPiece) -> None:
    parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=parent, prefix=_FETCHING) as name:
        partial = Path(name) / "files"
        partial.mkdir()
        for file_name in FILES:
            with (partial / file_name).open("wb") as file:
                position = 0
                while (content := read_piece(file_name, position)) is not None:
                    file.write(content)
                    position += 1
        if not _is_whole(partial, row):
            message = (
                f"The query encoder of encoder {row.encoder_id} is damaged in the database: "
                "delete its row in recs.query_encoders, and `alsolike embed` makes it anew."
            )
            raise QueryEncoderError(message)
        try:
            partial.rename(folder)
        except OSError:
            # Another process of this host was quicker, with the same files.
            if not folder.is_dir():
                raise


def _is_whole(folder: Path, row: QueryEncoderRow) -> bool:
    if not all((folder / name).is_file() for name in FILES):
        return False
    return fingerprint_of(folder, row.prefix) == row.fingerprint
