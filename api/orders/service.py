"""The basket and orders in words: lines with their cards, prices and sums."""

import hashlib
import re
import secrets
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal

import msgspec
from msgspec import Struct

from api.basket import store as baskets
from api.basket.store import BasketLine
from api.catalogue.cards import ProductCard, cards_by_id, price_in_words
from api.database.pool import Connection
from api.orders import store
from api.orders.store import OrderSummary, Purchase
from api.paging.keyset import decode_cursor, encode_cursor, list_key
from api.visitors.session import Visitor

COMPLEMENTS_SIZE = 6
_PAGE_SIZE = 20
# Products that a list shows of an order.
_MOST_SHOWN = 4
_ORDERS = list_key("orders")
_ORDER_ID = re.compile(r"web-[0-9a-f]{32}")


class ShownLine(Struct, frozen=True):
    """A line of the basket.

    Attributes
    ----------
    product : ProductCard or None
        None: the catalogue lost it.
    """

    product_id: str
    product: ProductCard | None
    quantity: int
    unit_text: str | None
    total_text: str | None
    is_sold: bool
    is_available: bool


class Basket(Struct, frozen=True):
    """A basket as its pages show it.

    Attributes
    ----------
    totals : list of str
        The sum of the lines that can be bought, one for each currency.
    digest : str
        Of what is shown: an order is only made of a basket with the same.
    """

    lines: list[ShownLine]
    pieces: int
    totals: list[str]
    digest: str

    @property
    def sold(self) -> list[ShownLine]:
        """The lines of what the shop still sells."""
        return [line for line in self.lines if line.is_sold]

    @property
    def gone(self) -> list[ShownLine]:
        """The lines of what it sells no more, which an order leaves out."""
        return [line for line in self.lines if not line.is_sold]

    @property
    def can_be_ordered(self) -> bool:
        """Whether something in it is sold, and all of that can be bought."""
        return bool(self.sold) and all(line.is_available for line in self.sold)


class ShownPurchase(Struct, frozen=True):
    """A purchase of an order in words; without an address where its product is not sold now."""

    purchase_id: str
    product_id: str
    title: str
    product: ProductCard | None
    quantity: int
    returned_quantity: int
    unit_text: str | None
    total_text: str | None
    is_available: bool

    @property
    def kept(self) -> int:
        """How many pieces can be taken back."""
        return max(0, self.quantity - self.returned_quantity)


class Order(Struct, frozen=True):
    """An order as its page shows it.

    Attributes
    ----------
    ordered, returned, totals : list of str
        What was ordered, taken back and kept cost, one for each currency; the first two are empty
        where nothing was taken back.
    """

    order_id: str
    ordered_at: datetime
    purchases: list[ShownPurchase]
    ordered: list[str]
    returned: list[str]
    totals: list[str]

    @property
    def can_be_bought_again(self) -> bool:
        """Whether some of it is sold now."""
        return any(purchase.is_available for purchase in self.purchases)


class ListedOrder(Struct, frozen=True):
    """An order as the list of orders shows it.

    Attributes
    ----------
    products : list of (str, ProductCard or None)
        The first of its products: the title, and the card where it has a page now.
    others : int
        Products beside them.
    totals : list of str
        What the pieces cost that were kept, one for each currency.
    """

    order_id: str
    ordered_at: datetime
    products: list[tuple[str, ProductCard | None]]
    others: int
    quantity: int
    returned_quantity: int
    totals: list[str]


def new_order_id() -> str:
    """Make the id of an order that its form carries: sent twice, it is one order."""
    return f"web-{secrets.token_hex(16)}"


def is_order_id(text: str) -> bool:
    """Tell whether a form carries an id that `new_order_id` may have made."""
    return _ORDER_ID.fullmatch(text) is not None


def digest(lines: Iterable[BasketLine]) -> str:
    """Return what tells one basket from another: 64 hexadecimal digits."""
    content = sorted(
        (
            line.product_id,
            line.quantity,
            str(line.unit_price),
            str(line.currency),
            line.is_available,
        )
        for line in lines
    )
    return hashlib.sha256(msgspec.json.encode(content)).hexdigest()


