"""What the pages show of products and categories."""

from datetime import datetime

from msgspec import Struct


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


class Review(Struct):
    """A review, without a trace of who wrote it."""

    rating: int
    title: str | None
    body: str | None
    date_text: str
    author_label: str
