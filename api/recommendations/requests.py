"""What a caller asks for in a body; nothing of the server is needed to make one."""

from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta, Struct

from api.fields import Diversity, Id
from api.filters import ProductFilter


class Action(Struct, forbid_unknown_fields=True):
    """Something that the shopper did, as the caller knows it."""

    product_id: Id
    kind: Literal["view", "purchase", "review"] = "view"
    occurred_at: Annotated[
        Annotated[datetime, Meta(tz=True)] | None,
        Meta(description="With a zone; null: later than the action before it in the list."),
    ] = None

    def __post_init__(self) -> None:
        """Trim the id, as the loader does."""
        self.product_id = self.product_id.strip()


class RecommendationRequest(Struct, forbid_unknown_fields=True):
    """For whom, what, and how many."""

    shopper_id: Id | None = None
    session_id: Annotated[
        Id | None,
        Meta(
            description="Of an anonymous visitor, whose views were sent with it. Give a visitor an "
            "id only after they agreed to personalisation."
        ),
    ] = None
    history: Annotated[
        list[Action],
        Meta(max_length=200, description="More actions, the oldest first; nothing of it is kept."),
    ] = []
    basket: Annotated[
        list[Id],
        Meta(max_length=200, description="What lies in the basket: it counts, and is left out."),
    ] = []
    candidates: Annotated[
        Annotated[list[Id], Meta(max_length=1000)] | None,
        Meta(description="Choose among these products alone."),
    ] = None
    exclude: Annotated[list[Id], Meta(max_length=500, description="Leave these out.")] = []
    filter: ProductFilter | None = None
    k: Annotated[int, Meta(ge=1, le=100, description="Rows wanted.")] = 10
    diversity: Annotated[
        Diversity | None,
        Meta(description="How much the products should differ; null: the model's."),
    ] = None
    reasons: Annotated[bool, Meta(description="Whether to say why.")] = True
    model: Annotated[Id | None, Meta(description="Null: the serving one.")] = None
    after: Annotated[
        Annotated[str, Meta(max_length=8000)] | None,
        Meta(description="`after` of the page before, for the next one."),
    ] = None

    def __post_init__(self) -> None:
        """Trim the ids, as the loader does."""
        self.shopper_id = self.shopper_id and self.shopper_id.strip()
        self.session_id = self.session_id and self.session_id.strip()
        self.basket = _trimmed(self.basket)
        self.candidates = None if self.candidates is None else _trimmed(self.candidates)
        self.exclude = _trimmed(self.exclude)


class SimilarRequest(Struct, forbid_unknown_fields=True):
    """Products, for each of which similar ones are wanted."""

    product_ids: Annotated[list[Id], Meta(min_length=1, max_length=100)]
    k: Annotated[int, Meta(ge=1, le=100, description="Rows wanted of each.")] = 10
    candidates: Annotated[
        Annotated[list[Id], Meta(max_length=1000)] | None,
        Meta(description="Choose among these products alone."),
    ] = None
    exclude: Annotated[list[Id], Meta(max_length=500, description="Leave these out.")] = []
    filter: ProductFilter | None = None
    reasons: Annotated[bool, Meta(description="Whether to say why.")] = False
    model: Annotated[Id | None, Meta(description="Null: the serving one.")] = None

    def __post_init__(self) -> None:
        """Trim the ids, as the loader does."""
        self.product_ids = _trimmed(self.product_ids)
        self.candidates = None if self.candidates is None else _trimmed(self.candidates)
        self.exclude = _trimmed(self.exclude)


def _trimmed(ids: list[str]) -> list[str]:
    return [one.strip() for one in ids]
