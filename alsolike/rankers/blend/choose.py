"""Choose a model on slices of the history: its weights, its query, and how far to restrain it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any, NamedTuple

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from alsolike.history import History
from alsolike.progress import Report
from alsolike.rankers.blend.candidates import WARM, Candidates, ValidationSlice, gather, join
from alsolike.rankers.blend.certainty import loses_little, surest
from alsolike.rankers.blend.evidence import PRIORS, TEXTS
from alsolike.rankers.blend.recipe import Recipe
from alsolike.rankers.blend.restraint import (
    DAMPINGS,
    MeasuredRestraint,
    Restrainable,
    Restraint,
    damped,
    excess_popularity,
    of_ways,
)
from alsolike.rankers.blend.rows import BlendedRows, KeptSpace, kept_spaces
from alsolike.rankers.blend.validation import (
    USUAL_VISIT,
    VISITS,
    balance,
    draw_slices,
    fit_slice,
    levels_of,
    queries_of,
    usual_of,
)
from alsolike.rankers.blend.weights import Blend, choose_weights
from alsolike.rankers.spaces.space import LeftOutSpace
from alsolike.texts import Texts

# The last of the priors: the mean of the blend's own rows.
MEAN = "mean_row"
# Rows are kept above their mean only where that improves NDCG by more than this share.
_CLEAR_GAIN = 0.005
# Numbers of the features that the kept neighbours are weighed by: the neighbours as they are, or
# above the mean row; then the priors, and the mean row.
_PLAIN = (0, *range(2, 2 + len(PRIORS)))
_CENTRED = (1, *range(2, 3 + len(PRIORS)))
# About how many neighbours an answer may add up. More take longer: all of 200 actions are 20,000.
_NEIGHBOUR_ROWS = (750, 1_000, 2_500, 5_000, 10_000)
# It adds up the fewest that lose no more than this share of the NDCG of all.
_MOST_FOR_ROWS = 0.01


@dataclass(frozen=True, eq=False)
class Chosen:
    """What validation chose.

    Attributes
    ----------
    names : tuple of str
        Of the blend's weights: spaces, priors and the mean row.
    query : dict
        How a shopper's actions are weighed, as serving options.
    is_centred : bool
        Whether neighbours are kept above the mean row.
    frontier : list of MeasuredRestraint
        What was to choose from.
    ndcg_of_visits : dict of float to float
        NDCG@10 by the share of the current visit; empty where no visits are validated.
    ndcg_of_rows : dict of int to float
        NDCG@10 by the number of neighbours that are added up; empty where that is never more than
        the fewest.
    neighbour_rows : int
        About how many neighbours an answer adds up.
    """

    blend: Blend
    names: tuple[str, ...]
    query: dict[str, Any]
    is_centred: bool
    restraint: Restraint
    frontier: list[MeasuredRestraint]
    ndcg_of_visits: dict[float, float]
    ndcg_of_rows: dict[int, float]
    neighbour_rows: int = _NEIGHBOUR_ROWS[0]


class _KeptFit(NamedTuple):
    """Slices of one fit, and the kept neighbours and the priors that they are answered with.

    The neighbours are kept as they are, and above the mean row, which is the last but one of the
    priors; the last is the excess popularity.
    """

    slices: Sequence[ValidationSlice]
    spaces: list[KeptSpace]
    priors: list[NDArray[np.float32]]


@dataclass(frozen=True, eq=False)
class _Asking:
    """Ways to ask the kept neighbours, tried with the weights that validation chose."""

    fits: Sequence[_KeptFit]
    weights: NDArray[np.float64]
    is_centred: bool
    neighbours: int
    report: Report

    def lists(
        self, ways: Sequence[dict[str, Any]], neighbour_rows: Sequence[int] | None = None
    ) -> list[Restrainable]:
        """Return the lists of all slices' shoppers, asked in each of some ways.

        With about so many neighbours each, or all.
        """
        candidates, totals = self._asked(ways, neighbour_rows, None)
        return [
            Restrainable(
                of_ways(candidates, slice(place, place + 1), self._features), self.weights, sums
            )
            for place, sums in enumerate(totals)
        ]

    def restrainable(self, way: dict[str, Any], neighbour_rows: int) -> Restrainable:
        """Return the lists, asked in one way, as they are with each damping.

        That decides not only what a neighbour adds, but also which of an action's neighbours are
        the first, and so are added up at all.
        """
        count = len(DAMPINGS)
        candidates, totals = self._asked([way] * count, [neighbour_rows] * count, DAMPINGS)
        lists = of_ways(candidates, slice(count), self._features)
        return Restrainable(lists, self.weights, totals[0], DAMPINGS)

    @property
    def _features(self) -> list[int]:
        """Return the numbers of the neighbours, the priors with the mean row, and the excess."""
        return [*range(1 + len(PRIORS) + self.is_centred), 2 + len(PRIORS)]

    def _asked(
        self,
        ways: Sequence[dict[str, Any]],
        neighbour_rows: Sequence[int] | None,
        dampings: Sequence[float] | None,
    ) -> tuple[Candidates, list[NDArray[np.float64]]]:
        """Return what competes, and by each way the sum of the weights of each shopper's actions.

        Of the ways each has its number of neighbours and its damping, where these are given.
        """
        parts: list[Candidates] = []
        totals: list[list[NDArray[np.float64]]] = [[] for _ in ways]
        for fit in self.fits:
            factors = None
            if dampings is not None:
                factors = [damped(fit.priors[-1], damping) for damping in dampings]
            asked = [
                replace(
                    part,
                    queries=_queries(part, ways),
                    neighbour_rows=neighbour_rows,
                    factors=factors,
                )
                for part in fit.slices
            ]
            for part in asked:
                for sums, query in zip(totals, part.queries, strict=True):
                    sums.append(np.asarray(query.sum(axis=1), np.float64).ravel())
            kept = [fit.spaces[int(self.is_centred)]]
            parts.extend(gather(asked, kept, fit.priors, self.neighbours, self.report))
        return join(parts), [np.concatenate(sums) for sums in totals]

    def choose_visit(self, query: dict[str, Any]) -> tuple[dict[str, Any], dict[float, float]]:
        """Return the query with the share of the current visit, and the NDCG@10 of each.

        It is the usual share, unless another certainly ranks better.
        """
        ways = [{**query, "visit": visit} for visit in VISITS]
        gains = [lists.of_shoppers(Restraint()) for lists in self.lists(ways)]
        values = [float(gained.sum()) for gained in gains]
        best = surest(gains, usual=VISITS.index(USUAL_VISIT))
        return ways[best], dict(zip(VISITS, values, strict=True))

    def choose_rows(self, query: dict[str, Any]) -> tuple[int, dict[int, float]]:
        """Return about how many neighbours an answer adds up, and the NDCG@10 of each number."""
        most = int(query["actions"]) * self.neighbours
        if most <= _NEIGHBOUR_ROWS[0]:
            return _NEIGHBOUR_ROWS[0], {}
        tried = [*(rows for rows in _NEIGHBOUR_ROWS if rows < most), most]
        gains = [
            lists.of_shoppers(Restraint()) for lists in self.lists([query] * len(tried), tried)
        ]
        reference = gains[surest(gains, usual=len(tried) - 1)]
        enough = next(
            rows
            for rows, gained in zip(tried, gains, strict=True)
            if loses_little(reference, gained, _MOST_FOR_ROWS)
        )
        return enough, {
            rows: float(gained.sum()) for rows, gained in zip(tried, gains, strict=True)
        }


def choose(
    history: History, texts: Texts, recipe: Recipe, report: Report, left_out: dict[str, str]
) -> Chosen:
    """Choose the weights of the spaces; then, with the kept neighbours alone, all the rest.

    Spaces in `left_out` are weighed nowhere; those that cannot be fitted are added to it.

    Raises
    ------
    SplitError
        There is too little history for one slice.
    """
    generator = np.random.default_rng(recipe.seed)
    queries = queries_of(history)
    slices = [
        part
        for questions in draw_slices(history, recipe)
        for part in fit_slice(questions, texts, recipe, queries, generator, report, left_out)
    ]
    for part in slices:
        # A space that failed in one slice is weighed in none.
        part.spaces[:] = [
            LeftOutSpace(space.name, is_text=space.is_text, size=len(history.catalogue))
            if space.name in left_out
            else space
            for space in part.spaces
        ]
    names = (*(space.name for space in slices[0].spaces), *PRIORS)
    count = recipe.candidates_in(len(history.catalogue))
    few = [part.of_few() for part in slices]
    parts = [
        candidates
        for fit in _fits(few)
        for candidates in gather(fit, fit[0].spaces, fit[0].priors, count, report)
    ]
    levels = levels_of(few, parts)
    slices = balance(slices, levels)
    for part, candidates in zip(balance(few, levels), parts, strict=True):
        candidates.weights[:] = part.weight
    blend = choose_weights(
        join(parts),
        is_text=np.isin(names, TEXTS),
        reference=names.index("text"),
        seed=recipe.seed,
        report=report,
        usual=usual_of(queries),
    )
    return _refine(slices, queries, blend, names, recipe, report)


def _refine(
    slices: Sequence[ValidationSlice],
    queries: Sequence[dict[str, Any]],
    blend: Blend,
    names: tuple[str, ...],
    recipe: Recipe,
    report: Report,
) -> Chosen:
    """Weigh the kept neighbours against the priors, and choose the query, anew.

    Keeping only the best neighbours takes many small scores, mostly of popular products, out of
    every sum. Where histories are long that matters: then the mean row is subtracted before the
    best are chosen, so that they are those that tell shoppers apart, and it returns as a prior.

    With these weights it is chosen how much the current visit counts, where next actions are
    validated; how many neighbours are added up; how far popular products are held back; and last
    whether products without events step back too.
    """
    fits, candidates = _kept_fits(slices, blend, recipe, report)
    plain, centred = (
        choose_weights(
            replace(candidates, features=candidates.features[:, :, :, list(features)]),
            is_text=np.zeros(len(features), bool),
            reference=0,
            seed=recipe.seed,
            report=report,
            usual=usual_of(queries),
        )
        for features in (_PLAIN, _CENTRED)
    )
    is_centred = centred.weights[0] > 0 and centred.ndcg > plain.ndcg * (1 + _CLEAR_GAIN)
    chosen = centred if is_centred else plain
    share = chosen.weights[0]
    if share <= 0:
        weights, cold = np.append(blend.weights, 0), np.append(blend.cold_weights, 0)
        return Chosen(
            blend=replace(blend, weights=weights, cold_weights=cold),
            names=(*names, MEAN),
            query=queries[blend.query],
            is_centred=False,
            restraint=Restraint(),
            frontier=[],
            ndcg_of_visits={},
            ndcg_of_rows={},
        )
    asking = _Asking(fits, chosen.weights, is_centred, recipe.neighbours, report)
    query = queries[chosen.query]
    ndcg_of_visits: dict[float, float] = {}
    if any(part.asked.name == "next" for part in slices):
        query, ndcg_of_visits = asking.choose_visit(query)
    neighbour_rows, ndcg_of_rows = asking.choose_rows(query)
    lists = asking.restrainable(query, neighbour_rows)
    restraint, frontier = lists.choose()
    cold_share = share * lists.cold_factor(restraint)
    of_priors = chosen.weights[1:] if is_centred else np.append(chosen.weights[1:], 0)
    if is_centred:
        # The mean row is computed again from the blend with the weights scaled by the share.
        of_priors[-1] /= share
    return Chosen(
        blend=replace(
            blend,
            weights=np.concatenate([blend.weights[: -len(PRIORS)] * share, of_priors]),
            cold_weights=np.append(blend.cold_weights, 0) * cold_share,
            query=chosen.query,
            ndcg=chosen.ndcg,
        ),
        names=(*names, MEAN),
        query=query,
        is_centred=is_centred,
        restraint=restraint,
        frontier=frontier,
        ndcg_of_visits=ndcg_of_visits,
        ndcg_of_rows=ndcg_of_rows,
        neighbour_rows=neighbour_rows,
    )


def _kept_fits(
    slices: Sequence[ValidationSlice], blend: Blend, recipe: Recipe, report: Report
) -> tuple[list[_KeptFit], Candidates]:
    """Keep the best neighbours of what shoppers acted on; also return what competes among them."""
    parts: list[Candidates] = []
    fits: list[_KeptFit] = []
    for fit in _fits(slices):
        one = fit[0]
        count = recipe.candidates_in(len(one.kinds))
        rows = BlendedRows(one.spaces, blend, one.kinds != WARM, count)
        mean = rows.mean(one.events, recipe.seed)
        popularity = one.priors[PRIORS.index("popularity")]
        products = np.unique(
            np.concatenate([query.indices for part in fit for query in part.queries])
        ).astype(np.int64)
        centres = [np.zeros_like(mean), mean]
        kept = _KeptFit(
            fit,
            kept_spaces(rows, products, centres, recipe.neighbours),
            [*one.priors, mean, excess_popularity(popularity, one.events)],
        )
        fits.append(kept)
        parts.extend(gather(fit, kept.spaces, kept.priors, recipe.neighbours, report))
    return fits, join(parts)


def _queries(part: ValidationSlice, ways: Sequence[dict[str, Any]]) -> list[sp.csr_matrix]:
    """Return what the shoppers did, weighed in each way; equal ways share theirs."""
    queries: list[sp.csr_matrix] = []
    for place, way in enumerate(ways):
        first = ways.index(way)
        queries.append(
            queries[first] if first < place else part.asked.queries(part.asked.rows, **way)
        )
    return queries


def _fits(slices: Sequence[ValidationSlice]) -> list[list[ValidationSlice]]:
    """Return the slices in groups, those together that were fitted together."""
    return [list(fit) for _, fit in groupby(slices, key=lambda part: id(part.spaces))]
