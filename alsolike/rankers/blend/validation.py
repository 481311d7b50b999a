"""Validation slices: parts of the history on which weights are chosen, with the past fitted."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from alsolike.history import History, Split, SplitError, split_by_time, split_leave_one_out
from alsolike.history.recent import recent_products
from alsolike.progress import Report
from alsolike.rankers.blend.candidates import COLD, HIDDEN, WARM, Candidates, gather
from alsolike.rankers.blend.evidence import build_priors, build_spaces
from alsolike.rankers.blend.recipe import Recipe
from alsolike.rankers.spaces import Space
from alsolike.texts import Texts

# The ways to weigh a shopper's latest actions that validation chooses from, as serving options.
_BY_KIND = {"purchase": 3.0, "review": 2.0, "view": 1.0}
_ALIKE = {"purchase": 1.0, "review": 1.0, "view": 1.0}
QUERIES: tuple[dict[str, Any], ...] = tuple(
    {"actions": actions, "decay": decay, "kind_weights": kind_weights}
    for actions, decay in ((10, 0.7), (20, 0.85), (40, 0.95), (60, 0.98), (200, 1.0))
    for kind_weights in (_BY_KIND, _ALIKE)
)
# At least so many shoppers validate, however large the catalogue is.
_FEWEST_SHOPPERS = 300


def queries_of(history: History) -> tuple[dict[str, Any], ...]:
    """Return the ways to weigh actions that differ on this history."""
    if len(np.unique(history.kinds)) > 1:
        return QUERIES
    return tuple(query for query in QUERIES if query["kind_weights"] is _ALIKE)


def weigh_latest(
    history: History, shoppers: NDArray[np.integer], serving: Mapping[str, Any]
) -> sp.csr_matrix:
    """Weigh what shoppers did last, as a model with these serving options does.

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


@dataclass(frozen=True, eq=False)
class ValidationSlice:
    """The past before a slice, fitted, and the shoppers who are foretold.

    Attributes
    ----------
    spaces : list of Space
    priors : list of ndarray, shape (n_products,), float32
    queries : list of csr_matrix, shape (n_shoppers, n_products)
        What each shopper did last, one matrix for each way to weigh it.
    known, truth : csr_matrix, shape (n_shoppers, n_products)
        What each shopper acted on before the slice, and within it.
    kinds : ndarray, shape (n_products,), int8
        `WARM`, `COLD` or `HIDDEN`.
    events : ndarray, shape (n_products,), int64
        Events that the spaces were fitted to.
    is_shown : ndarray, shape (n_products,), bool
        Products that may be recommended.
    """

    spaces: list[Space]
    priors: list[NDArray[np.float32]]
    queries: list[sp.csr_matrix]
    known: sp.csr_matrix
    truth: sp.csr_matrix
    kinds: NDArray[np.int8]
    events: NDArray[np.int64]
    is_shown: NDArray[np.bool_]

    def candidates(
        self, spaces: Sequence[Space], priors: Sequence[NDArray[np.float32]], report: Report
    ) -> Candidates:
        """Return the candidates of the slice's shoppers by some spaces and priors."""
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


def cut_slices(history: History, recipe: Recipe) -> Iterator[Split]:
    """Cut slices off the end, one before the other, until enough shoppers validate.

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


def fit_slice(
    split: Split,
    texts: Texts,
    recipe: Recipe,
    queries: tuple[dict[str, Any], ...],
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
    known = split.known.only(~is_hidden[split.known.products])
    rows = np.flatnonzero(np.diff(known.starts)[split.shoppers] > 0)
    if not len(rows):
        # Every shopper's known actions were hidden: hide nothing instead.
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
        queries=[weigh_latest(known, shoppers, query) for query in queries],
        known=split.known.matrix()[shoppers],
        truth=split.truth[rows],
        kinds=kinds.astype(np.int8),
        events=events,
        is_shown=catalogue.is_in_stock & split.is_there,
    )
