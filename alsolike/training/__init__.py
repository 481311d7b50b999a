"""The trained model: a blend of similarity spaces, learned from history, answered by SQL."""

from alsolike.training.ranker import StoredRanker, TrainedRanker, ranker_for
from alsolike.training.recipe import Recipe, RecipeError
from alsolike.training.train import TrainSummary, train

__all__ = [
    "Recipe",
    "RecipeError",
    "StoredRanker",
    "TrainSummary",
    "TrainedRanker",
    "ranker_for",
    "train",
]
