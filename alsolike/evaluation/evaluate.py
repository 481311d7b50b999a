"""Measure models on a split: every product ranked, every shopper counted, the same for all."""

import time
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from itertools import permutations

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from alsolike.evaluation.bootstrap import interval, resampled_means
from alsolike.evaluation.errors import EvaluationError
from alsolike.evaluation.results import SLICES, Evaluation, ModelResult, Value
from alsolike.history import Split
from alsolike.metrics import (
    ACCURACY_METRICS,
    TruthRanks,
    cold_share,
    coverage,
    gini,
    information,
    intra_list_diversity,
    is_in_tail,
    long_tail,
    novelty,
)
from alsolike.metrics.ranking import drop_from_lists, leave_out, rank_by_lists, rank_by_scores
from alsolike.progress import Report
from alsolike.rankers.protocol import ClosableRanker, ListRanker, Ranker, ScoreRanker

# Scores held at a time, 4 bytes each: 256 MB.
_SCORES_AT_ONCE = 64_000_000
# Shoppers whose lists are asked for at a time, so that progress is seen.
_LISTS_AT_ONCE = 500

_ByShopper = dict[str, dict[str, NDArray[np.float64]]]


def evaluate(
    split: Split,
    rankers: Iterable[Ranker],
    *,
    k: int = 10,
    vectors: NDArray[np.float32] | None = None,
    against: Sequence[str] | None = None,
    seed: int = 0,
    report: Report,
) -> Evaluation:
    """Fit each model on what is known, rank the whole catalogue, and compare.

    What a shopper is known to have acted on, what is out of stock and what did not exist at their
    moment is left out for every model alike. Memory is bounded by 256 MB of scores, whatever the
    size of catalogue and shop, besides what the models take; a model given by a generator is let go
    before the next.

    Parameters
    ----------
    split : Split
    rankers : iterable of Ranker
        With different names.
    k : int
        Length of the lists, above 0.
    vectors : ndarray, shape (n_products, dimensions), float32, optional
        Of the products' texts, unit norm, all zero where there is none; without it intra-list
        diversity is not measured.
    against : sequence of str, optional
        Names of models that every other is compared with; all when left out.
    seed : int
        Of the bootstrap: the same seed and models give the same intervals.
    report : Report
        Told the shoppers done, as the stage `rank NAME`, and what the models report.

    Raises
    ------
    EvaluationError
        No model, two of one name, scores that are not numbers, a list with a product twice, or
        vectors that are not numbers.
    """
    if k < 1:
        message = f"Lists must have at least one place, not {k}."
        raise EvaluationError(message)
    yardstick = _Yardstick(split, k, vectors)
    models: dict[str, ModelResult] = {}
    means: dict[str, tuple[list[str], NDArray[np.float64]]] = {}
    for ranker in rankers:
        if ranker.name in models:
            message = f"Two models are called {ranker.name}: give each a name of its own."
            raise EvaluationError(message)
        result, all_means = _measure(ranker, split, yardstick, seed=seed, report=report)
        models[result.name] = result
        means[result.name] = all_means
        del ranker
    if not models:
        message = "There is no model to evaluate."
        raise EvaluationError(message)
    return Evaluation(
        split=split.name,
        k=k,
        cutoff=split.cutoff,
        seed=seed,
        shoppers=yardstick.shoppers,
        held_out=yardstick.held_out,
        models=models,
        differences=_differences(models, means, against),
    )


