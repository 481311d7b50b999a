"""What the pages of a product and a category show."""

from collections.abc import Mapping
from datetime import datetime
from urllib.parse import urlencode

from msgspec.structs import asdict

from api.catalogue import product_details as detail_store
from api.catalogue import reviews as review_store
from api.catalogue import store
from api.catalogue.cards import card, cards
from api.catalogue.categories import CategoryTree
from api.catalogue.service import unknown_product
from api.catalogue.shown import Category, ProductCard, ProductDetail, Review
from api.database.pool import Connection
from api.pages.addresses import product_url
from api.paging.keyset import decode_cursor, encode_cursor
from api.visitors import store as shopper_store
from api.visitors.shown import Visitor

PAGE_SIZE = 24
REVIEWS_SIZE = 5


async def product_detail(
    connection: Connection, tree: CategoryTree, product_id: str
) -> ProductDetail:
    """Read what a product's page tells about it.

    Raises
    ------
    UnknownProductError
        There is none of that id.
    """
    found = await detail_store.product_detail(connection, product_id)
    if found is None:
        raise unknown_product(product_id)
    return ProductDetail(
        **asdict(card(found)),
        description=found.description,
        attributes=labelled(found.attributes),
        breadcrumbs=tree.breadcrumbs(found.category),
        created_at=found.created_at,
    )


async def product_card(connection: Connection, product_id: str) -> ProductCard:
    """Read one card.

    Raises
    ------
    UnknownProductError
        There is none of that id.
    """
    found = await cards(connection, [product_id])
    if not found:
        raise unknown_product(product_id)
    return found[0]


async def is_bought(connection: Connection, visitor: Visitor, product_id: str) -> bool:
    """Tell whether the signed-in shopper bought a product before."""
    if visitor.shopper_id is None:
        return False
    return await shopper_store.has_bought(connection, visitor.shopper_id, product_id)


async def reviews(
    connection: Connection, product_id: str, after: str | None
) -> tuple[list[Review], str | None]:
    """Read a page of a product's reviews, and the address of the next one."""
    position = decode_cursor(after, tuple[datetime, str], "reviews_after")
    rows = await review_store.product_reviews(connection, product_id, position, REVIEWS_SIZE + 1)
    next_url = None
    if len(rows) > REVIEWS_SIZE:
        rows = rows[:REVIEWS_SIZE]
        cursor = encode_cursor((rows[-1].reviewed_at, rows[-1].review_id))
        next_url = f"{product_url(product_id)}?{urlencode({'reviews_after': cursor})}"
    return [
        Review(
            rating=row.rating,
            title=row.title,
            body=row.body,
            date_text=f"{row.reviewed_at.day} {row.reviewed_at:%B %Y}",
            author_label="Verified shopper" if row.is_verified else "Shopper",
        )
        for row in rows
    ], next_url


async def category_page(
    connection: Connection, category: Category, after: str | None
) -> tuple[list[ProductCard], str | None]:
    """Read a page of a category's products, and the address of the next one."""
    rows = await store.category_products(
        connection, category.path, decode_cursor(after, tuple[datetime, str]), PAGE_SIZE + 1
    )
    next_url = None
    if len(rows) > PAGE_SIZE:
        rows = rows[:PAGE_SIZE]
        cursor = encode_cursor((rows[-1][1], rows[-1][0]))
        next_url = f"{category.url}?{urlencode({'after': cursor})}"
    return await cards(connection, [row[0] for row in rows]), next_url


def labelled(attributes: Mapping[str, object]) -> list[tuple[str, str]]:
    """Write attributes for people: `water_resistant: true` becomes Water resistant, yes."""
    return [
        (name.replace("_", " ").capitalize(), _in_words(value))
        for name, value in attributes.items()
        if value is not None and value != ""
    ]


def _in_words(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(_in_words(part) for part in value)  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    if isinstance(value, dict):
        return ", ".join(f"{key}: {_in_words(part)}" for key, part in value.items())  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    return str(value)
