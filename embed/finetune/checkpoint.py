"""The state of a fine-tuning run on disk, from which it goes on as if it had not stopped."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from embed.finetune import FinetuneError

_FILE = "checkpoint.pt"


@dataclass(frozen=True, eq=False)
class Checkpoint:
    """A run between two steps.

    A step's random numbers follow from the seed and the step's number, so the state of no random
    generator is saved.

    Attributes
    ----------
    step, losses : int, list of float
        Steps done so far, and the loss of each.
    model, optimizer : dict
        Their `state_dict` of torch.
    """

    step: int
    losses: list[float]
    model: dict[str, Any]
    optimizer: dict[str, Any]


def save_checkpoint(
    folder: Path, recipe: Mapping[str, str | int | float], checkpoint: Checkpoint
) -> None:
    """Replace the checkpoint; a crash leaves the old one or the new one, whole."""
    torch: Any = import_module("torch")
    temporary = folder / f"{_FILE}.new"
    with temporary.open("wb") as file:
        torch.save({"recipe": dict(recipe), **vars(checkpoint)}, file)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(folder / _FILE)


def load_checkpoint(folder: Path, recipe: Mapping[str, str | int | float]) -> Checkpoint | None:
    """Read the checkpoint of an earlier run of the same recipe; None where there is none.

    Raises
    ------
    FinetuneError
        The folder holds a run of another recipe, or a file that is no checkpoint.
    """
    path = folder / _FILE
    if not path.exists():
        return None
    torch: Any = import_module("torch")
    try:
        kept: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
        kept_recipe: dict[str, Any] = kept.pop("recipe")
        checkpoint = Checkpoint(**kept)
    # torch documents no exception for a file that is not its own, and raises many.
    except Exception as error:
        message = f"{path} cannot be read as a checkpoint: delete it to begin anew."
        raise FinetuneError(message) from error
    changed = [
        f"{name} was {kept_recipe.get(name)!r} and is {value!r}"
        for name, value in recipe.items()
        if kept_recipe.get(name) != value
    ]
    if changed:
        message = (
            f"{folder} holds a run of another recipe ({'; '.join(changed)}): choose another "
            "folder, or delete it."
        )
        raise FinetuneError(message)
    return checkpoint
