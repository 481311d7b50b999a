"""The evidence that a model is blended from: the spaces, and priors, equal for all shoppers."""

from collections.abc import Callable, Mapping
from functools import cache, partial
from importlib import import_module
from threading import Lock
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from alsolike.dbt_variables import dbt_variables
from alsolike.history import History
from alsolike.progress import Report
from alsolike.rankers.blend.recipe import Recipe
from alsolike.rankers.spaces import Space
from alsolike.rankers.spaces.behaviour import CooccurrenceSpace
from alsolike.rankers.spaces.dense import VectorSpace
from alsolike.rankers.spaces.factors import factor_space, spectral_space
from alsolike.rankers.spaces.local import local_ease
from alsolike.rankers.spaces.sequence import sequence_weights, transition_space
from alsolike.rankers.spaces.space import LeftOutSpace
from alsolike.rankers.spaces.sparse import weights_space
from alsolike.rankers.spaces.text import TermSpace
from alsolike.rankers.spaces.threads import in_threads, stop_if_unwanted
from alsolike.texts import Texts

# Half-lives of further popularities, in days.
_POPULARITY_HALF_LIVES = (30, 120)
PRIORS = (
    "popularity",
    "recent_popularity",
    *(f"popularity_{days}_days" for days in _POPULARITY_HALF_LIVES),
)
# The spaces that score products without events.
TEXTS = ("text", "words", "phrases", "characters")
# The second EASE has λ times this, which suits shops whose shoppers have long histories.
_SMOOTHER = 5
# Half-lives of the actions, in days, of the aged spaces: the weights choose between them and none.
_EASE_HALF_LIVES = (30, 120)
_SPECTRUM_HALF_LIFE = 30
# Latest events of one shopper that spaces are fitted to: a bot's pairs grow with their square.
_MOST_EVENTS = 5_000
# Slow to import, so that importing alsolike does not. Here before several threads do it at once.
_LIBRARIES = ("faiss", "implicit.cpu.als", "sklearn.feature_extraction.text")
# What fitting a space raises when its numbers cannot be computed.
_NUMERICAL = (ArithmeticError, np.linalg.LinAlgError)


def build_spaces(
    history: History,
    texts: Texts,
    recipe: Recipe,
    report: Report,
    *,
    stage: str,
    left_out: dict[str, str],
) -> list[Space]:
    """Fit every space to a history, each a step of the progress.

    A space that fails numerically is replaced by one whose scores are all 0, and added to
    `left_out` with the reason. Those in `left_out` are not fitted.
    """
    makers = _makers(history, texts, recipe)

    def made(name: str) -> Space:
        if name not in left_out:
            try:
                return makers[name]()
            except _NUMERICAL as error:
                left_out[name] = f"{type(error).__name__}: {error}"
        return LeftOutSpace(name, is_text=name in TEXTS, size=len(history.catalogue))

    for library in _LIBRARIES:
        import_module(library)
    # While it is fitted, one of them needs more memory than any other, and then has little of it.
    begun = sorted(makers, key=lambda name: name != "sequence")
    spaces: dict[str, Space] = {}
    # All are begun at once: the first may take an hour.
    for name, space in zip(begun, in_threads(made, begun, ahead=len(makers)), strict=True):
        spaces[name] = space
        report(stage, len(spaces), len(makers))
    return [spaces[name] for name in makers]


def _makers(history: History, texts: Texts, recipe: Recipe) -> Mapping[str, Callable[[], Space]]:
    """Return what fits each space, by name, in the order of the blend's weights."""
    history = without_floods(history)
    matrix = history.matrix()
    factors, seed = recipe.factors, recipe.seed
    descriptions = [
        f"{name}\n{more}" for name, more in zip(texts.names, texts.characteristics, strict=True)
    ]

    def terms(name: str, longest: int) -> TermSpace:
        return TermSpace(name, descriptions, analyzer="word", lengths=(1, longest))

    turn = Lock()

    def in_turn(make: Callable[[], Space]) -> Callable[[], Space]:
        """Wait for the regression before: each takes several cores itself, and much memory."""

        def make_in_turn() -> Space:
            with turn:
                stop_if_unwanted()
                return make()

        return make_in_turn

    @cache
    def eases() -> list[sp.csr_matrix]:
        ridges = [recipe.ease_regularisation, _SMOOTHER * recipe.ease_regularisation]
        return local_ease(matrix, ridges, recipe.block)

    def aged_ease(days: int) -> Space:
        aged = history.matrix(days)
        # Aged actions are fewer actions: the ridge shrinks like the sums of their squares.
        ridge = recipe.ease_regularisation * float((aged.data**2).sum() / max(1, aged.nnz))
        return weights_space(f"ease_{days}_days", local_ease(aged, [ridge], recipe.block)[0])

    makers: dict[str, Callable[[], Space]] = {
        "text": lambda: VectorSpace("text", texts.vectors, takes_part=texts.is_kept, is_text=True),
        "words": lambda: terms("words", 1),
        "phrases": lambda: terms("phrases", 2),
    }
    if len(descriptions) <= recipe.characters_up_to:
        makers["characters"] = lambda: TermSpace(
            "characters", texts.names, analyzer="char_wb", lengths=(3, 5)
        )
    regressions: dict[str, Callable[[], Space]] = {
        "ease": lambda: weights_space("ease", eases()[0]),
        "ease_smooth": lambda: weights_space("ease_smooth", eases()[1]),
        **{f"ease_{days}_days": partial(aged_ease, days) for days in _EASE_HALF_LIVES},
        "sequence": lambda: weights_space(
            "sequence",
            sequence_weights(
                history, regularisation=recipe.sequence_regularisation, size=recipe.block
            ),
        ),
    }
    return {
        **makers,
        "cooccurrence": lambda: CooccurrenceSpace(matrix),
        "transitions": lambda: transition_space(history),
        "spectrum": lambda: spectral_space(matrix, factors=factors, seed=seed),
        f"spectrum_{_SPECTRUM_HALF_LIFE}_days": lambda: spectral_space(
            history.matrix(_SPECTRUM_HALF_LIFE),
            factors=factors,
            seed=seed,
            name=f"spectrum_{_SPECTRUM_HALF_LIFE}_days",
        ),
        "factors": lambda: factor_space(matrix, factors=factors, seed=seed),
        **{name: in_turn(make) for name, make in regressions.items()},
    }


def without_floods(history: History) -> History:
    """Return each shopper's latest events alone, so that no bot makes millions of pairs."""
    ends = history.starts[history.shoppers + 1]
    return history.only(ends - np.arange(len(history)) <= _MOST_EVENTS)


def build_priors(history: History) -> list[NDArray[np.float32]]:
    """Return the scores that are the same for every shopper, 0 to 1, in the order of `PRIORS`.

    All are logarithms, divided by the greatest: of the number of each product's shoppers, and of
    the sums of its events' weights, faded with the half-life of dbt's recent popularity and others.
    """
    size = len(history.catalogue)
    half_lives = (dbt_variables()["popularity_half_life_days"], *_POPULARITY_HALF_LIVES)
    return [
        _scaled(np.bincount(history.first_actions().products, minlength=size)),
        *(
            _scaled(np.bincount(history.products, history.faded_weights(days), minlength=size))
            for days in half_lives
        ),
    ]


def _scaled(counts: NDArray[Any]) -> NDArray[np.float32]:
    values = np.log1p(counts)
    greatest = values.max(initial=0.0)
    return (values / greatest if greatest > 0 else values).astype(np.float32)
