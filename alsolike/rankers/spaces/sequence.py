"""Spaces of order: what shoppers acted on after a product."""

from collections.abc import Iterable
from functools import reduce
from operator import add
from typing import Any

import numpy as np
import scipy.linalg
import scipy.sparse as sp
from numpy.typing import NDArray

from alsolike.history import History
from alsolike.rankers.spaces.linear import (
    busiest_products,
    dense_product,
    factor,
    gram,
    inverse_root,
)
from alsolike.rankers.spaces.space import finish_rows, require_finite

# Steps up to which a product counts for what follows, and its weight per further step.
_REACH = 3
_DECAY = 0.7
# Steps of the past that a step is regressed on.
_PAST = 10


class TransitionSpace:
    """How often a product is followed by another within three steps, each 0.7 times the one before.

    Normalised like a cosine: by the square root of how often either takes part.
    """

    name = "transitions"
    is_text = False

    def __init__(self, history: History) -> None:
        # Never multiplied as a whole: two steps of thousands of products make millions of pairs.
        step_by_product, future = _transitions(history)
        products_of_steps = np.asarray(step_by_product.sum(axis=0)).ravel()
        out = inverse_root(step_by_product @ np.asarray(future.sum(axis=1)).ravel())
        into = inverse_root(future.T @ products_of_steps)
        self._from: Any = (sp.diags_array(out.astype(np.float32)) @ step_by_product).tocsr()
        self._to: Any = (future @ sp.diags_array(into.astype(np.float32))).tocsr()

    def rows(self, products: NDArray[np.integer]) -> NDArray[np.float32]:
        """Return how often all follow some products; see `Space.rows`."""
        return finish_rows(dense_product(self._from[products], self._to), products)


class SequenceSpace:
    """The linear map from a shopper's past to what they do next, in closed form.

    B = (SᵀS + λI)^-1 SᵀT: a row of S is the past before a step (the last ten products, each
    counting 0.7 of the next), the row of T what the step and the two after it brought. The
    transition part of SLIST, Choi et al. 2021, arXiv 2103.16104.

    The regularisation is λ, above 0. At most `largest` of the most acted-on products take part: the
    side of the matrix that is factored.
    """

    name = "sequence"
    is_text = False

    def __init__(self, history: History, *, regularisation: float, largest: int) -> None:
        size = len(history.catalogue)
        self._taking_part = busiest_products(history.matrix(), largest)
        self._position = np.full(size, -1)
        self._position[self._taking_part] = np.arange(len(self._taking_part))
        self._weights = np.zeros((0, 0), np.float32)
        if len(self._taking_part):
            past, future = _past_and_future(history)
            past, future = past[:, self._taking_part], future[:, self._taking_part]
            upper = factor(gram(past, regularisation))
            # A solution overwrites the right-hand side, which LAPACK wants by columns.
            right = dense_product(future.T, past).T
            self._weights, _ = scipy.linalg.lapack.spotrs(upper, right, lower=0, overwrite_b=1)
            require_finite(self._weights)

    def rows(self, products: NDArray[np.integer]) -> NDArray[np.float32]:
        """Return the positive weights of some products on all; see `Space.rows`."""
        rows = np.zeros((len(products), len(self._position)), np.float32)
        known = np.flatnonzero(self._position[products] >= 0)
        rows[np.ix_(known, self._taking_part)] = self._weights[self._position[products[known]]]
        return finish_rows(rows, products)


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
