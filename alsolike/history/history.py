"""The catalogue and what shoppers did with it, numbered."""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

# The kinds of events; `History.kinds` holds positions in this tuple.
KINDS = ("purchase", "review", "view")
# Microseconds of a day, the unit of times.
DAY = 86_400_000_000
# Actions of one visitor at most so many microseconds apart belong to one visit: half an hour, after
# which web analytics count a new one.
VISIT_GAP = 30 * 60 * 1_000_000
# Half-lives after which an action fades no more: the square of what is left is still a float32.
_MOST_HALF_LIVES = 60
# When a product exists from whose date is unknown.
ALWAYS = np.iinfo(np.int64).min


@dataclass(frozen=True, eq=False)
class Catalogue:
    """The products, numbered from 0 in the order of their ids.

    Attributes
    ----------
    product_ids : list of str
        Sorted by code point.
    exists_from : ndarray, shape (n_products,), int64
        Microseconds since 1970, UTC; see `existence`.
    is_dated : ndarray, shape (n_products,), bool
        Whether the shop said when the product was made.
    groups : list of str or None
        What a product's variants have in common; None: it has none.
    """

    product_ids: list[str]
    categories: list[str | None]
    brands: list[str | None]
    exists_from: NDArray[np.int64]
    is_dated: NDArray[np.bool_]
    is_in_stock: NDArray[np.bool_]
    groups: list[str | None]

    def __len__(self) -> int:
        """Return the number of products."""
        return len(self.product_ids)


@dataclass(frozen=True, eq=False)
class History:
    """Events, sorted by shopper, then time.

    Attributes
    ----------
    shopper_ids : list of str
        Who acted, shoppers and anonymous sessions alike: the keys that `visitor_of` reads. Sorted
        by code point; one may have no event in a part of the history.
    shoppers, products : ndarray, shape (n_events,), int32
        Numbers of the shopper and the product.
    kinds : ndarray, shape (n_events,), int8
        Positions in `KINDS`.
    times : ndarray, shape (n_events,), int64
        Microseconds since 1970, UTC.
    weights : ndarray, shape (n_events,), float32
        Weight of the kind, relative to a view; above 0.
    orders : ndarray, shape (n_events,), int32
        Number of the order that a purchase belongs to, unique over the shop; -1 without an order.
    """

    catalogue: Catalogue
    shopper_ids: list[str]
    shoppers: NDArray[np.int32]
    products: NDArray[np.int32]
    kinds: NDArray[np.int8]
    times: NDArray[np.int64]
    weights: NDArray[np.float32]
    orders: NDArray[np.int32]

    def __len__(self) -> int:
        """Return the number of events."""
        return len(self.shoppers)

    @property
    def shape(self) -> tuple[int, int]:
        """Return the numbers of shoppers and products."""
        return len(self.shopper_ids), len(self.catalogue)

    @cached_property
    def starts(self) -> NDArray[np.int64]:
        """Return where each shopper's events begin: ndarray, shape (n_shoppers + 1,)."""
        return np.searchsorted(self.shoppers, np.arange(len(self.shopper_ids) + 1))

    def only(self, is_kept: NDArray[np.bool_]) -> "History":
        """Return the history of some of the events; shoppers and products keep their numbers."""
        if is_kept.all():
            # A copy of millions of events for each that asks would be gigabytes.
            return self
        return replace(
            self,
            shoppers=self.shoppers[is_kept],
            products=self.products[is_kept],
            kinds=self.kinds[is_kept],
            times=self.times[is_kept],
            weights=self.weights[is_kept],
            orders=self.orders[is_kept],
        )

    def before(self, moments: int | NDArray[np.int64]) -> "History":
        """Return what happened strictly before a moment, one for all or one for each shopper.

        Moments are microseconds since 1970.
        """
        limits = moments if isinstance(moments, int) else moments[self.shoppers]
        return self.only(self.times < limits)

    def first_times(self) -> NDArray[np.int64]:
        """Return when each shopper first acted: ndarray, shape (n_shoppers,), int64.

        Microseconds since 1970; the greatest int64 for a shopper without events.
        """
        has_any = np.diff(self.starts) > 0
        times = np.full(len(self.shopper_ids), np.iinfo(np.int64).max)
        times[has_any] = self.times[self.starts[:-1][has_any]]
        return times

    def visits(self) -> NDArray[np.int64]:
        """Return the visit of each event: ndarray, shape (n_events,), int64, ascending from 0.

        A visit is a run of one shopper's events, each at most `VISIT_GAP` after the one before.
        """
        begins = np.ones(len(self), bool)
        is_next = np.diff(self.times) <= VISIT_GAP
        begins[1:] = (np.diff(self.shoppers) != 0) | ~is_next
        return np.cumsum(begins) - 1

    def matrix(self, half_life_days: float | None = None) -> sp.csr_matrix:
        """Return who acted on what: shape (n_shoppers, n_products), float32.

        Ones; or, with a half-life, 2^(-age / half-life) of each pair's latest event, 1 for the
        latest of all. Events fade no further after 60 half-lives.
        """
        if half_life_days is not None:
            keys = self.shoppers.astype(np.int64) * len(self.catalogue) + self.products
            # Sorted by time within a shopper: of each pair the first from behind.
            _, behind = np.unique(keys[::-1], return_index=True)
            latest = len(self) - 1 - behind
            ages = (self.times.max(initial=0) - self.times[latest]) / DAY
            faded = np.power(0.5, np.minimum(ages / half_life_days, _MOST_HALF_LIVES))
            places = (self.shoppers[latest], self.products[latest])
            return sp.csr_matrix((faded.astype(np.float32), places), shape=self.shape)
        values = np.ones(len(self), np.float32)
        matrix = sp.csr_matrix((values, (self.shoppers, self.products)), shape=self.shape)
        matrix.sum_duplicates()
        matrix.data[:] = 1
        return matrix

    def faded_weights(self, half_life_days: float) -> NDArray[np.float64]:
        """Return the events' weights, halved for every half-life before the latest event: float64.

        Events more than 300 half-lives old keep what is left then, as in dbt's macro
        half_life_decay, so that nothing underflows.
        """
        half_lives = (self.times.max(initial=0) - self.times) / DAY / half_life_days
        return self.weights * np.power(0.5, np.minimum(half_lives, 300))

    def first_actions(self) -> "History":
        """Return each shopper's first event on each product."""
        keys = self.shoppers.astype(np.int64) * len(self.catalogue) + self.products
        _, first = np.unique(keys, return_index=True)
        is_kept = np.zeros(len(self), bool)
        is_kept[first] = True
        return self.only(is_kept)


def existence(
    created_at: NDArray[np.int64], is_dated: NDArray[np.bool_], history: History
) -> NDArray[np.int64]:
    """Return when each product began to exist: at its date or its first event, the earlier.

    A product that the shop did not date carries the time of its load, when it existed already. If
    it has events, that time counts like a date, since the first event may come later. Without
    events its age is unknown; it is taken to exist always, like most of the catalogue. Nobody can
    foretell it, so it only competes.

    Times are microseconds since 1970, UTC, shape (n_products,), int64; `ALWAYS` where one is
    unknown. The history must be whole: in a part of it, a product that sells later would seem to
    have no events.
    """
    never = np.iinfo(np.int64).max
    first = np.full(len(created_at), never)
    np.minimum.at(first, history.products, history.times)
    return np.where(is_dated | (first < never), np.minimum(created_at, first), ALWAYS)
