"""What the JSON API takes and gives.

A struct that is filled from a query has its columns' order.
"""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from api.ladder.tiers import Tier

AnswerTier = Annotated[
    Tier,
    Meta(
        description="The step of the ladder that answered: `live`, or where that failed "
        "precomputed `neighbours`, what is `popular`, or the last `snapshot` on the disk."
    ),
]

# Postgres keeps no NUL character, so none is let in. Blanks around an id are no part of it.
Id = Annotated[str, Meta(min_length=1, max_length=200, pattern=r"^[^\x00]*[^\x00\s][^\x00]*$")]


class Product(Struct):
    """A product of the catalogue; `price` is in `currency`."""

    product_id: str
    title: str
    description: str | None
    category: Annotated[str | None, Meta(description="Path from the root: `A > B > C`.")]
    brand: str | None
    price: float | None
    currency: str | None
    image_url: str | None
    attributes: dict[str, Any]
    is_in_stock: bool
    created_at: datetime


class ProductPage(Struct):
    """Some products, and where the next ones are (null: these were the last)."""

    items: list[Product]
    next: Annotated[str | None, Meta(description="Address of the next page.")]
    by: Annotated[
        Literal["text", "text+vectors"] | UnsetType,
        Meta(description="Of a search: whether words alone ranked, or their meaning as well."),
    ] = UNSET
    suggestions: Annotated[
        list[str] | UnsetType,
        Meta(description="Of a search that found nothing: words of it that find something alone."),
    ] = UNSET


class SimilarReason(Struct):
    """Why a product is like another one."""

    kind: Annotated[
        str,
        Meta(
            description="`bought_together`, `viewed_together`, `popular`, or `alike` in its text."
        ),
    ]
    count: Annotated[
        int | None,
        Meta(description="Orders or visits that both are in; of `popular` the recent actions."),
    ]


class SimilarProduct(Struct):
    """A product like another one."""

    rank: Annotated[int, Meta(description="From 1, the most similar first.")]
    product_id: str
    score: Annotated[
        float | None,
        Meta(
            description="Likeness, the greater the more: cosine similarity, or what a trained "
            "model gives the pair; null for a product that only fills up."
        ),
    ]
    source: Annotated[
        str,
        Meta(
            description="`neighbours` of a trained model, `vectors` by cosine similarity, or "
            "`popular` where both only fill up."
        ),
    ]
    model: Annotated[str | None, Meta(description="The model that answered.")]
    title: str
    brand: str | None
    category: str | None
    price: float | None
    currency: str | None
    image_url: str | None
    reason: Annotated[SimilarReason | None, Meta(description="Null where none was asked for.")]


class SimilarProducts(Struct):
    """The products most like a product."""

    product_id: str
    items: list[SimilarProduct]
    tier: AnswerTier = "live"


class SimilarLists(Struct):
    """The products most like each of several."""

    lists: Annotated[
        list[SimilarProducts],
        Meta(description="In the order of the question, unknown ones left out."),
    ]
    unknown: Annotated[list[str], Meta(description="Ids that there is no product of.")]
    tier: AnswerTier = "live"


class Complement(Struct):
    """A product that goes with another one."""

    rank: Annotated[int, Meta(description="From 1, what goes with it best first.")]
    product_id: str
    score: Annotated[
        float, Meta(description="together / (together + shrinkage) × ln(lift), above 0.")
    ]
    together: Annotated[int, Meta(description="Orders that both are in.")]
    lift: Annotated[float, Meta(description="How much more often than by chance; above 1.")]
    title: str
    brand: str | None
    category: str | None
    price: float | None
    currency: str | None
    image_url: str | None


class Complements(Struct):
    """The products that go with a product."""

    product_id: str
    items: list[Complement]
    tier: AnswerTier = "live"


class Reason(Struct):
    """Why a product is recommended: the shopper's event behind it."""

    kind: Annotated[
        str, Meta(description="`viewed`, `bought`, `reviewed`, `in_basket` or `popular`.")
    ]
    event_id: Annotated[str | None, Meta(description="Null for what the request told of.")]
    product_id: str | None
    count: Annotated[
        int | None, Meta(description="Of `popular`: views and purchases of the last two weeks.")
    ] = None


