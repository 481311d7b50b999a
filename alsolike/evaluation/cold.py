"""Hide products, to see what a model makes of new ones."""

import numpy as np
from numpy.typing import NDArray

from alsolike.evaluation.results import EvaluationError
from alsolike.history import Split


def hidden_products(split: Split, share: float, *, seed: int) -> NDArray[np.int32]:
    """Draw the products whose events are to be hidden: a share of the catalogue as it was.

    Return their numbers, ascending, at least one.
    """
    there = np.flatnonzero(split.is_there)
    n_hidden = max(1, round(share * len(there)))
    drawn = np.random.default_rng(seed).choice(there, n_hidden, replace=False)
    return np.sort(drawn).astype(np.int32)


def hide_products(split: Split, products: NDArray[np.int32]) -> Split:
    """Return the split as if nobody had ever acted on some products before its moments.

    What was to be foretold stays; rows before which nothing is seen any more are left out.

    Raises
    ------
    EvaluationError
        Nothing would be known of any shopper.
    """
    is_hidden = np.zeros(len(split.known.catalogue), bool)
    is_hidden[products] = True
    hidden = split.without(is_hidden)
    if not hidden.has_seen.any():
        message = (
            "Nothing is known of any tested shopper without the hidden products: hide fewer with a "
            "smaller --cold-share."
        )
        raise EvaluationError(message)
    return hidden.only(hidden.has_seen)
