"""One evaluation from the database to the database: what `alsolike evaluate` does."""

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from alsolike.database import connect
from alsolike.evaluation.cold import hidden_products, hide_products
from alsolike.evaluation.complements import NoBasketsError, evaluate_complements
from alsolike.evaluation.evaluate import evaluate
from alsolike.evaluation.frontier import CoverageFrontier, MeasuredSetting, measure_frontier
from alsolike.evaluation.product_traits import read_traits
from alsolike.evaluation.responsiveness import measure_responsiveness
from alsolike.evaluation.results import Evaluation, EvaluationError
from alsolike.evaluation.store import store_evaluation
from alsolike.history import (
    Catalogue,
    History,
    Split,
    read_history,
    split_history,
)
from alsolike.history.read import fingerprint
from alsolike.metrics.responsiveness import Responsiveness
from alsolike.models import find_model, list_models
from alsolike.progress import Report
from alsolike.rankers.blend.recipe import Recipe
from alsolike.rankers.by_name import BASELINES, TRAINED, UnknownRankerError, baseline, ranker_for
from alsolike.rankers.protocol import Ranker
from alsolike.rankers.trained import TrainedRanker
from alsolike.texts import NoTextVectorsError, read_text_parts

DEFAULT_MODELS = (*BASELINES, TRAINED)
# The models that need the texts' vectors.
_TEXT_MODELS = frozenset({"text", "average"})

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class EvaluationPlan:
    """What to evaluate.

    Attributes
    ----------
    split : str
        One of `alsolike.history.SPLITS`.
    cutoff : datetime or None
        Of a time or next split, with a zone; None: `alsolike.history.cut.usual_cutoff`.
    models : tuple of str
        Names of baselines, 'trained', or of models in `recs.models`.
    cold_share : float
        Part of the catalogue whose events are hidden; 0 hides none.
    seed : int
        Of what is hidden, of the moments that are drawn, of the bootstrap, and of the models.
    has_frontier : bool
        Whether to measure what diversity costs a fresh fit of the default recipe.
    has_complements : bool
        Whether to measure basket completion too.
    has_responsiveness : bool
        Whether to measure how the stored models among `models` follow a visit, or the serving one
        where there is none.
    """

    split: str = "time"
    cutoff: datetime | None = None
    k: int = 10
    models: tuple[str, ...] = DEFAULT_MODELS
    cold_share: float = 0.0
    seed: int = 0
    has_frontier: bool = False
    has_complements: bool = False
    has_responsiveness: bool = False


@dataclass(frozen=True, eq=False)
class EvaluationRun:
    """An evaluation that was kept in `recs.evaluations`.

    Without vectors intra-list diversity could not be measured. `coverage` is what the first trained
    model had to choose from; None without one. The frontier, the complements (from
    `evaluate_complements`) and responsiveness are empty or None where they were not asked for.
    """

    evaluation_id: int
    evaluation: Evaluation
    data_fingerprint: str
    has_vectors: bool
    frontier: list[MeasuredSetting]
    coverage: CoverageFrontier | None
    complements: dict[str, Any] | None
    responsiveness: list[Responsiveness] | None


