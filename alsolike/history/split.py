"""Splits of a history into what is known and what is held out."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from alsolike.errors import AlsolikeError
from alsolike.history.history import ALWAYS, Catalogue, History
from alsolike.history.recent import acted_on, events_before, recent_products

# The ways to split, as `split_history` knows them.
SPLITS = ("time", "next", "leave-one-out")
# Moments of a next split, in all and of one shopper; where there are more, so many are drawn. Of a
# bot with thousands each would be asked with thousands of actions.
MOST_MOMENTS = 20_000
MOST_OF_ONE = 100

_REASONS = {
    "leave-one-out": "no shopper acted on two products at two times",
    "time": "no shopper acted before the cutoff and, on a product new to them that was there "
    "already, after it",
    "next": "no shopper, having done anything before, came after the cutoff to a product new to "
    "them that was there already",
}
_NOBODY = (
    "there is no view, purchase or review of a visitor who agreed to personalisation "
    "(docs/input.md, consent)"
)
# Share of the events after the usual cutoff.
_TEST_SHARE = 0.1
# Quantile of events per shopper up to which a shopper's events count in full.
_USUAL_SHARE = 0.9


class SplitError(AlsolikeError):
    """There is too little history to split."""


@dataclass(frozen=True, eq=False)
class Split:
    """A history cut in two: what models learn from, and questions about what came after.

    A row is one question: a shopper and a moment. By time and leave-one-out each tested shopper has
    one row; in a next split as many as there are moments at which they came to something new.

    Attributes
    ----------
    name : str
        One of `SPLITS`.
    known : History
        All that a model may learn from.
    shoppers : ndarray, shape (n_rows,), int32
        Of each row; ascending. They did something before the row's moment.
    truth : csr_matrix, shape (n_rows, n_products), float32
        The held-out products, as ones: in stock, new to the shopper but in the catalogue at the
        moment, and acted on afterwards; in a next split at that very moment.
    moments : ndarray, shape (n_rows,), int64
        Microseconds since 1970: models are asked with what the shopper did strictly before; see
        `queries`. Of one shopper ascending.
    cutoff : int or None
        The moment before which all is known; None where that differs from shopper to shopper.
    later : History or None
        What the shoppers did, also after the cutoff; None: it is not asked with more than is known.
    n_moments : int or None
        How many rows there were before some were drawn; None: all are here.
    has_hidden : bool
        Whether events are left out of `known` and `later` as if they had never happened.
    visitors, single : int
        Shoppers and sessions with any event, and those of them with one product only, who cannot
        be tested; 0 where nobody counted.
    """

    name: str
    known: History
    shoppers: NDArray[np.int32]
    truth: sp.csr_matrix
    moments: NDArray[np.int64]
    cutoff: int | None = None
    later: History | None = None
    n_moments: int | None = None
    has_hidden: bool = False
    visitors: int = 0
    single: int = 0

    @property
    def rows(self) -> NDArray[np.int64]:
        """Return the numbers of all rows."""
        return np.arange(len(self.shoppers))

    @property
    def seen(self) -> History:
        """Return the events that models are asked with, of each row those before its moment."""
        return self.known if self.later is None else self.later

    def queries(
        self,
        rows: NDArray[np.integer],
        *,
        actions: int,
        decay: float,
        kind_weights: Mapping[str, float] | None = None,
        visit: float = 0.0,
    ) -> sp.csr_matrix:
        """Weigh what the shoppers of some rows did last before their moments.

        See `recent_products`, which it calls.
        """
        return recent_products(
            self.seen,
            self.shoppers[rows],
            actions=actions,
            decay=decay,
            kind_weights=kind_weights,
            visit=visit,
            moments=self.moments[rows],
        )

    def had(self, rows: NDArray[np.integer]) -> sp.csr_matrix:
        """Return what the shoppers of some rows acted on before their moments.

        Shape (n_rows, n_products), float32, ones. It is left out of their lists.
        """
        return acted_on(self.seen, self.shoppers[rows], self._limits(rows))

    def events(self, row: int) -> NDArray[np.int64]:
        """Return what the shopper of a row did before its moment: positions in `seen`, by time."""
        one = np.array([row])
        return events_before(self.seen, self.shoppers[one], self._limits(one))[0]

    def _limits(self, rows: NDArray[np.integer]) -> NDArray[np.int64] | None:
        """Return the moments before which events count; None: what is known lies before them."""
        return None if self.later is None else self.moments[rows]

    @property
    def has_seen(self) -> NDArray[np.bool_]:
        """Return before which rows anything was seen of the shopper: shape (n_rows,), bool."""
        began = self.seen.first_times()[self.shoppers]
        if self.later is None:
            return began < np.iinfo(np.int64).max
        return began < self.moments

    def without(self, is_hidden: NDArray[np.bool_]) -> "Split":
        """Return the split as if nobody had acted on some products before being asked about.

        What is held out stays, and so do rows before which nothing is seen any more.

        Parameters
        ----------
        is_hidden : ndarray, shape (n_products,), bool
        """
        known = self.known.only(~is_hidden[self.known.products])
        later = self.later
        if later is not None:
            later = later.only(~is_hidden[later.products])
        return replace(self, known=known, later=later, has_hidden=True)

    @property
    def exists_from(self) -> NDArray[np.int64]:
        """Return when each product can be listed: at every moment strictly after.

        ndarray, shape (n_products,), int64, microseconds since 1970.

        Leave-one-out knows what others did later, and is compared with papers that rank the whole
        catalogue. So there a product does not begin with its first event, only at a date that the
        shop gave, and that may be the very moment of its first event.
        """
        return _listed_from(self.name, self.known.catalogue)

    @property
    def is_there(self) -> NDArray[np.bool_]:
        """Return which products exist at the last of the moments: shape (n_products,), bool."""
        return self.exists_from < self.moments.max(initial=ALWAYS)

    def is_shown(self, rows: NDArray[np.integer]) -> NDArray[np.bool_]:
        """Return which products could be shown in some of the rows, at their moments.

        Shape (n_rows, n_products), bool: products in stock that existed by then, whether the
        shopper acted on them or not.
        """
        is_there = self.exists_from < self.moments[rows][:, np.newaxis]
        return is_there & self.known.catalogue.is_in_stock

    def only(self, rows: NDArray[Any]) -> "Split":
        """Return the split of some of its rows alone: positions, or truth values."""
        return replace(
            self,
            shoppers=self.shoppers[rows],
            truth=self.truth[rows],
            moments=self.moments[rows],
        )


def split_history(
    name: str, history: History, cutoff: datetime | None = None, *, seed: int = 0
) -> Split:
    """Split a history in one of the ways of `SPLITS`: the whole, or the known part of a split.

    Leave-one-out has no cutoff, and only a next split has anything to draw by the seed.

    Raises
    ------
    SplitError
        There is too little history.
    """
    if name == "leave-one-out":
        return split_leave_one_out(history)
    if name == "time":
        return split_by_time(history, cutoff)
    return split_next(history, cutoff, seed=seed)


def split_leave_one_out(history: History) -> Split:
    """Hold out the product that each shopper came to last; what they did before is known.

    To compare with papers only: other shoppers' later actions are known, so the future leaks (Ji
    et al. 2020, arXiv 2010.11060).

    Raises
    ------
    SplitError
        No shopper acted on two products at two times.
    """
    firsts = history.first_actions()
    n_shoppers = len(history.shopper_ids)
    counts = np.diff(firsts.starts)
    # Sorted by time within a shopper: the last of each.
    has_any = counts > 0
    last = (firsts.starts[1:] - 1)[has_any]
    shoppers = np.flatnonzero(has_any)
    moments = np.full(n_shoppers, np.iinfo(np.int64).max)
    moments[shoppers] = firsts.times[last]
    known = history.before(moments)
    has_known = np.diff(known.starts)[shoppers] > 0
    # A shopper's first action has no history to predict it from, so it stays in the training part.
    moments[shoppers[~has_known]] = np.iinfo(np.int64).max
    known = history.before(moments)
    return _split(
        "leave-one-out",
        history,
        known,
        firsts.products[last[has_known]],
        shoppers[has_known],
        moments,
    )


def split_by_time(history: History, cutoff: datetime | None = None) -> Split:
    """Hold out what shoppers did from a moment on, with products that existed by then.

    Only products that are new to the shopper count.

    In a shop of anonymous sessions, nobody from before the moment comes back. Then shoppers who
    began after it are tested instead: the product that they came to last is held out.

    The cutoff has a zone; when left out, it is `usual_cutoff`.

    Raises
    ------
    SplitError
        Nothing happened before the cutoff; or no shopper has actions on both sides of it, and none
        who began after it came to a second product.
    """
    moment = _moment(history, cutoff)
    known = history.before(moment)
    firsts = history.first_actions()
    is_new = firsts.times >= moment
    was_known = np.diff(known.starts) > 0
    is_new &= was_known[firsts.shoppers]
    moments = np.full(len(history.shopper_ids), moment)
    if len(known) and not is_new.any():
        is_new = _last_of_newcomers(firsts, moment)
        moments[firsts.shoppers[is_new]] = firsts.times[is_new]
        known = history.before(moments)
    return _split(
        "time",
        history,
        known,
        firsts.products[is_new],
        firsts.shoppers[is_new],
        moments,
        cutoff=moment,
    )


def split_next(
    history: History,
    cutoff: datetime | None = None,
    *,
    most_moments: int = MOST_MOMENTS,
    seed: int = 0,
) -> Split:
    """Foretell each new product after a moment from all that the same shopper did before.

    That is what a site asks: the list is made anew for every page, and what was done a minute ago
    counts. Models learn from before the cutoff alone, which is that of `split_by_time`. Who began
    after it is tested too, from their second product on. A row is a shopper and the moment of their
    first action on one product or more.

    Parameters
    ----------
    most_moments : int
        Where there are more rows, so many are kept: first one of each shopper, then a second, and
        so on, drawn by the seed. Of one shopper at most `MOST_OF_ONE` are kept in any case.

    Raises
    ------
    SplitError
        Nothing happened before the cutoff, or there is no such action after it.
    """
    moment = _moment(history, cutoff)
    firsts = history.first_actions()
    is_asked = (firsts.times >= moment) & (history.first_times()[firsts.shoppers] < firsts.times)
    is_asked &= _is_offered("next", history.catalogue, firsts.products, firsts.times)
    known = history.before(moment)
    asked = firsts.only(is_asked)
    if not len(asked) or not len(known):
        raise _too_little("next", history)
    # Products of one moment, such as those of an order, are one row.
    is_first = np.ones(len(asked), bool)
    is_first[1:] = (np.diff(asked.shoppers) != 0) | (np.diff(asked.times) != 0)
    truth = _truth(np.cumsum(is_first) - 1, asked.products, len(history.catalogue))
    visitors, single = _count_visitors(firsts)
    split = Split(
        "next",
        known,
        asked.shoppers[is_first],
        truth,
        asked.times[is_first],
        moment,
        later=history,
        n_moments=truth.shape[0],
        visitors=visitors,
        single=single,
    )
    drawn = _drawn(split.shoppers, most_moments, seed)
    if len(drawn) == truth.shape[0]:
        return replace(split, n_moments=None)
    return split.only(drawn)


def _drawn(shoppers: NDArray[np.int32], count: int, seed: int) -> NDArray[np.int64]:
    """Draw some rows, at most `MOST_OF_ONE` of each shopper and about as many of every one."""
    draws = np.random.default_rng(seed).random(len(shoppers))
    order = np.lexsort((draws, shoppers))
    sorted_shoppers = shoppers[order]
    turns = np.empty(len(shoppers), np.int64)
    turns[order] = np.arange(len(order)) - np.searchsorted(sorted_shoppers, sorted_shoppers)
    chosen = np.lexsort((draws, turns))[:count]
    return np.sort(chosen[turns[chosen] < MOST_OF_ONE])


def _moment(history: History, cutoff: datetime | None) -> int:
    """Return a cutoff in microseconds since 1970, the usual one when left out."""
    if cutoff is not None:
        return round(cutoff.timestamp() * 1_000_000)
    return usual_cutoff(history) if len(history) else 0


def _last_of_newcomers(firsts: History, moment: int) -> NDArray[np.bool_]:
    """Return which first actions are the last of a shopper who began at a moment or later.

    Only of those who came to another product before it.
    """
    shoppers = np.flatnonzero(np.diff(firsts.starts) > 0)
    first, last = firsts.starts[shoppers], firsts.starts[shoppers + 1] - 1
    is_tested = (firsts.times[first] >= moment) & (firsts.times[first] < firsts.times[last])
    is_last = np.zeros(len(firsts), bool)
    is_last[last[is_tested]] = True
    return is_last


def usual_cutoff(history: History) -> int:
    """Return the moment before which nine tenths of the events happened, bots down-weighted.

    A bot, a reseller or a shared account can have most of a shop's events, all within an hour, and
    the plain quantile would lie in that hour. So the events of one shopper count at most as much as
    the 90th percentile of events per shopper: each of a bot's events counts less than one.

    It is the time of an event, of which there must be one: microseconds since 1970.
    """
    counts = np.diff(history.starts)
    usual = np.quantile(counts[counts > 0], _USUAL_SHARE, method="lower")
    order = np.argsort(history.times, kind="stable")
    weights = np.minimum(1, usual / counts[history.shoppers[order]])
    before = np.cumsum(weights) - weights
    # With equal weights the same event as the quantile by the method "higher".
    wanted = (1 - _TEST_SHARE) * before[-1]
    return int(history.times[order[np.searchsorted(before, wanted * (1 - 1e-12))]])


def _split(
    name: str,
    history: History,
    known: History,
    products: NDArray[np.integer],
    owners: NDArray[np.integer],
    moments: NDArray[np.int64],
    *,
    cutoff: int | None = None,
) -> Split:
    is_shown = _is_offered(name, history.catalogue, products, moments[owners])
    products, owners = products[is_shown], owners[is_shown]
    shoppers = np.unique(owners).astype(np.int32)
    if not len(shoppers):
        raise _too_little(name, history)
    truth = _truth(np.searchsorted(shoppers, owners), products, len(history.catalogue))
    visitors, single = _count_visitors(history.first_actions())
    return Split(
        name,
        known,
        shoppers,
        truth,
        moments[shoppers],
        cutoff,
        visitors=visitors,
        single=single,
    )


def _is_offered(
    name: str, catalogue: Catalogue, products: NDArray[np.integer], moments: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Return which products could be shown at their moments; no model could list the others."""
    return catalogue.is_in_stock[products] & (_listed_from(name, catalogue)[products] < moments)


def _truth(
    rows: NDArray[np.integer], products: NDArray[np.integer], n_products: int
) -> sp.csr_matrix:
    """Return the held-out products of ascending rows, each of which has one at least."""
    shape = (int(rows[-1]) + 1, n_products)
    return sp.csr_matrix((np.ones(len(rows), np.float32), (rows, products)), shape=shape)


def _count_visitors(firsts: History) -> tuple[int, int]:
    """Count the visitors with any event, and those with one product only."""
    counts = np.diff(firsts.starts)
    return int(np.count_nonzero(counts)), int(np.count_nonzero(counts == 1))


def _too_little(name: str, history: History) -> SplitError:
    why = _REASONS[name] if len(history) else _NOBODY
    return SplitError(f"There is too little history for the {name} split: {why}.")


def _listed_from(name: str, catalogue: Catalogue) -> NDArray[np.int64]:
    """Return `Split.exists_from` of a split of that name."""
    if name == "leave-one-out":
        return np.where(catalogue.is_dated, catalogue.exists_from - 1, ALWAYS)
    return catalogue.exists_from
