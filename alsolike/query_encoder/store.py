"""Where query encoders are kept: in the database, and on the disk of each host that searches.

The copy is written beside its place and renamed, so that it is whole or not there; whatever is
read from it is checked against the fingerprint first.
"""

import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from alsolike.database import query
from alsolike.query_encoder.encoder import (
    FILES,
    QueryEncoder,
    QueryEncoderError,
    fingerprint_of,
)


@dataclass(frozen=True, slots=True)
class Described:
    """A query encoder as the database describes it.

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


def serving_query_encoder(connection: psycopg.Connection[Any]) -> Described | None:
    """Find the query encoder of the model that serves; None where there is none."""
    row = connection.execute(query("query_encoder/serving")).fetchone()
    return None if row is None else Described(*row)


def fetch_query_encoder(
    connection: psycopg.Connection[Any], described: Described, home: Path
) -> Path:
    """Make sure that the files are on this disk; the folder that holds them.

    Copies of other query encoders are removed: whoever still runs one keeps its open files.

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
            parent.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=parent, prefix="fetching-") as name:
                partial = Path(name) / "files"
                partial.mkdir()
                _write_files(connection, described, partial)
                if not _is_whole(partial, described):
                    message = (
                        f"The query encoder of encoder {described.encoder_id} is damaged in the "
                        "database: delete its row in recs.query_encoders, the worker makes it anew."
                    )
                    raise QueryEncoderError(message)
                _move(partial, folder)
        for other in parent.iterdir():
            if other != folder and not other.name.startswith("fetching-"):
                shutil.rmtree(other, ignore_errors=True)
    except OSError as error:
        message = f"The query encoder cannot be kept in {parent}: {error}."
        raise QueryEncoderError(message) from error
    return folder


def load_query_encoder(
    connection: psycopg.Connection[Any], described: Described, home: Path
) -> QueryEncoder:
    """Fetch a query encoder if need be, check it and load it.

    Raises
    ------
    QueryEncoderError
        It cannot be fetched or loaded.
    """
    folder = fetch_query_encoder(connection, described, home)
    return QueryEncoder(
        folder,
        encoder_id=described.encoder_id,
        fingerprint=described.fingerprint,
        prefix=described.prefix,
    )


def _is_whole(folder: Path, described: Described) -> bool:
    if not all((folder / name).is_file() for name in FILES):
        return False
    return fingerprint_of(folder, described.prefix) == described.fingerprint


def _write_files(connection: psycopg.Connection[Any], described: Described, folder: Path) -> None:
    for name in FILES:
        with (folder / name).open("wb") as file:
            pieces = connection.cursor().stream(
                query("query_encoder/pieces"), {"encoder_id": described.encoder_id, "name": name}
            )
            for (content,) in pieces:
                file.write(content)


def _move(partial: Path, folder: Path) -> None:
    try:
        partial.rename(folder)
    except OSError:
        # Another process of this host was quicker; its files are the same ones.
        if not folder.is_dir():
            raise
