"""The recipe of a trained model: every parameter of its training."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from alsolike.errors import AlsolikeError

# The validation that asks both ways: at the cutoff for all that came after, and before every next
# action.
BOTH = "both"
# In a catalogue with more products a space names half as many candidates, so that fewer pairs are
# scored. On Beauty, of 12,101 products, NDCG@10 was the same with 100 as with 200.
SMALL = 30_000
# Parameters that recipes of before do not have, with what was done then.
_ADDED: dict[str, Any] = {"validation_draws": 1}


class RecipeError(AlsolikeError):
    """A model's stored parameters are not a recipe that this version can follow."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a model is trained.

    Attributes
    ----------
    validation : {'both', 'time', 'next', 'leave-one-out'}
        How the slice is cut off on which the blend's weights are chosen: one of the splits, or
        `BOTH`: by time and by next.
    seed : int
        Of all that is drawn: which shoppers validate, which products are hidden, where the search
        for weights starts.
    neighbours : int
        Products kept for each product.
    priors : int
        Popular products that have a prior score.
    factors : int
        Dimensions of the spaces of factors.
    ease_regularisation, sequence_regularisation : float
        λ of the two regressions.
    block : int
        Products that each product's part of a regression takes in: its most correlated ones.
    candidates : int
        Best neighbours of a product in each space; what any space names is scored by all. See
        `candidates_in`.
    characters_up_to : int
        Largest catalogue, in products, whose character n-grams are compared too.
    validation_shoppers : int
        Most shoppers who validate in one slice.
    validation_actions : int
        Most actions of a slice's shoppers that validation adds up while spaces are weighed: where
        histories are long, fewer shoppers validate, but at least 300. All that is chosen with the
        kept neighbours alone is asked of up to four times as many.
    validation_slices : int
        Most slices, one before the other, until a third of `validation_shoppers` validated, evenly
        by each way of asking.
    validation_draws : int
        How often each slice validates where shoppers are few, every time with other products
        hidden and other shoppers drawn. See `draw_slices`.
    hidden_share : float
        Share of the products whose events the validation hides, to weigh texts for new products.
    pool : int
        Candidates that are re-ranked for diversity.
    diversity : float
        Weight of the similarity to products already listed, against relevance; 0: none.
    category_share, brand_share : float
        Largest share of a list for one category or brand while others are left; 1: no limit.
    """

    validation: str = BOTH
    seed: int = 0
    neighbours: int = 100
    priors: int = 300
    factors: int = 128
    ease_regularisation: float = 100.0
    sequence_regularisation: float = 30.0
    block: int = 100
    candidates: int = 200
    characters_up_to: int = 30_000
    validation_shoppers: int = 6_000
    validation_actions: int = 100_000
    validation_slices: int = 4
    validation_draws: int = 2
    hidden_share: float = 0.1
    pool: int = 30
    diversity: float = 0.1
    category_share: float = 0.7
    brand_share: float = 0.7

    def candidates_in(self, products: int) -> int:
        """Return how many neighbours a space names in a catalogue of so many products."""
        return self.candidates if products <= SMALL else max(1, self.candidates // 2)

    def as_dict(self) -> dict[str, Any]:
        """Return what is kept in `recs.models.parameters`."""
        return asdict(self)

    @classmethod
    def from_dict(cls, parameters: Mapping[str, Any]) -> "Recipe":
        """Return the recipe that was kept.

        One of before the latest parameters has their defaults.

        Raises
        ------
        RecipeError
            A parameter is unknown, or one is missing without which the recipe meant something else.
        """
        given, names = set(parameters), {field.name for field in fields(cls)}
        odd_names = (given - names) | (names - given - set(_ADDED))
        if odd_names:
            odd = ", ".join(sorted(odd_names))
            message = f"The stored recipe does not fit this version ({odd}): train the model anew."
            raise RecipeError(message)
        return cls(**{**_ADDED, **parameters})
