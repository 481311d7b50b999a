"""Where query encoders are kept: in the database, and on the disk of each host that searches.

The copy on the disk is written beside its place and renamed, so that it is whole or not there;
whatever is read from it is checked against the fingerprint first.
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

# Gives a piece of a file by the file's name and the piece's position, None after the last one.
ReadPiece = Callable[[str, int], bytes | None]


@dataclass(frozen=True, slots=True)
class Described:
    """A query encoder as the database describes it, in the order of `serving_query_encoder.sql`.

    Attributes
    ----------
    encoder_id : int
        The encoder in `recs.encoders` that it is the light copy of.
    fingerprint : str
        Identifies its files.
    prefix : str
        Stands before every query.
    """

    encoder_id: int
    fingerprint: str
    prefix: str


def load_query_encoder(described: Described, home: Path, read_piece: ReadPiece) -> QueryEncoder:
    """Load a query encoder from this disk, where it is fetched to if need be.

    Copies of other query encoders are removed: whoever still runs one keeps its open files.

    Parameters
    ----------
    described : Described
        Which one.
    home : Path
        The folder `query-encoder` in it holds the copy.
    read_piece : callable
        Reads from the database.

    Raises
    ------
    QueryEncoderError
        What the database holds is not what its fingerprint says, or the disk refuses it.
    """
    parent = home / "query-encoder"
    folder = parent / described.fingerprint
    try:
        if not _is_whole(folder, described):
            shutil.rmtree(folder, ignore_errors=True)
            _fetch(described, parent, folder, read_piece)
        for other in parent.iterdir():
            if other != folder and not other.name.startswith(_FETCHING):
                shutil.rmtree(other, ignore_errors=True)
    except OSError as error:
        message = f"The query encoder cannot be kept in {parent}: {error}."
        raise QueryEncoderError(message) from error
    return QueryEncoder(
        folder,
        encoder_id=described.encoder_id,
        fingerprint=described.fingerprint,
        prefix=described.prefix,
    )


def _fetch(described: Described, parent: Path, folder: Path, read_piece: ReadPiece) -> None:
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
        if not _is_whole(partial, described):
            message = (
                f"The query encoder of encoder {described.encoder_id} is damaged in the database: "
                "delete its row in recs.query_encoders, and `alsolike embed` makes it anew."
            )
            raise QueryEncoderError(message)
        try:
            partial.rename(folder)
        except OSError:
            # Another process of this host was quicker; its files are the same ones.
            if not folder.is_dir():
                raise


def _is_whole(folder: Path, described: Described) -> bool:
    if not all((folder / name).is_file() for name in FILES):
        return False
    return fingerprint_of(folder, described.prefix) == described.fingerprint
