"""Find a ranker by its name: a baseline, a fresh fit, or a model of `recs.models` made anew."""

from collections.abc import Callable

from alsolike.database import connect
from alsolike.errors import AlsolikeError
from alsolike.models import find_model
from alsolike.rankers.baselines.aged import AgedEaseRanker
from alsolike.rankers.baselines.average import AverageRanker
from alsolike.rankers.baselines.ials import IalsRanker
from alsolike.rankers.baselines.popular import PopularRanker, RecentlyPopularRanker
from alsolike.rankers.baselines.queried import (
    EaseRanker,
    ItemKnnRanker,
    LastItemRanker,
    TextRanker,
)
from alsolike.rankers.baselines.visits import VisitKnnRanker
from alsolike.rankers.blend.recipe import Recipe
from alsolike.rankers.protocol import Ranker, ScoreRanker
from alsolike.rankers.trained import TrainedRanker

_BASELINES: dict[str, Callable[[], ScoreRanker]] = {
    "popular": PopularRanker,
    "recently-popular": RecentlyPopularRanker,
    "last-item": LastItemRanker,
    "visit-knn": VisitKnnRanker,
    "item-knn": ItemKnnRanker,
    "ease": EaseRanker,
    "ease-aged": AgedEaseRanker,
    "ials": IalsRanker,
    "text": TextRanker,
    "average": AverageRanker,
}

# The names of the baselines, in the order in which they are shown.
BASELINES = tuple(_BASELINES)
# The name of a fresh fit of the default recipe.
TRAINED = "trained"


class UnknownRankerError(AlsolikeError):
    """There is neither a baseline nor a stored model of that name."""


def baseline(name: str, *, seed: int = 0) -> ScoreRanker:
    """Return a baseline that is not fitted yet; the seed is that of `ials`.

    Raises
    ------
    UnknownRankerError
        There is none of that name.
    """
    if name == "ials":
        return IalsRanker(seed=seed)
    if name not in _BASELINES:
        message = f"There is no baseline {name}: choose one of {', '.join(BASELINES)}."
        raise UnknownRankerError(message)
    return _BASELINES[name]()


def ranker_for(name: str, *, seed: int = 0) -> Ranker:
    """Return the ranker that makes a model anew: `TRAINED`, or one of `recs.models`.

    The first is made by the default recipe with that seed; the recipe of another has its own.

    Raises
    ------
    UnknownModelError
        There is none of that name.
    RecipeError
        Its stored parameters are no recipe.
    """
    if name == TRAINED:
        return TrainedRanker(Recipe(seed=seed))
    with connect() as connection:
        model = find_model(connection, name)
    assert model is not None  # noqa: S101  (only the serving one may be missing)
    if model.kind == "average":
        average = AverageRanker(encoder_id=model.encoder_id)
        average.name = name
        return average
    return TrainedRanker(Recipe.from_dict(model.parameters), name, encoder_id=model.encoder_id)
