"""Find a baseline by its name."""

from collections.abc import Callable

from alsolike.evaluation.baselines.average import AverageRanker
from alsolike.evaluation.baselines.ease import EaseRanker
from alsolike.evaluation.baselines.ials import IalsRanker
from alsolike.evaluation.baselines.item_knn import ItemKnnRanker
from alsolike.evaluation.baselines.popular import PopularRanker
from alsolike.evaluation.baselines.recently_popular import RecentlyPopularRanker
from alsolike.evaluation.baselines.text import TextRanker
from alsolike.evaluation.errors import UnknownRankerError
from alsolike.evaluation.ranker import ScoreRanker

_RANKERS: dict[str, Callable[[], ScoreRanker]] = {
    "popular": PopularRanker,
    "recently-popular": RecentlyPopularRanker,
    "item-knn": ItemKnnRanker,
    "ease": EaseRanker,
    "ials": IalsRanker,
    "text": TextRanker,
    "average": AverageRanker,
}

# Their names, in the order in which they are shown.
BASELINES = tuple(_RANKERS)


def baseline(name: str, *, seed: int = 0) -> ScoreRanker:
    """Return a baseline that is not fitted yet.

    Parameters
    ----------
    name : str
        One of `BASELINES`.
    seed : int
        Of the one that begins at random, `ials`.

    Raises
    ------
    UnknownRankerError
        There is none of that name.
    """
    if name == "ials":
        return IalsRanker(seed=seed)
    if name not in _RANKERS:
        message = f"There is no baseline {name}: choose one of {', '.join(BASELINES)}."
        raise UnknownRankerError(message)
    return _RANKERS[name]()
