"""What the JSON API recommends.

A struct that is filled from a query has its columns' order.
"""

from datetime import datetime
from typing import Annotated

from msgspec import Meta, Struct

from api.ladder.tiers import AnswerTier


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
        str | None,
        Meta(description="Continuation token of the next page; null: these were the last."),
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
        str | None,
        Meta(description="Continuation token of the next page; null: these were the last."),
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
