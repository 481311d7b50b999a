"""Calls of Segment's ecommerce specification as events."""

import re
from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final, cast

import msgspec
from msgspec import Struct

from alsolike.purposes import Purpose
from api.events.schemas import MOST_EVENTS, EventOutcome, Kind, NewEvent
from api.events.segment_schemas import (
    MessageId,
    SegmentCall,
    SegmentOutcome,
    SegmentProduct,
    SegmentProperties,
)
from api.http.items import where
from api.http.json_values import check_value
from api.http.parameters import to_shape
from api.problems.errors import InvalidFieldError

# The field of the body that has several calls.
BATCH: Final = "batch"
# Of an event within the request, which the sender of a call does not know.
_PLACE = re.compile(r"^events\[\d+\]\.")


class ReadCall(Struct):
    """A call, and the events that it stands for."""

    result: SegmentOutcome
    events: Sequence[NewEvent] = ()

    def outcome(self, outcomes: list[EventOutcome]) -> SegmentOutcome:
        """Return what became of it, by what became of its events."""
        if outcomes:
            self.result.status = max(one.status for one in outcomes)
            for one in outcomes:
                one.detail = one.detail and _PLACE.sub("", one.detail)
            self.result.events = outcomes
        return self.result


def read_segment(body: Mapping[str, Any]) -> list[ReadCall]:
    """Read one call, or several as a `batch`: a bad one of several harms no other.

    Raises
    ------
    InvalidFieldError
        The only call is none, the batch is empty or too long, or the calls make too many events.
    """
    if BATCH not in body:
        return [_read_call(_to_call(body, "body"))]
    if "messageId" in body:
        raise InvalidFieldError(BATCH, "Send either one call or a batch.")
    given: Any = body[BATCH]
    if not isinstance(given, list) or not 1 <= len(cast("list[Any]", given)) <= MOST_EVENTS:
        message = f"Expected a list of 1 to {MOST_EVENTS:,} calls."
        raise InvalidFieldError(BATCH, message)
    calls = [_read_one(one, place) for place, one in enumerate(cast("list[Any]", given))]
    total = sum(len(call.events) for call in calls)
    if total > MOST_EVENTS:
        message = f"Makes {total:,} events, and a request has at most {MOST_EVENTS:,}."
        raise InvalidFieldError(BATCH, message)
    return calls


def _read_one(given: object, place: int) -> ReadCall:
    try:
        return _read_call(_to_call(given, ""))
    except InvalidFieldError as error:
        detail = f"{where('batch', place, error.field)}: {error}"
        return ReadCall(SegmentOutcome(_message_id(given), HTTPStatus.BAD_REQUEST, detail=detail))


def _to_call(given: object, name: str) -> SegmentCall:
    check_value(given, name, names=1)
    return cast("SegmentCall", to_shape(given, SegmentCall, name))


def _message_id(given: object) -> str | None:
    found = cast("dict[str, Any]", given).get("messageId") if isinstance(given, dict) else None
    try:
        return msgspec.convert(found, MessageId).strip()
    except msgspec.ValidationError:
        return None


def _read_call(call: SegmentCall) -> ReadCall:
    message_id = call.message_id.strip()
    understood = _NAMES.get(call.event or "") if call.type == "track" else None
    if understood is None:
        return ReadCall(SegmentOutcome(message_id, HTTPStatus.OK, "ignored"))
    kind, products_of = understood
    products = products_of(call.properties or SegmentProperties())
    purpose = _PURPOSES.get(kind)
    preferences = (
        call.context.consent.categoryPreferences if call.context and call.context.consent else {}
    )
    agreed = preferences.get(purpose, None if call.user_id is None else True) if purpose else True
    if not agreed:
        # What was shown to nobody in particular is counted without a name.
        may_count = purpose == "measurement" and call.user_id is None
        products = [one for one in products if may_count and one.impression_id]
        if not products:
            return ReadCall(SegmentOutcome(message_id, HTTPStatus.OK, "no consent"))
        call.anonymous_id = None
    if not products:
        return ReadCall(SegmentOutcome(message_id, HTTPStatus.OK, "ignored"))
    is_list = products_of is not _itself
    events = [
        _event(call, kind, one, f"{message_id}:{number}" if is_list else message_id)
        for number, one in enumerate(products)
    ]
    return ReadCall(SegmentOutcome(message_id, HTTPStatus.OK), events)


def _event(call: SegmentCall, kind: Kind, product: SegmentProduct, event_id: str) -> NewEvent:
    properties = call.properties or SegmentProperties()
    is_purchase, is_click = kind == "purchase", kind == "click"
    is_marked = kind == "seen" or is_click
    return NewEvent(
        event_id=event_id,
        kind=kind,
        product_id=product.product_id,
        shopper_id=call.user_id,
        session_id=call.anonymous_id if call.user_id is None and not is_purchase else None,
        occurred_at=call.timestamp,
        quantity=product.quantity if is_purchase else None,
        unit_price=product.price if is_purchase else None,
        order_id=properties.order_id if is_purchase else None,
        place=properties.list_id if is_click else None,
        impression_id=product.impression_id if is_marked else None,
    )


def _itself(properties: SegmentProperties) -> Sequence[SegmentProduct]:
    return [properties]


def _products(properties: SegmentProperties) -> Sequence[SegmentProduct]:
    return properties.products


def _products_of_lists(properties: SegmentProperties) -> Sequence[SegmentProduct]:
    """Return those that were in a list of ours."""
    return [one for one in properties.products if one.impression_id]


_Products = Callable[[SegmentProperties], Sequence[SegmentProduct]]
_NAMES: Final[Mapping[str, tuple[Kind, _Products]]] = {
    "Product List Viewed": ("seen", _products_of_lists),
    "Product Clicked": ("click", _itself),
    "Product Viewed": ("view", _itself),
    "Product Added": ("basket", _itself),
    "Order Completed": ("purchase", _products),
}
_PURPOSES: Final[Mapping[Kind, Purpose]] = {
    "seen": "measurement",
    "click": "measurement",
    "view": "personalisation",
    "basket": "personalisation",
}
