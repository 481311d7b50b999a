"""Writing what shoppers do: one statement, and so one transaction, per event."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from msgspec import Struct, structs
from psycopg.rows import class_row

from alsolike.database import query
from alsolike.privacy.hashes import shopper_hash
from api.database.pool import Connection
from api.events.schemas import Kind, NewEvent
from api.exchange import has_signal

# Clocks differ a little.
TOLERANCE = timedelta(minutes=1)


class Outcome(Struct):
    """The outcome of an event, by the columns of the statements.

    Attributes
    ----------
    has_product : bool
        Of a return: whether the purchase is known.
    is_same : bool or None
        Whether what the id stood for before has the same content; None: it stood for nothing.
    bought_at : datetime or None
        When the purchase of a return was made, if the return lies before it.
    bought : int or None
        Pieces of the purchase of a return, if the return is of more.
    """

    has_product: bool
    has_shopper: bool
    has_consent: bool
    is_erased: bool
    is_recorded: bool
    is_same: bool | None
    is_left_out: bool
    bought_at: datetime | None = None
    bought: int | None = None


_STATEMENTS: Mapping[Kind, str] = {
    "view": "api/events/record_view",
    "click": "api/events/record_click",
    "basket": "api/events/record_basket_addition",
    "purchase": "api/events/record_purchase",
    "return": "api/events/record_return",
    "review": "api/events/record_review",
    "hide": "api/events/record_hide",
    "unhide": "api/events/record_unhide",
}


async def record(
    connection: Connection, event: NewEvent, occurred_at: datetime, *, may_make: bool
) -> Outcome:
    """Write an event unless what it is about is unknown, consent lacks, or it is known.

    Parameters
    ----------
    may_make : bool
        Whether a purchase or a review makes its shopper, if that is not known; it is not written
        otherwise.
    """
    cursor = connection.cursor(row_factory=class_row(Outcome))
    parameters = {
        **structs.asdict(event),
        "shopper_hash": None if event.shopper_id is None else shopper_hash(event.shopper_id),
        "may_make": may_make,
        "tolerance": TOLERANCE,
        "occurred_at": occurred_at,
        "is_time_told": event.occurred_at is not None,
        "has_signal": has_signal(),
    }
    await cursor.execute(query(_STATEMENTS[event.kind]), parameters)
    outcome = await cursor.fetchone()
    assert outcome is not None  # noqa: S101  (the statement always gives one row)
    return outcome
