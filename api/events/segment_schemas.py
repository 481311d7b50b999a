"""Calls of Segment's ecommerce specification as the JSON API takes them, and the answers.

The names are those of https://segment.com/docs/connections/spec/ecommerce/v2/.
"""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Literal

from msgspec import Meta, Struct

from api.events.schemas import MOST_EVENTS, EventOutcome
from api.fields import Id

# Leaves room for the place of a product within the 200 characters of an event's id.
MessageId = Annotated[
    str, Meta(min_length=1, max_length=190, pattern=r"^[^\x00]*[^\x00\s][^\x00]*$")
]


class SegmentProduct(Struct):
    """A product of a call, as its properties or within them."""

    product_id: Id | None = None
    quantity: Annotated[int, Meta(ge=1, le=1_000_000)] | None = None
    price: Decimal | float | None = None
    impression_id: Annotated[
        Annotated[str, Meta(min_length=1, max_length=1000, pattern=r"^[^\x00]*$")] | None,
        Meta(description="Of alsolike: that of the product in its list."),
    ] = None


class SegmentProperties(SegmentProduct):
    """Properties of a call."""

    order_id: Id | None = None
    list_id: Id | None = None
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

    message_id: Annotated[MessageId, Meta(description="The same id is recorded once.")]
    type: str = "track"
    event: str | None = None
    user_id: Annotated[Id | None, Meta(description="The shopper.")] = None
    anonymous_id: Annotated[Id | None, Meta(description="The session of a visitor.")] = None
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
