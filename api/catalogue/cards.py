"""Products as cards: addresses, and prices in words."""

from collections.abc import Sequence
from decimal import Decimal

from api.catalogue import store
from api.catalogue.shown import ProductCard
from api.database.pool import Connection
from api.pages.addresses import category_url, product_url

_SYMBOLS = {"EUR": "€", "USD": "$", "GBP": "£"}


async def cards(connection: Connection, product_ids: Sequence[str]) -> list[ProductCard]:
    """Read the cards of some products, in their order; unknown ones are left out."""
    if not product_ids:
        return []
    return [card(row) for row in await store.product_cards(connection, product_ids)]


def card(row: store.CardRow) -> ProductCard:
    """Make a card of a product's row."""
    return ProductCard(
        product_id=row.product_id,
        url=product_url(row.product_id),
        title=row.title,
        brand=row.brand,
        category=row.category,
        category_url=None if row.category is None else category_url(row.category),
        price_text=price_text(row.price, row.currency),
        image_url=safe_image(row.image_url),
        is_in_stock=row.is_in_stock,
        rating_average=row.rating_average,
        review_count=row.review_count,
    )


def price_text(price: Decimal | None, currency: str | None) -> str | None:
    """Write a price for people, as in `€12.50` or `12.50 CHF`; None without a price."""
    if price is None:
        return None
    if currency in _SYMBOLS:
        return f"{_SYMBOLS[currency]}{price:,.2f}"
    return f"{price:,.2f} {currency}" if currency else f"{price:,.2f}"


def safe_image(address: str | None) -> str | None:
    """Let through only addresses that the pages' content policy lets the browser load."""
    if address and (
        address.startswith(("https://", "data:image/"))
        or (address.startswith("/") and not address.startswith("//"))
    ):
        return address
    return None
