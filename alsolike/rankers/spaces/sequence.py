"""Spaces of order: what shoppers acted on after a product."""

from typing import NamedTuple

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from alsolike.history import History
from alsolike.rankers.spaces.local import local_regression
from alsolike.rankers.spaces.sparse import SparseSpace, inverse_root, scaled_columns, scaled_rows

# Steps up to which a product counts for what follows, and its weight per further step.
_REACH = 3
_DECAY = 0.7
# Steps of the past that a step is regressed on.
_PAST = 10
# Steps whose neighbours in time are looked up at once.
_AT_ONCE = 2**17


def transition_space(history: History) -> SparseSpace:
    """Return how often a product is followed by another within three steps.

    Each step counts 0.7 times the one before. Normalised like a cosine: by the square root of how
    often either takes part.
    """
    # Never multiplied as a whole: two steps of thousands of products make millions of pairs.
    step_by_product, future = _transitions(history)
    products_of_steps = np.asarray(step_by_product.sum(axis=0)).ravel()
    out = inverse_root(step_by_product @ np.asarray(future.sum(axis=1)).ravel())
    into = inverse_root(future.T @ products_of_steps)
    return SparseSpace(
        "transitions", scaled_rows(step_by_product, out), scaled_columns(future, into)
    )


def sequence_weights(history: History, *, regularisation: float, size: int) -> sp.csr_matrix:
    """Return the linear map from a shopper's past to what they do next; see `local_regression`.

    A row of S is the past before a step (the last ten products, each counting 0.7 of the next), the
    row of T what the step and the two after it brought. The transition part of SLIST, Choi et al.
    2021, arXiv 2103.16104.
    """
    past, future = _past_and_future(history)
    return local_regression(past, future, regularisation, size)


class _Steps(NamedTuple):
    """What shoppers did first, in steps: first actions of one shopper at one moment.

    Attributes
    ----------
    products : ndarray, shape (n_actions,), int32
        By shopper and time; no product comes twice for one shopper.
    starts : ndarray, shape (n_steps + 1,), int64
        Number of the first action of each step.
    first, end : ndarray, shape (n_steps,), int64
        The first step of the same shopper, and the one after their last.
    size : int
        Of the catalogue.
    """

    products: NDArray[np.int32]
    starts: NDArray[np.int64]
    first: NDArray[np.int64]
    end: NDArray[np.int64]
    size: int


def _steps(history: History) -> _Steps:
    firsts = history.first_actions()
    is_new = np.ones(len(firsts), bool)
    is_new[1:] = (firsts.shoppers[1:] != firsts.shoppers[:-1]) | (
        firsts.times[1:] != firsts.times[:-1]
    )
    starts = np.append(np.flatnonzero(is_new), len(firsts))
    owners = firsts.shoppers[is_new]
    return _Steps(
        products=firsts.products,
        starts=starts,
        first=np.searchsorted(owners, owners, side="left"),
        end=np.searchsorted(owners, owners, side="right"),
        size=len(history.catalogue),
    )


def _faded(
    steps: _Steps, rows: NDArray[np.int64], nearest: int, farthest: int, *, is_past: bool
) -> sp.csr_matrix:
    """Return what some steps' neighbours in time brought: shape (len(rows), n_products), float32.

    Those at a distance from `nearest` to `farthest`, before or after; the nearest count 1, each
    further one 0.7 of the one before. Of a large shop that is hundreds of millions of entries:
    nothing of that size is made beside them.
    """
    if is_past:
        low, high = np.maximum(rows - farthest, steps.first[rows]), rows - nearest + 1
    else:
        low, high = rows + nearest, np.minimum(rows + farthest + 1, steps.end[rows])
    begins = steps.starts[low]
    lengths = np.maximum(steps.starts[np.maximum(high, low)] - begins, 0)
    pointers = np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths)])
    products = np.empty(pointers[-1], np.int32)
    values = np.empty(pointers[-1], np.float32)
    fading = np.array([_DECAY**distance for distance in range(farthest - nearest + 1)], np.float32)
    step_of = np.repeat(np.arange(len(steps.starts) - 1, dtype=np.int32), np.diff(steps.starts))
    for start in range(0, len(rows), _AT_ONCE):
        part = slice(start, start + _AT_ONCE)
        first, end = int(pointers[start]), int(pointers[min(start + _AT_ONCE, len(rows))])
        actions = np.arange(first, end)
        actions += np.repeat(begins[part] - pointers[:-1][part], lengths[part])
        distances = np.abs(step_of[actions] - np.repeat(rows[part], lengths[part]))
        products[first:end] = steps.products[actions]
        values[first:end] = fading[distances - nearest]
    matrix = sp.csr_matrix((values, products, pointers), shape=(len(rows), steps.size))
    matrix.sort_indices()
    return matrix


def _transitions(history: History) -> tuple[sp.csr_matrix, sp.csr_matrix]:
    """Return the products of each step, and of the three steps after it.

    Shapes (n_products, n_steps) and (n_steps, n_products): their product counts what follows what.
    """
    steps = _steps(history)
    rows = np.arange(len(steps.first))
    own = _faded(steps, rows, 0, 0, is_past=False)
    return sp.csr_matrix(own.T), _faded(steps, rows, 1, _REACH, is_past=False)


def _past_and_future(history: History) -> tuple[sp.csr_matrix, sp.csr_matrix]:
    """Return S and T of `sequence_weights`, one row per step that has a past."""
    steps = _steps(history)
    rows = np.flatnonzero(steps.first < np.arange(len(steps.first)))
    past = _faded(steps, rows, 1, _PAST, is_past=True)
    return past, _faded(steps, rows, 0, _REACH - 1, is_past=False)
