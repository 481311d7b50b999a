"""Basket completion: whether "goes with it" foretells what else is in a basket.

One product of each later basket is hidden, and every product is ranked by the rest of it.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from alsolike.dbt_variables import dbt_variables
from alsolike.errors import AlsolikeError
from alsolike.evaluation.bootstrap import interval, resampled_means
from alsolike.evaluation.complement_lists import category_baskets, complement_lists
from alsolike.evaluation.product_traits import ProductTraits, no_traits
from alsolike.history import DAY, KINDS, Catalogue, History
from alsolike.history.cut import usual_cutoff
from alsolike.metrics.accuracy import TruthRanks, hit_rate, ndcg, reciprocal_rank
from alsolike.metrics.ranking import leave_out, rank_by_scores
from alsolike.progress import Report, ignore_progress
from alsolike.rankers.spaces.behaviour import CooccurrenceSpace

# Baskets that are completed at most: more would not narrow the intervals much.
_MOST_BASKETS = 5000
# Scores held at a time, 4 bytes each.
_SCORES_AT_ONCE = 64_000_000

# From the rest of some baskets, shape (n_rows, n_products), to scores of the same shape.
_Score = Callable[[sp.csr_matrix], NDArray[np.float32]]

_METRICS = {"ndcg": ndcg, "hr": hit_rate, "mrr": reciprocal_rank}


class NoBasketsError(AlsolikeError):
    """There are too few baskets to measure what is bought together."""


def evaluate_complements(
    history: History,
    cutoff: datetime | None,
    k: int,
    seed: int,
    *,
    traits: ProductTraits | None = None,
    vectors: NDArray[np.float32] | None = None,
    report: Report = ignore_progress,
) -> dict[str, Any]:
    """Measure how well a basket's hidden product is found from the rest of the basket.

    Every product is ranked that is in stock, existed at the cutoff and is not in the rest of the
    basket; ties count half. All variants of a group are one product. The models are `complements`
    (what the mart product_complements would have held at the cutoff), `popular` (the number of
    known baskets with the product), `item-knn` (the cosine of co-occurrence over shoppers, at any
    time) and, with vectors, `text`.

    Parameters
    ----------
    cutoff : datetime, optional
        With a zone. Baskets that ended before it are known, those that began at it or later are
        completed. The `usual_cutoff` of the purchases when left out.
    seed : int
        Of the draws: the hidden products, the products of a very large basket, the baskets if
        there are more than 5,000, and the intervals.
    traits : ProductTraits, optional
        By what products can be alike; nothing is known when left out.
    vectors : ndarray, shape (n_products, dimensions), float32, optional
        Of the products' texts, unit norm, all zero where there is none.

    Returns
    -------
    dict
        cutoff, k, baskets and known_baskets; `models`: by name, the metrics `ndcg@k`, `hr@k` and
        `mrr@k`; `differences`: by name of another model and metric, `complements` less that model
        as (difference, low, high) with a paired 95 % bootstrap interval over baskets.

    Raises
    ------
    NoBasketsError
        No basket of two products ended before the cutoff, or none began after it.
    """
    purchases = history.only(history.kinds == KINDS.index("purchase"))
    if cutoff is not None:
        moment = int(cutoff.timestamp() * 1_000_000)
    elif len(purchases):
        moment = usual_cutoff(purchases)
    else:
        message = "There is no purchase: what goes together cannot be measured."
        raise NoBasketsError(message)
    told_moment = datetime.fromtimestamp(moment / 1_000_000, UTC).isoformat()
    random = np.random.default_rng(seed)
    chosen = _representatives(history.catalogue, purchases.before(moment), moment)
    history, purchases = (
        replace(whole, products=chosen[whole.products].astype(np.int32))
        for whole in (history, purchases)
    )
    members, begins, ends = baskets_of(purchases)
    known = _at_most(members[ends < moment], random)
    is_shown = history.catalogue.is_in_stock & (history.catalogue.exists_from < moment)
    is_shown &= chosen == np.arange(len(chosen))
    rest, hidden = _hide_one(members[begins >= moment], is_shown, random)
    sizes = np.diff(known.indptr)
    if not len(sizes) or sizes.max() < 2 or not rest.shape[0]:  # noqa: PLR2004  (a pair)
        message = (
            f"There are too few baskets to complete: two products bought together are needed both "
            f"before {told_moment} and after it."
        )
        raise NoBasketsError(message)

    before = purchases.before(moment)
    within_days = baskets_of(before, days=int(dbt_variables()["complement_window_days"]))[0]
    complements = complement_lists(
        known,
        category_baskets(known, _at_most(within_days, random)),
        replace(
            history.catalogue,
            categories=[
                category if number == chosen[number] else None
                for number, category in enumerate(history.catalogue.categories)
            ],
        ),
        traits or no_traits(len(chosen)),
        random,
    )
    models = _models(history.before(moment), known, complements.scores, vectors)
    values = {
        name: _measure(score, rest, hidden, is_shown, k, name, report)
        for name, score in models.items()
    }
    names = [f"{metric}@{k}" for metric in _METRICS]
    return {
        "cutoff": told_moment,
        "k": k,
        "baskets": len(hidden),
        "known_baskets": len(sizes),
        "models": {
            model: dict(zip(names, measured.mean(axis=0).tolist(), strict=True))
            for model, measured in values.items()
        },
        "differences": _differences(values, names, seed),
    }


def _representatives(catalogue: Catalogue, purchases: History, moment: int) -> NDArray[np.int64]:
    """Return which product stands for each product's group: shape (n_products,), int64.

    One that could be shown at the moment before all others, then one in stock, then the most often
    bought; a product without a group stands for itself.
    """
    bought = np.bincount(purchases.products, minlength=len(catalogue))
    best: dict[str, int] = {}
    can_be_shown = catalogue.is_in_stock & (catalogue.exists_from < moment)
    order: list[int] = np.lexsort((-bought, ~catalogue.is_in_stock, ~can_be_shown)).tolist()
    for number in order:
        group = catalogue.groups[number]
        if group is not None:
            best.setdefault(group, number)
    return np.array(
        [number if group is None else best[group] for number, group in enumerate(catalogue.groups)],
        np.int64,
    )


def baskets_of(
    purchases: History, *, days: int | None = None
) -> tuple[sp.csr_matrix, NDArray[np.int64], NDArray[np.int64]]:
    """Gather purchases by order, or by shopper and day (UTC) where no order is given.

    With `days`, by shopper and so many days, whatever the orders.

    Returns
    -------
    members : csr_matrix, shape (n_baskets, n_products), float32
        Ones.
    begins, ends : ndarray, shape (n_baskets,), int64
        Microseconds since 1970 of the first and the last purchase.
    """
    periods = purchases.times // (DAY * (days or 1))
    has_order = (purchases.orders >= 0) & (days is None)
    keys = np.column_stack(
        [
            np.where(has_order, purchases.orders, -1),
            np.where(has_order, -1, purchases.shoppers),
            np.where(has_order, -1, periods),
        ]
    )
    baskets, numbers = np.unique(keys, axis=0, return_inverse=True)
    numbers = numbers.reshape(-1)
    begins = np.full(len(baskets), np.iinfo(np.int64).max)
    ends = np.full(len(baskets), np.iinfo(np.int64).min)
    np.minimum.at(begins, numbers, purchases.times)
    np.maximum.at(ends, numbers, purchases.times)
    members = sp.csr_matrix(
        (np.ones(len(numbers), np.float32), (numbers, purchases.products)),
        shape=(len(baskets), len(purchases.catalogue)),
    )
    members.sum_duplicates()
    members.data[:] = 1
    return members, begins, ends


def _at_most(members: sp.csr_matrix, random: np.random.Generator) -> sp.csr_matrix:
    """Keep at most dbt's `largest_basket` products of each basket, drawn at random."""
    places, rows = _drawn_places(members, random)
    is_kept = places < dbt_variables()["largest_basket"]
    return sp.csr_matrix(
        (members.data[is_kept], (rows[is_kept], members.indices[is_kept])), shape=members.shape
    )


