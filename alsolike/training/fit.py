"""Fit a model: learn the weights on a slice of the history, then the scores on all of it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from alsolike.history import History, Split, SplitError, split_by_time, split_leave_one_out
from alsolike.history.recent import recent_products
from alsolike.progress import Report
from alsolike.training.blend import (
    COLD,
    HIDDEN,
    WARM,
    Blend,
    Candidates,
    choose_weights,
    gather,
    join,
)
from alsolike.training.evidence import PRIORS, TEXTS, Texts, build_priors, build_spaces
from alsolike.training.recipe import Recipe
from alsolike.training.spaces import Space
from alsolike.training.spaces.space import LeftOutSpace

# Ways to weigh a shopper's latest actions that validation chooses from.
_BY_KIND = {"purchase": 3.0, "review": 2.0, "view": 1.0}
_ALIKE = {"purchase": 1.0, "review": 1.0, "view": 1.0}
QUERIES: tuple[dict[str, Any], ...] = tuple(
    {"actions": actions, "decay": decay, "kind_weights": kind_weights}
    for actions, decay in ((10, 0.7), (20, 0.85), (40, 0.95), (60, 0.98), (200, 1.0))
    for kind_weights in (_BY_KIND, _ALIKE)
)
# Shoppers who validate, however large the catalogue is.
_FEWEST_SHOPPERS = 300
# The last of the priors: the mean of the blend's own rows.
MEAN = "mean_row"
# Actions that it is the mean of.
_MEAN_OF = 2000
# By how much keeping rows above their mean must be better.
_CLEAR_GAIN = 0.005


@dataclass(frozen=True, eq=False)
class FittedModel:
    """A model that is ready to be written.

    Attributes
    ----------
    recipe : Recipe
    blend : Blend
    query : dict
        How a shopper's actions are weighed: one of `QUERIES`.
    feature_names : tuple of str
        Of the blend's weights.
    priors : ndarray, shape (n_products,), float32
        Score of each product with every shopper; 0 for all but the most popular.
    newcomer_scale : float
        What a cosine of text vectors is worth in scores, for products that come after the fit.
    centre : ndarray, shape (n_products,), float32
        What neighbours' scores are measured from; zeros where they are kept as they are.
    left_out : dict of str to str
        Spaces that could not be fitted, with the error of each.
    """

    recipe: Recipe
    blend: Blend
    query: dict[str, Any]
    feature_names: tuple[str, ...]
    priors: NDArray[np.float32]
    newcomer_scale: float
    centre: NDArray[np.float32]
    left_out: dict[str, str]
    _spaces: Sequence[Space]
    _is_cold: NDArray[np.bool_]

    def neighbours(
        self, products: NDArray[np.integer]
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Return the products that some products speak for most, best first.

        Parameters
        ----------
        products : ndarray, shape (m,)

        Returns
        -------
        tuple of ndarray, shape (m, at most recipe.neighbours)
            Numbers of products and their scores; a score of 0 is none.
        """
        scores = np.maximum(self.rows(products) - self.centre, 0)
        count = min(self.recipe.neighbours, scores.shape[1])
        best = np.sort(np.argpartition(-scores, count - 1, axis=1)[:, :count], axis=1)
        values = np.take_along_axis(scores, best, axis=1)
        order = np.argsort(-values, axis=1, kind="stable")
        return np.take_along_axis(best, order, 1), np.take_along_axis(values, order, 1)

    def rows(self, products: NDArray[np.integer]) -> NDArray[np.float32]:
        """Return what some products say about all: ndarray, shape (m, n_products), float32."""
        return _blended(self._spaces, self.blend, self._is_cold, products)

    @property
    def serving(self) -> dict[str, Any]:
        """Return how it answers: `recs.models.serving`."""
        return {
            **self.query,
            "pool": self.recipe.pool,
            "diversity": self.recipe.diversity,
            "category_share": self.recipe.category_share,
            "brand_share": self.recipe.brand_share,
        }

    @property
    def learned(self) -> dict[str, Any]:
        """Return what was learned, for people and for `recs.models.learned`."""
        return {
            "weights": self._named(self.blend.weights),
            "cold_weights": self._named(self.blend.cold_weights),
            "left_out": self.left_out,
            "newcomer_scale": round(self.newcomer_scale, 6),
            "validation_ndcg": round(self.blend.ndcg, 6),
            "validation_ndcg_hidden": (
                None if np.isnan(self.blend.ndcg_hidden) else round(self.blend.ndcg_hidden, 6)
            ),
        }

    def _named(self, weights: NDArray[np.float64]) -> dict[str, float]:
        return {
            name: round(float(weight), 6)
            for name, weight in zip(self.feature_names, weights, strict=True)
        }


