"""What is known of one product, its reviews included; not who wrote them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct
from psycopg.rows import class_row, scalar_row, tuple_row

from alsolike.database import query
from api.catalogue.store import CardRow
from api.database.pool import Connection


class DetailRow(CardRow, kw_only=True):
    """What a product's page shows of it.

    Attributes
    ----------
    rating_counts : list of int
        Reviews with 5, 4, 3, 2 and 1 stars.
    """

    rating_counts: list[int]
    category: str | None
    description: str | None
    more_image_urls: list[str]
    attributes: dict[str, Any]


class VariantRow(Struct):
    """A variant, as the choices on a product's page need it."""

    product_id: str
    title: str
    attributes: dict[str, Any]
    is_in_stock: bool


class ReviewRow(Struct):
    """A review, without who wrote it."""

    review_id: str
    rating: int
    reviewed_at: datetime
    title: str | None
    body: str | None
    is_verified: bool
    is_own: bool


async def product_detail(connection: Connection, product_id: str) -> DetailRow | None:
    """Read a product; None for an unknown one."""
    cursor = connection.cursor(row_factory=class_row(DetailRow))
    await cursor.execute(query("api/product_page/product_detail"), {"product_id": product_id})
    return await cursor.fetchone()


async def product_reviews(
    connection: Connection,
    product_id: str,
    after: tuple[datetime, str] | None,
    limit: int,
    *,
    rating: int | None,
    shopper_id: str | None,
) -> list[ReviewRow]:
    """Read a page of a product's reviews, newest first.

    Parameters
    ----------
    rating : int or None
        Stars of the reviews wanted; None: all.
    shopper_id : str or None
        Who looks: their own is marked.
    """
    cursor = connection.cursor(row_factory=class_row(ReviewRow))
    after_time, after_id = after or (None, None)
    parameters = {
        "product_id": product_id,
        "after_time": after_time,
        "after_id": after_id,
        "rating": rating,
        "shopper_id": shopper_id,
        "row_count": limit,
    }
    await cursor.execute(query("api/product_page/product_reviews"), parameters)
    return await cursor.fetchall()


async def has_bought(connection: Connection, shopper_id: str, product_id: str) -> bool:
    """Tell whether a shopper ever bought a product."""
    cursor = connection.cursor(row_factory=scalar_row)
    parameters = {"shopper_id": shopper_id, "product_id": product_id}
    await cursor.execute(query("api/product_page/has_bought"), parameters)
    return bool(await cursor.fetchone())


async def variants(connection: Connection, product_id: str, limit: int) -> list[VariantRow]:
    """Read the shown variants of a product's group, itself included; none without a group."""
    cursor = connection.cursor(row_factory=class_row(VariantRow))
    parameters = {"product_id": product_id, "row_count": limit}
    await cursor.execute(query("api/product_page/variants"), parameters)
    return await cursor.fetchall()


async def variant_groups(
    connection: Connection, product_ids: Sequence[str]
) -> list[tuple[str, str]]:
    """Read which groups of variants some products are of: pairs of the product's and its id."""
    cursor = connection.cursor(row_factory=tuple_row)
    parameters = {"product_ids": list(product_ids)}
    await cursor.execute(query("api/product_page/variant_groups"), parameters)
    return await cursor.fetchall()
