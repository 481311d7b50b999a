"""Shoppers: who they are, and what they consent to."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal

import psycopg
from msgspec import Struct
from psycopg.rows import class_row, dict_row, scalar_row

from alsolike.database import query
from alsolike.privacy.hashes import key_id, shopper_hash
from alsolike.purposes import PURPOSES, Purpose
from api.database.pool import Connection

# Of what a shopper bought, and of what they hid, so many are kept in mind.
_MOST_EXCLUDED = 1000
_MOST_DECISIONS = 100

# Who tells of a decision: `site:gpc` is the site, in a browser that sends Global Privacy Control.
Source = Literal["site", "site:gpc", "api"]


# To their account on the site, at the shop's identity provider, or by choosing one of the demo's.
SignedInBy = Literal["account", "shop", "choice"]


class ShopperRow(Struct):
    """A shopper: what they consent to now, and what is not shown to them.

    Attributes
    ----------
    agreed, decided : list of str
        The purposes that they agreed to, and that they decided about at all.
    confirmed : list of str
        Those that they agreed to on the site in spite of Global Privacy Control.
    product_ids : list of str
        What lies in their basket.
    hidden : list of str
        What they hid, the latest first, at most 1,000.
    arms : dict of str to str
        Their arms, by experiment.
    """

    shopper_id: str
    display_name: str | None
    agreed: list[Purpose]
    decided: list[Purpose]
    confirmed: list[Purpose]
    pieces: int
    product_ids: list[str]
    hidden: list[str]
    arms: dict[str, str]


class RecordedConsent(Struct):
    """Whether a shopper was known before their decision, and what holds after it.

    Attributes
    ----------
    is_readmitted : bool or None
        Whether one who was erased was made anew; None: nobody asked for that.
    """

    has_shopper: bool
    personalisation: bool
    measurement: bool
    is_readmitted: bool | None


class Decision(Struct):
    """A decision of a shopper. `source` is as in `raw.consents`."""

    recorded_at: datetime
    purpose: Purpose
    is_granted: bool
    source: str


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
    decisions: Mapping[Purpose, bool],
    *,
    source: Source,
    may_make: bool = False,
    readmits: bool = False,
    display_name: str | None = None,
) -> RecordedConsent:
    """Record a shopper's decisions, each unless it is their last one already.

    With a no, what they searched for is forgotten.

    Parameters
    ----------
    decisions : mapping
        From a purpose to yes or no; of others nothing is recorded.
    may_make : bool
        Whether an unknown shopper is made; nothing is recorded of one otherwise.
    readmits : bool
        Whether one who was erased is made anew; nothing is recorded of one otherwise.
    display_name : str, optional
        What to call them; None: as they were called before.
    """
    cursor = connection.cursor(row_factory=class_row(RecordedConsent))
    parameters = {
        "shopper_id": shopper_id,
        **{purpose: decisions.get(purpose) for purpose in PURPOSES},
        "source": source,
        "may_make": may_make,
        "readmits": readmits,
        "display_name": display_name,
        "shopper_hash": shopper_hash(shopper_id),
        "key_id": key_id(),
    }
    await cursor.execute(query("api/visitors/record_consent"), parameters)
    recorded = await cursor.fetchone()
    assert recorded is not None  # noqa: S101  (the statement always gives one row)
    if decisions.get("personalisation") is False:
        await connection.execute(query("api/visitors/forget_searches"), {"shopper_id": shopper_id})
    return recorded


async def decisions(connection: Connection, shopper_id: str) -> list[Decision]:
    """Read what a shopper decided, the latest first, at most 100."""
    cursor = connection.cursor(row_factory=class_row(Decision))
    parameters = {"shopper_id": shopper_id, "row_count": _MOST_DECISIONS}
    await cursor.execute(query("api/visitors/decisions"), parameters)
    return await cursor.fetchall()


async def kept_actions(connection: Connection, shopper_id: str) -> Mapping[Purpose, bool]:
    """Tell for each purpose whether something is kept of a shopper."""
    cursor = connection.cursor(row_factory=dict_row)
    await cursor.execute(query("api/visitors/kept_actions"), {"shopper_id": shopper_id})
    kept = await cursor.fetchone()
    return {purpose: bool(kept and kept[purpose]) for purpose in PURPOSES}


async def forget_actions(
    connection: Connection,
    purpose: Purpose,
    *,
    shopper_id: str | None = None,
    session_id: str | None = None,
) -> int:
    """Delete what was kept for a purpose of a shopper who does not agree, or of a visitor.

    Returns
    -------
    int
        The number of rows.
    """
    cursor = connection.cursor(row_factory=scalar_row)
    parameters = {"purpose": purpose, "shopper_id": shopper_id, "session_id": session_id}
    await cursor.execute(query("api/visitors/forget_actions"), parameters)
    return int(await cursor.fetchone() or 0)


async def adopt_impressions(connection: Connection, session_id: str, shopper_id: str) -> None:
    """Let what was shown to an anonymous visitor be the shopper's who they turned out to be.

    Only if the shopper agrees to measurement, as the visitor did.
    """
    parameters = {"session_id": session_id, "shopper_id": shopper_id}
    await connection.execute(query("api/visitors/adopt_impressions"), parameters)


async def adopt_exposures(connection: Connection, session_id: str, shopper_id: str) -> None:
    """Let the arms of experiments that an anonymous visitor was given be the shopper's.

    Only if the shopper agrees to measurement, and has no arm of the layer.
    """
    parameters = {"session_id": session_id, "shopper_id": shopper_id}
    try:
        async with connection.transaction():
            await connection.execute(query("api/visitors/adopt_exposures"), parameters)
    except psycopg.errors.UniqueViolation:
        # On another device the shopper was given an arm at this moment.
        return
