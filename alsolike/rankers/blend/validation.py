"""Validation slices: parts of the history on which weights are chosen, with the past fitted."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from alsolike.dbt_variables import dbt_variables
from alsolike.history import KINDS, History, Split, SplitError, split_history
from alsolike.progress import Report
from alsolike.rankers.blend.candidates import COLD, HIDDEN, WARM, ValidationSlice
from alsolike.rankers.blend.evidence import build_priors, build_spaces
from alsolike.rankers.blend.recipe import Recipe
from alsolike.texts import Texts

# Latest actions that count, and the decay of each.
_LENGTHS = ((10, 0.7), (20, 0.85), (40, 0.95), (60, 0.98), (200, 1.0))
# Share of the current visit in the weights, where validation tells no difference, and all that it
# chooses from.
USUAL_VISIT = 0.55
VISITS = (USUAL_VISIT, 0.25, 0.4, 0.7, 0.85)
# At least so many shoppers validate, however long their histories are.
_FEWEST_SHOPPERS = 300


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


def cut_slices(history: History, recipe: Recipe) -> Iterator[Split]:
    """Cut slices off the end, one before the other, until enough shoppers validate.

    Raises
    ------
    SplitError
        There is too little history for one slice.
    """

    def cut(rest: History) -> Split:
        return split_history(recipe.validation, rest, seed=recipe.seed)

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


def fit_slice(
    split: Split,
    texts: Texts,
    recipe: Recipe,
    queries: list[dict[str, Any]],
    generator: np.random.Generator,
    report: Report,
    left_out: dict[str, str],
) -> ValidationSlice:
    """Fit the spaces to the known part of a slice, with the events of some products hidden."""
    catalogue = split.known.catalogue
    is_hidden = np.zeros(len(catalogue), bool)
    acted_on = np.unique(split.known.products)
    hidden = generator.choice(acted_on, int(len(acted_on) * recipe.hidden_share), replace=False)
    is_hidden[hidden] = True
    asked = split.without(is_hidden)
    rows = np.flatnonzero(asked.has_seen)
    if not len(rows):
        # Every shopper's known actions were hidden: hide nothing instead.
        is_hidden[:] = False
        asked, rows = split, np.arange(len(split.shoppers))
    longest = max(length for length, _ in _LENGTHS)
    actions = np.minimum(np.diff(asked.seen.starts)[split.shoppers[rows]], longest).mean()
    most = max(_FEWEST_SHOPPERS, int(recipe.validation_actions / actions))
    most = min(most, recipe.validation_shoppers)
    if len(rows) > most:
        rows = np.sort(generator.choice(rows, most, replace=False))
    known, asked = asked.known, asked.only(rows)
    events = np.bincount(known.products, minlength=len(catalogue))
    kinds = np.where(events == 0, COLD, WARM)
    kinds[is_hidden] = HIDDEN
    return ValidationSlice(
        spaces=build_spaces(
            known,
            # A product that did not exist yet must not be near to another one.
            texts.only(split.is_there),
            recipe,
            report,
            stage="validation spaces",
            left_out=left_out,
        ),
        priors=build_priors(known),
        asked=asked,
        queries=[asked.queries(asked.rows, **query) for query in queries],
        known=split.had(rows),
        truth=asked.truth,
        kinds=kinds.astype(np.int8),
        events=events,
        is_shown=catalogue.is_in_stock & split.is_there,
    )