def _hide_one(
    members: sp.csr_matrix, is_shown: NDArray[np.bool_], random: np.random.Generator
) -> tuple[sp.csr_matrix, NDArray[np.int64]]:
    """Hide one product that can be shown in each basket of two or more: the rest, the hidden."""
    n_shown = np.asarray(members @ is_shown.astype(np.float32))
    chosen = np.flatnonzero((np.diff(members.indptr) > 1) & (n_shown > 0))
    if len(chosen) > _MOST_BASKETS:
        chosen = np.sort(random.choice(chosen, _MOST_BASKETS, replace=False))
    members = sp.csr_matrix(members[chosen])
    # Products that cannot be shown are drawn last.
    places, rows = _drawn_places(members, random, is_shown[members.indices])
    is_hidden = places == 0
    hidden = np.empty(len(chosen), np.int64)
    hidden[rows[is_hidden]] = members.indices[is_hidden]
    rest = sp.csr_matrix(
        (members.data[~is_hidden], (rows[~is_hidden], members.indices[~is_hidden])),
        shape=members.shape,
    )
    return rest, hidden


def _drawn_places(
    members: sp.csr_matrix,
    random: np.random.Generator,
    is_first: NDArray[np.bool_] | None = None,
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Shuffle the entries of each row: their places from 0, and their rows."""
    rows = np.repeat(np.arange(members.shape[0]), np.diff(members.indptr))
    draws = random.random(len(rows))
    if is_first is not None:
        draws += ~is_first
    order = np.lexsort((draws, rows))
    places = np.empty(len(rows), np.int64)
    places[order] = np.arange(len(rows)) - members.indptr[rows[order]]
    return places, rows


def _models(
    known: History,
    baskets: sp.csr_matrix,
    complements: _Score,
    vectors: NDArray[np.float32] | None,
) -> dict[str, _Score]:
    popularity = np.asarray(baskets.sum(axis=0), np.float32).reshape(1, -1)
    shoppers = CooccurrenceSpace(known.matrix())
    models: dict[str, _Score] = {
        "complements": complements,
        "popular": lambda rest: np.repeat(popularity, rest.shape[0], axis=0),
        "item-knn": shoppers.scores,
    }
    if vectors is not None:
        models["text"] = lambda rest: (rest @ vectors) @ vectors.T
    return models


def _measure(
    score: _Score,
    rest: sp.csr_matrix,
    hidden: NDArray[np.int64],
    is_shown: NDArray[np.bool_],
    k: int,
    name: str,
    report: Report,
) -> NDArray[np.float64]:
    """Return the metrics of each basket: ndarray, shape (n_baskets, n_metrics), float64."""
    ranks = np.empty(len(hidden))
    step = max(1, _SCORES_AT_ONCE // rest.shape[1])
    for start in range(0, len(hidden), step):
        chunk = sp.csr_matrix(rest[start : start + step])
        scores = score(chunk)
        leave_out(scores, chunk, is_shown)
        chunk_hidden = hidden[start : start + step]
        truth = sp.csr_matrix(
            (np.ones(len(chunk_hidden), np.float32), (np.arange(len(chunk_hidden)), chunk_hidden)),
            shape=chunk.shape,
        )
        ranks[start : start + step] = rank_by_scores(scores, truth, k)[0].ranks
        report(f"complements: {name}", min(start + step, len(hidden)), len(hidden))
    truth_ranks = TruthRanks(ranks, np.arange(len(ranks)), len(ranks))
    return np.column_stack([metric(truth_ranks, k) for metric in _METRICS.values()])


def _differences(
    values: dict[str, NDArray[np.float64]], names: list[str], seed: int
) -> dict[str, dict[str, tuple[float, float, float]]]:
    ours = values["complements"]
    differences: dict[str, dict[str, tuple[float, float, float]]] = {}
    for model, theirs in values.items():
        if model == "complements":
            continue
        gains = ours - theirs
        means = resampled_means(gains, seed=seed)
        differences[model] = {
            name: (float(gains[:, column].mean()), *interval(means[:, column]))
            for column, name in enumerate(names)
        }
    return differences
