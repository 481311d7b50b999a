"""What shoppers did last, weighed: the query of every model that goes by latest actions."""

from collections.abc import Mapping
from itertools import pairwise

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from alsolike.dbt_variables import dbt_variables
from alsolike.history.history import KINDS, VISIT_GAP, History

# Events that are weighed at a time, some 100 bytes each.
_EVENTS_AT_ONCE = 2_000_000


def recent_products(
    history: History,
    shoppers: NDArray[np.integer],
    *,
    actions: int,
    decay: float,
    kind_weights: Mapping[str, float] | None = None,
    visit: float = 0.0,
    moments: NDArray[np.int64] | None = None,
) -> sp.csr_matrix:
    """Weigh the last distinct products of each shopper.

    Products are ordered by their latest action, those of one moment by their numbers, as in
    `recs.recent_actions`. That function reads a bounded number of events, so the two differ for
    shoppers who act on the same products more often than that. Where the visit is told apart, it
    has at most half of the places, rounded up, if so many products came before it; these have the
    other places, and the visit those that are left.

    Parameters
    ----------
    history : History
        Without `moments` only what happened before the moment in question.
    shoppers : ndarray, shape (n_rows,), int
        Numbers of shoppers, in any order; one may come more than once.
    actions : int
        Products of each shopper, at least 1.
    decay : float
        Factor for every later product, in (0, 1].
    kind_weights : Mapping of str to float, optional
        Weight of each kind of `KINDS`; a product has the greatest of its events. A kind that is
        missing or 0 does not count, nor does a bad review. Every event counts 1 when left out.
    visit : float
        Share of a long current visit in the weight of all, in [0, 1); 0: it is not told from what
        came before. With n products in the visit and m before it, the past has
        (1 - visit × n / (n + 1)) × m / (m + 1) and the visit the rest, each shared out as its own
        weights are. The visit is the latest product and those before it, as long as each is at
        most `VISIT_GAP` older than the next later one; the latest than its row's moment.
    moments : ndarray, shape (n_rows,), int64, optional
        Microseconds since 1970: for each row only what happened strictly before counts. Without
        them nobody is taken to be in a visit.

    Returns
    -------
    csr_matrix, shape (n_rows, n_products), float32
        Above 0; no entry for other products. Indices are sorted.
    """
    parts = [
        _recent(
            history,
            shoppers[chunk],
            None if moments is None else moments[chunk],
            actions=actions,
            decay=decay,
            kind_weights=kind_weights,
            visit=visit,
        )
        for chunk in _chunks(history, shoppers)
    ]
    return parts[0] if len(parts) == 1 else sp.csr_matrix(sp.vstack(parts))


def acted_on(
    history: History, shoppers: NDArray[np.integer], moments: NDArray[np.int64] | None
) -> sp.csr_matrix:
    """Return what each shopper acted on, strictly before a moment of their own if one is given.

    Shape (n_rows, n_products), float32, ones; the shoppers and moments are those of
    `recent_products`.
    """
    parts: list[sp.csr_matrix] = []
    for chunk in _chunks(history, shoppers):
        limits = None if moments is None else moments[chunk]
        events, rows = events_before(history, shoppers[chunk], limits)
        values = np.ones(len(events), np.float32)
        shape = (len(shoppers[chunk]), len(history.catalogue))
        matrix = sp.csr_matrix((values, (rows, history.products[events])), shape=shape)
        matrix.sum_duplicates()
        matrix.data[:] = 1
        parts.append(matrix)
    return parts[0] if len(parts) == 1 else sp.csr_matrix(sp.vstack(parts))


