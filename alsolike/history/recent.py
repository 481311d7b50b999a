"""What shoppers did last, weighed: the query of every model that goes by latest actions."""

from collections.abc import Mapping

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from alsolike.dbt_variables import dbt_variables
from alsolike.history.history import KINDS, History


def recent_products(
    history: History,
    shoppers: NDArray[np.integer],
    *,
    actions: int,
    decay: float,
    kind_weights: Mapping[str, float] | None = None,
) -> sp.csr_matrix:
    """Weigh the last distinct products of each shopper.

    Products are ordered by their latest action, those of one moment by their numbers, as in
    `recs.recent_actions`. That function reads a bounded number of events, so the two differ for
    shoppers who act on the same products more often than that.

    Parameters
    ----------
    history : History
        Only what happened before the moment in question.
    shoppers : ndarray, shape (n_rows,), int
        Numbers of shoppers, in any order.
    actions : int
        Products of each shopper, at least 1.
    decay : float
        Factor for every later product, in (0, 1].
    kind_weights : Mapping of str to float, optional
        Weight of each kind of `KINDS`; a product has the greatest of its events. A kind that is
        missing or 0 does not count, nor does a bad review. Every event counts 1 when left out.

    Returns
    -------
    csr_matrix, shape (n_rows, n_products), float32
        Above 0; no entry for other products. Indices are sorted.
    """
    shape = (len(shoppers), len(history.catalogue))
    events, rows = _events_of(history, shoppers)
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
    positions = np.arange(len(order)) - np.searchsorted(sorted_rows, sorted_rows)
    is_recent = positions < actions
    kept = order[is_recent]
    weights = strongest[kept] * np.power(float(decay), positions[is_recent])
    matrix = sp.csr_matrix(
        (weights.astype(np.float32), (pair_rows[kept], pair_products[kept])), shape=shape
    )
    matrix.sort_indices()
    return matrix


def _events_of(
    history: History, shoppers: NDArray[np.integer]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the positions of the shoppers' events and the row that each belongs to."""
    starts = history.starts[shoppers]
    counts = history.starts[np.asarray(shoppers) + 1] - starts
    rows = np.repeat(np.arange(len(shoppers)), counts)
    firsts = np.cumsum(counts) - counts
    events = np.arange(len(rows)) - firsts[rows] + starts[rows]
    return events, rows
