"""All the evidence that a model is blended from: the spaces, and what holds for every shopper."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

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
from alsolike.training.spaces.space import LeftOutSpace
from alsolike.training.spaces.text import DenseSpace, TermSpace

PRIORS = ("popularity", "recent_popularity")
# The spaces that know products without events.
TEXTS = ("text", "words", "phrases", "characters")
# How much stronger the second EASE is regularised: right where shoppers have long histories.
_SMOOTHER = 5
# How a space fails whose numbers cannot be computed.
_NUMERICAL = (ArithmeticError, np.linalg.LinAlgError)


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


def build_spaces(
    history: History,
    texts: Texts,
    recipe: Recipe,
    report: Report,
    *,
    stage: str,
    left_out: dict[str, str],
) -> list[Space]:
    """Fit every space to a history.

    A space that fails numerically ends nothing: a space that says nothing takes its place.

    Parameters
    ----------
    stage : str
        To report as; each space is a step.
    left_out : dict of str to str
        Why spaces are left out, by name. Those that it names are not tried; those that fail are
        added.
    """
    makers = _makers(history, texts, recipe)
    spaces: list[Space] = []
    for step, (name, make) in enumerate(makers.items(), start=1):
        space: Space | None = None
        if name not in left_out:
            try:
                space = make()
            except _NUMERICAL as error:
                left_out[name] = f"{type(error).__name__}: {error}"
        if space is None:
            space = LeftOutSpace(name, is_text=name in TEXTS, size=len(history.catalogue))
        spaces.append(space)
        report(stage, step, len(makers))
    return spaces


def _makers(history: History, texts: Texts, recipe: Recipe) -> Mapping[str, Callable[[], Space]]:
    """Return what fits each space, by name, in the order of the blend's weights."""
    matrix = history.matrix()
    factors, seed, largest = recipe.factors, recipe.seed, recipe.largest_matrix
    descriptions = [
        f"{name}\n{more}" for name, more in zip(texts.names, texts.characteristics, strict=True)
    ]

    def terms(name: str, longest: int) -> TermSpace:
        return TermSpace(name, descriptions, analyzer="word", lengths=(1, longest))

    def ease(name: str, factor: int) -> EaseSpace:
        regularisation = factor * recipe.ease_regularisation
        return EaseSpace(matrix, regularisation=regularisation, largest=largest, name=name)

    makers: dict[str, Callable[[], Space]] = {
        "text": lambda: DenseSpace("text", texts.vectors),
        "words": lambda: terms("words", 1),
        "phrases": lambda: terms("phrases", 2),
    }
    if len(descriptions) <= recipe.characters_up_to:
        makers["characters"] = lambda: TermSpace(
            "characters", texts.names, analyzer="char_wb", lengths=(3, 5)
        )
    return {
        **makers,
        "cooccurrence": lambda: CooccurrenceSpace(matrix),
        "transitions": lambda: TransitionSpace(history),
        "spectrum": lambda: SpectralSpace(matrix, factors=factors, seed=seed),
        "factors": lambda: FactorSpace(matrix, factors=factors, seed=seed),
        "ease": lambda: ease("ease", 1),
        "ease_smooth": lambda: ease("ease_smooth", _SMOOTHER),
        "sequence": lambda: SequenceSpace(
            history, regularisation=recipe.sequence_regularisation, largest=largest
        ),
    }


def build_priors(history: History) -> list[NDArray[np.float32]]:
    """Return what holds for every shopper, in the order of `PRIORS`."""
    return [popularity(history), recent_popularity(history)]
