"""What the templates are given. Addresses are paths of this site, ready for `href`."""

from datetime import datetime
from functools import lru_cache
from urllib.parse import quote

from msgspec import Struct

CATEGORY_SEPARATOR = " > "


class Visitor(Struct):
    """Who looks at the page: a shopper who signed in, an anonymous visitor who agreed, or neither.

    Attributes
    ----------
    session_id : str or None
        Of an anonymous visitor who agreed to personalisation; never beside a shopper.
    is_personalised : bool
        Whether what they do may be used, and kept, for recommending.
    """

    shopper_id: str | None = None
    display_name: str | None = None
    session_id: str | None = None
    is_personalised: bool = False


class Category(Struct):
    """A category with the number of products in it and below it, and a picture of one of them."""

    path: str
    name: str
    url: str
    count: int
    image_url: str | None = None


class ProductCard(Struct, kw_only=True, frozen=True):
    """A product in a list; frozen, because its rendering is remembered by what it shows."""

    product_id: str
    url: str
    title: str
    brand: str | None
    category: str | None
    category_url: str | None
    price_text: str | None
    image_url: str | None
    is_in_stock: bool
    rating_average: float | None
    review_count: int


class ProductDetail(ProductCard, kw_only=True, frozen=True):
    """A product on its own page; attributes are pairs of label and value."""

    description: str | None
    attributes: list[tuple[str, str]]
    breadcrumbs: list[Category]
    created_at: datetime


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


class Review(Struct):
    """A review, without a trace of who wrote it."""

    rating: int
    title: str | None
    body: str | None
    date_text: str
    author_label: str


class DemoShopper(Struct):
    """A shopper to try the shop as."""

    shopper_id: str
    display_name: str
    hint: str


def product_url(product_id: str) -> str:
    """Address of a product's page."""
    return f"/products/{quote(product_id, safe='')}"


@lru_cache(2000)
def category_url(path: str) -> str:
    """Address of a category's page."""
    names = path.split(CATEGORY_SEPARATOR)
    return "/categories/" + "/".join(quote(name, safe="") for name in names)
