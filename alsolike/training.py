"""Make models: fit one by a recipe to the whole history, and register it."""

import hashlib
import heapq
import logging
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
import psycopg

from alsolike.database import connect, wait_for_database
from alsolike.errors import AlsolikeError, DatabaseUnavailableError
from alsolike.history import History, read_history
from alsolike.history.read import fingerprint
from alsolike.models import build_vector_index, hold_names, model_names
from alsolike.progress import Report
from alsolike.rankers.blend.fit import FittedModel, fit_model
from alsolike.rankers.blend.publish import Neighbours, find_neighbours, publish
from alsolike.rankers.blend.recipe import Recipe, RecipeError
from alsolike.texts import TextEncoder, read_texts

__all__ = ["ModelExistsError", "Recipe", "RecipeError", "TrainSummary", "train"]


class ModelExistsError(AlsolikeError):
    """There is a model of that name already."""


logger = logging.getLogger(__name__)

# Events in the sample that tells whether a model was trained on this shop.
SAMPLE_SIZE = 256
# Events that are hashed at a time: as Python's own numbers they take a hundred times the memory.
_EVENTS_AT_ONCE = 1_000_000
# How long a fitted model waits to be written after the database went away.
_WAIT_SECONDS = 600.0


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
    neighbours = find_neighbours(fitted, np.arange(len(history.catalogue)), report)
    data = describe(history)
    try:
        model_id, kept_name = _write(fitted, neighbours, history, name, encoder, data, report)
    except (psycopg.OperationalError, DatabaseUnavailableError) as error:
        logger.warning("The model could not be written and is tried once more: %s", error)
        wait_for_database(_WAIT_SECONDS)
        model_id, kept_name = _write(fitted, neighbours, history, name, encoder, data, report)
    try:
        with connect() as connection:
            build_vector_index(connection, model_id)
        with connect(autocommit=True) as connection:
            connection.execute(
                "analyze recs.neighbours, recs.product_priors, recs.repurchase_factors"
            )
    except KeyboardInterrupt:
        logger.warning(
            "The model was kept before that, as %r; promote builds its index.", kept_name
        )
        raise
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


def _write(
    fitted: FittedModel,
    neighbours: Neighbours,
    history: History,
    name: str | None,
    encoder: TextEncoder,
    data: dict[str, Any],
    report: Report,
) -> tuple[int, str]:
    """Write the model in one transaction; return its id and the name that it got."""
    with connect(application_name="alsolike train") as connection:
        hold_names(connection)
        # Another training may have taken the name meanwhile: keep the model under another one.
        kept_name = _free_name(connection, name)
        model_id = publish(
            connection,
            fitted,
            neighbours,
            history.catalogue,
            name=kept_name,
            encoder=encoder,
            data=data,
            purpose="serve",
            report=report,
        )
    return model_id, kept_name


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
    smallest: list[str] = []
    for start in range(0, len(history), _EVENTS_AT_ONCE):
        found = heapq.nsmallest(
            SAMPLE_SIZE, _hashes(history, slice(start, start + _EVENTS_AT_ONCE))
        )
        smallest = sorted({*smallest, *found})[:SAMPLE_SIZE]
    return smallest


def _hashes(history: History, places: slice) -> Iterator[str]:
    """Hash the different events at some places of a history."""
    columns = (column[places] for column in (history.products, history.kinds, history.times))
    for product, kind, moment in np.unique(np.column_stack([*columns]), axis=0).tolist():
        yield hashlib.blake2b(
            f"{history.catalogue.product_ids[product]}\x00{kind}\x00{moment}".encode(),
            digest_size=8,
        ).hexdigest()


def _free_name(connection: psycopg.Connection[Any], name: str | None) -> str:
    """Return the name if it is free, else the first of trained-1, trained-2 … that is."""
    names = model_names(connection)
    if name is not None and name not in names:
        return name
    return next(
        free for number in range(1, len(names) + 2) if (free := f"trained-{number}") not in names
    )
