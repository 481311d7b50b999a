"""All the evidence that a model is blended from: the spaces, and what holds for every shopper."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from alsolike.history import History
from alsolike.progress import Report
from alsolike.training.popularity import popularity, recent_popularity
from alsolike.training.recipe import Recipe
from alsolike.training.spaces import Space
from alsolike.training.spaces.behaviour import CooccurrenceSpace, EaseSpace
from alsolike.training.spaces.factors import FactorSpace, SpectralSpace
from alsolike.training.spaces.sequence import SequenceSpace, TransitionSpace
from alsolike.training.spaces.text import DenseSpace, TermSpace

PRIORS = ("popularity", "recent_popularity")
# The spaces that know products without events.
TEXTS = ("text", "words", "phrases", "characters")
# How much stronger the second EASE is regularised: right where shoppers have long histories.
_SMOOTHER = 5


@dataclass(frozen=True, eq=False)
class Texts:
    """What is written about the products.

    Attributes
    ----------
    names, characteristics : list of str
        Of each product; empty where there is nothing. Reviews are no part of it: a review of
        tomorrow must not help to foretell it.
    vectors : ndarray, shape (n_products, dim), float32
        The encoder's vectors of the names, of unit length; zeros where there is none.
    """

    names: list[str]
    characteristics: list[str]
    vectors: NDArray[np.float32]

    def only(self, is_kept: NDArray[np.bool_]) -> "Texts":
        """Return the texts of some products, as if nothing were written about the others.

        Parameters
        ----------
        is_kept : ndarray, shape (n_products,), bool
        """
        if is_kept.all():
            return self
        names, characteristics = (
            [text if kept else "" for text, kept in zip(texts, is_kept.tolist(), strict=True)]
            for texts in (self.names, self.characteristics)
        )
        return replace(
            self,
            names=names,
            characteristics=characteristics,
            vectors=self.vectors * is_kept[:, np.newaxis],
        )


def build_spaces(
    history: History, texts: Texts, recipe: Recipe, report: Report, *, stage: str
) -> list[Space]:
    """Fit every space to a history.

    Parameters
    ----------
    stage : str
        To report as; there are four steps.
    """
    matrix = history.matrix()
    descriptions = [
        f"{name}\n{more}" for name, more in zip(texts.names, texts.characteristics, strict=True)
    ]
    spaces: list[Space] = [DenseSpace("text", texts.vectors)]
    spaces.append(TermSpace("words", descriptions, analyzer="word", lengths=(1, 1)))
    spaces.append(TermSpace("phrases", descriptions, analyzer="word", lengths=(1, 2)))
    if len(descriptions) <= recipe.characters_up_to:
        spaces.append(TermSpace("characters", texts.names, analyzer="char_wb", lengths=(3, 5)))
    report(stage, 1, 4)
    spaces.append(CooccurrenceSpace(matrix))
    spaces.append(TransitionSpace(history))
    spaces.append(SpectralSpace(matrix, factors=recipe.factors, seed=recipe.seed))
    spaces.append(FactorSpace(matrix, factors=recipe.factors, seed=recipe.seed))
    report(stage, 2, 4)
    largest = recipe.largest_matrix
    for name, factor in (("ease", 1), ("ease_smooth", _SMOOTHER)):
        regularisation = factor * recipe.ease_regularisation
        spaces.append(EaseSpace(matrix, regularisation=regularisation, largest=largest, name=name))
    report(stage, 3, 4)
    spaces.append(
        SequenceSpace(history, regularisation=recipe.sequence_regularisation, largest=largest)
    )
    report(stage, 4, 4)
    return spaces


def build_priors(history: History) -> list[NDArray[np.float32]]:
    """Return what holds for every shopper, in the order of `PRIORS`."""
    return [popularity(history), recent_popularity(history)]