class RecommendedProduct(Struct):
    """A product for a shopper."""

    rank: Annotated[int, Meta(description="From 1, over all pages.")]
    product_id: str
    score: Annotated[
        float | None,
        Meta(
            description="Relevance: cosine similarity to the shopper's taste, or what a trained "
            "model adds up; null for a product that only fills up. Where the model asks for "
            "diversity it need not fall with the rank, which is the order to show."
        ),
    ]
    source: Annotated[str, Meta(description="`personal` or `popular`.")]
    model: Annotated[str | None, Meta(description="The model that answered.")]
    title: str
    brand: str | None
    category: str | None
    price: float | None
    currency: str | None
    image_url: str | None
    reason: Annotated[Reason | None, Meta(description="Null where none was asked for.")]


class RecommendedProducts(Struct):
    """The products that a shopper may also like."""

    shopper_id: str | None
    items: list[RecommendedProduct]
    after: Annotated[
        str | None, Meta(description="Mark of the next page; null: these were the last.")
    ]
    next: Annotated[str | None, Meta(description="Address of the next page.")]
    tier: AnswerTier = "live"


class TrendingProduct(Struct):
    """A product that shoppers act on these days."""

    rank: Annotated[int, Meta(description="From 1, over all pages.")]
    product_id: str
    score: Annotated[
        float | None, Meta(description="Decayed count of recent actions; null of a snapshot.")
    ]
    actions: Annotated[
        int | None,
        Meta(description="Views and purchases of the last two weeks; null of a snapshot."),
    ]
    title: str
    brand: str | None
    category: str | None
    price: float | None
    currency: str | None
    image_url: str | None


class TrendingProducts(Struct):
    """What is popular these days."""

    items: list[TrendingProduct]
    after: Annotated[
        str | None, Meta(description="Mark of the next page; null: these were the last.")
    ]
    next: Annotated[str | None, Meta(description="Address of the next page.")]
    tier: AnswerTier = "live"


class ViewedProduct(Struct):
    """A product that was looked at."""

    rank: Annotated[int, Meta(description="From 1, the latest first.")]
    product_id: str
    event_id: Annotated[str, Meta(description="The latest view of it.")]
    viewed_at: datetime
    title: str
    brand: str | None
    category: str | None
    price: float | None
    currency: str | None
    image_url: str | None


class ViewedProducts(Struct):
    """What was looked at last."""

    items: list[ViewedProduct]
    tier: AnswerTier = "live"


class BoughtProduct(Struct):
    """A product that may be bought again."""

    rank: Annotated[int, Meta(description="From 1, what is most likely due first.")]
    product_id: str
    times: Annotated[int, Meta(description="How often they bought it.")]
    event_id: Annotated[str, Meta(description="The latest purchase of it.")]
    purchased_at: datetime
    due: Annotated[
        float,
        Meta(description="Time since then over the usual time between two purchases; due from 1."),
    ]
    title: str
    brand: str | None
    category: str | None
    price: float | None
    currency: str | None
    image_url: str | None


class BoughtProducts(Struct):
    """What a shopper may be about to buy again."""

    shopper_id: str
    items: list[BoughtProduct]
    tier: AnswerTier = "live"


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
    reason: Literal["duplicate", "no consent"] | None = None


class Consent(Struct, forbid_unknown_fields=True):
    """What a shopper decides."""

    personalisation: Annotated[
        bool,
        Meta(
            description="Whether what the shopper views, buys and reviews may be used to recommend."
        ),
    ]


class Shopper(Struct):
    """A shopper, and what they decided last."""

    shopper_id: str
    personalisation: Annotated[bool, Meta(description="Whether they consent to it now.")]


class Liveness(Struct):
    """The process answers."""

    status: Literal["live"]


class Readiness(Struct):
    """The app can answer requests: all of them, or without the database those that only read."""

    status: Literal["ready", "degraded"]
    database: Literal["ok", "away"]
    schema: Literal["ok", "unknown"]
    model: Annotated[str | None, Meta(description="The serving model; null: popular ones serve.")]
    reason: Annotated[
        str | None,
        Meta(description="Why the database is away, as it says itself; null: it is not."),
    ] = None
