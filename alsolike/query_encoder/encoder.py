"""Run the light copy of an encoder: an ONNX graph with 8-bit weights, and its tokenizer."""

import hashlib
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from alsolike.errors import EncoderError

MODEL_FILE = "model.onnx"
WEIGHTS_FILE = "weights.bin"
TOKENIZER_FILE = "tokenizer.json"
FILES = (MODEL_FILE, WEIGHTS_FILE, TOKENIZER_FILE)

# The field of the tokenizer's encodings for each input of the graph.
_FIELDS = {"input_ids": "ids", "attention_mask": "attention_mask", "token_type_ids": "type_ids"}
_ERRORS_ONLY = 3


class QueryEncoderError(EncoderError):
    """The light copy of the encoder cannot be made or used."""


class QueryEncoder:
    """The light copy of one encoder; thread-safe.

    The weights are memory-mapped, so that the processes of a host share their pages.

    Parameters
    ----------
    folder : Path
        Holds the files named in `FILES`.
    encoder_id : int
        The encoder in `recs.encoders` whose space the vectors live in.
    fingerprint : str
        See `fingerprint_of`.
    prefix : str
        Put before every query, where the encoder was trained with one.

    Raises
    ------
    QueryEncoderError
        The libraries cannot load the files.
    """

    def __init__(self, folder: Path, *, encoder_id: int, fingerprint: str, prefix: str) -> None:
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
