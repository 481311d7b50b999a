"""Measure models on a split: every product ranked, every shopper counted, the same for all.

Where a shopper has several rows, each with its list, their mean is the shopper's value.
"""

import time
from collections.abc import Iterable, Sequence
from itertools import permutations

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from alsolike.evaluation.bootstrap import interval, resampled_means
from alsolike.evaluation.results import SLICES, Evaluation, EvaluationError, ModelResult, Value
from alsolike.history import Split
from alsolike.metrics.accuracy import ACCURACY_METRICS, TruthRanks
from alsolike.metrics.lists import (
    coverage,
    gini,
    information,
    intra_list_diversity,
    is_in_tail,
    mean_over_lists,
)
from alsolike.metrics.ranking import drop_from_lists, leave_out, rank_by_lists, rank_by_scores
from alsolike.progress import Report
from alsolike.rankers.protocol import ClosableRanker, ListRanker, Ranker, ScoreRanker

# Scores held at a time, 4 bytes each: 256 MB.
_SCORES_AT_ONCE = 64_000_000
# Lists that are asked for at a time, so that progress is seen.
_LISTS_AT_ONCE = 500


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
    k : int
        Length of the lists.
    vectors : ndarray, shape (n_products, dimensions), float32, optional
        Of the products' texts, unit norm, all zero where there is none; without it intra-list
        diversity is not measured.
    against : sequence of str, optional
        Names of models that every other is compared with; all when left out.
    seed : int
        Of the bootstrap: the same seed and models give the same intervals.

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
    for ranker in rankers:
        if ranker.name in models:
            message = f"Two models are called {ranker.name}: give each a name of its own."
            raise EvaluationError(message)
        models[ranker.name] = _measure(ranker, split, yardstick, seed=seed, report=report)
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
        differences=_differences(models, against, "all"),
        warm_differences=_differences(models, against, "warm"),
        lists=len(split.shoppers),
        n_moments=split.n_moments,
        visitors=split.visitors,
        single=split.single,
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
        self.had = split.had
        self.is_cold = actions == 0
        self.is_shown = split.is_shown
        # Numbers within the catalogue as it was: what came later could not be shown.
        self._n_there = int(np.count_nonzero(split.is_there))
        self._places = np.cumsum(split.is_there, dtype=np.int32) - 1
        self._bits = information(actions, int(np.count_nonzero(np.diff(known.indptr))))
        self._in_tail = is_in_tail(actions)
        self._vectors = vectors
        is_cold = self.is_cold[split.truth.indices]
        slices = zip(SLICES, (np.ones(len(is_cold), bool), ~is_cold, is_cold), strict=True)
        self._parts = {part: is_in_part for part, is_in_part in slices if is_in_part.any()}
        self._shoppers = split.shoppers
        owners = np.repeat(split.shoppers, np.diff(split.truth.indptr))
        self.shoppers = {part: len(np.unique(owners[kept])) for part, kept in self._parts.items()}
        self.held_out = {part: int(np.count_nonzero(kept)) for part, kept in self._parts.items()}

    def by_shopper(
        self, truth: TruthRanks, lists: NDArray[np.int32]
    ) -> dict[str, dict[str, NDArray[np.float64]]]:
        """Return each metric for each shopper, by slice and name: the mean over their rows."""
        values = {
            part: {
                f"{name}@{self.k}": metric(truth.only(is_in_part), self.k)
                for name, metric in ACCURACY_METRICS.items()
            }
            for part, is_in_part in self._parts.items()
        }
        of_lists = values["all"]
        if self._vectors is not None:
            of_lists[f"ild@{self.k}"] = intra_list_diversity(lists, self._vectors)
        of_lists[f"novelty@{self.k}"] = mean_over_lists(lists, self._bits)
        of_lists[f"long_tail@{self.k}"] = mean_over_lists(lists, self._in_tail)
        of_lists[f"cold_share@{self.k}"] = mean_over_lists(lists, self.is_cold)
        return {
            part: {name: means_by_shopper(column, self._shoppers) for name, column in some.items()}
            for part, some in values.items()
        }

    def of_all(self, lists: NDArray[np.int32]) -> dict[str, Value]:
        """Return the metrics that only all lists together have."""
        places = np.where(lists >= 0, self._places[lists], np.int32(-1))
        return {
            f"coverage@{self.k}": Value(coverage(places, self._n_there)),
            f"gini@{self.k}": Value(gini(places, self._n_there)),
        }


