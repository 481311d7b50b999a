"""The state of a fine-tuning run on disk, from which it goes on as if it had not stopped."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from embed.finetune_pairs import FinetuneError

_FILE = "checkpoint.pt"


@dataclass(frozen=True, eq=False)
class Checkpoint:
    """A run between two steps.

    What is drawn at a step follows from the seed and the step's number, so no state of a random
    generator is kept.

    Attributes
    ----------
    step : int
        Steps that are done.
    losses : list of float
        The loss of each.
    model, optimizer : dict
        As torch's `state_dict` gives them.
    """

    step: int
    losses: list[float]
    model: dict[str, Any]
    optimizer: dict[str, Any]


def save_checkpoint(
    folder: Path, recipe: Mapping[str, str | int | float], checkpoint: Checkpoint
) -> None:
    """Write the state in the place of an earlier one; a crash leaves one or the other whole."""
    torch: Any = import_module("torch")
    temporary = folder / f"{_FILE}.new"
    with temporary.open("wb") as file:
        torch.save({"recipe": dict(recipe), **vars(checkpoint)}, file)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(folder / _FILE)


def load_checkpoint(folder: Path, recipe: Mapping[str, str | int | float]) -> Checkpoint | None:
    """Read the state of an earlier run of the same recipe; None where there is none.

    Raises
    ------
    FinetuneError
        The folder holds a run of another recipe, or a file that is no state.
    """
    path = folder / _FILE
    if not path.exists():
        return None
    torch: Any = import_module("torch")
    try:
        kept: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
        kept_recipe: dict[str, Any] = kept.pop("recipe")
        checkpoint = Checkpoint(**kept)
    # What torch raises for a file that is not its own is one of many.
    except Exception as error:
        message = f"{path} cannot be read as a state of fine-tuning: delete it to begin anew."
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
