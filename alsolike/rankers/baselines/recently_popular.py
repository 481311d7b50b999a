"""Recently popular: what is acted on most these days, the same for every shopper."""

import numpy as np
from numpy.typing import NDArray

from alsolike.dbt_variables import dbt_variables
from alsolike.history import Split
from alsolike.progress import Report
from alsolike.rankers.baselines.popular import popularity

_DAY = 86_400_000_000


class RecentlyPopularRanker:
    """Products by the faded weight of the latest events, as `rank_recent` of the marts.

    Days are counted back from the latest known event. In a leave-one-out split every shopper has a
    moment of their own, and each would have a list of their own; one is made for all, since that
    split knows the future of the others anyway.
    """

    name = "recently-popular"
    _scores: NDArray[np.float32]

    def fit(self, split: Split, report: Report) -> None:
        """Sum up the latest events of each product; equally recent ones go by all events."""
        known = split.known
        ages = (known.times.max(initial=0) - known.times) / _DAY
        half_life, window = (
            dbt_variables()[f"popularity_{name}_days"] for name in ("half_life", "window")
        )
        factors = np.power(0.5, ages / half_life) * (ages < window)
        pairs = np.column_stack([popularity(known, factors), popularity(known)])
        # The place from the least popular, equal for equals: exact in single precision.
        places = np.unique(pairs, axis=0, return_inverse=True)[1]
        self._scores = places.reshape(-1).astype(np.float32)
        report(self.name, 1, 1)

    def scores(self, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return each product's place: ndarray, shape (n_rows, n_products), float32."""
        return np.tile(self._scores, (len(rows), 1))
