"""The ways to cut a history in two: by time, before every next action, and leave-one-out."""

from dataclasses import replace
from datetime import datetime

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from alsolike.history.history import Catalogue, History
from alsolike.history.split import Split, SplitError, listed_from

# Moments of a next split, in all and of one shopper; where there are more, so many are drawn. Of a
# bot with thousands each would be asked with thousands of actions.
MOST_MOMENTS = 20_000
MOST_OF_ONE = 100

_REASONS = {
    "leave-one-out": "no shopper acted on two products at two times",
    "time": "no shopper acted before the cutoff and, on a product new to them that was there "
    "already, after it; nor did one who began after it come to a second such product",
    "next": "no shopper, having done anything before, came after the cutoff to a product new to "
    "them that was there already",
}
_NOBODY = (
    "there is no view, purchase or review of a visitor who agreed to personalisation "
    "(docs/input.md, consent)"
)
_SOLD_OUT = "no product is in stock, and only what could be shown is foretold"
# So many tested shoppers who came back are enough: then nobody else is tested by time.
ENOUGH_RETURNED = 100
# Share of the events after the usual cutoff.
_TEST_SHARE = 0.1
# Quantile of events per shopper up to which a shopper's events count in full.
_USUAL_SHARE = 0.9


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

    In a shop of anonymous sessions, hardly anybody from before the moment comes back. So where
    fewer than `ENOUGH_RETURNED` can be tested, and of those who began after it more can, these are
    tested as well: the product that they came to last is held out, and models are asked with what
    they did before it. They learn from before the moment all the same.

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
    was_known = np.diff(known.starts) > 0
    is_tested = (firsts.times >= moment) & was_known[firsts.shoppers]
    is_tested &= _is_offered("time", history.catalogue, firsts.products, moment)
    moments = np.full(len(history.shopper_ids), moment)
    later = None
    if len(known):
        is_last = _last_of_newcomers(firsts, moment)
        is_last &= _is_offered("time", history.catalogue, firsts.products, firsts.times)
        returned = len(np.unique(firsts.shoppers[is_tested]))
        if returned < min(ENOUGH_RETURNED, np.count_nonzero(is_last)):
            moments[firsts.shoppers[is_last]] = firsts.times[is_last]
            is_tested |= is_last
            later = history
    return _split(
        "time",
        history,
        known,
        firsts.products[is_tested],
        firsts.shoppers[is_tested],
        moments,
        cutoff=moment,
        later=later,
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
    later: History | None = None,
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
        later=later,
        visitors=visitors,
        single=single,
    )


def _is_offered(
    name: str,
    catalogue: Catalogue,
    products: NDArray[np.integer],
    moments: NDArray[np.int64] | int,
) -> NDArray[np.bool_]:
    """Return which products could be shown at their moments; no model could list the others."""
    return catalogue.is_in_stock[products] & (listed_from(name, catalogue)[products] < moments)


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
    if len(history) and not history.catalogue.is_in_stock.any():
        why = _SOLD_OUT
    return SplitError(f"There is too little history for the {name} split: {why}.")
