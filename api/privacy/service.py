"""Erasing people, and signed webhooks in Shopify's convention: who sent them, what they ask for."""

import base64
import hmac
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import UNSET, Struct, UnsetType
from psycopg.rows import args_row

from alsolike.database import query
from alsolike.privacy.access import access
from alsolike.privacy.erase import Source, erasure
from alsolike.privacy.hashes import shopper_hash, shopper_of
from api.database.pool import Connection
from api.privacy.schemas import Erasure

# Erasing reads tables of dbt that have no index for it.
ERASURE_SECONDS = 60.0


class Customer(Struct):
    """The person whom a webhook is about."""

    id: int | str | None = None
    email: str | None = None


class Webhook(Struct):
    """What is read of a webhook's body; the rest is left alone.

    The signature is of the body alone, so what tells the topics apart there is looked at.
    """

    customer: Customer | None = None
    orders_to_redact: list[Any] | UnsetType = UNSET
    orders_requested: list[Any] | UnsetType = UNSET
    data_request: dict[str, Any] | UnsetType = UNSET


class Answer(Struct):
    """What was done.

    Attributes
    ----------
    receipts : list of str
        Numbers of the receipts of erasures.
    data : dict
        What is kept, by shopper's id and table.
    ignored : list of str
        Ids of shoppers who are not erased, because they were made anew after the webhook was sent.
    """

    receipts: list[str] = []
    data: dict[str, dict[str, Any]] = {}
    ignored: list[str] = []


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


async def forget(connection: Connection, ids: Sequence[str], *, sent_at: datetime | None) -> Answer:
    """Erase a person, in one transaction, but no shopper who was made anew after `sent_at`."""
    ignored: list[str] = []
    for shopper_id in ids:
        parameters = {"shopper_hash": shopper_hash(shopper_id), "since": sent_at}
        cursor = await connection.execute(query("api/privacy/is_readmitted"), parameters)
        if (row := await cursor.fetchone()) is not None and row[0]:
            ignored.append(shopper_id)
    left = [shopper_id for shopper_id in ids if shopper_id not in ignored]
    receipts = await erase(connection, left, "webhook")
    return Answer([str(receipt.erasure_id) for receipt in receipts], ignored=ignored)


async def erase(
    connection: Connection,
    ids: Sequence[str],
    source: Source,
    *,
    erasure_id: UUID | None = None,
) -> list[Erasure]:
    """Erase shoppers in one transaction, known or not; their receipts.

    `erasure_id`: number of the only receipt; one that is known is given again, and nothing done.
    """
    receipts: list[Erasure] = []
    async with connection.transaction(), connection.cursor(row_factory=args_row(Erasure)) as cursor:
        await cursor.execute("set local statement_timeout = '60s'")
        for shopper_id in ids:
            await cursor.execute(*erasure(shopper_id, source, erasure_id))
            receipts += await cursor.fetchall()
    return receipts
