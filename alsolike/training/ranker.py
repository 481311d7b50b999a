"""Models under evaluation that answer through SQL, with the statement that serves."""

import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from functools import lru_cache
from secrets import token_hex
from typing import Any

import numpy as np
import psycopg
from numpy.typing import NDArray

from alsolike.database import connect, query
from alsolike.evaluation.baselines.average import AverageRanker
from alsolike.evaluation.ranker import Ranker
from alsolike.history import Split, visitor_of
from alsolike.models import (
    change_serving,
    drop_leftovers,
    drop_model,
    find_model,
    hold_model,
)
from alsolike.progress import Report
from alsolike.training.fit import fit_model, latest
from alsolike.training.publish import publish
from alsolike.training.recipe import Recipe
from alsolike.training.texts import read_texts

# Database sessions that ask side by side.
_SESSIONS = 2


class StoredRanker:
    """A model as it stands in the database, asked about the past.

    What it learned may include what is held out: an evaluation of the thing itself, not of how it
    was made.

    Parameters
    ----------
    model : str
        Its name in `recs.models`.
    name : str, optional
        To be told under.

    Attributes
    ----------
    latencies : list of float
        Seconds that each answer took, in the order of the answers.
    """

    def __init__(self, model: str, name: str | None = None) -> None:
        self.name = name or model
        self.latencies: list[float] = []
        self._model = model
        self._split: Split | None = None
        self._sessions = ExitStack()
        self._connections: list[psycopg.Connection[Any]] = []

    def close(self) -> None:
        """Close the sessions."""
        self._sessions.close()
        self._connections = []

    def fit(self, split: Split, report: Report) -> None:
        """Learn nothing: note who is asked about."""
        del report
        self._split = split
        self._open()

    def lists(
        self, rows: NDArray[np.int64], k: int
    ) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        """List what the model would have recommended; see `ListRanker.lists`."""
        assert self._split is not None  # noqa: S101  (fitted first, by the protocol)
        products = np.full((len(rows), k), -1, np.int32)
        scores = np.zeros((len(rows), k), np.float32)
        numbers = {
            product_id: number
            for number, product_id in enumerate(self._split.known.catalogue.product_ids)
        }
        known = self._split.known
        product_ids = np.array(known.catalogue.product_ids, object)
        exists_from = self._split.exists_from

        @lru_cache(maxsize=1)
        def to_come(moment: int) -> list[str]:
            return product_ids[exists_from >= moment].tolist()

        parts = np.array_split(np.arange(len(rows)), len(self._connections))

        def ask(connection: psycopg.Connection[Any], places: NDArray[np.int64]) -> list[float]:
            taken: list[float] = []
            for place in places:
                shopper = int(split.shoppers[rows[place]])
                moment = int(split.moments[rows[place]])
                had = np.unique(known.products[known.starts[shopper] : known.starts[shopper + 1]])
                left_out = [*product_ids[had], *to_come(moment)]
                visitor = visitor_of(known.shopper_ids[shopper])
                began = time.perf_counter()
                found = connection.execute(
                    query("alsolike/training/recommendations"),
                    {
                        "shopper_id": visitor.shopper_id,
                        "session_id": visitor.session_id,
                        "k": k,
                        "left_out": left_out,
                        "model": self._model,
                        "moment": moment,
                    },
                ).fetchall()
                taken.append(time.perf_counter() - began)
                for rank, (product_id, score) in enumerate(found):
                    products[place, rank] = numbers[product_id]
                    scores[place, rank] = 0 if score is None else score
            return taken

        split = self._split
        with ThreadPoolExecutor(len(self._connections)) as pool:
            for taken in pool.map(ask, self._connections, parts):
                self.latencies.extend(taken)
        return products, scores

    def _open(self) -> None:
        self._sessions.close()
        self._connections = [
            self._sessions.enter_context(
                connect(autocommit=True, application_name="alsolike evaluate")
            )
            for _ in range(_SESSIONS)
        ]


class TrainedRanker(StoredRanker):
    """A model that is made anew from what is known, by a recipe; closing it drops it.

    Parameters
    ----------
    recipe : Recipe
        Its validation slice is cut like the split that it is fitted to.
    name : str
        To be told under.
    name_vectors : ndarray, shape (n_products, dim), float32, optional
        Of the products' names, of unit length, in the place of those in the database: to try
        another encoder.
    """

    def __init__(
        self,
        recipe: Recipe,
        name: str = "trained",
        *,
        name_vectors: NDArray[np.float32] | None = None,
    ) -> None:
        super().__init__(f"evaluation {token_hex(6)}", name)
        self.recipe = recipe
        self._name_vectors = name_vectors
        self._model_id: int | None = None
        self._serving: dict[str, Any] = {}

    def close(self) -> None:
        """Drop the model and close the sessions."""
        self._drop()
        super().close()

    def fit(self, split: Split, report: Report) -> None:
        """Train on what is known and write the model, for evaluation only."""
        self._drop()
        recipe = replace(self.recipe, validation=split.name)
        catalogue = split.known.catalogue
        texts, encoder = read_texts(catalogue, report=report)
        if self._name_vectors is not None:
            texts = replace(texts, vectors=self._name_vectors)
        fitted = fit_model(split.known, texts.only(split.is_there), recipe, report)
        # Only what shoppers of the split did last is ever looked up.
        asked = latest(split.known, split.shoppers, fitted.serving)
        self._serving = fitted.serving
        super().fit(split, report)
        with connect() as connection:
            drop_leftovers(connection)
        with connect() as connection:
            self._model_id = publish(
                connection,
                fitted,
                catalogue,
                name=self._model,
                encoder=encoder,
                data={"evaluation": split.name},
                purpose="evaluate",
                products=np.unique(asked.indices),
                report=report,
            )
            # Held by the session that asks, from before anyone else can see it.
            hold_model(self._connections[0], self._model_id)
        with connect(autocommit=True) as connection:
            connection.execute("analyze recs.neighbours, recs.product_priors")

    def answer_with(self, options: Mapping[str, Any]) -> None:
        """Change how the fitted model answers from now on.

        Parameters
        ----------
        options : Mapping
            Of `recs.serving_options`; the others stay as they were fitted.
        """
        assert self._model_id is not None  # noqa: S101  (fitted first)
        with connect() as connection:
            change_serving(connection, self._model_id, {**self._serving, **options})

    def _drop(self) -> None:
        if self._model_id is not None:
            with connect() as connection:
                drop_model(connection, self._model_id)
            self._model_id = None


def ranker_for(name: str, *, seed: int = 0) -> Ranker:
    """Return what evaluates a model: a fresh fit of the default recipe, or of a stored one.

    Parameters
    ----------
    name : str
        'trained', or a name in `recs.models`.
    seed : int
        Of the default recipe; a stored one has its own.

    Raises
    ------
    UnknownModelError
        There is none of that name.
    RecipeError
        Its stored parameters are no recipe.
    """
    if name == "trained":
        return TrainedRanker(Recipe(seed=seed))
    with connect() as connection:
        model = find_model(connection, name)
    assert model is not None  # noqa: S101  (a name that no model has raises)
    if model.kind == "average":
        average = AverageRanker()
        average.name = name
        return average
    return TrainedRanker(Recipe.from_dict(model.parameters), name)