async def basket(connection: Connection, visitor: Visitor) -> Basket:
    """Read what lies in a visitor's basket."""
    lines = await baskets.lines(connection, visitor.basket_id)
    cards = await cards_by_id(connection, [line.product_id for line in lines])
    shown = [
        ShownLine(
            line.product_id,
            cards.get(line.product_id),
            line.quantity,
            price_in_words(line.unit_price, line.currency),
            _times(line.unit_price, line.quantity, line.currency),
            line.is_sold,
            line.is_available,
        )
        for line in lines
    ]
    sums = [
        (line.currency, line.unit_price * line.quantity)
        for line in lines
        if line.is_available and line.unit_price is not None
    ]
    pieces = sum(line.quantity for line in lines)
    return Basket(shown, pieces, _totals(sums), digest(lines))


async def order(connection: Connection, shopper_id: str, order_id: str) -> Order | None:
    """Read a shopper's order; None for one that is unknown or somebody else's."""
    rows = await store.order(connection, shopper_id, order_id)
    if not rows:
        return None
    cards = await cards_by_id(connection, [row.product_id for row in rows if row.is_shown])
    ordered = [
        (row.currency, row.unit_price * row.quantity) for row in rows if row.unit_price is not None
    ]
    returned = [
        (row.currency, row.unit_price * row.returned_quantity)
        for row in rows
        if row.unit_price is not None and row.returned_quantity
    ]
    return Order(
        order_id,
        max(row.purchased_at for row in rows),
        [_shown_purchase(row, cards) for row in rows],
        _totals(ordered) if returned else [],
        _totals(returned),
        _totals([*ordered, *((currency, -amount) for currency, amount in returned)]),
    )


async def orders(
    connection: Connection, shopper_id: str, after: str | None
) -> tuple[list[ListedOrder], str | None]:
    """Read a page of a shopper's orders, the latest first, and the cursor of the next page."""
    position = decode_cursor(after, tuple[datetime, str], _ORDERS)
    rows = await store.orders(connection, shopper_id, position, _PAGE_SIZE + 1)
    shown = rows[:_PAGE_SIZE]
    last = shown[-1] if len(rows) > _PAGE_SIZE else None
    product_ids = {one for row in shown for one in row.product_ids[:_MOST_SHOWN] if one is not None}
    cards = await cards_by_id(connection, sorted(product_ids))
    listed = [_listed_order(row, cards) for row in shown]
    return listed, last and encode_cursor((last.ordered_at, last.order_id), _ORDERS)


def _listed_order(row: OrderSummary, cards: Mapping[str, ProductCard]) -> ListedOrder:
    products = [
        (title, None if product_id is None else cards.get(product_id))
        for title, product_id in zip(row.titles, row.product_ids, strict=True)
    ]
    sums = [
        (currency, amount)
        for currency, amount in zip(row.currencies, row.amounts, strict=True)
        if amount is not None
    ]
    return ListedOrder(
        row.order_id,
        row.ordered_at,
        products[:_MOST_SHOWN],
        max(0, len(products) - _MOST_SHOWN),
        row.quantity,
        row.returned_quantity,
        _totals(sums),
    )


def _shown_purchase(row: Purchase, cards: Mapping[str, ProductCard]) -> ShownPurchase:
    return ShownPurchase(
        row.purchase_id,
        row.product_id,
        row.title or row.product_id,
        cards.get(row.product_id),
        row.quantity,
        row.returned_quantity,
        price_in_words(row.unit_price, row.currency),
        _times(row.unit_price, row.quantity, row.currency),
        row.is_available,
    )


def _times(price: Decimal | None, quantity: int, currency: str | None) -> str | None:
    return None if price is None else price_in_words(price * quantity, currency)


def _totals(sums: Sequence[tuple[str | None, Decimal]]) -> list[str]:
    """Write the sums of amounts, one for each currency."""
    by_currency: dict[str | None, Decimal] = {}
    for currency, amount in sums:
        by_currency[currency] = by_currency.get(currency, Decimal(0)) + amount
    return [price_in_words(amount, currency) or "" for currency, amount in by_currency.items()]
