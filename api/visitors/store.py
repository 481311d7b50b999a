"""Shoppers: who they are, and what they consent to."""

from collections.abc import Sequence
from typing import Literal

from msgspec import Struct
from psycopg.rows import class_row, scalar_row

from alsolike.database import query
from alsolike.privacy.hashes import key_id, shopper_hash
from api.database.pool import Connection

# Of what a shopper bought, and of what they hid, so many are kept in mind.
_MOST_EXCLUDED = 1000


# To their account on the site, at the shop's identity provider, or by choosing one of the demo's.
SignedInBy = Literal["account", "shop", "choice"]


class ShopperRow(Struct):
    """A shopper: whether they consent to personalisation now, and what is not shown to them.

    Attributes
    ----------
    product_ids : list of str
        What lies in their basket.
    hidden : list of str
        What they hid, the latest first, at most 1,000.
    """

    shopper_id: str
    display_name: str | None
    is_personalised: bool
    pieces: int
    product_ids: list[str]
    hidden: list[str]


async def shopper(connection: Connection, shopper_id: str, *, by: SignedInBy) -> ShopperRow | None:
    """Read a shopper; None for an unknown one, and for one who may not be signed in so.

    Parameters
    ----------
    by : 'account', 'shop' or 'choice'
        How they signed in. A shopper of the demo who has no account may be chosen.
    """
    cursor = connection.cursor(row_factory=class_row(ShopperRow))
    parameters = {"shopper_id": shopper_id, "signed_in_by": by}
    await cursor.execute(query("api/visitors/visitor"), parameters)
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
    readmits: bool = False,
    display_name: str | None = None,
) -> bool:
    """Record a shopper's decision about personalisation, unless it is their last one already.

    With a no, what they searched for is forgotten.

    Parameters
    ----------
    may_make : bool
        Whether an unknown shopper is made; nothing is recorded of one otherwise.
    readmits : bool
        Whether one who was erased is made anew; nothing is recorded of one otherwise.
    display_name : str, optional
        What to call them; None: as they were called before.

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
        "readmits": readmits,
        "display_name": display_name,
        "shopper_hash": shopper_hash(shopper_id),
        "key_id": key_id(),
    }
    await cursor.execute(query("api/visitors/record_consent"), parameters)
    is_known = bool(await cursor.fetchone())
    if not is_granted:
        await connection.execute(query("api/visitors/forget_searches"), {"shopper_id": shopper_id})
    return is_known