def fit_model(history: History, texts: Texts, recipe: Recipe, report: Report) -> FittedModel:
    """Fit a model on a history.

    Raises
    ------
    SplitError
        There is too little history to cut a validation slice off.
    """
    left_out: dict[str, str] = {}
    while True:
        blend, names, is_centred = _fit_blend(history, texts, recipe, report, left_out)
        weighed = set(left_out)
        spaces = build_spaces(history, texts, recipe, report, stage="spaces", left_out=left_out)
        if weighed == set(left_out):
            break
        # One failed on the whole history alone: the others are weighed anew without it.
    events = np.bincount(history.products, minlength=len(history.catalogue))
    is_cold = events == 0
    centre = np.zeros(len(history.catalogue), np.float32)
    if is_centred:
        centre = _mean_rows(spaces, blend, events, recipe)
    weights = blend.weights[len(spaces) :]
    prior = np.zeros(len(history.catalogue), np.float32)
    for values, weight in zip([*build_priors(history), centre], weights, strict=True):
        prior += values * np.float32(weight)
    kept = np.argsort(-prior, kind="stable")[: recipe.priors]
    priors = np.zeros_like(prior)
    priors[kept] = prior[kept]
    scale = _newcomer_scale(spaces, blend, recipe)
    query = _queries(history)[blend.query]
    return FittedModel(
        recipe, blend, query, names, priors, scale, centre, left_out, spaces, is_cold
    )


def latest(
    history: History, shoppers: NDArray[np.integer], serving: Mapping[str, Any]
) -> sp.csr_matrix:
    """Weigh what shoppers did last as a model does that answers with these options.

    Returns
    -------
    csr_matrix, shape (n_rows, n_products), float32
    """
    return recent_products(
        history,
        shoppers,
        last=serving["actions"],
        decay=serving["decay"],
        kind_weights=serving["kind_weights"],
    )


def _queries(history: History) -> tuple[dict[str, Any], ...]:
    """Return the ways to weigh actions that differ on this history."""
    if len(np.unique(history.kinds)) > 1:
        return QUERIES
    return tuple(query for query in QUERIES if query["kind_weights"] is _ALIKE)


def _validation(history: History, recipe: Recipe) -> Iterator[Split]:
    """Cut validation slices off the end, one before the other, until enough shoppers validate.

    Raises
    ------
    SplitError
        There is too little history for one slice.
    """
    cut = split_leave_one_out if recipe.validation == "leave-one-out" else split_by_time
    split, count = cut(history), 0
    for _ in range(recipe.validation_slices):
        yield split
        count += len(split.shoppers)
        if count >= recipe.validation_shoppers // 3:
            return
        try:
            split = cut(split.known)
        except SplitError:
            return


@dataclass(frozen=True, eq=False)
class _Slice:
    """A validation slice: what was known before it, fitted, and whom to ask what."""

    spaces: list[Space]
    priors: list[NDArray[np.float32]]
    queries: list[sp.csr_matrix]
    known: sp.csr_matrix
    truth: sp.csr_matrix
    kinds: NDArray[np.int8]
    events: NDArray[np.int64]
    is_shown: NDArray[np.bool_]

    def ask(
        self, spaces: Sequence[Space], priors: Sequence[NDArray[np.float32]], report: Report
    ) -> Candidates:
        """Let products compete by what some spaces say."""
        return gather(
            spaces,
            priors,
            self.queries,
            known=self.known,
            truth=self.truth,
            kinds=self.kinds,
            is_shown=self.is_shown,
            report=report,
        )


class _BlendedRows:
    """What the blend says about all products; the last answer is kept for whoever asks next."""

    def __init__(self, spaces: Sequence[Space], blend: Blend, is_cold: NDArray[np.bool_]) -> None:
        self._spaces = spaces
        self._blend = blend
        self._is_cold = is_cold
        self._products = np.zeros(0, np.int64)
        self._rows = np.zeros((0, len(is_cold)), np.float32)

    def __call__(self, products: NDArray[np.integer]) -> NDArray[np.float32]:
        """Return the rows of some products: ndarray, shape (m, n_products); not to be changed."""
        if not np.array_equal(products, self._products):
            self._rows = _blended(self._spaces, self._blend, self._is_cold, products)
            self._products = products.astype(np.int64)
        return self._rows


