"""Calls of Segment's ecommerce specification as events.

The names are those of https://segment.com/docs/connections/spec/ecommerce/v2/.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from http import HTTPStatus
from typing import Annotated, Any, Final, Literal, cast

import msgspec
from msgspec import Meta, Struct

from alsolike.purposes import Purpose
from api.events.schemas import MOST_EVENTS, EventOutcome, Kind, NewEvent
from api.http.items import where
from api.http.json_values import check_value
from api.http.parameters import to_shape
from api.problems.errors import InvalidFieldError

# Leaves room for the place of a product within the 200 characters of an event's id.
_MessageId = Annotated[
    str, Meta(min_length=1, max_length=190, pattern=r"^[^\x00]*[^\x00\s][^\x00]*$")
]
# Of an event within the request, which the sender of a call does not know.
_PLACE = re.compile(r"^events\[\d+\]\.")
_Id = Annotated[str, Meta(min_length=1, max_length=200, pattern=r"^[^\x00]*[^\x00\s][^\x00]*$")]


class SegmentProduct(Struct):
    """A product of a call, as its properties or within them."""

    product_id: _Id | None = None
    quantity: Annotated[int, Meta(ge=1, le=1_000_000)] | None = None
    price: Decimal | float | None = None
    impression_id: Annotated[
        Annotated[str, Meta(min_length=1, max_length=1000, pattern=r"^[^\x00]*$")] | None,
        Meta(description="Of alsolike: that of the product in its list."),
    ] = None


class SegmentProperties(SegmentProduct):
    """Properties of a call."""

    order_id: _Id | None = None
    list_id: _Id | None = None
    products: Annotated[list[SegmentProduct], Meta(max_length=MOST_EVENTS)] = []


class SegmentConsent(Struct):
    """What the visitor agreed to."""

    categoryPreferences: Annotated[  # noqa: N815  (Segment's own name)
        dict[str, bool], Meta(description="By purpose: personalisation, measurement.")
    ] = {}


class SegmentContext(Struct):
    """Where a call comes from."""

    consent: SegmentConsent | None = None


class SegmentCall(Struct, rename="camel"):
    """A call of Segment's; fields that are not named here are left alone."""

    message_id: Annotated[_MessageId, Meta(description="The same id is recorded once.")]
    type: str = "track"
    event: str | None = None
    user_id: Annotated[_Id | None, Meta(description="The shopper.")] = None
    anonymous_id: Annotated[_Id | None, Meta(description="The session of a visitor.")] = None
    timestamp: Annotated[datetime, Meta(tz=True)] | None = None
    properties: SegmentProperties | None = None
    context: SegmentContext | None = None


class SegmentBatch(Struct):
    """Calls, in the order in which they happened."""

    batch: Annotated[list[SegmentCall], Meta(min_length=1, max_length=MOST_EVENTS)]


class SegmentOutcome(Struct):
    """What became of a call."""

    message_id: Annotated[str | None, Meta(description="null: what was sent as an id is none.")]
    status: Annotated[
        int,
        Meta(description="The highest of its events, else 200, or 400 for a call that is none."),
    ]
    reason: Literal["ignored", "no consent"] | None = None
    detail: Annotated[str | None, Meta(description="Why it was refused.")] = None
    events: list[EventOutcome] = []


class SegmentOutcomes(Struct):
    """What became of each call, in the order of the request."""

    results: list[SegmentOutcome]


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
    if "batch" not in body:
        return [_read_call(_to_call(body, "body"))]
    if "messageId" in body:
        raise InvalidFieldError("batch", "Send either one call or a batch.")
    given: Any = body["batch"]
    if not isinstance(given, list) or not 1 <= len(cast("list[Any]", given)) <= MOST_EVENTS:
        message = f"Expected a list of 1 to {MOST_EVENTS:,} calls."
        raise InvalidFieldError("batch", message)
    calls = [_read_one(one, place) for place, one in enumerate(cast("list[Any]", given))]
    total = sum(len(call.events) for call in calls)
    if total > MOST_EVENTS:
        message = f"Makes {total:,} events, and a request has at most {MOST_EVENTS:,}."
        raise InvalidFieldError("batch", message)
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
        return msgspec.convert(found, _MessageId).strip()
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
