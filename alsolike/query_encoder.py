"""The light copy of the encoder that turns queries into vectors, without torch.

It is an ONNX graph with 8-bit weights, and its tokenizer. The worker makes it
(`embed.query_encoder`) and keeps it in the database; a process that answers searches reads it from
there (`api.search`).

Each host has a copy on its disk. It is written to a temporary folder and renamed, so that it is
whole or not there, and checked against its fingerprint before it is loaded.
"""

import hashlib
import math
import re
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from alsolike.errors import EncoderError
from alsolike.schemas import in_schemas

MODEL_FILE = "model.onnx"
WEIGHTS_FILE = "weights.bin"
TOKENIZER_FILE = "tokenizer.json"
FILES = (MODEL_FILE, WEIGHTS_FILE, TOKENIZER_FILE)

# The field of the tokenizer's encodings for each input of the graph.
_FIELDS = {"input_ids": "ids", "attention_mask": "attention_mask", "token_type_ids": "type_ids"}
_LETTER = re.compile(r"[^\W\d_\u0e00-\u0e7f\u3041-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af]")
# What tokenizers call a word that they cannot read.
_UNKNOWN = ("[UNK]", "<unk>")
_ERRORS_ONLY = 3
_FETCHING = "fetching-"

# Reads a piece of a file from the database, by the file's name and the piece's position from 0;
# None after the last one.
ReadPiece = Callable[[str, int], bytes | None]


class QueryEncoderError(EncoderError):
    """The light copy of the encoder cannot be made or used."""


@dataclass(frozen=True, slots=True)
class QueryEncoderRow:
    """What is needed of a row of `recs.query_encoders`.

    Attributes
    ----------
    encoder_id : int
        The encoder in `recs.encoders` that it is a light copy of, and whose space vectors live in.
    fingerprint : str
        Of its files and its prefix; see `fingerprint_of`.
    prefix : str
        Put before every query, where the encoder was trained with one.
    least_letters : float
        Letters per piece of the tokenizer that a query needs to have a vector.
    """

    encoder_id: int
    fingerprint: str
    prefix: str
    least_letters: float


class QueryEncoder:
    """The light copy of one encoder; thread-safe.

    The weights are memory-mapped, so that the processes of a host share their pages.

    The folder holds the files named in `FILES`; the rest is that of a `QueryEncoderRow`.

    Raises
    ------
    QueryEncoderError
        The libraries cannot load the files.
    """

    def __init__(
        self,
        folder: Path,
        *,
        encoder_id: int,
        fingerprint: str,
        prefix: str,
        least_letters: float = 0.0,
    ) -> None:
        self._least_letters = least_letters
        self.encoder_id = encoder_id
        self.fingerprint = fingerprint
        self._prefix = prefix
        # Imported here: they take 30 MB, and not every web process answers searches.
        runtime: Any = import_module("onnxruntime")
        tokenizers: Any = import_module("tokenizers")
        try:
            self._tokenizer: Any = tokenizers.Tokenizer.from_file(str(folder / TOKENIZER_FILE))
            self._session: Any = runtime.InferenceSession(
                str(folder / MODEL_FILE), _options(runtime), providers=["CPUExecutionProvider"]
            )
        # Both libraries raise exceptions of their own, without a common root.
        except Exception as error:
            message = f"The query encoder in {folder} cannot be loaded: {error}"
            raise QueryEncoderError(message) from error
        self._inputs = {entry.name: _FIELDS[entry.name] for entry in self._session.get_inputs()}

    def encode(self, text: str) -> NDArray[np.float32]:
        """Return the vector of a query: ndarray, shape (dimension,), float32, unit norm.

        Raises
        ------
        QueryEncoderError
            The text has no vector, or one that is zero or not finite.
        """
        try:
            encoding = self._tokenizer.encode(self._prefix + text)
            inputs = {
                name: np.asarray([getattr(encoding, field)], dtype=np.int64)
                for name, field in self._inputs.items()
            }
            vector = np.asarray(self._session.run(None, inputs)[0][0], dtype=np.float32)
        # As above.
        except Exception as error:
            message = f"A query cannot be encoded: {error}"
            raise QueryEncoderError(message) from error
        length = float(np.linalg.norm(vector))
        if not (np.isfinite(length) and length > 0):
            message = "A query has no vector."
            raise QueryEncoderError(message)
        return vector / np.float32(length)

    def reads(self, text: str) -> bool:
        """Tell whether a query is of words that the encoder may know, and not of random letters."""
        return self.letters_per_piece(text) >= self._least_letters

    def knows(self, word: str) -> bool:
        """Tell whether a word is one of the tokenizer's own, rather than made of pieces."""
        encoding = self._tokenizer.encode(word, add_special_tokens=False)
        unknown = {self._tokenizer.token_to_id(name) for name in _UNKNOWN}
        return len(encoding.ids) == 1 and encoding.ids[0] not in unknown

    def letters_per_piece(self, text: str) -> float:
        """Return the letters of a text for each piece that the tokenizer makes of them.

        Signs of Chinese, Japanese, Korean and Thai do not count: a piece of them is often one.
        Infinite for a text without letters.
        """
        encoding = self._tokenizer.encode(text, add_special_tokens=False)
        pieces = sum(_LETTER.search(text[begin:end]) is not None for begin, end in encoding.offsets)
        return len(_LETTER.findall(text)) / pieces if pieces else math.inf


def load_query_encoder(row: QueryEncoderRow, home: Path, read_piece: ReadPiece) -> QueryEncoder:
    """Load a query encoder from the disk; fetch it first where it is missing or damaged.

    Copies of other query encoders are deleted: a process that still runs one keeps its open files.

    Parameters
    ----------
    home : Path
        The folder `query-encoder` in it holds the copy.

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
        least_letters=row.least_letters,
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
                f"delete its row in {in_schemas('recs.query_encoders')}, and `alsolike embed` "
                "makes it anew."
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


def fingerprint_of(folder: Path, prefix: str) -> str:
    """Return the sha256 of what a query's vector depends on: the prefix and the files."""
    total = hashlib.sha256(prefix.encode())
    for name in FILES:
        with (folder / name).open("rb") as file:
            total.update(hashlib.file_digest(file, "sha256").digest())
    return total.hexdigest()


def _options(runtime: Any) -> Any:  # noqa: ANN401  (the library is not typed)
    """Keep to one thread and little memory: a query is a few words."""
    options = runtime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.enable_cpu_mem_arena = False
    options.enable_mem_pattern = False
    options.log_severity_level = _ERRORS_ONLY
    # Prepacking keeps a second copy of the weights in memory, and single queries gain little.
    options.add_session_config_entry("session.disable_prepacking", "1")
    return options
