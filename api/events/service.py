"""Checks and records events."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from http import HTTPStatus
from typing import NamedTuple

from msgspec import structs

from alsolike.errors import AlsolikeError, UnknownProductError, UnknownPurchaseError
from alsolike.shop_texts import NOTHING
from api.catalogue.service import unknown_product
from api.database.failures import TookTooLongError
from api.database.pool import Connection
from api.events import store
from api.events.schemas import EventOutcome, EventResult, Kind, NewEvent
from api.http.ids import is_placeholder, not_a_shopper
from api.http.items import RefusedItem, where
from api.problems.errors import ConflictError, InvalidFieldError, status_of

# As in the loader: an earlier time comes from a clock that was never set.
_EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
_MOST_PRICE = Decimal("9999999999.99")
# What the table holds; Postgres takes no number of many thousand decimals.
_CENT = Decimal("0.01")
# The kinds that an anonymous visitor may send; others need a shopper, or are of a purchase.
_OF_SESSIONS = frozenset({"view", "seen", "click", "basket"})
# Of each kind: the fields that it may have beside product, shopper and time.
_FIELDS: Mapping[Kind, frozenset[str]] = {
    "view": frozenset(),
    "seen": frozenset({"impression_id"}),
    "click": frozenset({"place", "model", "impression_id"}),
    "basket": frozenset(),
    "purchase": frozenset({"quantity", "unit_price", "order_id"}),
    "return": frozenset({"quantity", "purchase_id"}),
    "review": frozenset({"rating", "title", "body"}),
    "hide": frozenset(),
    "unhide": frozenset(),
}
_ALL_FIELDS = frozenset[str]().union(*_FIELDS.values())
_NEEDED: Mapping[Kind, str] = {
    "return": "purchase_id",
    "review": "rating",
    "seen": "impression_id",
}


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

    A purchase is part of a contract, a return undoes it, and a review was published: they are
    always recorded, and make a shopper who is not known yet. A view, basket or hide is kept only if
    the shopper consents to personalisation now, a click if they consent to measurement, or if it
    comes from a session, whose visitor agreed. Of a browser that sends Global Privacy Control no
    view, basket or click is kept, unless the shopper agreed on the site in spite of it. Nothing is
    kept of a shopper who was erased.

    Raises
    ------
    InvalidFieldError
        A field has a value that cannot be, or does not go with the kind.
    UnknownProductError, UnknownPurchaseError
        There is none of that id.
    ConflictError
        The id stands for an event with other content.
    """
    occurred_at = check(event)
    event = _with_price_in_cents(event)
    may_make = event.shopper_id is None or not is_placeholder(event.shopper_id)
    outcome = await store.record(connection, event, occurred_at, may_make=may_make)
    if not outcome.has_product and not outcome.is_same:
        raise _unknown(event)
    if not may_make and not outcome.has_shopper:
        raise not_a_shopper(event.shopper_id or "")
    if outcome.is_erased:
        return Recorded(EventResult(recorded=False, reason="erased"), is_left_out=False)
    if not outcome.has_consent:
        return Recorded(EventResult(recorded=False, reason="no consent"), is_left_out=False)
    if outcome.is_recorded:
        return Recorded(EventResult(recorded=True), outcome.is_left_out)
    if outcome.is_same is None:
        # Another request recorded it at this moment: now it can be seen.
        outcome = await store.record(connection, event, occurred_at, may_make=may_make)
    if outcome.is_same is None:
        _check_purchase(outcome)
    if outcome.is_same is False:
        message = f"The event_id {event.event_id!r} stands for another {event.kind}."
        raise ConflictError("event_id", message)
    return Recorded(EventResult(recorded=False, reason="duplicate"), outcome.is_left_out)


def check(event: NewEvent) -> datetime:
    """Return when an event happened.

    Raises
    ------
    InvalidFieldError
        A field has a value that cannot be, or does not go with the kind.
    """
    occurred_at = _checked_time(event)
    _check_fields(event)
    _check_who(event)
    return occurred_at


async def record_all(
    connection: Connection,
    events: Sequence[NewEvent | RefusedItem | EventOutcome],
    *,
    seconds: float,
) -> list[tuple[EventOutcome, bool]]:
    """Record events one after the other, each in a transaction of its own, for some seconds.

    Those that are answered already keep their answers.

    Returns
    -------
    list
        What became of each, and whether its product is not to be recommended any more. Those for
        which there was no time have the status 503. They may be sent again, and so may all if the
        database goes away in between: what was recorded is known then.

    Raises
    ------
    TookTooLongError
        There was no time for any.
    """
    found: list[tuple[EventOutcome, bool]] = []
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            for place, event in enumerate(events):
                found.append(await _record_one(connection, place, event))
    if not found:
        raise TookTooLongError
    return [*found, *(_too_late(event) for event in events[len(found) :])]