class _KeptSpace:
    """The blend as it is kept: each product's best neighbours alone, above a centre."""

    name = "kept"
    is_text = False

    def __init__(self, rows: _BlendedRows, centre: NDArray[np.float32], count: int) -> None:
        self._rows = rows
        self._centre = centre
        self._count = count

    def rows(self, products: NDArray[np.integer]) -> NDArray[np.float32]:
        rows = np.maximum(self._rows(products) - self._centre, 0)
        count = min(self._count, rows.shape[1])
        least = -np.partition(-rows, count - 1, axis=1)[:, count - 1 : count]
        rows[rows < least] = 0
        return rows


def _fit_blend(
    history: History, texts: Texts, recipe: Recipe, report: Report, left_out: dict[str, str]
) -> tuple[Blend, tuple[str, ...], bool]:
    """Choose the weights of the spaces, then, with the rows cut as they are kept, of the rest."""
    generator = np.random.default_rng(recipe.seed)
    queries = _queries(history)
    slices = [
        _slice(split, texts, recipe, queries, generator, report, left_out)
        for split in _validation(history, recipe)
    ]
    for part in slices:
        # A space that failed in one slice is weighed in none.
        part.spaces[:] = [
            LeftOutSpace(space.name, is_text=space.is_text, size=len(history.catalogue))
            if space.name in left_out
            else space
            for space in part.spaces
        ]
    spaces = [space.name for space in slices[0].spaces]
    names = (*spaces, *PRIORS)
    blend = choose_weights(
        join([part.ask(part.spaces, part.priors, report) for part in slices]),
        is_text=np.isin(names, TEXTS),
        reference=names.index("text"),
        seed=recipe.seed,
        report=report,
    )
    blend, is_centred = _refine(slices, blend, recipe, report)
    return blend, (*names, MEAN), is_centred


def _refine(
    slices: Sequence[_Slice], blend: Blend, recipe: Recipe, report: Report
) -> tuple[Blend, bool]:
    """Weigh the kept neighbours against the priors, and the actions, anew.

    Cutting takes from every sum what many weak neighbours add, which is mostly popularity. Where
    histories are long that is much: then the mean row is taken off before the cut, so that the few
    places go to what tells shoppers apart, and given back as a prior.

    Returns
    -------
    tuple of Blend, bool
        With one weight more, of the mean row; and whether rows are kept above it.
    """
    parts: list[Candidates] = []
    for part in slices:
        rows = _BlendedRows(part.spaces, blend, part.kinds != WARM)
        mean = _mean_rows(part.spaces, blend, part.events, recipe)
        kept = [
            _KeptSpace(rows, np.zeros_like(mean), recipe.neighbours),
            _KeptSpace(rows, mean, recipe.neighbours),
        ]
        parts.append(part.ask(kept, [*part.priors, mean], report))
    asked = join(parts)
    plain, centred = (
        choose_weights(
            replace(asked, features=asked.features[:, :, :, features]),
            is_text=np.zeros(len(features), bool),
            reference=0,
            seed=recipe.seed,
            report=report,
        )
        for features in ([0, 2, 3], [1, 2, 3, 4])
    )
    is_centred = centred.weights[0] > 0 and centred.ndcg > plain.ndcg * (1 + _CLEAR_GAIN)
    found = centred if is_centred else plain
    share = found.weights[0]
    if share <= 0:
        weights, cold = np.append(blend.weights, 0), np.append(blend.cold_weights, 0)
        return replace(blend, weights=weights, cold_weights=cold), False
    of_priors = found.weights[1:] if is_centred else np.append(found.weights[1:], 0)
    if is_centred:
        # The mean is measured again on the blend as it is scaled below.
        of_priors[-1] /= share
    return replace(
        blend,
        weights=np.concatenate([blend.weights[: -len(PRIORS)] * share, of_priors]),
        cold_weights=np.append(blend.cold_weights, 0) * share,
        query=found.query,
        ndcg=found.ndcg,
    ), is_centred


