"""The statements that read and change baskets."""

import secrets
from collections.abc import Sequence
from decimal import Decimal
from typing import Literal

from msgspec import Struct
from psycopg.rows import class_row, scalar_row

from alsolike.database import query
from alsolike.privacy.hashes import shopper_hash
from api.database.pool import Connection

MOST_PIECES = 99
MOST_LINES = 100


class BasketLine(Struct, frozen=True):
    """A product in a basket.

    Attributes
    ----------
    unit_price : Decimal or None
        What one piece costs now, in `currency`; None: not known.
    is_sold : bool
        Whether the shop still sells it; an order leaves out what it does not.
    is_available : bool
        Whether it can be bought now.
    """

    product_id: str
    quantity: int
    unit_price: Decimal | None
    currency: str | None
    is_sold: bool
    is_available: bool


class Added(Struct, frozen=True):
    """Whether a product is known, can be bought, and was put into the basket.

    Attributes
    ----------
    has_most : bool
        Whether as many pieces of it were there before as a basket takes.
    """

    has_product: bool
    is_available: bool
    is_put: bool
    has_most: bool


class BasketComplement(Struct, frozen=True):
    """A product that goes with a basket, by pairs of products or of their categories."""

    product_id: str
    basis: Literal["pair", "category"]


class BasketSummary(Struct, frozen=True):
    """How much lies in a basket: pieces, and the ids of the products."""

    pieces: int
    product_ids: list[str]


def basket_of_shopper(shopper_id: str) -> str:
    """Return the id of a shopper's basket."""
    return f"shopper:{shopper_id}"


def new_basket_id() -> str:
    """Make an id for the basket of a visitor without an account."""
    return secrets.token_urlsafe(18)


async def lines(connection: Connection, basket_id: str | None) -> list[BasketLine]:
    """Read what lies in a basket, in the order that it was put in; None: no basket."""
    if basket_id is None:
        return []
    cursor = connection.cursor(row_factory=class_row(BasketLine))
    await cursor.execute(query("api/basket/read_lines"), {"basket_id": basket_id})
    return await cursor.fetchall()


async def summarise(connection: Connection, basket_id: str) -> BasketSummary:
    """Tell how much lies in a basket."""
    cursor = connection.cursor(row_factory=class_row(BasketSummary))
    await cursor.execute(query("api/basket/summarise"), {"basket_id": basket_id})
    found = await cursor.fetchone()
    assert found is not None  # noqa: S101  (the statement always gives one row)
    return found


async def add(
    connection: Connection,
    basket_id: str,
    product_id: str,
    *,
    quantity: int,
    shopper_id: str | None,
) -> Added:
    """Put pieces of a product into a basket, which is made if need be."""
    cursor = connection.cursor(row_factory=class_row(Added))
    parameters = {
        "basket_id": basket_id,
        "product_id": product_id,
        "quantity": quantity,
        "shopper_id": shopper_id,
        "shopper_hash": None if shopper_id is None else shopper_hash(shopper_id),
        "most": MOST_PIECES,
        "most_lines": MOST_LINES,
    }
    await cursor.execute(query("api/basket/add_product"), parameters)
    added = await cursor.fetchone()
    assert added is not None  # noqa: S101  (the statement always gives one row)
    return added


async def set_quantity(
    connection: Connection, basket_id: str, product_id: str, quantity: int
) -> bool:
    """Change how many pieces of a product lie in a basket; 0 takes it out.

    Returns
    -------
    bool
        Whether it lay there.
    """
    cursor = connection.cursor(row_factory=scalar_row)
    await cursor.execute(
        query("api/basket/set_quantity"),
        {"basket_id": basket_id, "product_id": product_id, "quantity": quantity},
    )
    return bool(await cursor.fetchone())


async def merge(connection: Connection, visitor_basket: str, shopper_id: str) -> None:
    """Put what lies in a visitor's basket into that of the shopper whom they signed in as."""
    await connection.execute(
        query("api/basket/merge_baskets"),
        {
            "visitor_basket": visitor_basket,
            "basket_id": basket_of_shopper(shopper_id),
            "shopper_id": shopper_id,
            "shopper_hash": shopper_hash(shopper_id),
            "most_lines": MOST_LINES,
        },
    )


async def complements(
    connection: Connection, product_ids: Sequence[str], k: int
) -> list[BasketComplement]:
    """Find what goes with a basket of these products, best first; nothing may."""
    if not product_ids:
        return []
    cursor = connection.cursor(row_factory=class_row(BasketComplement))
    parameters = {"product_ids": list(product_ids), "k": k}
    await cursor.execute(query("api/basket/goes_with_basket"), parameters)
    return await cursor.fetchall()