class _Yardstick:
    """What all models are measured by."""

    def __init__(self, split: Split, k: int, vectors: NDArray[np.float32] | None) -> None:
        n_products = len(split.known.catalogue)
        if vectors is not None and not np.isfinite(vectors).all():
            bad = split.known.catalogue.product_ids[
                int(np.flatnonzero(~np.isfinite(vectors).all(axis=1))[0])
            ]
            message = f"The text vector of product {bad} holds NaN: run `alsolike embed` again."
            raise EvaluationError(message)
        known = split.known.matrix()
        actions = np.bincount(known.indices, minlength=n_products)
        self.k = k
        self.n_products = n_products
        self.known = known[split.shoppers]
        self.is_cold = actions == 0
        self.is_shown = split.is_shown
        # Numbers within the catalogue as it was: what came later could not be shown.
        self._n_there = int(np.count_nonzero(split.is_there))
        self._places = np.cumsum(split.is_there, dtype=np.int32) - 1
        self._bits = information(actions, int(np.count_nonzero(np.diff(known.indptr))))
        self._in_tail = is_in_tail(actions)
        self._vectors = vectors
        truth_is_cold = self.is_cold[split.truth.indices]
        self._parts: dict[str, NDArray[np.bool_]] = {
            "all": np.ones(len(truth_is_cold), bool),
            "warm": ~truth_is_cold,
            "cold": truth_is_cold,
        }
        owners = np.repeat(np.arange(len(split.shoppers)), np.diff(split.truth.indptr))
        counts = {part: len(np.unique(owners[kept])) for part, kept in self._parts.items()}
        self.shoppers = {part: counts[part] for part in SLICES if counts[part]}
        self.held_out = {
            part: int(np.count_nonzero(self._parts[part])) for part in SLICES if counts[part]
        }

    def by_shopper(self, truth: TruthRanks, lists: NDArray[np.int32]) -> _ByShopper:
        """Return each metric for each shopper, by slice and name."""
        values: _ByShopper = {
            part: {
                f"{name}@{self.k}": metric(truth.only(self._parts[part]), self.k)
                for name, metric in ACCURACY_METRICS.items()
            }
            for part in self.shoppers
        }
        of_lists = values["all"]
        if self._vectors is not None:
            of_lists[f"ild@{self.k}"] = intra_list_diversity(lists, self._vectors)
        of_lists[f"novelty@{self.k}"] = novelty(lists, self._bits)
        of_lists[f"long_tail@{self.k}"] = long_tail(lists, self._in_tail)
        of_lists[f"cold_share@{self.k}"] = cold_share(lists, self.is_cold)
        return values

    def of_all(self, lists: NDArray[np.int32]) -> dict[str, Value]:
        """Return the metrics that only all lists together have."""
        places = np.where(lists >= 0, self._places[lists], np.int32(-1))
        return {
            f"coverage@{self.k}": Value(coverage(places, self._n_there)),
            f"gini@{self.k}": Value(gini(places, self._n_there)),
        }


def _measure(
    ranker: Ranker, split: Split, yardstick: _Yardstick, *, seed: int, report: Report
) -> tuple[ModelResult, tuple[list[str], NDArray[np.float64]]]:
    try:
        started = time.perf_counter()
        ranker.fit(split, report)
        fit_seconds = time.perf_counter() - started
        truth, lists, rank_seconds = _rank(ranker, split, yardstick, report)
    finally:
        if isinstance(ranker, ClosableRanker):
            ranker.close()
    by_shopper = yardstick.by_shopper(truth, lists)
    metrics: dict[str, dict[str, Value]] = {}
    means_of_all = np.empty((0, 0))
    for part, values in by_shopper.items():
        columns = np.column_stack(list(values.values()))
        # The same seed for every model draws the same shoppers: differences are paired.
        means = resampled_means(columns, seed=seed)
        metrics[part] = {
            name: Value(_mean(column), *interval(means[:, number]))
            for number, (name, column) in enumerate(values.items())
        }
        if part == "all":
            means_of_all = means
    names = list(by_shopper["all"])
    metrics["all"].update(yardstick.of_all(lists))
    result = ModelResult(ranker.name, metrics, by_shopper, lists, fit_seconds, rank_seconds)
    return result, (names, means_of_all)