def _measure(
    ranker: Ranker, split: Split, yardstick: _Yardstick, *, seed: int, report: Report
) -> ModelResult:
    try:
        started = time.perf_counter()
        ranker.fit(split, report)
        fit_seconds = time.perf_counter() - started
        truth, lists, rank_seconds = _rank(ranker, split, yardstick, report)
    finally:
        if isinstance(ranker, ClosableRanker):
            ranker.close()
    metrics: dict[str, dict[str, Value]] = {}
    resampled: dict[str, dict[str, NDArray[np.float64]]] = {}
    by_shopper = yardstick.by_shopper(truth, lists)
    for part, values in by_shopper.items():
        # The same seed for every model draws the same shoppers: differences are paired.
        means = resampled_means(np.column_stack(list(values.values())), seed=seed)
        metrics[part] = {
            name: Value(_mean(column), *interval(means[:, number]))
            for number, (name, column) in enumerate(values.items())
        }
        resampled[part] = dict(zip(values, means.T, strict=True))
    metrics["all"].update(yardstick.of_all(lists))
    return ModelResult(
        ranker.name,
        metrics,
        resampled,
        by_shopper["all"],
        lists,
        fit_seconds,
        rank_seconds,
        # Most models do not say: they learn from what is known.
        has_seen_answers=bool(getattr(ranker, "has_seen_answers", False)),
    )


def _rank(
    ranker: Ranker, split: Split, yardstick: _Yardstick, report: Report
) -> tuple[TruthRanks, NDArray[np.int32], float]:
    n_rows = len(split.shoppers)
    if isinstance(ranker, ScoreRanker):
        step = max(1, _SCORES_AT_ONCE // max(1, yardstick.n_products))
    elif isinstance(ranker, ListRanker):
        step = _LISTS_AT_ONCE
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
        truth, some_lists, some_seconds = _rank_some(ranker, rows, split.truth[rows], yardstick)
        ranks.append(truth.ranks)
        lists.append(some_lists)
        seconds += some_seconds
        report(stage, int(rows[-1]) + 1, n_rows)
    owners = np.repeat(np.arange(n_rows), np.diff(split.truth.indptr))
    return TruthRanks(np.concatenate(ranks), owners, n_rows), np.concatenate(lists), seconds


def _rank_some(
    ranker: ScoreRanker | ListRanker,
    rows: NDArray[np.int64],
    truth: sp.csr_matrix,
    yardstick: _Yardstick,
) -> tuple[TruthRanks, NDArray[np.int32], float]:
    started = time.perf_counter()
    if isinstance(ranker, ScoreRanker):
        lists, scores = None, ranker.scores(rows)
        kind, shape, expected = "scores", scores.shape, (len(rows), yardstick.n_products)
    else:
        lists, scores = ranker.lists(rows, yardstick.k)
        kind, shape, expected = "lists", lists.shape, (len(rows), yardstick.k)
    seconds = time.perf_counter() - started
    if shape != expected:
        message = f"The model {ranker.name} gave {kind} of shape {shape}, not {expected}."
        raise EvaluationError(message)
    # The greatest is NaN where any score is: no array of truth values as large as the scores.
    if np.isnan(scores.max(axis=1, initial=-np.inf)).any():
        message = f"The model {ranker.name} gave scores that are not numbers (NaN)."
        raise EvaluationError(message)
    had, is_shown = yardstick.had(rows), yardstick.is_shown(rows)
    if lists is None:
        leave_out(scores, had, is_shown)
        return *rank_by_scores(scores, truth, yardstick.k), seconds
    ordered = np.sort(lists, axis=1)
    if ((ordered[:, 1:] == ordered[:, :-1]) & (ordered[:, 1:] >= 0)).any():
        message = f"The model {ranker.name} listed a product twice for one shopper."
        raise EvaluationError(message)
    lists = drop_from_lists(lists, had, is_shown)
    return rank_by_lists(lists, truth), lists, seconds


def means_by_shopper(
    values: NDArray[np.float64], shoppers: NDArray[np.int32]
) -> NDArray[np.float64]:
    """Return each shopper's mean over their rows that count: shape (n_shoppers,), NaN without any.

    Rows are in the order of their shoppers.
    """
    _, firsts = np.unique(shoppers, return_index=True)
    counts_here = ~np.isnan(values)
    counts = np.add.reduceat(counts_here.astype(np.float64), firsts)
    sums = np.add.reduceat(np.where(counts_here, values, 0.0), firsts)
    return np.where(counts > 0, sums / np.maximum(counts, 1), np.nan)


def _mean(values: NDArray[np.float64]) -> float:
    counted = values[~np.isnan(values)]
    return float(counted.mean()) if len(counted) else float("nan")


def _differences(
    models: dict[str, ModelResult], against: Sequence[str] | None, part: str
) -> dict[tuple[str, str], dict[str, Value]]:
    unknown = sorted(set(against or ()) - set(models))
    if unknown:
        message = f"Cannot compare with {', '.join(unknown)}, which was not evaluated."
        raise EvaluationError(message)
    differences: dict[tuple[str, str], dict[str, Value]] = {}
    for first, second in permutations(models, 2):
        if against is not None and second not in against:
            continue
        ours, theirs = models[first], models[second]
        if part not in ours.metrics or ours.has_seen_answers != theirs.has_seen_answers:
            continue
        differences[first, second] = {
            name: Value(
                ours.metrics[part][name].value - theirs.metrics[part][name].value,
                *interval(means - theirs.resampled[part][name]),
            )
            for name, means in ours.resampled[part].items()
        }
    return differences