def _too_late(event: NewEvent | RefusedItem | EventOutcome) -> tuple[EventOutcome, bool]:
    if isinstance(event, EventOutcome):
        return event, False
    event_id = event.event_id if isinstance(event, NewEvent) else event.item_id
    status = HTTPStatus.SERVICE_UNAVAILABLE
    detail = "There was no time for it in this request: send it again."
    return EventOutcome(event_id, status, detail=detail), False


async def _record_one(
    connection: Connection, place: int, event: NewEvent | RefusedItem | EventOutcome
) -> tuple[EventOutcome, bool]:
    if isinstance(event, EventOutcome):
        return event, False
    if isinstance(event, RefusedItem):
        return EventOutcome(event.item_id, HTTPStatus.BAD_REQUEST, detail=event.reason), False
    try:
        result, is_left_out = await record(connection, event)
    except (InvalidFieldError, UnknownProductError, UnknownPurchaseError) as error:
        return refusal(place, event, error), False
    outcome = EventOutcome(
        event.event_id, 201 if result.recorded else 200, result.recorded, result.reason
    )
    return outcome, is_left_out


def refusal(place: int, event: NewEvent, error: AlsolikeError) -> EventOutcome:
    """Return the outcome of an event of several that is refused."""
    detail = str(error)
    if isinstance(error, InvalidFieldError):
        detail = f"{where('events', place, error.field)}: {detail}"
    return EventOutcome(event.event_id, status_of(error), detail=detail)


def _check_purchase(outcome: store.Outcome) -> None:
    """Refuse a return that its purchase does not allow."""
    if outcome.bought_at is not None:
        message = f"Lies before the purchase, which was made at {outcome.bought_at.isoformat()}."
        raise InvalidFieldError("occurred_at", message)
    if outcome.bought is not None:
        message = f"Is more than was bought: the purchase has {outcome.bought}."
        raise InvalidFieldError("quantity", message)


def _unknown(event: NewEvent) -> UnknownProductError | UnknownPurchaseError:
    if event.kind == "return":
        return UnknownPurchaseError(f"There is no purchase {event.purchase_id!r}.")
    return unknown_product(event.product_id or "")


def _checked_time(event: NewEvent) -> datetime:
    now = datetime.now(UTC)
    if event.occurred_at is not None and event.occurred_at > now + store.TOLERANCE:
        raise InvalidFieldError("occurred_at", "Lies in the future.")
    if event.occurred_at is not None and event.occurred_at < _EARLIEST:
        raise InvalidFieldError("occurred_at", "Lies before 1990.")
    return event.occurred_at or now


def _check_fields(event: NewEvent) -> None:
    """Refuse fields of another kind, and an event without what its kind needs."""
    for name in sorted(_ALL_FIELDS - _FIELDS[event.kind]):
        if getattr(event, name) is not None:
            raise InvalidFieldError(name, f"A {event.kind} has none.")
    needed = _NEEDED.get(event.kind)
    if needed is not None and getattr(event, needed) is None:
        raise InvalidFieldError(needed, f"A {event.kind} needs one.")
    if (event.product_id is None) != (event.kind == "return"):
        has = "has none: its purchase has one" if event.kind == "return" else "needs one"
        raise InvalidFieldError("product_id", f"A {event.kind} {has}.")
    if event.event_id in NOTHING:
        message = f"{event.event_id!r} is a word for nothing: give the event's own id."
        raise InvalidFieldError("event_id", message)
    if event.kind == "return" and event.event_id.startswith("status:"):
        message = "Such an id stands for the status of a purchase in a file."
        raise InvalidFieldError("event_id", message)


def _check_who(event: NewEvent) -> None:
    if event.kind == "return":
        if event.shopper_id is not None or event.session_id is not None:
            message = "A return has none: its purchase has one."
            raise InvalidFieldError("shopper_id", message)
        return
    if event.kind not in _OF_SESSIONS and event.session_id is not None:
        message = f"A {event.kind} needs a shopper_id; a session_id is for views."
        raise InvalidFieldError("session_id", message)
    if event.shopper_id is None and event.session_id is None and event.impression_id is not None:
        return
    if (event.shopper_id is None) == (event.session_id is None):
        message = "Give one of shopper_id and session_id."
        raise InvalidFieldError("shopper_id", message)


def _with_price_in_cents(event: NewEvent) -> NewEvent:
    if event.unit_price is None:
        return event
    # A number as it was written, rather than the nearest binary one.
    price = Decimal(str(event.unit_price))
    if not (price.is_finite() and 0 <= price <= _MOST_PRICE):
        message = f"Must be a number from 0 to {_MOST_PRICE}."
        raise InvalidFieldError("unit_price", message)
    return structs.replace(event, unit_price=price.quantize(_CENT, ROUND_HALF_UP))