def run_evaluation(
    plan: EvaluationPlan,
    *,
    report: Report,
    trained_ranker: Callable[[str], Ranker] | None = None,
) -> EvaluationRun:
    """Read the history, split it, measure the models, keep the result.

    Parameters
    ----------
    trained_ranker : callable, optional
        Makes the ranker of every name that is no baseline; `ranker_for` when left out.

    Raises
    ------
    UnknownRankerError
        No model has one of the names.
    NoHistoryError, SplitError
        There is too little to evaluate on.
    NoTextVectorsError
        A model needs texts and none is embedded.
    EvaluationError
        The cutoff is outside the history, or a model's answer is no ranking.
    """
    rankers = _rankers(plan, trained_ranker)
    trained = [ranker for ranker in rankers if isinstance(ranker, TrainedRanker)]
    history = read_history(report=report)
    split = make_split(history, plan)
    vectors = _text_vectors(history.catalogue, plan.models, report)
    evaluation = evaluate(
        split, _one_by_one(rankers), k=plan.k, vectors=vectors, seed=plan.seed, report=report
    )
    frontier: list[MeasuredSetting] = []
    if plan.has_frontier:
        if vectors is None:
            raise NoTextVectorsError
        ranker = TrainedRanker(Recipe(seed=plan.seed))
        frontier = measure_frontier(
            split, ranker, k=plan.k, vectors=vectors, seed=plan.seed, report=report
        )
    complements: dict[str, Any] | None = None
    if plan.has_complements:
        try:
            complements = evaluate_complements(
                history,
                plan.cutoff,
                plan.k,
                plan.seed,
                traits=read_traits(history.catalogue),
                vectors=vectors,
                report=report,
            )
        except NoBasketsError as error:
            logger.warning("What goes with a product is not measured. %s", error)
    responsiveness: list[Responsiveness] | None = None
    if plan.has_responsiveness:
        names = _stored_names(plan)
        responsiveness = measure_responsiveness(history, names, seed=plan.seed, report=report)
    data_fingerprint = fingerprint(history)
    evaluation_id = store_evaluation(
        evaluation,
        data_fingerprint=data_fingerprint,
        parameters={
            "models": list(evaluation.models),
            "cold_share": plan.cold_share,
            "frontier": [point.as_dict() for point in frontier],
            "complements": complements,
            "responsiveness": [one.as_dict() for one in responsiveness or ()],
        },
    )
    return EvaluationRun(
        evaluation_id,
        evaluation,
        data_fingerprint,
        vectors is not None,
        frontier,
        next((CoverageFrontier.of(ranker) for ranker in trained if ranker.frontier), None),
        complements,
        responsiveness,
    )


def make_split(history: History, plan: EvaluationPlan) -> Split:
    """Split the history as the plan says, with the products that it wants hidden.

    Raises
    ------
    SplitError
        There is too little history.
    EvaluationError
        The cutoff is outside the history, or hiding leaves nothing known.
    """
    if plan.cutoff is not None and len(history):
        _check_cutoff(history, plan.cutoff)
    split = split_history(plan.split, history, plan.cutoff, seed=plan.seed)
    if plan.cold_share > 0:
        hidden = hidden_products(split, plan.cold_share, seed=plan.seed)
        split = hide_products(split, hidden)
    return split


def _check_cutoff(history: History, cutoff: datetime) -> None:
    first, last = int(history.times.min()), int(history.times.max())
    if not first < cutoff.timestamp() * 1_000_000 <= last:
        begin, end = (
            datetime.fromtimestamp(moment / 1_000_000, UTC).isoformat() for moment in (first, last)
        )
        message = (
            f"The cutoff {cutoff.isoformat()} is outside the history, which goes from {begin} to "
            f"{end}: choose a moment between."
        )
        raise EvaluationError(message)


def _rankers(plan: EvaluationPlan, make: Callable[[str], Ranker] | None) -> list[Ranker]:
    names = list(dict.fromkeys(plan.models))
    others = [name for name in names if name not in BASELINES]
    if others:
        with connect() as connection:
            stored = sorted(model.name for model in list_models(connection))
        unknown = set(others) - {TRAINED, *stored}
        if unknown:
            there = ", ".join(dict.fromkeys((*BASELINES, TRAINED, *stored)))
            message = f"No model is called {', '.join(sorted(unknown))}; there are: {there}."
            raise UnknownRankerError(message)
    make = make or partial(ranker_for, seed=plan.seed)
    return [baseline(name, seed=plan.seed) if name in BASELINES else make(name) for name in names]


def _stored_names(plan: EvaluationPlan) -> list[str]:
    """Return the stored models among those of the plan, or else the serving one if one serves."""
    names = [name for name in dict.fromkeys(plan.models) if name not in {*BASELINES, TRAINED}]
    if names:
        return names
    with connect() as connection:
        serving = find_model(connection, None)
    return [] if serving is None else [serving.name]


def _text_vectors(
    catalogue: Catalogue, models: Sequence[str], report: Report
) -> NDArray[np.float32] | None:
    try:
        return read_text_parts(catalogue, report=report).text_vectors()
    except NoTextVectorsError:
        # Fail now rather than after measuring the others for an hour.
        if not _TEXT_MODELS.isdisjoint(models):
            raise
        # The report and the table say that diversity is missing, and why.
        return None


def _one_by_one(rankers: list[Ranker]) -> Iterator[Ranker]:
    """Yield each ranker without keeping it, so that its memory is free before the next fit."""
    while rankers:
        yield rankers.pop(0)
