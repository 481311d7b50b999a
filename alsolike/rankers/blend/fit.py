"""Fit a model: choose its weights, then score with them on all of the history."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from alsolike.history import History
from alsolike.progress import Report
from alsolike.rankers.blend.choose import Chosen, choose
from alsolike.rankers.blend.evidence import PRIORS, build_priors, build_spaces, without_floods
from alsolike.rankers.blend.groups import Groups
from alsolike.rankers.blend.pairs import parts_of_products
from alsolike.rankers.blend.recipe import Recipe
from alsolike.rankers.blend.restraint import damped, excess_popularity
from alsolike.rankers.blend.rows import BlendedRows, above, best_entries
from alsolike.rankers.repurchase import repurchase_factors
from alsolike.rankers.spaces.threads import in_threads, one_blas_thread
from alsolike.texts import Texts


@dataclass(frozen=True, eq=False)
class FittedModel:
    """A model that is ready to be written.

    Attributes
    ----------
    chosen : Chosen
        What validation chose.
    priors : ndarray, shape (n_products,), float32
        Score of each product for every shopper; 0 for all but the most popular.
    newcomer_scale : float
        Score per cosine of text vectors, for products that come after the fit.
    centre : ndarray, shape (n_products,), float32
        Subtracted from the scores of neighbours; zeros where they are kept as they are.
    factors : ndarray, shape (n_products,), float32
        What the scores of the kept neighbours are multiplied by.
    repurchase : dict of str to float
        By category what a purchase counts towards its other products; see `repurchase_factors`.
    left_out : dict of str to str
        Spaces that could not be fitted, with the error of each.
    """

    recipe: Recipe
    chosen: Chosen
    priors: NDArray[np.float32]
    newcomer_scale: float
    centre: NDArray[np.float32]
    factors: NDArray[np.float32]
    repurchase: dict[str, float]
    left_out: dict[str, str]
    rows: BlendedRows
    groups: Groups

    def neighbours(
        self, products: NDArray[np.integer]
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Return the neighbours of some products, best first: their numbers and their scores.

        One of each group of variants, in stock if one is, and none of the product's own.

        Shapes (len(products), recipe.neighbours); after the last neighbour -1, with a score of 0.
        """
        with one_blas_thread():
            return self._neighbours(products)

    def neighbours_in_parts(
        self, products: NDArray[np.integer]
    ) -> Iterator[tuple[NDArray[np.integer], NDArray[np.int64], NDArray[np.float32]]]:
        """Yield some products at a time with their neighbours; several cores compute them."""
        with one_blas_thread():
            yield from in_threads(
                lambda part: (part, *self._neighbours(part)), parts_of_products(products)
            )

    def _neighbours(
        self, products: NDArray[np.integer]
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        rows = self.rows(products)
        rows = self.groups.keep_best(above(rows, self.centre), products)
        best = best_entries(rows, self.recipe.neighbours)
        best.data *= self.factors[best.indices]
        owners = np.repeat(np.arange(len(products)), np.diff(best.indptr))
        order = np.lexsort((best.indices, -best.data, owners))
        places = owners, np.arange(best.nnz) - best.indptr[owners]
        neighbours = np.full((len(products), self.recipe.neighbours), -1, np.int64)
        scores = np.zeros(neighbours.shape, np.float32)
        neighbours[places] = best.indices[order]
        scores[places] = best.data[order]
        return neighbours, scores

    @property
    def serving(self) -> dict[str, Any]:
        """Return how it answers: `recs.models.serving`."""
        return {
            **self.chosen.query,
            "neighbour_rows": self.chosen.neighbour_rows,
            "full_weight": self.chosen.restraint.full_weight,
            "pool": self.recipe.pool,
            "diversity": self.recipe.diversity,
            "category_share": self.recipe.category_share,
            "brand_share": self.recipe.brand_share,
        }

    @property
    def learned(self) -> dict[str, Any]:
        """Return what was learned, for people and for `recs.models.learned`."""
        blend = self.chosen.blend
        return {
            "weights": self._named(blend.weights),
            "cold_weights": self._named(blend.cold_weights),
            "left_out": self.left_out,
            "newcomer_scale": round(self.newcomer_scale, 6),
            "validation_ndcg": round(blend.ndcg, 6),
            "validation_ndcg_hidden": (
                None if np.isnan(blend.ndcg_hidden) else round(blend.ndcg_hidden, 6)
            ),
            "prior_share": self.chosen.restraint.prior_share,
            "damping": self.chosen.restraint.damping,
            "repurchase_factors": self.repurchase,
            "frontier": [one.as_dict() for one in self.chosen.frontier],
            "ndcg_of_visits": {
                f"{visit:g}": round(ndcg, 6) for visit, ndcg in self.chosen.ndcg_of_visits.items()
            },
            "ndcg_of_neighbour_rows": {
                str(rows): round(ndcg, 6) for rows, ndcg in self.chosen.ndcg_of_rows.items()
            },
        }

    def _named(self, weights: NDArray[np.float64]) -> dict[str, float]:
        return {
            name: round(float(weight), 6)
            for name, weight in zip(self.chosen.names, weights, strict=True)
        }


def fit_model(history: History, texts: Texts, recipe: Recipe, report: Report) -> FittedModel:
    """Fit a model on a history: the same on any number of cores.

    Raises
    ------
    SplitError
        There is too little history to cut a validation slice off.
    """
    with one_blas_thread():
        return _fit(history, texts, recipe, report)


def _fit(history: History, texts: Texts, recipe: Recipe, report: Report) -> FittedModel:
    left_out: dict[str, str] = {}
    while True:
        chosen = choose(history, texts, recipe, report, left_out)
        weighed_without = set(left_out)
        spaces = build_spaces(history, texts, recipe, report, stage="spaces", left_out=left_out)
        if weighed_without == set(left_out):
            break
        # A space failed on the whole history alone: weigh the others anew without it.
    events = np.bincount(history.products, minlength=len(history.catalogue))
    count = recipe.candidates_in(len(history.catalogue))
    rows = BlendedRows(spaces, chosen.blend, events == 0, count)
    centre = np.zeros(len(history.catalogue), np.float32)
    if chosen.is_centred:
        centre = rows.mean(events, recipe.seed)
    weights = chosen.blend.weights[len(spaces) :] * chosen.restraint.prior_share
    given = build_priors(history)
    prior = np.zeros(len(history.catalogue), np.float32)
    for values, weight in zip([*given, centre], weights, strict=True):
        prior += values * np.float32(weight)
    kept = np.argsort(-prior, kind="stable")[: recipe.priors]
    priors = np.zeros_like(prior)
    priors[kept] = prior[kept]
    excess = excess_popularity(given[PRIORS.index("popularity")], events)
    return FittedModel(
        recipe=recipe,
        chosen=chosen,
        priors=priors,
        newcomer_scale=rows.newcomer_scale(recipe.seed),
        centre=centre,
        factors=damped(excess, chosen.restraint.damping),
        # A reseller's purchases would be gone through for each of their categories.
        repurchase=repurchase_factors(without_floods(history)),
        left_out=left_out,
        rows=rows,
        groups=Groups(history.catalogue.groups, history.catalogue.is_in_stock),
    )