def _mean_rows(
    spaces: Sequence[Space], blend: Blend, events: NDArray[np.integer], recipe: Recipe
) -> NDArray[np.float32]:
    """Return what the blend says about all, given an action like any other.

    Estimated on a draw of actions: ndarray, shape (n_products,), float32.
    """
    generator = np.random.default_rng(recipe.seed)
    drawn = generator.choice(len(events), _MEAN_OF, p=events / events.sum())
    products, times = np.unique(drawn, return_counts=True)
    mean = np.zeros(len(events), np.float32)
    for start in range(0, len(products), 200):
        part = slice(start, start + 200)
        rows = _blended(spaces, blend, events == 0, products[part])
        mean += times[part].astype(np.float32) @ rows
    return mean / np.float32(_MEAN_OF)


def _blended(
    spaces: Sequence[Space],
    blend: Blend,
    is_cold: NDArray[np.bool_],
    products: NDArray[np.integer],
) -> NDArray[np.float32]:
    """Return what some products say about all: ndarray, shape (m, n_products), float32."""
    total = np.zeros((len(products), len(is_cold)), np.float32)
    weights = zip(blend.weights, blend.cold_weights, strict=True)
    for space, (weight, cold_weight) in zip(spaces, weights, strict=False):
        if weight > 0 or cold_weight > 0:
            by_kind = np.full(len(is_cold), weight, np.float32)
            by_kind[is_cold] = cold_weight
            total += space.rows(products) * by_kind
    return total


def _slice(
    split: Split,
    texts: Texts,
    recipe: Recipe,
    queries: tuple[dict[str, Any], ...],
    generator: np.random.Generator,
    report: Report,
    left_out: dict[str, str],
) -> _Slice:
    """Fit the spaces to what a slice knows, some products hidden."""
    catalogue = split.known.catalogue
    is_hidden = np.zeros(len(catalogue), bool)
    acted_on = np.unique(split.known.products)
    hidden = generator.choice(acted_on, int(len(acted_on) * recipe.hidden_share), replace=False)
    is_hidden[hidden] = True
    known = split.known.only(~is_hidden[split.known.products])
    rows = np.flatnonzero(np.diff(known.starts)[split.shoppers] > 0)
    if not len(rows):
        # All that is known of the few who validate was hidden: better to hide nothing.
        is_hidden[:] = False
        known, rows = split.known, np.arange(len(split.shoppers))
    most = max(_FEWEST_SHOPPERS, recipe.validation_scores // len(catalogue))
    most = min(most, recipe.validation_shoppers)
    if len(rows) > most:
        rows = np.sort(generator.choice(rows, most, replace=False))
    shoppers = split.shoppers[rows]
    events = np.bincount(known.products, minlength=len(catalogue))
    kinds = np.where(events == 0, COLD, WARM)
    kinds[is_hidden] = HIDDEN
    return _Slice(
        spaces=build_spaces(
            known, texts, recipe, report, stage="validation spaces", left_out=left_out
        ),
        priors=build_priors(known),
        queries=[latest(known, shoppers, query) for query in queries],
        known=split.known.matrix()[shoppers],
        truth=split.truth[rows],
        kinds=kinds.astype(np.int8),
        events=events,
        is_shown=catalogue.is_in_stock,
    )


def _newcomer_scale(spaces: Sequence[Space], blend: Blend, recipe: Recipe) -> float:
    """Return what the texts say of near products without events, against their vectors' cosine.

    No more than the texts together can say of two products with the same text, which is the sum of
    their weights: where all vectors are far apart, the quotient of two small numbers would be more.
    """
    generator = np.random.default_rng(recipe.seed)
    size = int(spaces[0].rows(np.zeros(1, np.int64)).shape[1])
    sample = np.sort(generator.choice(size, min(size, 200), replace=False))
    cosines = spaces[0].rows(sample)
    said = np.zeros_like(cosines)
    for space, weight in zip(spaces, blend.cold_weights, strict=False):
        if weight > 0:
            said += space.rows(sample) * np.float32(weight)
    count = min(20, size)
    near = np.argpartition(-cosines, count - 1, axis=1)[:, :count]
    cosine = float(np.take_along_axis(cosines, near, 1).sum())
    if cosine <= 0:
        return 0.0
    scale = float(np.take_along_axis(said, near, 1).sum()) / cosine
    return min(scale, float(blend.cold_weights.sum()))
