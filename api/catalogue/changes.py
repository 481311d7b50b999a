"""Changes of the catalogue: products that the shop puts and removes.

The rules are the loader's: `raw.put_products` checks what is sent as a file of products is checked.
"""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec
from msgspec import UNSET, structs
from psycopg.rows import scalar_row

from alsolike.attributes import tidy_json
from alsolike.database import query
from alsolike.shop_texts import JSON_COLUMNS, PRODUCT_TEXTS, is_nothing
from api.catalogue.schemas import NewProduct, ProductResult, RemovalResult
from api.database.pool import Connection
from api.http.items import RefusedItem
from api.problems.errors import InvalidFieldError

# What files call a field.
_COLUMNS = {"is_in_stock": "in_stock"}


async def put_products(
    connection: Connection, products: Sequence[NewProduct | RefusedItem]
) -> list[ProductResult]:
    """Put products into the catalogue, in one transaction; each is kept or rejected by itself.

    What was refused as an item keeps its place, so that a reason can name another item.
    """
    texts = [_as_texts(one) if isinstance(one, NewProduct) else {} for one in products]
    items = msgspec.json.encode(texts).decode()
    cursor = await connection.execute(query("api/catalogue/put_products"), {"items": items})
    return [
        ProductResult(one.product_id.strip(), *row)
        if isinstance(one, NewProduct)
        else ProductResult(one.item_id, "rejected", one.reason)
        for one, row in zip(products, await cursor.fetchall(), strict=True)
    ]


async def put_product(connection: Connection, product: NewProduct) -> ProductResult:
    """Put one product into the catalogue.

    Raises
    ------
    InvalidFieldError
        It was rejected.
    """
    (result,) = await put_products(connection, [product])
    if result.reason is not None:
        # A reason begins with the column that it is about.
        raise InvalidFieldError(result.reason.partition(" ")[0], result.reason)
    return result


async def remove_products(
    connection: Connection, product_ids: Sequence[str | RefusedItem]
) -> list[RemovalResult]:
    """Take products out of the catalogue, in one transaction; who is not there is gone already."""
    ids = [one.strip() for one in product_ids if isinstance(one, str)]
    cursor = connection.cursor(row_factory=scalar_row)
    await cursor.execute(query("api/catalogue/remove_products"), {"product_ids": ids})
    removed = set(await cursor.fetchall())
    return [
        RemovalResult(one.strip(), "removed" if one.strip() in removed else "unchanged")
        if isinstance(one, str)
        else RemovalResult(one.item_id, "rejected", one.reason)
        for one in product_ids
    ]


def _as_texts(product: NewProduct) -> dict[str, str | None]:
    """Return what was sent of a product as a file would have it: trimmed texts, null for none."""
    given = {
        _COLUMNS.get(name, name): _as_text(value)
        for name, value in structs.asdict(product).items()
        if value is not UNSET
    }
    plain = {
        column: PRODUCT_TEXTS[column](value) if column in PRODUCT_TEXTS else value
        for column, value in given.items()
    }
    tidy = {
        column: tidy_json(value) if column in JSON_COLUMNS else value
        for column, value in plain.items()
    }
    return {
        column: None if is_nothing(column, value) else value or None
        for column, value in tidy.items()
    }


def _as_text(value: Any) -> str:  # noqa: ANN401  (a field of any type)
    match value:
        case None:
            return ""
        case str():
            return value.strip()
        case bool():
            return str(value).lower()
        case float():
            # Without an exponent, in as many digits as the number was written with.
            return f"{Decimal(repr(value)):f}"
        case datetime():
            return value.isoformat()
        case _:
            return msgspec.json.encode(value).decode()
