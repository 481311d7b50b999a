"""Products and lists of them."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

import psycopg
from msgspec import Struct
from psycopg.rows import args_row, scalar_row

from alsolike.database import query
from alsolike.errors import UnknownModelError, UnknownProductError
from api.pool import Connection
from api.structs import Complement, Product, SimilarProduct


class CardRow(Struct):
    """What a card shows of a product, in the order of `serving/product_cards.sql`."""

    product_id: str
    title: str
    brand: str | None
    category: str | None
    price: Decimal | None
    currency: str | None
    image_url: str | None
    is_in_stock: bool
    rating_average: float | None
    review_count: int


def raise_unknown(error: psycopg.errors.NoDataFound) -> None:
    """Raise what a SQL function means by no_data_found."""
    message = str(error.diag.message_primary)
    unknown = UnknownModelError if message.startswith("There is no model") else UnknownProductError
    raise unknown(message) from error


async def similar_products(
    connection: Connection,
    product_id: str,
    k: int,
    exclude: Sequence[str],
    category: str | None,
    model: str | None,
) -> list[SimilarProduct]:
    """Find the products most like a product, best first.

    Raises
    ------
    UnknownProductError, UnknownModelError
        There is none of that id or name.
    """
    cursor = connection.cursor(row_factory=args_row(SimilarProduct))
    parameters = {
        "product_id": product_id,
        "k": k,
        "exclude": list(exclude),
        "category": category,
        "model": model,
    }
    try:
        await cursor.execute(query("serving/similar_products"), parameters)
    except psycopg.errors.NoDataFound as error:
        raise_unknown(error)
    return await cursor.fetchall()


async def complements(
    connection: Connection, product_id: str, k: int, exclude: Sequence[str]
) -> list[Complement]:
    """Find what goes with a product, best first; nothing may.

    Raises
    ------
    UnknownProductError
        There is none of that id.
    """
    cursor = connection.cursor(row_factory=args_row(Complement))
    parameters = {"product_id": product_id, "k": k, "exclude": list(exclude)}
    try:
        await cursor.execute(query("serving/goes_with"), parameters)
    except psycopg.errors.NoDataFound as error:
        raise_unknown(error)
    return await cursor.fetchall()


async def products_by_id(connection: Connection, product_ids: Sequence[str]) -> list[Product]:
    """Read products, in the order of the ids; unknown ones are left out."""
    cursor = connection.cursor(row_factory=args_row(Product))
    await cursor.execute(query("serving/products_by_id"), {"product_ids": list(product_ids)})
    return await cursor.fetchall()


async def product_cards(connection: Connection, product_ids: Sequence[str]) -> list[CardRow]:
    """Read what cards show, in the order of the ids; unknown ones are left out."""
    cursor = connection.cursor(row_factory=args_row(CardRow))
    await cursor.execute(query("serving/product_cards"), {"product_ids": list(product_ids)})
    return await cursor.fetchall()


async def list_products(
    connection: Connection, category: str | None, after: str | None, limit: int
) -> list[Product]:
    """Read a page of the catalogue by product id."""
    cursor = connection.cursor(row_factory=args_row(Product))
    parameters = {"category": category, "after": after, "row_count": limit}
    await cursor.execute(query("serving/list_products"), parameters)
    return await cursor.fetchall()


async def category_products(
    connection: Connection, category: str, after: tuple[datetime, str] | None, limit: int
) -> list[tuple[str, datetime]]:
    """Find a page of a category: product ids with when each was created, newest first."""
    after_time, after_id = after or (None, None)
    parameters = {
        "category": category,
        "after_time": after_time,
        "after_id": after_id,
        "row_count": limit,
    }
    cursor = await connection.execute(query("serving/category_products"), parameters)
    return [(row[0], row[1]) for row in await cursor.fetchall()]


async def category_counts(
    connection: Connection,
) -> list[tuple[str, int, str | None]]:
    """Count the products of every category path, deeper ones apart, with a picture of one."""
    cursor = await connection.execute(query("serving/category_counts"))
    return [(row[0], row[1], row[2]) for row in await cursor.fetchall()]


async def has_category(connection: Connection, category: str) -> bool:
    """Tell whether any product is of a category or below it."""
    cursor = connection.cursor(row_factory=scalar_row)
    await cursor.execute(query("serving/has_category"), {"category": category})
    return bool(await cursor.fetchone())
