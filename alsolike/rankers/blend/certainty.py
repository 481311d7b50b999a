"""Whether one way to rank is as good as another, told by the shoppers of a validation.

Two ways are compared shopper by shopper, since what one shopper is easy or hard to foretell takes
part in both: only the differences count. A mean difference counts with its standard error, so that
where few shoppers validate luck does not choose among dozens of settings. Each question counts as a
shopper of its own. Where one shopper is asked about several times, the error is rather too small.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


def most_lost(reference: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    """Return what share of a reference's NDCG another way to rank loses, one error added.

    Parameters
    ----------
    reference, other : ndarray, shape (n_shoppers,)
        What each shopper adds to the NDCG, as `NdcgOfKinds.of_shoppers` has it.

    Returns
    -------
    float
        The mean loss plus one standard error of it; below 0 where it gains with certainty. 0 where
        the reference has no NDCG at all.
    """
    whole = float(reference.sum())
    if whole <= 0:
        return 0.0
    lost = reference - other
    return (float(lost.sum()) + float(np.sqrt(len(lost)) * lost.std())) / whole


def loses_little(reference: NDArray[np.float64], other: NDArray[np.float64], share: float) -> bool:
    """Return whether a way to rank loses no more than a share of a reference's NDCG.

    On the shoppers at hand no more than that, and no more than twice of it with one standard error.
    """
    lost = float((reference - other).sum())
    is_within = lost <= share * float(reference.sum())
    return is_within and most_lost(reference, other) <= 2 * share


def surest(ways: Sequence[NDArray[np.float64]], usual: int) -> int:
    """Return the number of the way to rank that others are to be measured by.

    It is the usual one, unless another gains with certainty: then that whose gain, one standard
    error taken off, is greatest.
    """
    lost = [most_lost(ways[usual], way) for way in ways]
    best = int(np.argmin(lost))
    return best if lost[best] < 0 else usual
