"""The text encoder: a sentence-transformers model, checked before it is trusted."""

import hashlib
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from alsolike.errors import EncoderError
from alsolike.settings import Settings
from embed.model_files import (
    WEIGHTS,
    Prompts,
    declared_dimension,
    find_folder,
    read_pooling,
    read_prompts,
    revision_of,
)

# What pgvector indexes: halfvec, in which vectors are kept, and its other type.
MOST_DIMENSIONS = 4000
_MOST_AS_VECTOR = 2000
# Of different lengths, so that even a model without these words gives them different vectors.
_SAMPLE_TEXTS = ("A red lamp", "A garden hose of thirty metres, with a tap and two nozzles")
_TABLE = 2
_UNLOADABLE = "it cannot be loaded"
_UNABLE = "it cannot encode a text"


class Encoder(Protocol):
    """Turns texts into vectors.

    Two with the same weights, prompts, pooling and dimension are the same encoder, whatever their
    names: their vectors can be compared.

    Attributes
    ----------
    name, revision : str
        Where it is found; the revision is a commit of the hub, empty for others.
    sha256 : str
        Of its weights.
    prompts : Prompts
        Put before documents and queries.
    pooling : str
        See `embed.model_files.read_pooling`.
    dimension : int
        Length of its vectors, which may be the first numbers of longer ones.
    """

    name: str
    revision: str
    sha256: str
    prompts: Prompts
    pooling: str
    dimension: int

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Encode documents: ndarray, shape (n_texts, dimension), float32, unit norm."""
        ...


class SentenceEncoder:
    """A sentence-transformers model on the CPU; loaded when the first text is encoded.

    Until then torch is not even imported, so that a run with nothing to embed takes no time.
    """

    def __init__(
        self, name: str, folder: Path, sha256: str, *, prompts: Prompts, dimension: int
    ) -> None:
        self.name = name
        self.revision = revision_of(folder)
        self.sha256 = sha256
        self.prompts = prompts
        self.folder = folder
        self.pooling = read_pooling(folder)
        self._model: Any = None
        whole = declared_dimension(folder) or int(self.loaded().get_embedding_dimension())
        self.dimension = _checked_dimension(name, whole, dimension)

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Encode documents: ndarray, shape (n_texts, dimension), float32, unit norm."""
        return self._encode(texts, self.prompts.document)

    def encode_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Encode queries: ndarray, shape (n_texts, dimension), float32, unit norm."""
        return self._encode(texts, self.prompts.query)

    def _encode(self, texts: Sequence[str], prompt: str) -> NDArray[np.float32]:
        vectors = self.loaded().encode(
            list(texts),
            # Also where it is empty: the model's default prompt would take its place.
            prompt=prompt,
            batch_size=max(1, len(texts)),
            truncate_dim=self.dimension,
            normalize_embeddings=True,
            convert_to_numpy=True,
            show_progress_bar=False,
        )
        return np.asarray(vectors, dtype=np.float32)

    def loaded(self) -> Any:  # noqa: ANN401  (the library is typed in part only)
        """Return the sentence-transformers model itself, in the state to encode.

        Raises
        ------
        EncoderError
            The library cannot load it, or it gives no usable vectors.
        """
        if self._model is None:
            try:
                model = read_model(self.folder)
            # The libraries raise exceptions of many kinds for files that are cut or damaged.
            except Exception as error:
                raise self._refused(_UNLOADABLE, error) from error
            self._check(model.eval())
            self._model = model
        return self._model

    def _check(self, model: Any) -> None:  # noqa: ANN401
        """Encode two texts: a damaged model may load, and then give vectors of no use."""
        try:
            vectors = np.asarray(
                model.encode(list(_SAMPLE_TEXTS), show_progress_bar=False), dtype=np.float32
            )
        except Exception as error:
            raise self._refused(_UNABLE, error) from error
        if vectors.ndim != _TABLE or not np.isfinite(vectors).all():
            fault = "its vectors are not finite"
        elif not np.linalg.norm(vectors, axis=1).all():
            fault = "its vectors are zero"
        elif np.array_equal(*vectors):
            fault = "it gives different texts the same vector"
        else:
            return
        raise self._refused(fault)

    def _refused(self, fault: str, error: Exception | None = None) -> EncoderError:
        if error is not None:
            reason = next(iter(str(error).strip().splitlines()), "")
            fault = f"{fault} ({type(error).__name__}: {reason})"
        return EncoderError(
            f"The encoder {self.name} in {self.folder} is of no use: {fault}. "
            "Get the model again, or set ALSOLIKE_ENCODER to another one."
        )


def load_encoder(settings: Settings) -> SentenceEncoder:
    """Find the encoder of the settings and check its weights; the same object within a process.

    Raises
    ------
    EncoderError
        There is no such model, its weights are not those that the settings expect, or its vectors
        are longer than pgvector can index.
    """
    return _checked_encoder(
        settings.encoder,
        settings.encoder_revision,
        settings.encoder_sha256.lower(),
        settings.document_prompt,
        settings.query_prompt,
        settings.encoder_dimension,
    )


def read_model(folder: Path) -> Any:  # noqa: ANN401  (the library is typed in part only)
    """Read a sentence-transformers model from its files."""
    from sentence_transformers import SentenceTransformer  # noqa: PLC0415
    from transformers.utils.logging import disable_progress_bar  # noqa: PLC0415

    # Reading takes a moment, and its bar would break our own lines.
    disable_progress_bar()
    return SentenceTransformer(str(folder), device="cpu", local_files_only=True)


@cache
def _checked_encoder(
    name: str,
    revision: str,
    expected_sha256: str,
    document_prompt: str | None,
    query_prompt: str | None,
    dimension: int,
) -> SentenceEncoder:
    folder = find_folder(name, revision)
    weights = folder / WEIGHTS
    if not weights.is_file():
        message = f"The encoder {name} has no {WEIGHTS} in {folder}: choose a model that has one."
        raise EncoderError(message)
    with weights.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    if expected_sha256 and sha256 != expected_sha256:
        message = (
            f"The encoder {name} is refused: {weights} has sha256 {sha256}, expected "
            f"{expected_sha256}. Get the model again, or set ALSOLIKE_ENCODER_SHA256 if the new "
            "one is meant."
        )
        raise EncoderError(message)
    own = read_prompts(name, folder)
    prompts = Prompts(
        own.document if document_prompt is None else document_prompt,
        own.query if query_prompt is None else query_prompt,
    )
    return SentenceEncoder(name, folder, sha256, prompts=prompts, dimension=dimension)


def _checked_dimension(name: str, whole: int, wanted: int) -> int:
    """Return the length of the vectors; 0 wants them whole."""
    if wanted > whole:
        message = (
            f"The encoder {name} has {whole:,} dimensions, fewer than the {wanted:,} of "
            "ALSOLIKE_ENCODER_DIMENSION: leave it out, or set fewer."
        )
        raise EncoderError(message)
    if (wanted or whole) > MOST_DIMENSIONS:
        message = (
            f"The encoder {name} has {wanted or whole:,} dimensions, but pgvector indexes at most "
            f"{MOST_DIMENSIONS:,} (halfvec, which alsolike uses; {_MOST_AS_VECTOR:,} as vector): "
            "choose another one, or set ALSOLIKE_ENCODER_DIMENSION if it is made to be truncated."
        )
        raise EncoderError(message)
    return wanted or whole