def _rank(
    ranker: Ranker, split: Split, yardstick: _Yardstick, report: Report
) -> tuple[TruthRanks, NDArray[np.int32], float]:
    n_rows = len(split.shoppers)
    rank_some: Callable[..., tuple[TruthRanks, NDArray[np.int32], float]]
    if isinstance(ranker, ScoreRanker):
        step = max(1, _SCORES_AT_ONCE // max(1, yardstick.n_products))
        rank_some = partial(_rank_scores, ranker)
    elif isinstance(ranker, ListRanker):
        step = _LISTS_AT_ONCE
        rank_some = partial(_rank_lists, ranker)
    else:
        message = f"The model {ranker.name} neither scores nor lists products."
        raise EvaluationError(message)
    stage = f"rank {ranker.name}"
    report(stage, 0, n_rows)
    ranks: list[NDArray[np.float64]] = []
    lists: list[NDArray[np.int32]] = []
    seconds = 0.0
    for start in range(0, n_rows, step):
        rows = np.arange(start, min(start + step, n_rows))
        truth, some_lists, some_seconds = rank_some(rows, split.truth[rows], yardstick)
        ranks.append(truth.ranks)
        lists.append(some_lists)
        seconds += some_seconds
        report(stage, int(rows[-1]) + 1, n_rows)
    owners = np.repeat(np.arange(n_rows), np.diff(split.truth.indptr))
    return TruthRanks(np.concatenate(ranks), owners, n_rows), np.concatenate(lists), seconds


def _rank_scores(
    ranker: ScoreRanker, rows: NDArray[np.int64], truth: sp.csr_matrix, yardstick: _Yardstick
) -> tuple[TruthRanks, NDArray[np.int32], float]:
    started = time.perf_counter()
    scores = ranker.scores(rows)
    seconds = time.perf_counter() - started
    expected = (len(rows), yardstick.n_products)
    if scores.shape != expected:
        message = f"The model {ranker.name} gave scores of shape {scores.shape}, not {expected}."
        raise EvaluationError(message)
    # The greatest is NaN where any score is: no array of truth values as large as the scores.
    if np.isnan(scores.max(axis=1, initial=-np.inf)).any():
        message = f"The model {ranker.name} gave scores that are not numbers (NaN)."
        raise EvaluationError(message)
    leave_out(scores, yardstick.known[rows], yardstick.is_shown(rows))
    return *rank_by_scores(scores, truth, yardstick.k), seconds


def _rank_lists(
    ranker: ListRanker, rows: NDArray[np.int64], truth: sp.csr_matrix, yardstick: _Yardstick
) -> tuple[TruthRanks, NDArray[np.int32], float]:
    started = time.perf_counter()
    lists, scores = ranker.lists(rows, yardstick.k)
    seconds = time.perf_counter() - started
    expected = (len(rows), yardstick.k)
    if lists.shape != expected:
        message = f"The model {ranker.name} gave lists of shape {lists.shape}, not {expected}."
        raise EvaluationError(message)
    if np.isnan(scores).any():
        message = f"The model {ranker.name} gave scores that are not numbers (NaN)."
        raise EvaluationError(message)
    ordered = np.sort(lists, axis=1)
    if ((ordered[:, 1:] == ordered[:, :-1]) & (ordered[:, 1:] >= 0)).any():
        message = f"The model {ranker.name} listed a product twice for one shopper."
        raise EvaluationError(message)
    lists = drop_from_lists(lists, yardstick.known[rows], yardstick.is_shown(rows))
    return rank_by_lists(lists, truth), lists, seconds


def _mean(values: NDArray[np.float64]) -> float:
    counted = values[~np.isnan(values)]
    return float(counted.mean()) if len(counted) else float("nan")


def _differences(
    models: dict[str, ModelResult],
    means: dict[str, tuple[list[str], NDArray[np.float64]]],
    against: Sequence[str] | None,
) -> dict[tuple[str, str], dict[str, Value]]:
    unknown = sorted(set(against or ()) - set(models))
    if unknown:
        message = f"Cannot compare with {', '.join(unknown)}, which was not evaluated."
        raise EvaluationError(message)
    differences: dict[tuple[str, str], dict[str, Value]] = {}
    for first, second in permutations(models, 2):
        if against is not None and second not in against:
            continue
        names, first_means = means[first]
        _, second_means = means[second]
        differences[first, second] = {
            name: Value(
                models[first].metrics["all"][name].value
                - models[second].metrics["all"][name].value,
                *interval(first_means[:, number] - second_means[:, number]),
            )
            for number, name in enumerate(names)
        }
    return differences
