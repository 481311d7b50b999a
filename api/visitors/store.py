"""Shoppers: who they are, what they may also like, what they consent to."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal

import psycopg
from msgspec import Struct
from psycopg.rows import args_row, scalar_row

from alsolike.database import query, raise_unknown
from api.database.pool import Connection
from api.filters import ProductFilter
from api.recommendations.answers import BoughtProduct, Reason, RecommendedProduct, ViewedProduct

# Of what a shopper bought, and of what they hid, so many are kept in mind.
_MOST_EXCLUDED = 1000


class ShopperRow(Struct):
    """A shopper, with whether they consent to personalisation now."""

    shopper_id: str
    display_name: str | None
    is_personalised: bool


class BlockRow(Struct):
    """A row of a page's block, in the order of `visitor_recommendations.sql`."""

    product_id: str
    rank: int
    score: float | None
    source: str
    reason_kind: str
    reason_product_id: str | None
    reason_title: str | None


class Taste(Struct, frozen=True):
    """What a recommendation goes by, and what is left out of it."""

    shopper_id: str | None = None
    session_id: str | None = None
    history: str | None = None
    candidates: list[str] | None = None
    exclude: Sequence[str] = ()
    filter: ProductFilter = ProductFilter()
    diversity: str | None = None
    has_reasons: bool = True
    until: datetime | None = None

    def as_parameters(self) -> dict[str, Any]:
        """Return the values for a statement."""
        return {
            "shopper_id": self.shopper_id,
            "session_id": self.session_id,
            "history": self.history,
            "candidates": self.candidates,
            "exclude": list(self.exclude),
            "filter": self.filter.as_json(),
            "diversity": self.diversity,
            "reasons": self.has_reasons,
            "until": self.until,
        }


async def recommended_products(
    connection: Connection, taste: Taste, k: int, model: str | None
) -> list[RecommendedProduct]:
    """Find what somebody may also like, best first: what is popular for an unknown shopper.

    Raises
    ------
    UnknownModelError
        There is no model of that name.
    """
    parameters = {**taste.as_parameters(), "k": k, "model": model}
    cursor = connection.cursor()
    try:
        await cursor.execute(query("api/recommendations/recommendations"), parameters)
    except psycopg.DatabaseError as error:
        raise_unknown(error)
    return [
        RecommendedProduct(*row[:11], reason=Reason(*row[11:]) if taste.has_reasons else None)
        for row in await cursor.fetchall()
    ]


async def recently_viewed(
    connection: Connection,
    shopper_id: str | None,
    session_id: str | None,
    k: int,
    exclude: Sequence[str],
    product_filter: ProductFilter,
) -> list[ViewedProduct]:
    """Find what a consenting shopper, or an agreed session, looked at last."""
    cursor = connection.cursor(row_factory=args_row(ViewedProduct))
    parameters = {
        "shopper_id": shopper_id,
        "session_id": session_id,
        "k": k,
        "exclude": list(exclude),
        "filter": product_filter.as_json(),
    }
    await cursor.execute(query("api/recommendations/recently_viewed"), parameters)
    return await cursor.fetchall()


async def buy_again(
    connection: Connection,
    shopper_id: str,
    k: int,
    exclude: Sequence[str],
    product_filter: ProductFilter,
) -> list[BoughtProduct]:
    """Find what a consenting shopper may be about to buy again, what is due first."""
    cursor = connection.cursor(row_factory=args_row(BoughtProduct))
    parameters = {
        "shopper_id": shopper_id,
        "k": k,
        "exclude": list(exclude),
        "filter": product_filter.as_json(),
    }
    await cursor.execute(query("api/recommendations/buy_again"), parameters)
    return await cursor.fetchall()


async def visitor_recommendations(
    connection: Connection,
    shopper_id: str | None,
    session_id: str | None,
    k: int,
    exclude: Sequence[str],
) -> list[BlockRow]:
    """Find the block for a shopper, an agreed session, or (both None) anybody."""
    cursor = connection.cursor(row_factory=args_row(BlockRow))
    parameters = {
        "shopper_id": shopper_id,
        "session_id": session_id,
        "k": k,
        "exclude": list(exclude),
    }
    await cursor.execute(query("api/recommendations/visitor_recommendations"), parameters)
    return await cursor.fetchall()


async def shopper(connection: Connection, shopper_id: str) -> ShopperRow | None:
    """Read a shopper; None for an unknown one."""
    cursor = connection.cursor(row_factory=args_row(ShopperRow))
    await cursor.execute(query("api/visitors/visitor"), {"shopper_id": shopper_id})
    return await cursor.fetchone()


async def excluded_products(
    connection: Connection, shopper_ids: Sequence[str]
) -> list[tuple[str, str | None, list[str]]]:
    """Read shoppers with their name and the ids of what they bought or hid, the latest of each."""
    parameters = {"shopper_ids": list(shopper_ids), "row_count": _MOST_EXCLUDED}
    cursor = await connection.execute(query("api/visitors/excluded_products"), parameters)
    return [(row[0], row[1], row[2]) for row in await cursor.fetchall()]


async def demo_shoppers(
    connection: Connection, limit: int
) -> list[tuple[str, str, list[str] | None]]:
    """Find shoppers to try the shop as: id, name, and the categories they looked at lately."""
    cursor = await connection.execute(query("api/visitors/demo_shoppers"), {"row_count": limit})
    return [(row[0], row[1], row[2]) for row in await cursor.fetchall()]


async def record_consent(
    connection: Connection,
    shopper_id: str,
    *,
    is_granted: bool,
    source: Literal["site", "api"],
    may_make: bool = False,
) -> bool:
    """Record a shopper's decision about personalisation, unless it is their last one already.

    Parameters
    ----------
    may_make : bool
        Whether an unknown shopper is made; nothing is recorded of one otherwise.

    Returns
    -------
    bool
        Whether the shopper was known.
    """
    cursor = connection.cursor(row_factory=scalar_row)
    parameters = {
        "shopper_id": shopper_id,
        "is_granted": is_granted,
        "source": source,
        "may_make": may_make,
    }
    await cursor.execute(query("api/visitors/record_consent"), parameters)
    return bool(await cursor.fetchone())
