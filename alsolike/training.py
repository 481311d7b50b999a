"""Make models: fit one by a recipe to the whole history, and register it."""

import hashlib
import heapq
import time
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
import psycopg

from alsolike.database import connect
from alsolike.errors import AlsolikeError
from alsolike.history import History, read_history
from alsolike.history.read import fingerprint
from alsolike.models import build_vector_index, hold_names, model_names
from alsolike.progress import Report
from alsolike.rankers.blend.fit import fit_model
from alsolike.rankers.blend.publish import publish
from alsolike.rankers.blend.recipe import Recipe, RecipeError
from alsolike.texts import read_texts

__all__ = ["ModelExistsError", "Recipe", "RecipeError", "TrainSummary", "train"]


class ModelExistsError(AlsolikeError):
    """There is a model of that name already."""


# Events in the sample that tells whether a model was trained on this shop.
SAMPLE_SIZE = 256


@dataclass(frozen=True, slots=True)
class TrainSummary:
    """What one run of `train` did: the model, columns of its row, and what it learned from.

    `seconds` are wall-clock time.
    """

    model: str
    learned: dict[str, Any]
    serving: dict[str, Any]
    products: int
    shoppers: int
    events: int
    seconds: float

    def as_dict(self) -> dict[str, Any]:
        """Return all of it by name."""
        return asdict(self)

    def as_text(self) -> str:
        """Return it for people, with the spaces that had to be left out."""
        weights = ", ".join(
            f"{space} {weight:g}" for space, weight in self.learned["weights"].items() if weight > 0
        )
        left_out = "".join(
            f"Left out, because it could not be computed: {space} ({reason}).\n"
            for space, reason in self.learned["left_out"].items()
        )
        return (
            f"Trained {self.model} in {self.seconds:.0f} s from {self.events:,} events of "
            f"{self.shoppers:,} shoppers on {self.products:,} products.\n"
            f"Weights: {weights}.\n{left_out}"
            f"NDCG@10 on the validation slice: {self.learned['validation_ndcg']:.4f}.\n"
            f"It does not serve yet: alsolike promote {self.model}"
        )


def train(
    recipe: Recipe, *, name: str | None = None, encoder_id: int | None = None, report: Report
) -> TrainSummary:
    """Train a model and register it; it does not serve before it is promoted.

    It is called the next of trained-1, trained-2 … when no name is given, and lives on the vectors
    of the serving model's encoder when no encoder is.

    Raises
    ------
    NoHistoryError, NoTextVectorsError, SplitError
        There is nothing, or too little, to learn from.
    ModelExistsError
        The name is taken. Either from the beginning, and nothing was done; or another training took
        it meanwhile, and the model is kept under the name in the message.
    """
    started = time.monotonic()
    with connect() as connection:
        if name is not None and name in model_names(connection):
            message = f"There is a model {name!r} already: choose another name with --name."
            raise ModelExistsError(message)
    history = read_history(report=report)
    texts, encoder = read_texts(history.catalogue, encoder_id, report=report)
    fitted = fit_model(history, texts, recipe, report)
    with connect(application_name="alsolike train") as connection:
        hold_names(connection)
        # Another training may have taken the name meanwhile: keep the model under another one.
        kept_name = _free_name(connection, name)
        model_id = publish(
            connection,
            fitted,
            history.catalogue,
            name=kept_name,
            encoder=encoder,
            data=describe(history),
            purpose="serve",
            report=report,
        )
    with connect() as connection:
        build_vector_index(connection, model_id)
    with connect(autocommit=True) as connection:
        connection.execute("analyze recs.neighbours, recs.product_priors, recs.repurchase_factors")
    if name is not None and kept_name != name:
        message = (
            f"Another training made a model {name!r} while this one ran: what this one learned is "
            f"kept as {kept_name!r}."
        )
        raise ModelExistsError(message)
    return TrainSummary(
        model=kept_name,
        learned=fitted.learned,
        serving=fitted.serving,
        products=len(history.catalogue),
        shoppers=len(history.shopper_ids),
        events=len(history),
        seconds=round(time.monotonic() - started, 1),
    )


def describe(history: History) -> dict[str, Any]:
    """Return which data a model was trained on: `recs.models.data`."""
    latest = int(history.times.max()) if len(history) else 0
    return {
        "products": len(history.catalogue),
        "shoppers": len(history.shopper_ids),
        "events": len(history),
        "latest_event_at": datetime.fromtimestamp(latest / 1_000_000, UTC).isoformat(),
        "latest_event_us": latest,
        "fingerprint": fingerprint(history),
        "sample": sample(history),
    }


def sample(history: History) -> list[str]:
    """Return the smallest hashes of events: the same sample every time.

    Two histories of one shop share most of it, even if one is longer or had events erased; two
    shops share none. Broder 1997, "On the resemblance and containment of documents".

    An event is hashed without who acted, so that nobody can test a guess about a person. They are
    at most 256 hashes of 16 hexadecimal digits, ascending.
    """
    events = np.unique(
        np.column_stack((history.products, history.kinds, history.times)), axis=0
    ).tolist()
    hashes = (
        hashlib.blake2b(
            f"{history.catalogue.product_ids[product]}\x00{kind}\x00{moment}".encode(),
            digest_size=8,
        ).hexdigest()
        for product, kind, moment in events
    )
    return heapq.nsmallest(SAMPLE_SIZE, hashes)


def _free_name(connection: psycopg.Connection[Any], name: str | None) -> str:
    """Return the name if it is free, else the first of trained-1, trained-2 … that is."""
    names = model_names(connection)
    if name is not None and name not in names:
        return name
    return next(
        free for number in range(1, len(names) + 2) if (free := f"trained-{number}") not in names
    )
