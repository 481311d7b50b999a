"""Hide products, to see what a model makes of new ones."""

from dataclasses import replace

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
    known, seen = (
        events.only(~np.isin(events.products, products)) for events in (split.known, split.seen)
    )
    is_known = seen.first_times()[split.shoppers] < split.moments
    if not is_known.any():
        message = (
            "Nothing is known of any tested shopper without the hidden products: hide fewer with a "
            "smaller --cold-share."
        )
        raise EvaluationError(message)
    later = None if split.later is None else seen
    return replace(split.only(is_known), known=known, later=later)
