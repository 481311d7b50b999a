"""Make models: `train` fits one by a recipe to the whole history and registers it."""

from alsolike.rankers.blend.recipe import Recipe, RecipeError
from alsolike.training.train import ModelExistsError, TrainSummary, train

__all__ = ["ModelExistsError", "Recipe", "RecipeError", "TrainSummary", "train"]
