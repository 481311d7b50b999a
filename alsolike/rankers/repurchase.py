"""How likely who bought something buys of its category again soon.

After a tent is bought, other tents are rarely what is wanted next; after coffee, other coffee is.
"""

import numpy as np
from numpy.typing import NDArray

from alsolike.history import DAY, KINDS, History

# Days within which a later purchase counts as soon.
_SOON_DAYS = 30
# Events at which what a category shows counts half against what is expected of it.
_SHRINKAGE = 20.0
_SECOND = 1_000_000


def repurchase_factors(history: History) -> dict[str, float]:
    """Return by category what a purchase still says for other products of it, if less than all.

    The factor is the share of purchases after which the shopper bought of the category again within
    30 days, on a later day, over the share of looks after which buyers bought of it within 30 days:
    a purchase that is followed by another as often as a look is, counts in full. Looks soon after
    a purchase of the category are left out. Few looks are held towards the share of all purchases,
    of whatever, that one of the category followed; few purchases towards the shop's mean factor.

    From 0 to below 1; a category that is not named has 1. Without a category or a purchase nothing
    is known.
    """
    names = sorted({category for category in history.catalogue.categories if category})
    numbers = {name: number for number, name in enumerate(names)}
    of_product = np.array(
        [numbers.get(category or "", -1) for category in history.catalogue.categories], np.int64
    )
    bought = history.only(
        (history.kinds == KINDS.index("purchase")) & (of_product[history.products] >= 0)
    )
    if not len(bought):
        return {}
    size = len(names)
    categories = of_product[bought.products]
    purchases = _Purchases(bought.shoppers, categories, bought.times, size)

    counts = np.bincount(categories, minlength=size)
    is_followed = purchases.within(
        bought.shoppers, categories, bought.times + DAY, _SOON_DAYS * DAY - DAY
    )
    followed = np.bincount(categories[is_followed], minlength=size)
    large = _followers(bought, categories, size) / len(bought)

    is_buyer = np.bincount(bought.shoppers, minlength=len(history.shopper_ids)) > 0
    looks = history.only(
        (history.kinds == KINDS.index("view"))
        & (of_product[history.products] >= 0)
        & is_buyer[history.shoppers]
    )
    looked = of_product[looks.products]
    soon = _SOON_DAYS * DAY
    is_first = ~purchases.within(looks.shoppers, looked, looks.times - soon, soon - 1)
    is_bought = purchases.within(looks.shoppers, looked, looks.times, soon) & is_first
    n_looks = np.bincount(looked[is_first], minlength=size)
    n_bought = np.bincount(looked[is_bought], minlength=size)
    usual = (n_bought + _SHRINKAGE * large) / (n_looks + _SHRINKAGE)

    mean = min(1.0, followed.sum() / max(1e-12, float(counts @ usual)))
    again = (followed + _SHRINKAGE * mean * usual) / (counts + _SHRINKAGE)
    factors = np.divide(again, usual, out=np.ones(size), where=usual > 0)
    return {
        names[number]: round(float(factors[number]), 4)
        for number in np.flatnonzero((factors < 1) & (counts > 0))
    }


class _Purchases:
    """Purchases by shopper and category, in the order of their times, in seconds."""

    def __init__(
        self,
        shoppers: NDArray[np.int32],
        categories: NDArray[np.int64],
        times: NDArray[np.int64],
        size: int,
    ) -> None:
        self._size = size
        self._start = int(times.min())
        self._keys = np.sort(self._key(shoppers, categories, times))

    def _key(
        self, shoppers: NDArray[np.int32], categories: NDArray[np.int64], times: NDArray[np.int64]
    ) -> NDArray[np.int64]:
        seconds = np.clip((times - self._start) // _SECOND, 0, 2**32 - 1)
        return ((shoppers.astype(np.int64) * self._size + categories) << 32) + seconds

    def within(
        self,
        shoppers: NDArray[np.int32],
        categories: NDArray[np.int64],
        times: NDArray[np.int64],
        span: int,
    ) -> NDArray[np.bool_]:
        """Return whether the shopper bought of the category from each time on, for a span (µs)."""
        first = np.searchsorted(self._keys, self._key(shoppers, categories, times), "left")
        end = np.searchsorted(self._keys, self._key(shoppers, categories, times + span), "right")
        is_over = times + span < self._start
        return (end > first) & ~is_over


def _followers(bought: History, categories: NDArray[np.int64], size: int) -> NDArray[np.float64]:
    """Count by category the purchases, of whatever, that one of it followed within 30 days."""
    followers = np.zeros(size)
    times = bought.times
    for shopper in np.flatnonzero(np.diff(bought.starts) > 1):
        own = slice(bought.starts[shopper], bought.starts[shopper + 1])
        own_times, own_categories = times[own], categories[own]
        for category in np.unique(own_categories):
            at = own_times[own_categories == category]
            first = np.searchsorted(at, own_times + DAY, "left")
            end = np.searchsorted(at, own_times + _SOON_DAYS * DAY, "right")
            followers[category] += np.count_nonzero(end > first)
    return followers
