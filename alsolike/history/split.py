"""Splits of a history into what is known and what is held out."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from alsolike.errors import AlsolikeError
from alsolike.history.history import ALWAYS, Catalogue, History

_REASONS = {
    "leave-one-out": "no shopper acted on two products at two times",
    "time": "no shopper acted before the cutoff and, on a product new to them that was there "
    "already, after it",
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
    """A history cut in two.

    Attributes
    ----------
    name : str
        'leave-one-out' or 'time'.
    known : History
        All that a model may learn from, and be queried with.
    shoppers : ndarray, shape (n_tested,), int32
        Shoppers with known actions and held-out products, ascending.
    truth : csr_matrix, shape (n_tested, n_products), float32
        The held-out products, as ones: in stock, new to the shopper but in the catalogue at their
        moment, and acted on afterwards.
    moments : ndarray, shape (n_tested,), int64
        Microseconds since 1970; the shopper's known actions happened strictly before.
    cutoff : int or None
        The one moment of a time split.
    """

    name: str
    known: History
    shoppers: NDArray[np.int32]
    truth: sp.csr_matrix
    moments: NDArray[np.int64]
    cutoff: int | None = None

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
        """Return which products some of the shoppers, by position, could be shown at their moments.

        Shape (n_rows, n_products), bool: products in stock that existed by then, whether the
        shopper acted on them or not.
        """
        is_there = self.exists_from < self.moments[rows][:, np.newaxis]
        return is_there & self.known.catalogue.is_in_stock

    def only(self, rows: NDArray[Any]) -> "Split":
        """Return the split of some of its shoppers alone: positions, or truth values."""
        return replace(
            self,
            shoppers=self.shoppers[rows],
            truth=self.truth[rows],
            moments=self.moments[rows],
        )


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
    if cutoff is not None:
        moment = round(cutoff.timestamp() * 1_000_000)
    else:
        moment = usual_cutoff(history) if len(history) else 0
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
    # A product that cannot be shown is not held out: no model could list it.
    is_shown = history.catalogue.is_in_stock[products]
    is_shown &= _listed_from(name, history.catalogue)[products] < moments[owners]
    products, owners = products[is_shown], owners[is_shown]
    shoppers = np.unique(owners).astype(np.int32)
    if not len(shoppers):
        why = _REASONS[name] if len(history) else _NOBODY
        message = f"There is too little history for the {name} split: {why}."
        raise SplitError(message)
    rows = np.searchsorted(shoppers, owners)
    truth = sp.csr_matrix(
        (np.ones(len(rows), np.float32), (rows, products)),
        shape=(len(shoppers), len(history.catalogue)),
    )
    return Split(name, known, shoppers, truth, moments[shoppers], cutoff)


def _listed_from(name: str, catalogue: Catalogue) -> NDArray[np.int64]:
    """Return `Split.exists_from` of a split of that name."""
    if name == "leave-one-out":
        return np.where(catalogue.is_dated, catalogue.exists_from - 1, ALWAYS)
    return catalogue.exists_from
