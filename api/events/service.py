"""Checks and records events."""

from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from msgspec import structs

from api.catalogue.service import unknown_product
from api.database.pool import Connection
from api.events import store
from api.events.schemas import EventResult, NewEvent
from api.http.ids import is_placeholder, not_a_shopper
from api.problems.errors import InvalidFieldError

# Clocks differ a little.
_TOLERANCE = timedelta(minutes=1)
# As in the loader: an earlier time comes from a clock that was never set.
_EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
_MOST_PRICE = Decimal("9999999999.99")
# What the table holds; Postgres takes no number of many thousand decimals.
_CENT = Decimal("0.01")


class Recorded(NamedTuple):
    """The outcome of an event, for its sender and for us.

    Attributes
    ----------
    is_left_out : bool
        Whether the product is not to be recommended to the shopper any more because of it.
    """

    result: EventResult
    is_left_out: bool


async def record(connection: Connection, event: NewEvent) -> Recorded:
    """Record an event, once.

    A purchase is part of a contract and always recorded; it makes its shopper if that is not known
    yet. A view or a hide is kept only if the shopper consents to personalisation now, or comes from
    a session, whose visitor agreed. Nothing is kept of a shopper who was erased.

    Raises
    ------
    InvalidFieldError
        A field has a value that cannot be, or does not go with the kind.
    UnknownProductError
        There is none of that id.
    """
    occurred_at = _checked_time(event)
    _check_who(event)
    event = _with_price_in_cents(event)
    is_placeholder_id = event.shopper_id is not None and is_placeholder(event.shopper_id)
    outcome = await store.record(connection, event, occurred_at, may_make=not is_placeholder_id)
    if not outcome.has_product:
        raise unknown_product(event.product_id)
    if is_placeholder_id and not outcome.has_shopper:
        raise not_a_shopper(event.shopper_id or "")
    reason = None
    if outcome.is_erased:
        reason = "erased"
    elif not outcome.is_recorded:
        reason = "duplicate" if outcome.has_consent else "no consent"
    result = EventResult(recorded=outcome.is_recorded, reason=reason)
    return Recorded(result, outcome.is_left_out)


def _checked_time(event: NewEvent) -> datetime:
    now = datetime.now(UTC)
    if event.occurred_at is not None and event.occurred_at > now + _TOLERANCE:
        raise InvalidFieldError("occurred_at", "Lies in the future.")
    if event.occurred_at is not None and event.occurred_at < _EARLIEST:
        raise InvalidFieldError("occurred_at", "Lies before 1990.")
    return event.occurred_at or now


def _check_who(event: NewEvent) -> None:
    if event.kind != "view" and event.session_id is not None:
        message = f"A {event.kind} needs a shopper_id; a session_id is for views."
        raise InvalidFieldError("session_id", message)
    if (event.shopper_id is None) == (event.session_id is None):
        message = "Give one of shopper_id and session_id."
        raise InvalidFieldError("shopper_id", message)


def _with_price_in_cents(event: NewEvent) -> NewEvent:
    price = event.unit_price
    if price is None:
        return event
    if not (price.is_finite() and 0 <= price <= _MOST_PRICE):
        message = f"Must be a number from 0 to {_MOST_PRICE}."
        raise InvalidFieldError("unit_price", message)
    return structs.replace(event, unit_price=price.quantize(_CENT, ROUND_HALF_UP))
