"""A history in two parts: what is known, and questions about what came after."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from alsolike.errors import AlsolikeError
from alsolike.history.history import ALWAYS, Catalogue, History
from alsolike.history.recent import acted_on, events_before, recent_products

# The ways to split, as `split_history` knows them.
SPLITS = ("time", "next", "leave-one-out")


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
    whole : History or None
        What they were left out of; None: nothing is.
    visitors, single : int
        Visitors of the history, and those of them with one product only, who cannot be tested; 0
        where nobody counted. Sessions with one product are no part of a history.
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
    whole: History | None = None
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

        Shape (n_rows, n_products), float32, ones. It is left out of their lists, and so is what is
        hidden: it cannot be held out, as it is not new to them.
        """
        history = self.seen if self.whole is None else self.whole
        return acted_on(history, self.shoppers[rows], self._limits(rows))

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

        What is held out stays, and so do rows before which nothing is seen any more. What the
        shoppers had is still left out of their lists.

        Parameters
        ----------
        is_hidden : ndarray, shape (n_products,), bool
        """
        known = self.known.only(~is_hidden[self.known.products])
        later = self.later
        if later is not None:
            later = later.only(~is_hidden[later.products])
        whole = self.seen if self.whole is None else self.whole
        return replace(self, known=known, later=later, has_hidden=True, whole=whole)

    @property
    def exists_from(self) -> NDArray[np.int64]:
        """Return when each product can be listed: at every moment strictly after.

        ndarray, shape (n_products,), int64, microseconds since 1970.

        Leave-one-out knows what others did later, and is compared with papers that rank the whole
        catalogue. So there a product does not begin with its first event, only at a date that the
        shop gave, and that may be the very moment of its first event.
        """
        return listed_from(self.name, self.known.catalogue)

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


def listed_from(name: str, catalogue: Catalogue) -> NDArray[np.int64]:
    """Return `Split.exists_from` of a split of that name."""
    if name == "leave-one-out":
        return np.where(catalogue.is_dated, catalogue.exists_from - 1, ALWAYS)
    return catalogue.exists_from
