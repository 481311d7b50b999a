"""Basket completion: whether "goes with it" foretells what else is in a basket.

One product of each later basket is hidden, and every product is ranked by the rest of it.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from alsolike.dbt_variables import dbt_variables
from alsolike.errors import AlsolikeError
from alsolike.evaluation.bootstrap import interval, resampled_means
from alsolike.history import DAY, KINDS, History
from alsolike.history.split import usual_cutoff
from alsolike.metrics.accuracy import TruthRanks, hit_rate, ndcg, reciprocal_rank
from alsolike.metrics.ranking import leave_out, rank_by_scores
from alsolike.progress import Report, ignore_progress
from alsolike.rankers.spaces.behaviour import CooccurrenceSpace

# Baskets that are completed at most: more would not narrow the intervals much.
_MOST_BASKETS = 5000
# Scores held at a time, 4 bytes each.
_SCORES_AT_ONCE = 64_000_000
_PRODUCTS_AT_ONCE = 4096

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
    vectors: NDArray[np.float32] | None = None,
    report: Report = ignore_progress,
) -> dict[str, Any]:
    """Measure how well a basket's hidden product is found from the rest of the basket.

    Every product is ranked that is in stock, existed at the cutoff and is not in the rest of the
    basket; ties count half. The models are `complements` (what the mart product_complements would
    have held at the cutoff), `popular` (the number of known baskets with the product), `item-knn`
    (the cosine of co-occurrence over shoppers, at any time) and, with vectors, `text`.

    Parameters
    ----------
    cutoff : datetime, optional
        With a zone. Baskets that ended before it are known, those that began at it or later are
        completed. The `usual_cutoff` of the purchases when left out.
    seed : int
        Of the draws: the hidden products, the products of a very large basket, the baskets if
        there are more than 5,000, and the intervals.
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
    members, begins, ends = _baskets_of(purchases)
    known = _at_most(members[ends < moment], int(dbt_variables()["largest_basket"]), random)
    is_shown = history.catalogue.is_in_stock & (history.catalogue.exists_from < moment)
    rest, hidden = _hide_one(members[begins >= moment], is_shown, random)
    sizes = np.diff(known.indptr)
    if not len(sizes) or sizes.max() < 2 or not rest.shape[0]:  # noqa: PLR2004  (a pair)
        message = (
            f"There are too few baskets to complete: two products bought together are needed both "
            f"before {told_moment} and after it."
        )
        raise NoBasketsError(message)

    values = {
        name: _measure(score, rest, hidden, is_shown, k, name, report)
        for name, score in _models(history.before(moment), known, vectors).items()
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


def complement_scores(
    members: sp.csr_matrix,
    *,
    minimum_support: float,
    shrinkage: float,
    per_product: float,
) -> sp.csr_matrix:
    """Score what goes with each product, as the mart product_complements.

    Score = together / (together + shrinkage) · ln(lift), lift = together · baskets / (baskets with
    the one · baskets with the other), for pairs with enough support and a lift above 1. The
    logarithm is the pointwise mutual information of the two (Church and Hanks 1990); the fraction
    shrinks the scores of pairs that few baskets hold.

    Parameters
    ----------
    members : csr_matrix, shape (n_baskets, n_products), float32, ones
    minimum_support : float
        Baskets that a pair must share.
    shrinkage : float
        Baskets at which a pair has half its score.
    per_product : float
        Most complements of a product; ties go to the pair that more baskets hold, then to the
        smaller product number.

    Returns
    -------
    csr_matrix, shape (n_products, n_products), float32
        Row: the product in the basket; column: what goes with it.
    """
    n_baskets, n_products = members.shape
    counts = np.asarray(members.sum(axis=0)).ravel()
    transposed = sp.csr_matrix(members.T)
    rows: list[NDArray[np.int64]] = []
    columns: list[NDArray[np.int64]] = []
    scores: list[NDArray[np.float64]] = []
    for start in range(0, n_products, _PRODUCTS_AT_ONCE):
        pairs = (transposed[start : start + _PRODUCTS_AT_ONCE] @ members).tocoo()
        one, other = pairs.row.astype(np.int64) + start, pairs.col.astype(np.int64)
        is_pair = (one != other) & (pairs.data >= minimum_support)
        one, other, together = one[is_pair], other[is_pair], pairs.data[is_pair].astype(np.float64)
        lift = together * n_baskets / (counts[one].astype(np.float64) * counts[other])
        score = together / (together + shrinkage) * np.log(lift)
        order = np.lexsort((other, -together, -score, one))
        order = order[lift[order] > 1]
        ordered = one[order]
        kept = order[np.arange(len(order)) - np.searchsorted(ordered, ordered) < per_product]
        rows.append(one[kept])
        columns.append(other[kept])
        scores.append(score[kept])
    return sp.csr_matrix(
        (
            np.concatenate(scores).astype(np.float32),
            (np.concatenate(rows), np.concatenate(columns)),
        ),
        shape=(n_products, n_products),
    )


def _baskets_of(
    purchases: History,
) -> tuple[sp.csr_matrix, NDArray[np.int64], NDArray[np.int64]]:
    """Gather purchases by order, or by shopper and day (UTC) where no order is given.

    Returns
    -------
    members : csr_matrix, shape (n_baskets, n_products), float32
        Ones.
    begins, ends : ndarray, shape (n_baskets,), int64
        Microseconds since 1970 of the first and the last purchase.
    """
    days = purchases.times // DAY
    has_order = purchases.orders >= 0
    keys = np.column_stack(
        [
            np.where(has_order, purchases.orders, -1),
            np.where(has_order, -1, purchases.shoppers),
            np.where(has_order, -1, days),
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


def _at_most(members: sp.csr_matrix, most: int, random: np.random.Generator) -> sp.csr_matrix:
    """Keep at most so many products of each basket, drawn at random."""
    places, rows = _drawn_places(members, random)
    is_kept = places < most
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
    known: History, baskets: sp.csr_matrix, vectors: NDArray[np.float32] | None
) -> dict[str, _Score]:
    variables = dbt_variables()
    complements = complement_scores(
        baskets,
        minimum_support=variables["minimum_support"],
        shrinkage=variables["complement_shrinkage"],
        per_product=variables["complements_per_product"],
    )
    popularity = np.asarray(baskets.sum(axis=0), np.float32).reshape(1, -1)
    shoppers = CooccurrenceSpace(known.matrix())
    models: dict[str, _Score] = {
        "complements": lambda rest: (rest @ complements).toarray(),
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
