"""Events as the JSON API takes them, and the answers."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Literal

from msgspec import Meta, Struct

from alsolike.shop_texts import REVIEW_TEXTS, is_nothing
from api.fields import Id, Text

Kind = Literal["view", "seen", "click", "basket", "purchase", "return", "review", "hide", "unhide"]
MOST_EVENTS = 500


class NewEvent(Struct, forbid_unknown_fields=True):
    """Something that a shopper or an anonymous visitor did."""

    event_id: Annotated[Id, Meta(description="Yours; the same id and kind is recorded once.")]
    kind: Annotated[
        Kind,
        Meta(
            description="seen, click: a product of a list was on the screen, or clicked on; "
            "basket: put into it; return: a purchase was taken back; unhide: a hidden "
            "product may be shown again."
        ),
    ]
    product_id: Annotated[Id | None, Meta(description="Of every kind but a return.")] = None
    shopper_id: Annotated[Id | None, Meta(description="Of every kind but a return.")] = None
    session_id: Annotated[
        Id | None,
        Meta(
            description="Instead of a shopper, for views, clicks, baskets and what was seen. Give "
            "a visitor an id only after they agreed: a view or a basket says that they agreed to "
            "personalisation, a click that they agreed to measurement."
        ),
    ] = None
    occurred_at: Annotated[
        Annotated[datetime, Meta(tz=True)] | None,
        Meta(description="With a zone, not in the future; null: now."),
    ] = None
    quantity: Annotated[
        Annotated[int, Meta(ge=1, le=1_000_000)] | None,
        Meta(description="Of a purchase, null: 1; of a return, null: all of it."),
    ] = None
    unit_price: Annotated[
        Decimal | float | None, Meta(description="Of a purchase, not negative.")
    ] = None
    order_id: Annotated[Id | None, Meta(description="Of a purchase.")] = None
    purchase_id: Annotated[
        Id | None, Meta(description="Of a return: `event_id` of the purchase.")
    ] = None
    rating: Annotated[
        Annotated[int, Meta(ge=1, le=5)] | None, Meta(description="Of a review, in stars.")
    ] = None
    title: Annotated[Text | None, Meta(description="Of a review.")] = None
    body: Annotated[
        Annotated[str, Meta(max_length=20_000, pattern=r"^[^\x00]*$")] | None,
        Meta(description="Of a review."),
    ] = None
    place: Annotated[
        Id | None, Meta(description="Of a click: where the list stood, such as `product-page`.")
    ] = None
    model: Annotated[
        Id | None, Meta(description="Of a click: `model` of the product in the list.")
    ] = None
    impression_id: Annotated[
        Annotated[str, Meta(min_length=1, max_length=1000, pattern=r"^[^\x00]*$")] | None,
        Meta(
            description="Of a click or what was seen: that of the product in the list. It says "
            "place and model by itself, and a list of nobody in particular needs neither shopper "
            "nor session."
        ),
    ] = None

    def __post_init__(self) -> None:
        """Trim ids, make HTML text and words for nothing null, as the loader does."""
        self.event_id = self.event_id.strip()
        self.product_id = _given("product_id", self.product_id)
        self.shopper_id = _given("shopper_id", self.shopper_id)
        self.session_id = _given("session_id", self.session_id)
        self.order_id = _given("order_id", self.order_id)
        self.purchase_id = _given("purchase_id", self.purchase_id)
        self.title = self.title and _given("title", REVIEW_TEXTS["title"](self.title))
        self.body = self.body and _given("body", REVIEW_TEXTS["body"](self.body))


def _given(column: str, text: str | None) -> str | None:
    """Return a text without the blanks around it; None for a word that stands for nothing."""
    trimmed = text and text.strip()
    return None if is_nothing(column, trimmed) else trimmed or None


class NewEvents(Struct, forbid_unknown_fields=True):
    """Events, in any order but that a purchase comes before its return."""

    events: Annotated[list[NewEvent], Meta(min_length=1, max_length=MOST_EVENTS)]


class EventResult(Struct):
    """Whether an event was recorded, and if not, why."""

    recorded: bool
    reason: Literal["duplicate", "no consent", "erased"] | None = None


class EventOutcome(Struct):
    """What became of an event of several."""

    event_id: Annotated[str | None, Meta(description="null: what was sent as an id is none.")]
    status: Annotated[
        int,
        Meta(
            description="As it would have been answered by itself: 200, 201, 400, 404, 409; "
            "503: there was no time for it, so send it again."
        ),
    ]
    recorded: bool = False
    reason: Literal["duplicate", "no consent", "erased"] | None = None
    detail: Annotated[str | None, Meta(description="Why it was refused.")] = None


class EventOutcomes(Struct):
    """What became of each event, in the order of the request."""

    results: list[EventOutcome]
