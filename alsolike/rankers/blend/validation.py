"""Validation slices: parts of the history on which weights are chosen, with the past fitted."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from alsolike.dbt_variables import dbt_variables
from alsolike.history import KINDS, History, Split, SplitError, split_history
from alsolike.progress import Report
from alsolike.rankers.blend.candidates import COLD, HIDDEN, WARM, Candidates, ValidationSlice
from alsolike.rankers.blend.evidence import build_priors, build_spaces
from alsolike.rankers.blend.recipe import BOTH, SMALL, Recipe
from alsolike.rankers.blend.weights import best_of_features
from alsolike.texts import Texts

# Latest actions that count, and the decay of each.
_LENGTHS = ((10, 0.7), (20, 0.85), (40, 0.95), (60, 0.98), (200, 1.0))
# Share of the current visit in the weights, where validation tells no difference, and all that it
# chooses from.
USUAL_VISIT = 0.55
VISITS = (USUAL_VISIT, 0.25, 0.4, 0.7, 0.85)
# With so many rows or more a way of asking counts as much as the other; with fewer it decides less.
_ENOUGH_ROWS = 100
# At least so many shoppers validate, however long their histories are.
_FEWEST_SHOPPERS = 300
# The kept neighbours alone are asked with so many times as many.
_MORE = 4


def queries_of(history: History) -> list[dict[str, Any]]:
    """Return the ways to weigh latest actions that validation chooses from, as serving options.

    Kinds weigh as in the marts, a review like the best one, or all alike; where there is one kind
    alone, that makes no difference.
    """
    weights = [dict.fromkeys(KINDS, 1.0)]
    if len(np.unique(history.kinds)) > 1:
        names = ("purchase_weight", "review_5_weight", "view_weight")
        by_kind = (float(dbt_variables()[name]) for name in names)
        weights.insert(0, dict(zip(KINDS, by_kind, strict=True)))
    return [
        {"actions": actions, "decay": decay, "kind_weights": kind_weights, "visit": USUAL_VISIT}
        for actions, decay in _LENGTHS
        for kind_weights in weights
    ]


def usual_of(queries: Sequence[Mapping[str, Any]]) -> int:
    """Return the number of the way that is kept where validation tells no difference.

    It has the longest memory, of these the first: with the weights of the marts.
    """
    lengths = [int(query["actions"]) for query in queries]
    return lengths.index(max(lengths))


def draw_slices(history: History, recipe: Recipe) -> list[list[Split]]:
    """Return the slices of `cut_slices`, each as often as it is drawn.

    Where one way of asking has few rows, which products are hidden and who validates decides much:
    then that is drawn several times. Not in a large catalogue, whose spaces take gigabytes for each
    draw.

    Raises
    ------
    SplitError
        There is too little history for one slice.
    """
    slices = [*cut_slices(history, recipe)]
    has_few = _rows(slices) < _wanted_rows(slices, recipe)
    is_small = len(history.catalogue) <= SMALL
    return slices * recipe.validation_draws if has_few and is_small else slices


def cut_slices(history: History, recipe: Recipe) -> Iterator[list[Split]]:
    """Cut slices off the end, one before the other, until each way of asking has enough rows.

    Each is a list of splits with the same known part: the ways in which it is asked.

    Raises
    ------
    SplitError
        There is too little history for one slice.
    """
    slices = [_cut(history, recipe)]
    yield slices[0]
    while len(slices) < recipe.validation_slices:
        if _rows(slices) >= _wanted_rows(slices, recipe):
            return
        try:
            slices.append(_cut(slices[-1][0].known, recipe))
        except SplitError:
            return
        yield slices[-1]


def _rows(slices: Sequence[Sequence[Split]]) -> int:
    """Return how many rows the way of asking has that has fewest."""
    counts: Counter[str] = Counter()
    for questions in slices:
        for question in questions:
            counts[question.name] += len(question.shoppers)
    return min(counts.values())


def _wanted_rows(slices: Sequence[Sequence[Split]], recipe: Recipe) -> int:
    """Return how many rows each way of asking should have: a third of all that may validate."""
    return recipe.validation_shoppers // 3 // max(len(questions) for questions in slices)


def _cut(history: History, recipe: Recipe) -> list[Split]:
    # Who can be asked at the cutoff can be asked before an action too: both know the same.
    ways = ("time", "next") if recipe.validation == BOTH else (recipe.validation,)
    return [split_history(way, history, seed=recipe.seed) for way in ways]


def fit_slice(
    questions: Sequence[Split],
    texts: Texts,
    recipe: Recipe,
    queries: list[dict[str, Any]],
    generator: np.random.Generator,
    report: Report,
    left_out: dict[str, str],
) -> list[ValidationSlice]:
    """Fit the spaces to the known part of a slice, with the events of some products hidden.

    Return it once for each way in which it is asked.
    """
    split = questions[0]
    catalogue = split.known.catalogue
    is_hidden = np.zeros(len(catalogue), bool)
    acted_on = np.unique(split.known.products)
    hidden = generator.choice(acted_on, int(len(acted_on) * recipe.hidden_share), replace=False)
    is_hidden[hidden] = True
    if not any(question.without(is_hidden).has_seen.any() for question in questions):
        # Every shopper's known actions were hidden: hide nothing instead.
        is_hidden[:] = False
    known = split.without(is_hidden).known
    # A product that did not exist yet must not be near to another one.
    is_there = np.any([question.is_there for question in questions], axis=0)
    spaces = build_spaces(
        known, texts.only(is_there), recipe, report, stage="validation spaces", left_out=left_out
    )
    events = np.bincount(known.products, minlength=len(catalogue))
    kinds = np.where(events == 0, COLD, WARM)
    kinds[is_hidden] = HIDDEN
    priors = build_priors(known)
    slices: list[ValidationSlice] = []
    for question in questions:
        asked = question.without(is_hidden)
        rows, few = _drawn(asked, recipe, len(questions), generator)
        if not len(rows):
            continue
        asked = asked.only(rows)
        slices.append(
            ValidationSlice(
                spaces=spaces,
                priors=priors,
                asked=asked,
                queries=[asked.queries(asked.rows, **query) for query in queries],
                known=question.had(rows),
                truth=asked.truth,
                kinds=kinds.astype(np.int8),
                events=events,
                is_in_stock=catalogue.is_in_stock,
                few=few,
            )
        )
    return slices


def _drawn(
    asked: Split, recipe: Recipe, shares: int, generator: np.random.Generator
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Draw rows: as many as one of so many ways of asking may add up the actions of.

    Return those that the kept neighbours alone are asked with, and the numbers, among them, of the
    fewer that the spaces are weighed with.
    """
    rows = np.flatnonzero(asked.has_seen)
    longest = max(length for length, _ in _LENGTHS)
    actions = np.minimum(np.diff(asked.seen.starts)[asked.shoppers[rows]], longest).sum() / max(
        1, len(rows)
    )
    few = max(_FEWEST_SHOPPERS, int(recipe.validation_actions / max(1, actions) / shares))
    most = min(few * _MORE, recipe.validation_shoppers)
    if len(rows) > most:
        rows = np.sort(generator.choice(rows, most, replace=False))
    places = np.arange(len(rows))
    few = min(few, recipe.validation_shoppers)
    if len(rows) > few:
        places = np.sort(generator.choice(places, few, replace=False))
    return rows, places


