"""A model that is made anew from what is known, and dropped afterwards."""

from collections.abc import Mapping
from dataclasses import replace
from secrets import token_hex
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from alsolike.database import connect
from alsolike.history import Split
from alsolike.models import change_serving, drop_leftovers, drop_model, hold_model
from alsolike.progress import Report
from alsolike.rankers.blend.fit import fit_model
from alsolike.rankers.blend.publish import find_neighbours, publish
from alsolike.rankers.blend.recipe import BOTH, Recipe
from alsolike.rankers.stored import StoredRanker
from alsolike.texts import read_texts

if TYPE_CHECKING:
    from alsolike.rankers.blend.restraint import MeasuredRestraint, Restraint


class TrainedRanker(StoredRanker):
    """A model that a recipe makes anew from what is known; closing the ranker drops the model.

    Parameters
    ----------
    recipe : Recipe
        Its validation slice is cut like the split that it is fitted to.
    name_vectors : ndarray, shape (n_products, dim), float32, optional
        Of the products' names, of unit length, instead of those in the database: to try another
        encoder.
    encoder_id : int, optional
        Whose vectors it lives on, if not the serving model's.
    """

    has_seen_answers = False

    def __init__(
        self,
        recipe: Recipe,
        name: str = "trained",
        *,
        name_vectors: NDArray[np.float32] | None = None,
        encoder_id: int | None = None,
    ) -> None:
        super().__init__(f"evaluation {token_hex(6)}", name)
        self.recipe = recipe
        self._name_vectors = name_vectors
        self._encoder_id = encoder_id
        self._model_id: int | None = None
        self._serving: dict[str, Any] = {}
        # What the last fit had to choose from: ranking quality against products shown; and chose.
        self.frontier: list[MeasuredRestraint] = []
        self.restraint: Restraint | None = None

    def close(self) -> None:
        """Drop the model and close the sessions."""
        self._drop()
        super().close()

    def fit(self, split: Split, report: Report) -> None:
        """Train on what is known and write the model, for evaluation only."""
        self._drop()
        recipe = self.recipe
        if (recipe.validation == "leave-one-out") != (split.name == "leave-one-out"):
            is_alone = split.name == "leave-one-out"
            recipe = replace(recipe, validation="leave-one-out" if is_alone else BOTH)
        catalogue = split.known.catalogue
        texts, encoder = read_texts(catalogue, self._encoder_id, report=report)
        if self._name_vectors is not None:
            texts = replace(texts, vectors=self._name_vectors)
        fitted = fit_model(split.known, texts.only(split.is_there), recipe, report)
        # No other neighbours are looked up than those of the shoppers' latest products.
        acted_on = split.queries(split.rows, **fitted.chosen.query)
        self._serving = fitted.serving
        neighbours = find_neighbours(fitted, np.unique(acted_on.indices), report)
        self.frontier, self.restraint = fitted.chosen.frontier, fitted.chosen.restraint
        super().fit(split, report)
        with connect() as connection:
            drop_leftovers(connection)
        with connect() as connection:
            self._model_id = publish(
                connection,
                fitted,
                neighbours,
                catalogue,
                name=self._model,
                encoder=encoder,
                data={"evaluation": split.name},
                purpose="evaluate",
                report=report,
            )
            # Before the commit shows the model to an evaluation that would drop it.
            hold_model(self._connections[0], self._model_id)
        with connect(autocommit=True) as connection:
            connection.execute(
                "analyze recs.neighbours, recs.product_priors, recs.repurchase_factors"
            )

    def answer_with(self, options: Mapping[str, Any]) -> None:
        """Change some of how the fitted model answers from now on; see `recs.serving_options`."""
        assert self._model_id is not None  # noqa: S101  (fitted first)
        with connect() as connection:
            change_serving(connection, self._model_id, {**self._serving, **options})

    def _drop(self) -> None:
        if self._model_id is not None:
            with connect() as connection:
                drop_model(connection, self._model_id)
            self._model_id = None