def events_before(
    history: History, shoppers: NDArray[np.integer], moments: NDArray[np.int64] | None
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the positions of the shoppers' events, and the row that each belongs to.

    Only what happened strictly before each row's moment, if there are moments; by row, then time.
    """
    starts = history.starts[shoppers]
    counts = history.starts[np.asarray(shoppers) + 1] - starts
    rows = np.repeat(np.arange(len(shoppers)), counts)
    firsts = np.cumsum(counts) - counts
    events = np.arange(len(rows)) - firsts[rows] + starts[rows]
    if moments is None:
        return events, rows
    is_before = history.times[events] < moments[rows]
    return events[is_before], rows[is_before]


def _chunks(history: History, shoppers: NDArray[np.integer]) -> list[slice]:
    """Cut the rows into runs of `_EVENTS_AT_ONCE` events and what the last row has more."""
    counts = history.starts[np.asarray(shoppers) + 1] - history.starts[shoppers]
    begins = np.cumsum(counts) - counts
    cuts = np.flatnonzero(np.diff(begins // _EVENTS_AT_ONCE)) + 1
    return [slice(start, end) for start, end in pairwise([0, *cuts.tolist(), len(shoppers)])]


def _recent(
    history: History,
    shoppers: NDArray[np.integer],
    moments: NDArray[np.int64] | None,
    *,
    actions: int,
    decay: float,
    kind_weights: Mapping[str, float] | None,
    visit: float,
) -> sp.csr_matrix:
    shape = (len(shoppers), len(history.catalogue))
    events, rows = events_before(history, shoppers, moments)
    strengths = np.ones(len(events))
    if kind_weights is not None:
        by_kind = np.array([kind_weights.get(kind, 0.0) for kind in KINDS])
        kinds = history.kinds[events]
        # A review counts from the weight of a view on: with dbt's weights, 4 or 5 stars.
        is_liked = history.weights[events] >= dbt_variables()["view_weight"]
        strengths = by_kind[kinds] * (is_liked | (kinds != KINDS.index("review")))
        is_counted = strengths > 0
        events, rows, strengths = events[is_counted], rows[is_counted], strengths[is_counted]
    # One entry for each row and product, with its latest time and its greatest weight.
    keys = rows * shape[1] + history.products[events]
    pairs, pair_of_event = np.unique(keys, return_inverse=True)
    times = np.full(len(pairs), np.iinfo(np.int64).min)
    np.maximum.at(times, pair_of_event, history.times[events])
    strongest = np.zeros(len(pairs))
    np.maximum.at(strongest, pair_of_event, strengths)

    pair_rows, pair_products = np.divmod(pairs, shape[1])
    order = np.lexsort((pair_products, -times, pair_rows))
    sorted_rows = pair_rows[order]
    places = np.arange(len(order)) - np.searchsorted(sorted_rows, sorted_rows)
    if visit > 0 and moments is not None:
        is_in_visit = _is_in_visit(sorted_rows, times[order], moments)
        places = _places_beside(sorted_rows, is_in_visit, places, actions)
    else:
        is_in_visit = np.zeros(len(order), bool)
    is_kept = (places >= 0) & (places < actions)
    kept = order[is_kept]
    weights = strongest[kept] * np.power(float(decay), places[is_kept])
    if is_in_visit.any():
        weights *= _visit_factors(sorted_rows[is_kept], is_in_visit[is_kept], weights, visit)
    matrix = sp.csr_matrix(
        (weights.astype(np.float32), (pair_rows[kept], pair_products[kept])), shape=shape
    )
    matrix.sort_indices()
    return matrix


def _is_in_visit(
    rows: NDArray[np.int64], times: NDArray[np.int64], moments: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Tell which entries are of the current visit: of ascending rows, the latest first."""
    is_first = _is_first(rows)
    later = np.empty_like(times)
    later[1:] = times[:-1]
    later[is_first] = moments[rows[is_first]]
    # In the visit is what no break comes after: as many breaks as before the row's first entry.
    breaks = np.cumsum(later - times > VISIT_GAP)
    starts = np.flatnonzero(is_first)
    before = np.append(0, breaks)[starts]
    return breaks == np.repeat(before, np.diff(np.append(starts, len(rows))))


def _places_beside(
    rows: NDArray[np.int64],
    is_in_visit: NDArray[np.bool_],
    places: NDArray[np.int64],
    actions: int,
) -> NDArray[np.int64]:
    """Return the places of entries where long visits leave some to the past; -1: none."""
    in_all = np.bincount(rows)
    in_visit = np.bincount(rows[is_in_visit], minlength=len(in_all))
    most = np.maximum((actions + 1) // 2, actions - (in_all - in_visit))
    left_out = np.maximum(in_visit - most, 0)
    return np.where(is_in_visit, np.where(places < most[rows], places, -1), places - left_out[rows])


def _is_first(rows: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Tell which entries are the first of their row: of ascending rows."""
    is_first = np.ones(len(rows), bool)
    is_first[1:] = rows[1:] != rows[:-1]
    return is_first


def _visit_factors(
    rows: NDArray[np.int64],
    is_in_visit: NDArray[np.bool_],
    weights: NDArray[np.float64],
    visit: float,
) -> NDArray[np.float64]:
    """Return what the weights are multiplied by so that the current visit has its share.

    The entries are those of ascending rows; there is one at least.
    """
    starts = np.flatnonzero(_is_first(rows))
    lengths = np.diff(np.append(starts, len(rows)))
    in_visit = np.add.reduceat(is_in_visit.astype(float), starts)
    in_past = lengths - in_visit
    of_all = np.add.reduceat(weights, starts)
    of_visit = np.add.reduceat(weights * is_in_visit, starts)
    past = (1 - visit * in_visit / (in_visit + 1)) * in_past / (in_past + 1)
    is_told_apart = (in_visit > 0) & (in_past > 0)
    by_part = np.ones((2, len(starts)))
    np.divide(past * of_all, of_all - of_visit, out=by_part[0], where=is_told_apart)
    np.divide((1 - past) * of_all, of_visit, out=by_part[1], where=is_told_apart)
    return by_part[is_in_visit.astype(int), np.repeat(np.arange(len(starts)), lengths)]
