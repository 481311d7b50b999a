"""Writing what shoppers do: one statement, and so one transaction, per event."""

from datetime import datetime
from typing import Literal

from msgspec import Struct
from psycopg.rows import class_row

from alsolike.database import query
from alsolike.privacy.hashes import shopper_hash
from api.database.pool import Connection
from api.events.schemas import NewEvent


class Outcome(Struct):
    """The outcome of an event, by the columns of `record_*.sql`."""

    has_product: bool
    has_shopper: bool
    has_consent: bool
    is_erased: bool
    is_recorded: bool
    is_left_out: bool


_STATEMENTS: dict[Literal["view", "purchase", "hide"], str] = {
    "view": "api/events/record_view",
    "purchase": "api/events/record_purchase",
    "hide": "api/events/record_hide",
}


async def record(
    connection: Connection, event: NewEvent, occurred_at: datetime, *, may_make: bool
) -> Outcome:
    """Write an event unless its product is unknown, consent lacks, or it is known.

    Parameters
    ----------
    may_make : bool
        Whether a purchase makes its shopper, if that is not known; it is not written otherwise.
    """
    cursor = connection.cursor(row_factory=class_row(Outcome))
    parameters = {
        "event_id": event.event_id,
        "product_id": event.product_id,
        "shopper_id": event.shopper_id,
        "shopper_hash": None if event.shopper_id is None else shopper_hash(event.shopper_id),
        "may_make": may_make,
        "session_id": event.session_id,
        "occurred_at": occurred_at,
        "quantity": event.quantity,
        "unit_price": event.unit_price,
        "order_id": event.order_id,
    }
    await cursor.execute(query(_STATEMENTS[event.kind]), parameters)
    outcome = await cursor.fetchone()
    assert outcome is not None  # noqa: S101  (the statement always gives one row)
    return outcome
