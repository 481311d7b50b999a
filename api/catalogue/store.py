"""Products and lists of them.

The best plan depends on how many products a category has. A prepared statement may get a generic
plan, which does not know the category, so statements by category are not prepared.
"""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from msgspec import Struct
from psycopg.rows import class_row, scalar_row

from alsolike.database import query
from api.catalogue.schemas import Product
from api.database.pool import Connection


class CardRow(Struct, kw_only=True):
    """What a card shows of a product.

    Attributes
    ----------
    variants : int
        How many others of its group are in stock.
    choices : dict
        What these and the product differ in: names of attributes, with the number of values.
    """

    product_id: str
    title: str
    brand: str | None
    price: Decimal | None
    sale_price: Decimal | None
    currency: str | None
    image_url: str | None
    is_in_stock: bool
    rating_average: float | None
    review_count: int
    variants: int
    choices: dict[str, int] = {}


async def products_by_id(connection: Connection, product_ids: Sequence[str]) -> list[Product]:
    """Read products, in the order of the ids; unknown ones are left out."""
    cursor = connection.cursor(row_factory=class_row(Product))
    await cursor.execute(query("api/catalogue/products_by_id"), {"product_ids": list(product_ids)})
    return await cursor.fetchall()


async def product_cards(connection: Connection, product_ids: Sequence[str]) -> list[CardRow]:
    """Read what cards show, in the order of the ids; unknown ones are left out."""
    cursor = connection.cursor(row_factory=class_row(CardRow))
    await cursor.execute(query("api/catalogue/product_cards"), {"product_ids": list(product_ids)})
    return await cursor.fetchall()


async def list_products(
    connection: Connection, category: str | None, after: str | None, limit: int
) -> list[Product]:
    """Read a page of the catalogue, or of a category and all below it, by product id."""
    cursor = connection.cursor(row_factory=class_row(Product))
    parameters = {"category": category, "after": after, "row_count": limit}
    if category is None:
        await cursor.execute(query("api/catalogue/list_products"), parameters)
    else:
        await cursor.execute(query("api/catalogue/list_category"), parameters, prepare=False)
    return await cursor.fetchall()


async def category_products(
    connection: Connection, category: str, after: tuple[datetime, str] | None, limit: int
) -> list[tuple[str, datetime]]:
    """Find a page of a category: product ids with when each was created, newest first.

    Of a group of variants there is one.
    """
    after_time, after_id = after or (None, None)
    parameters = {
        "category": category,
        "after_time": after_time,
        "after_id": after_id,
        "row_count": limit,
    }
    statement = query("api/catalogue/category_products")
    cursor = await connection.execute(statement, parameters, prepare=False)
    return [(row[0], row[1]) for row in await cursor.fetchall()]


async def category_counts(
    connection: Connection,
) -> list[tuple[list[str], int, str | None]]:
    """Count the cards that are filed under some paths each, with a picture of one."""
    cursor = await connection.execute(query("api/catalogue/category_counts"))
    return [(row[0], row[1], row[2]) for row in await cursor.fetchall()]


async def has_category(connection: Connection, category: str) -> bool:
    """Tell whether any product is of a category or below it."""
    cursor = connection.cursor(row_factory=scalar_row)
    statement = query("api/catalogue/has_category")
    await cursor.execute(statement, {"category": category}, prepare=False)
    return bool(await cursor.fetchone())
