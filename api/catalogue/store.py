"""Products and lists of them.

How many products a category has decides how they are found. A statement that psycopg prepares may
come to a plan that knows nothing of the category, so those that ask for one are not prepared.
"""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

import psycopg
from msgspec import Struct
from psycopg.rows import args_row, scalar_row

from alsolike.database import query, raise_unknown
from api.catalogue.schemas import Product
from api.database.pool import Connection
from api.filters import ProductFilter
from api.recommendations.answers import Complement, SimilarProduct, SimilarReason, TrendingProduct


class CardRow(Struct):
    """What a card shows of a product, in the order of `api/catalogue/sql/product_cards.sql`."""

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


class SimilarQuery(Struct, frozen=True):
    """What similar products are wanted."""

    k: int
    exclude: Sequence[str] = ()
    filter: ProductFilter = ProductFilter()
    candidates: list[str] | None = None
    model: str | None = None
    has_reasons: bool = False


async def similar_products(
    connection: Connection, product_ids: Sequence[str], request: SimilarQuery
) -> list[list[SimilarProduct] | None]:
    """Find the products most like each of some products, best first; None for an unknown one.

    One statement for each, all of them in one round trip.

    Raises
    ------
    UnknownModelError
        There is no model of that name.
    """
    shared = {
        "k": request.k,
        "exclude": list(request.exclude),
        "filter": request.filter.as_json(),
        "candidates": request.candidates,
        "model": request.model,
        "reasons": request.has_reasons,
    }
    statement = query("api/recommendations/similar_products")
    cursor = connection.cursor()
    try:
        if len(product_ids) == 1:
            await cursor.execute(statement, {"product_id": product_ids[0], **shared})
        else:
            asked = ({"product_id": product_id, **shared} for product_id in product_ids)
            await cursor.executemany(statement, asked, returning=True)
    except psycopg.DatabaseError as error:
        raise_unknown(error)
    return [
        _similar_rows(await result.fetchall(), has_reasons=request.has_reasons)
        async for result in cursor.results()
    ]


def _similar_rows(rows: list[tuple[Any, ...]], *, has_reasons: bool) -> list[SimilarProduct] | None:
    """Make the list of one product: none for an unknown one, which has no row."""
    if not rows:
        return None
    return [
        SimilarProduct(*row[:11], reason=SimilarReason(*row[11:]) if has_reasons else None)
        for row in rows
        # A known product without anything like it has a row of nulls.
        if row[0] is not None
    ]


async def complements(
    connection: Connection,
    product_id: str,
    k: int,
    exclude: Sequence[str],
    product_filter: ProductFilter,
) -> list[Complement]:
    """Find what goes with a product, best first; nothing may.

    Raises
    ------
    UnknownProductError
        There is none of that id.
    """
    cursor = connection.cursor(row_factory=args_row(Complement))
    parameters = {
        "product_id": product_id,
        "k": k,
        "exclude": list(exclude),
        "filter": product_filter.as_json(),
    }
    try:
        await cursor.execute(query("api/recommendations/goes_with"), parameters)
    except psycopg.DatabaseError as error:
        raise_unknown(error)
    return await cursor.fetchall()


async def trending_products(
    connection: Connection, k: int, exclude: Sequence[str], product_filter: ProductFilter
) -> list[TrendingProduct]:
    """Find what is popular these days, the most popular first."""
    cursor = connection.cursor(row_factory=args_row(TrendingProduct))
    parameters = {"k": k, "exclude": list(exclude), "filter": product_filter.as_json()}
    await cursor.execute(query("api/recommendations/trending_products"), parameters)
    return await cursor.fetchall()


async def products_by_id(connection: Connection, product_ids: Sequence[str]) -> list[Product]:
    """Read products, in the order of the ids; unknown ones are left out."""
    cursor = connection.cursor(row_factory=args_row(Product))
    await cursor.execute(query("api/catalogue/products_by_id"), {"product_ids": list(product_ids)})
    return await cursor.fetchall()


async def product_cards(connection: Connection, product_ids: Sequence[str]) -> list[CardRow]:
    """Read what cards show, in the order of the ids; unknown ones are left out."""
    cursor = connection.cursor(row_factory=args_row(CardRow))
    await cursor.execute(query("api/catalogue/product_cards"), {"product_ids": list(product_ids)})
    return await cursor.fetchall()


async def list_products(
    connection: Connection, category: str | None, after: str | None, limit: int
) -> list[Product]:
    """Read a page of the catalogue, or of a category and all below it, by product id."""
    cursor = connection.cursor(row_factory=args_row(Product))
    parameters = {"category": category, "after": after, "row_count": limit}
    if category is None:
        await cursor.execute(query("api/catalogue/list_products"), parameters)
    else:
        await cursor.execute(query("api/catalogue/list_category"), parameters, prepare=False)
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
    statement = query("api/catalogue/category_products")
    cursor = await connection.execute(statement, parameters, prepare=False)
    return [(row[0], row[1]) for row in await cursor.fetchall()]


async def category_counts(
    connection: Connection,
) -> list[tuple[str, int, str | None]]:
    """Count the products of every category path, deeper ones apart, with a picture of one."""
    cursor = await connection.execute(query("api/catalogue/category_counts"))
    return [(row[0], row[1], row[2]) for row in await cursor.fetchall()]


async def has_category(connection: Connection, category: str) -> bool:
    """Tell whether any product is of a category or below it."""
    cursor = connection.cursor(row_factory=scalar_row)
    statement = query("api/catalogue/has_category")
    await cursor.execute(statement, {"category": category}, prepare=False)
    return bool(await cursor.fetchone())
