"""Train the encoder, so that products that the same shoppers act on get similar vectors."""

import hashlib
import shutil
import time
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from alsolike.history import History
from alsolike.progress import Report
from alsolike.settings import Settings
from embed.encoder import load_encoder, read_model
from embed.finetune import FinetuneError
from embed.finetune.checkpoint import Checkpoint, load_checkpoint, save_checkpoint
from embed.finetune.pairs import Pairs, near_pairs

_WARM_UP_SHARE = 0.1
_WEIGHT_DECAY = 0.01
_LARGEST_GRADIENT = 1.0
_CHECKPOINT_STEPS = 100


@dataclass(frozen=True)
class FinetuneSummary:
    """The result of a run.

    Attributes
    ----------
    encoder : Path
        Folder of the new encoder, a value for `ALSOLIKE_ENCODER`.
    sha256 : str
        Of its weights.
    pairs : int
        Pairs that batches were drawn from.
    steps, resumed_at : int
        Steps in all; those that earlier runs had done.
    first_loss, last_loss : float
        Means over the first and the last tenth of the steps.
    seconds, pairs_per_second : float
        Of the steps of this run.
    """

    encoder: Path
    sha256: str
    pairs: int
    steps: int
    resumed_at: int
    first_loss: float
    last_loss: float
    seconds: float
    pairs_per_second: float


def finetune_encoder(
    settings: Settings,
    history: History,
    texts: Sequence[str],
    folder: Path,
    *,
    steps: int,
    batch_size: int,
    learning_rate: float,
    seed: int,
    report: Report,
    most_tokens: int = 64,
    checkpoint_steps: int = _CHECKPOINT_STEPS,
) -> FinetuneSummary:
    """Train the encoder of the settings on pairs of products; go on where an earlier run stopped.

    The loss is sentence-transformers' MultipleNegativesRankingLoss: each text is to be closer to
    its pair than to the texts of all other pairs of the batch (Henderson et al. 2017, arXiv
    1705.00652). AdamW, the learning rate rises over the first tenth of the steps and falls to zero
    towards the last. On the same machine the same arguments give the same weights, however often
    the run was stopped in between; another number of threads may round differently.

    Parameters
    ----------
    history : History
        The training part alone: an encoder must not be evaluated on pairs that it learned.
    texts : sequence of str
        One for each product, by its number; see `read_texts`.
    folder : Path
        Holds the checkpoint, about three times the size of the weights, and at the end `encoder/`.
    steps : int
        Batches in all, at least 1.
    batch_size : int
        Pairs of a batch, at least 2.
    learning_rate : float
        Peak of the schedule; 2e-5 is a careful choice.
    seed : int
        Of the pairs that are drawn and of dropout.
    most_tokens : int
        Longer texts are truncated, which makes steps faster; a product's name comes first.
    checkpoint_steps : int
        Steps between two checkpoints.

    Raises
    ------
    EncoderError
        The encoder of the settings cannot be loaded.
    FinetuneError
        There are too few pairs, the folder holds another run, or the loss is not finite.
    """
    if steps < 1 or batch_size < 2:  # noqa: PLR2004  (a pair, and another for its negatives)
        message = "Fine-tuning needs at least 1 step and batches of at least 2 pairs."
        raise FinetuneError(message)
    base = load_encoder(settings)
    prompted = [text and base.prompts.document + text for text in texts]
    pairs = near_pairs(history, prompted)
    recipe = {
        "encoder": base.sha256,
        "pairs": _fingerprint(pairs),
        "steps": steps,
        "batch_size": batch_size,
        "learning_rate": learning_rate,
        "most_tokens": most_tokens,
        "seed": seed,
    }
    folder.mkdir(parents=True, exist_ok=True)
    earlier = load_checkpoint(folder, recipe)
    with _determinism():
        # A copy of its own: `base.loaded()` is shared with the rest of the process.
        model = read_model(base.folder).float()
        # The new encoder's files say what it was trained with.
        model.prompts = base.prompts._asdict()
        optimizer = _optimizer(model, learning_rate)
        losses: list[float] = []
        if earlier is not None:
            model.load_state_dict(earlier.model)
            optimizer.load_state_dict(earlier.optimizer)
            losses = list(earlier.losses)
        resumed_at = len(losses)
        drawn = 0
        started = time.monotonic()
        for loss, size in _train(model, optimizer, pairs, recipe, start=resumed_at):
            losses.append(loss)
            drawn += size
            if len(losses) % checkpoint_steps == 0 or len(losses) == steps:
                state = Checkpoint(len(losses), losses, model.state_dict(), optimizer.state_dict())
                save_checkpoint(folder, recipe, state)
            report("finetune", len(losses), steps)
        seconds = time.monotonic() - started
    encoder = folder / "encoder"
    sha256 = _save_model(model, encoder)
    tenth = max(1, steps // 10)
    return FinetuneSummary(
        encoder=encoder,
        sha256=sha256,
        pairs=len(pairs),
        steps=steps,
        resumed_at=resumed_at,
        first_loss=float(np.mean(losses[:tenth])),
        last_loss=float(np.mean(losses[-tenth:])),
        seconds=round(seconds, 3),
        pairs_per_second=round(drawn / seconds, 1) if drawn else 0.0,
    )


def _train(
    model: Any,  # noqa: ANN401  (the library is typed in part only)
    optimizer: Any,  # noqa: ANN401
    pairs: Pairs,
    recipe: dict[str, Any],
    *,
    start: int,
) -> Iterator[tuple[float, int]]:
    """Make one step after the other; yield the loss and the number of pairs of each."""
    torch: Any = import_module("torch")
    losses: Any = import_module("sentence_transformers.sentence_transformer.losses")
    loss_of = losses.MultipleNegativesRankingLoss(model)
    longest = model.max_seq_length
    model.max_seq_length = min(longest or recipe["most_tokens"], recipe["most_tokens"])
    model.train()
    for step in range(start, recipe["steps"]):
        # Each step has a generator of its own, so that a resumed run draws the same pairs.
        random = np.random.default_rng([int(recipe["seed"]), step])
        torch.manual_seed(int.from_bytes(random.bytes(4), "little"))
        for group in optimizer.param_groups:
            group["lr"] = recipe["learning_rate"] * _rate(step, recipe["steps"])
        sides = pairs.draw(recipe["batch_size"], random)
        loss = loss_of([model.preprocess(side) for side in sides], None)
        if not bool(torch.isfinite(loss)):
            message = (
                f"The loss of step {step + 1} is not finite: begin anew, in another folder, with a "
                "lower learning rate."
            )
            raise FinetuneError(message)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), _LARGEST_GRADIENT)
        optimizer.step()
        optimizer.zero_grad()
        yield float(loss.detach()), len(sides[0])
    model.max_seq_length = longest


