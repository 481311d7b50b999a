"""An event as the JSON API takes it, and the answer."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Literal

from msgspec import Meta, Struct

from api.fields import Id


class NewEvent(Struct, forbid_unknown_fields=True):
    """Something that a shopper or an anonymous visitor did."""

    event_id: Annotated[Id, Meta(description="Yours; the same id and kind is recorded once.")]
    kind: Literal["view", "purchase", "hide"]
    product_id: Id
    shopper_id: Id | None = None
    session_id: Annotated[
        Id | None,
        Meta(
            description="Instead of a shopper, for views alone. Give a visitor an id only after "
            "they agreed to personalisation: sending one says that they did."
        ),
    ] = None
    occurred_at: Annotated[
        Annotated[datetime, Meta(tz=True)] | None,
        Meta(description="With a zone, not in the future; null: now."),
    ] = None
    quantity: Annotated[int, Meta(ge=1, le=1_000_000, description="Of a purchase.")] = 1
    unit_price: Annotated[Decimal | None, Meta(description="Of a purchase, not negative.")] = None
    order_id: Annotated[Id | None, Meta(description="Of a purchase.")] = None

    def __post_init__(self) -> None:
        """Trim the ids, as the loader does."""
        self.event_id = self.event_id.strip()
        self.product_id = self.product_id.strip()
        self.shopper_id = self.shopper_id and self.shopper_id.strip()
        self.session_id = self.session_id and self.session_id.strip()
        self.order_id = self.order_id and self.order_id.strip()


class EventResult(Struct):
    """Whether an event was recorded, and if not, why."""

    recorded: bool
    reason: Literal["duplicate", "no consent", "erased"] | None = None
