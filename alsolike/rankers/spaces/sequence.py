"""Spaces of order: what shoppers acted on after a product."""

from collections.abc import Iterable
from functools import reduce
from operator import add
from typing import Any

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


def _incidence(history: History) -> tuple[sp.csr_matrix, NDArray[np.int32]]:
    """Return the products of each step as a matrix, and the shopper of each step, ascending.

    First actions of one shopper at one moment are one step.
    """
    firsts = history.first_actions()
    is_new = np.ones(len(firsts), bool)
    is_new[1:] = (firsts.shoppers[1:] != firsts.shoppers[:-1]) | (
        firsts.times[1:] != firsts.times[:-1]
    )
    owners = firsts.shoppers[is_new]
    places = (np.cumsum(is_new) - 1, firsts.products)
    values = np.ones(len(firsts), np.float32)
    return sp.csr_matrix((values, places), shape=(len(owners), history.shape[1])), owners


def _shift(owners: NDArray[np.int32], distance: int) -> sp.csr_matrix:
    """Return the matrix that maps each step to the same shopper's step so many later."""
    size = len(owners)
    rows = np.arange(max(0, size - distance))
    rows = rows[owners[rows] == owners[rows + distance]]
    values = np.ones(len(rows), np.float32)
    return sp.csr_matrix((values, (rows, rows + distance)), shape=(size, size))


def _faded_sum(incidence: sp.csr_matrix, shifts: Iterable[Any]) -> sp.csr_matrix:
    """Add up the products of other steps, nearest first, each counting 0.7 of the one before."""
    faded = (shift @ incidence * np.float32(_DECAY**nearer) for nearer, shift in enumerate(shifts))
    return reduce(add, faded).tocsr()


def _transitions(history: History) -> tuple[sp.csr_matrix, sp.csr_matrix]:
    """Return the products of each step, and of the three steps after it.

    Shapes (n_products, n_steps) and (n_steps, n_products): their product counts what follows what.
    """
    incidence, owners = _incidence(history)
    future = _faded_sum(incidence, (_shift(owners, steps) for steps in range(1, _REACH + 1)))
    return incidence.T.tocsr(), future


def _past_and_future(history: History) -> tuple[sp.csr_matrix, sp.csr_matrix]:
    """Return S and T of `SequenceSpace`, one row per step that has a past."""
    incidence, owners = _incidence(history)
    past = _faded_sum(incidence, (_shift(owners, steps).T for steps in range(1, _PAST + 1)))
    future = _faded_sum(incidence, (_shift(owners, steps) for steps in range(_REACH)))
    has_past = np.flatnonzero(np.diff(past.indptr))
    return past[has_past], future[has_past]
