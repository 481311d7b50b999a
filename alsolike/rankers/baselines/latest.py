"""The query of the baselines: what a shopper is known to have acted on."""

from typing import NamedTuple

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from alsolike.history import Split
from alsolike.history.recent import recent_products


class Query(NamedTuple):
    """How much of a shopper's history counts.

    Attributes
    ----------
    last : int
        Number of latest products.
    decay : float
        Weight of a product relative to the next later one, in (0, 1].
    """

    last: int
    decay: float


# The latest products foretell best where histories are short and tastes change; all of them where
# shoppers buy the same things week after week.
LATEST = Query(last=10, decay=0.7)
WHOLE = Query(last=1_000_000, decay=1.0)
QUERIES = (LATEST, WHOLE)


def known_products(split: Split, rows: NDArray[np.int64], query: Query) -> sp.csr_matrix:
    """Return the known products of some of the shoppers.

    Parameters
    ----------
    rows : ndarray, shape (n_rows,), int64
        Positions in `split.shoppers`.

    Returns
    -------
    csr_matrix, shape (n_rows, n_products), float32
        1 for the last product, the decay for the one before it, and so on.
    """
    return recent_products(split.known, split.shoppers[rows], last=query.last, decay=query.decay)
