"""What the pages show of a block of recommendations."""

from msgspec import Struct

from api.catalogue.cards import ProductCard


class Reason(Struct):
    """Why a product is recommended, in words, with the product behind it where there is one."""

    kind: str
    text: str
    product_title: str | None = None
    product_url: str | None = None


class Recommendation(Struct):
    """A product in a block."""

    rank: int
    product: ProductCard
    score: float | None
    source: str
    reason: Reason | None = None


class Block(Struct):
    """Some recommended products under one title."""

    title: str
    subtitle: str
    items: list[Recommendation]
    next_url: str | None
    is_personal: bool
