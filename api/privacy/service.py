"""Erasing people, and signed webhooks in Shopify's convention: who sent them, what they ask for."""

import base64
import hmac
from collections.abc import Sequence
from typing import Any

from msgspec import Struct
from psycopg.rows import args_row

from alsolike.privacy.access import access
from alsolike.privacy.erase import Source, erasure
from alsolike.privacy.hashes import shopper_of
from api.database.pool import Connection
from api.privacy.schemas import Erasure

# Erasing reads tables of dbt that have no index for it.
ERASURE_SECONDS = 60.0


class Customer(Struct):
    """The person whom a webhook is about."""

    id: int | str | None = None
    email: str | None = None


class Webhook(Struct):
    """What is read of a webhook's body; the rest is left alone."""

    customer: Customer | None = None


class Answer(Struct):
    """What was done.

    Attributes
    ----------
    receipts : list of str
        Numbers of the receipts of erasures.
    data : dict
        What is kept, by shopper's id and table.
    """

    receipts: list[str] = []
    data: dict[str, dict[str, Any]] = {}


def is_signed(secret: str, body: bytes, signature: str | None) -> bool:
    """Tell whether a body was signed with the secret: base64 of its HMAC-SHA-256.

    The time that this takes says nothing about the right signature.
    """
    wanted = base64.b64encode(hmac.digest(secret.encode(), body, "sha256"))
    return hmac.compare_digest(wanted, (signature or "").encode(errors="replace"))


def shopper_ids(customer: Customer | None, email_key: str) -> list[str]:
    """Return the ids by which a person may be known here: the shop system's, or their e-mail's."""
    if customer is None:
        return []
    known = (
        None if customer.id is None else str(customer.id),
        shopper_of(customer.email, email_key),
    )
    return [shopper_id for shopper_id in known if shopper_id]


async def tell(connection: Connection, ids: Sequence[str]) -> Answer:
    """Return what is kept of a person."""
    data: dict[str, dict[str, Any]] = {}
    for shopper_id in ids:
        cursor = await connection.execute(*access(shopper_id))
        row = await cursor.fetchone()
        if row is not None and row[0]:
            data[shopper_id] = row[0]
    return Answer(data=data)


async def forget(connection: Connection, ids: Sequence[str]) -> Answer:
    """Erase a person, in one transaction."""
    receipts = await erase(connection, ids, "webhook")
    return Answer(receipts=[str(receipt.erasure_id) for receipt in receipts])


async def erase(connection: Connection, ids: Sequence[str], source: Source) -> list[Erasure]:
    """Erase shoppers in one transaction, known or not; their receipts."""
    receipts: list[Erasure] = []
    async with connection.transaction(), connection.cursor(row_factory=args_row(Erasure)) as cursor:
        await cursor.execute("set local statement_timeout = '60s'")
        for shopper_id in ids:
            await cursor.execute(*erasure(shopper_id, source))
            receipts += await cursor.fetchall()
    return receipts
