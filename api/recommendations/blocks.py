"""Blocks of recommended products, with their reasons in words.

A block's next page is asked for by leaving out what was shown. An offset would repeat or skip
products when the visitor's taste changes between two pages, which is what clicks are for.
"""

from collections.abc import Sequence
from urllib.parse import urlencode

from api.catalogue import store as product_store
from api.catalogue.cards import cards
from api.catalogue.service import unknown_product
from api.database.pool import Connection
from api.filters import ProductFilter
from api.pages.addresses import product_url
from api.recommendations.shown import Block, Reason, Recommendation
from api.visitors import store as shopper_store
from api.visitors.session import Visitor

BLOCK_SIZE = 12
# The next page's address holds every id that was shown, so it must end before it grows too long.
MOST_SHOWN = 96
COMPLEMENTS_SIZE = 6

_REASONS = {
    "viewed": "Because you viewed",
    "bought": "Because you bought",
    "reviewed": "Because you liked",
}


async def recommended_block(
    connection: Connection,
    visitor: Visitor,
    exclude: Sequence[str] = (),
    shown: Sequence[str] = (),
    size: int = BLOCK_SIZE,
) -> Block:
    """Make "You may also like" for a visitor; popular products for a stranger.

    Parameters
    ----------
    exclude : sequence of str
        Products to leave out of this page only, such as the one that the page is about.
    shown : sequence of str
        Products that earlier pages of the block showed.
    """
    is_known = visitor.is_personalised
    rows = await shopper_store.visitor_recommendations(
        connection,
        # A shopper's wish to hide a product counts with and without consent.
        visitor.shopper_id,
        visitor.session_id if is_known else None,
        size,
        [*exclude, *shown],
    )
    by_id = {c.product_id: c for c in await cards(connection, [row.product_id for row in rows])}
    items = [
        Recommendation(
            rank=len(shown) + row.rank,
            product=by_id[row.product_id],
            score=row.score,
            source=row.source,
            reason=_reason(row),
        )
        for row in rows
        if row.product_id in by_id
    ]
    is_personal = any(row.source == "personal" for row in rows)
    title, subtitle = (
        ("You may also like", "Chosen by what you viewed, bought and reviewed")
        if is_personal
        else ("Popular right now", "What shoppers look at and buy these days")
    )
    return Block(title, subtitle, items, next_url("/", shown, items, size), is_personal)


async def complements_block(connection: Connection, product_id: str) -> Block:
    """Make the block of what goes with a product; without items where nothing does.

    Raises
    ------
    UnknownProductError
        There is none of that id.
    """
    rows = await product_store.complements(
        connection, product_id, COMPLEMENTS_SIZE, (), ProductFilter()
    )
    by_id = {c.product_id: c for c in await cards(connection, [row.product_id for row in rows])}
    items = [
        Recommendation(
            rank=row.rank, product=by_id[row.product_id], score=row.score, source="complements"
        )
        for row in rows
        if row.product_id in by_id
    ]
    return Block(
        "Goes with it", "Often bought in one order with this", items, None, is_personal=False
    )


async def similar_block(
    connection: Connection,
    product_id: str,
    exclude: Sequence[str] = (),
    shown: Sequence[str] = (),
    size: int = BLOCK_SIZE,
) -> Block:
    """Make the block of products like a product.

    Parameters
    ----------
    exclude : sequence of str
        Products that stand elsewhere on the page.
    shown : sequence of str
        Products that earlier pages of the block showed.

    Raises
    ------
    UnknownProductError
        There is none of that id.
    """
    wanted = product_store.SimilarQuery(k=size, exclude=[*exclude, *shown])
    (rows,) = await product_store.similar_products(connection, [product_id], wanted)
    if rows is None:
        raise unknown_product(product_id)
    by_id = {c.product_id: c for c in await cards(connection, [row.product_id for row in rows])}
    items = [
        Recommendation(
            rank=len(shown) + row.rank,
            product=by_id[row.product_id],
            score=row.score,
            source=row.source,
        )
        for row in rows
        if row.product_id in by_id
    ]
    return Block(
        "Similar products",
        "Close in name, details and who liked them",
        items,
        next_url(product_url(product_id), shown, items, size),
        is_personal=False,
    )


def _reason(row: shopper_store.BlockRow) -> Reason:
    if row.reason_product_id is None or row.reason_title is None:
        return Reason(kind="popular", text="Popular right now")
    return Reason(
        kind=row.reason_kind,
        text=_REASONS[row.reason_kind],
        product_title=row.reason_title,
        product_url=product_url(row.reason_product_id),
    )


def next_url(
    path: str, shown: Sequence[str], items: Sequence[Recommendation], size: int
) -> str | None:
    """Return the address of a block's next page; None where it ends, or would grow too long."""
    all_shown = [*shown, *(item.product.product_id for item in items)]
    if len(items) < size or len(all_shown) > MOST_SHOWN:
        return None
    return f"{path}?{urlencode([('exclude', product_id) for product_id in all_shown])}"
