"""Fine-tune an encoder on the training part, and keep it only if it ranks the test part better."""

import shutil
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from alsolike.evaluation.evaluate import evaluate
from alsolike.evaluation.results import Value
from alsolike.history import Split, read_history, split_by_time, split_leave_one_out
from alsolike.progress import Report
from alsolike.rankers.trained import TrainedRanker
from alsolike.settings import Settings
from alsolike.training import Recipe
from embed.encode import encode_each
from embed.encoder import Encoder, load_encoder
from embed.finetune.pairs import read_texts
from embed.finetune.training import FinetuneSummary, finetune_encoder

_K = 10
_BATCH = 256
_BASE, _TUNED = "as it is", "fine-tuned"


@dataclass(frozen=True, slots=True)
class Trial:
    """How a fine-tuned encoder compares with the one that it was made of.

    Attributes
    ----------
    tuned : FinetuneSummary
    base_ndcg, tuned_ndcg : float
        NDCG@10 of the trained model on the test part, with either encoder.
    difference : Value
        Tuned less base, with its paired 95 % interval.
    is_kept : bool
        Whether the interval is above zero; otherwise the new encoder's folder was deleted.
    """

    tuned: FinetuneSummary
    base_ndcg: float
    tuned_ndcg: float
    difference: Value
    is_kept: bool

    def as_dict(self) -> dict[str, Any]:
        """Return it by name, fit for JSON."""
        return {**asdict(self), "tuned": {**asdict(self.tuned), "encoder": str(self.tuned.encoder)}}


def try_finetuning(
    settings: Settings,
    recipe: Recipe,
    folder: Path,
    *,
    steps: int,
    batch_size: int,
    learning_rate: float,
    report: Report,
) -> Trial:
    """Fine-tune the encoder of the settings on the training part of the history.

    Then the model of the recipe is trained twice on that part, with the vectors of names of either
    encoder, and both are evaluated on the test part through SQL.

    Parameters
    ----------
    recipe : Recipe
        Its validation says how the history is split; its seed is used for the fine-tuning too.
    folder : Path
        Of the checkpoint, from which a stopped run goes on, and of the new encoder.

    Raises
    ------
    EncoderError, FinetuneError, SplitError, NoHistoryError, NoTextVectorsError
        There is no encoder, or too little to learn from.
    """
    history = read_history(report=report)
    is_by_order = recipe.validation == "leave-one-out"
    split = split_leave_one_out(history) if is_by_order else split_by_time(history)
    tuned = finetune_encoder(
        settings,
        split.known,
        read_texts(history.catalogue),
        folder,
        steps=steps,
        batch_size=batch_size,
        learning_rate=learning_rate,
        seed=recipe.seed,
        report=report,
    )
    names = read_texts(history.catalogue, ["name"])
    encoders = {
        _BASE: load_encoder(settings),
        _TUNED: load_encoder(replace(settings, encoder=str(tuned.encoder), encoder_sha256="")),
    }
    rankers = [
        TrainedRanker(recipe, label, name_vectors=_encode(encoder, names, label, report))
        for label, encoder in encoders.items()
    ]
    trial = _compare(split, rankers, tuned, report)
    if not trial.is_kept:
        shutil.rmtree(tuned.encoder)
    return trial


def _compare(
    split: Split, rankers: list[TrainedRanker], tuned: FinetuneSummary, report: Report
) -> Trial:
    evaluation = evaluate(split, rankers, k=_K, seed=0, report=report)
    metric = f"ndcg@{_K}"
    difference = evaluation.differences[_TUNED, _BASE][metric]
    base, new = (evaluation.models[name].metrics["all"][metric].value for name in (_BASE, _TUNED))
    return Trial(tuned, base, new, difference, is_kept=difference.low > 0)


def _encode(encoder: Encoder, texts: list[str], label: str, report: Report) -> NDArray[np.float32]:
    """Return a vector for each text: shape (n_texts, dimension), zeros where there is none."""
    vectors = np.zeros((len(texts), encoder.dimension), np.float32)
    for start in range(0, len(texts), _BATCH):
        for place, result in enumerate(encode_each(encoder, texts[start : start + _BATCH]), start):
            if not isinstance(result, str):
                vectors[place] = result
        report(f"encode, {label}", min(start + _BATCH, len(texts)), len(texts))
    return vectors