def levels_of(slices: Sequence[ValidationSlice], parts: Sequence[Candidates]) -> dict[str, float]:
    """Return how easy each way of asking is: the best NDCG that a single feature has on its rows.

    The mean over the slices of a way, by their rows.
    """
    levels: dict[str, float] = {}
    for part, candidates in zip(slices, parts, strict=True):
        level = len(candidates.truths) * best_of_features(candidates)
        levels[part.asked.name] = levels.get(part.asked.name, 0.0) + level
    counts = _rows_of_ways(slices)
    return {name: level / counts[name] for name, level in levels.items()}


def balance(
    slices: Sequence[ValidationSlice], levels: Mapping[str, float]
) -> list[ValidationSlice]:
    """Let each way in which slices are asked count the same.

    One has more rows, and is easier to answer, than another: a row counts one over the number of
    rows of its way, and over the way's level. With fewer than `_ENOUGH_ROWS` rows a way counts in
    proportion, so that three shoppers do not decide half.
    """
    counts = _rows_of_ways(slices)
    weighed: list[ValidationSlice] = []
    for part in slices:
        count, level = counts[part.asked.name], levels[part.asked.name]
        weight = min(1.0, count / _ENOUGH_ROWS) / (count * level) if level > 0 else 1.0
        weighed.append(replace(part, weight=weight))
    return weighed


def _rows_of_ways(slices: Sequence[ValidationSlice]) -> Counter[str]:
    counts: Counter[str] = Counter()
    for part in slices:
        counts[part.asked.name] += len(part.asked.shoppers)
    return counts