def _rate(step: int, steps: int) -> float:
    """Return a step's share of the peak learning rate, in (0, 1]: linear warm-up and decay."""
    warm_up = max(1, round(_WARM_UP_SHARE * steps))
    if step < warm_up:
        return (step + 1) / warm_up
    return (steps - step) / max(1, steps - warm_up)


def _optimizer(model: Any, learning_rate: float) -> Any:  # noqa: ANN401
    torch: Any = import_module("torch")
    named: list[tuple[str, Any]] = list(model.named_parameters())
    # No weight decay on biases and norm weights (1-D parameters).
    decayed = [parameter for _, parameter in named if parameter.ndim > 1]
    others = [parameter for _, parameter in named if parameter.ndim <= 1]
    groups = [
        {"params": decayed, "weight_decay": _WEIGHT_DECAY},
        {"params": others, "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(groups, lr=learning_rate)


def _save_model(model: Any, folder: Path) -> str:  # noqa: ANN401
    """Replace the encoder in the folder; return the sha256 of its weights."""
    temporary = folder.with_name(f"{folder.name}.new")
    for stale in (temporary, folder):
        shutil.rmtree(stale, ignore_errors=True)
    model.eval()
    model.save(str(temporary), create_model_card=False)
    temporary.rename(folder)
    with (folder / "model.safetensors").open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def _determinism() -> Generator[None]:
    """Use deterministic algorithms in the block, and restore torch's settings and generator."""
    torch: Any = import_module("torch")
    was_deterministic = torch.are_deterministic_algorithms_enabled()
    # Filling uninitialised memory would take a quarter of the time, and we write before we read.
    memory = torch.utils.deterministic
    was_filled = memory.fill_uninitialized_memory
    with torch.random.fork_rng(devices=[]):
        torch.use_deterministic_algorithms(mode=True)
        memory.fill_uninitialized_memory = False
        try:
            yield
        finally:
            torch.use_deterministic_algorithms(mode=was_deterministic)
            memory.fill_uninitialized_memory = was_filled


def _fingerprint(pairs: Pairs) -> str:
    digest = hashlib.sha256(pairs.numbers.tobytes())
    for text in pairs.texts:
        digest.update(text.encode())
        digest.update(b"\x00")
    return digest.hexdigest()
