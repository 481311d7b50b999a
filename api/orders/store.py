"""The statements that make and read orders."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from msgspec import Struct
from psycopg.rows import class_row, scalar_row

from alsolike.database import query
from alsolike.privacy.hashes import shopper_hash
from api.basket.store import BasketLine, basket_of_shopper
from api.database.pool import Connection


class Purchase(Struct, frozen=True):
    """A purchase of an order, with what is known of its product now."""

    purchase_id: str
    product_id: str
    title: str | None
    currency: str | None
    purchased_at: datetime
    quantity: int
    returned_quantity: int
    unit_price: Decimal | None
    is_available: bool
    is_shown: bool


class OrderSummary(Struct, frozen=True):
    """An order in a list, its purchases as lists that go together.

    Attributes
    ----------
    product_ids : list of str or None
        None: the product has no page now.
    amounts : list of Decimal or None
        What the pieces cost that were kept; None: no price is known.
    """

    order_id: str
    ordered_at: datetime
    titles: list[str]
    product_ids: list[str | None]
    currencies: list[str | None]
    amounts: list[Decimal | None]
    quantity: int
    returned_quantity: int


async def place(
    connection: Connection, shopper_id: str, order_id: str, lines: Sequence[BasketLine]
) -> int:
    """Make purchases of a shopper's basket, and empty it; return how many.

    Parameters
    ----------
    lines : sequence of BasketLine
        What the shopper saw of it that is still sold: nothing is bought if that is not what the
        basket has of it by now.
    """
    cursor = connection.cursor(row_factory=scalar_row)
    parameters = {
        "basket_id": basket_of_shopper(shopper_id),
        "shopper_id": shopper_id,
        "shopper_hash": shopper_hash(shopper_id),
        "order_id": order_id,
        "product_ids": [line.product_id for line in lines],
        "quantities": [line.quantity for line in lines],
        "unit_prices": [line.unit_price for line in lines],
    }
    await cursor.execute(query("api/orders/place_order"), parameters)
    return int(await cursor.fetchone() or 0)


async def order(connection: Connection, shopper_id: str, order_id: str) -> list[Purchase]:
    """Read the purchases of a shopper's order; none of one that is unknown or somebody else's."""
    cursor = connection.cursor(row_factory=class_row(Purchase))
    parameters = {"shopper_id": shopper_id, "order_id": order_id}
    await cursor.execute(query("api/orders/read_order"), parameters)
    return await cursor.fetchall()


async def orders(
    connection: Connection,
    shopper_id: str,
    position: tuple[datetime, str] | None,
    limit: int,
) -> list[OrderSummary]:
    """Read a shopper's orders, the latest first, those after a position."""
    ordered_at, order_id = position or (None, None)
    cursor = connection.cursor(row_factory=class_row(OrderSummary))
    parameters = {
        "shopper_id": shopper_id,
        "ordered_at": ordered_at,
        "order_id": order_id,
        "row_count": limit,
    }
    await cursor.execute(query("api/orders/list_orders"), parameters)
    return await cursor.fetchall()
