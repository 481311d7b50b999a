"""What the JSON API takes and gives of recommendations; a client makes these without the server."""

from datetime import datetime
from typing import Annotated, Generic, Literal, TypeVar

from msgspec import UNSET, Meta, Struct, UnsetType

from api.fields import (
    Diversity,
    Id,
    PageAddress,
    SalePrice,
    VariantCount,
    in_utc,
    page_address,
    picture_address,
)
from api.filters import ProductFilter
from api.ladder.tiers import AnswerTier

Why = TypeVar("Why")


Place = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=100,
        pattern=r"^[A-Za-z0-9_-]+$",
        description="What you call the place where the list is shown. With it the answer is noted "
        "as shown, and its products have an `impression_id`; null: nothing is noted.",
    ),
]


class Action(Struct, forbid_unknown_fields=True):
    """Something that the shopper did, as the caller knows it."""

    product_id: Id
    kind: Literal["view", "purchase", "review"] = "view"
    occurred_at: Annotated[
        Annotated[datetime, Meta(tz=True)] | None,
        Meta(description="With a zone; null: just now, in the order of the list."),
    ] = None

    def __post_init__(self) -> None:
        """Trim the id, as the loader does; bring the time to UTC: Postgres knows fewer zones."""
        self.product_id = self.product_id.strip()
        if self.occurred_at is not None:
            self.occurred_at = in_utc(self.occurred_at)


class RecommendationRequest(Struct, forbid_unknown_fields=True):
    """For whom, what, and how many."""

    shopper_id: Id | None = None
    session_id: Annotated[
        Id | None,
        Meta(
            description="Of an anonymous visitor, whose views were sent with it. Give a visitor an "
            "id only after they agreed to personalisation."
        ),
    ] = None
    history: Annotated[
        list[Action],
        Meta(max_length=200, description="More actions, the oldest first; nothing of it is kept."),
    ] = []
    basket: Annotated[
        list[Id],
        Meta(max_length=200, description="What lies in the basket: it counts, and is left out."),
    ] = []
    candidates: Annotated[
        Annotated[list[Id], Meta(max_length=1000)] | None,
        Meta(description="Choose among these products alone."),
    ] = None
    exclude: Annotated[list[Id], Meta(max_length=500, description="Leave these out.")] = []
    filter: ProductFilter | None = None
    k: Annotated[int, Meta(ge=1, le=100, description="Rows wanted.")] = 10
    diversity: Annotated[
        Diversity | None,
        Meta(description="How much the products should differ; null: the model's."),
    ] = None
    reasons: Annotated[bool, Meta(description="Whether to say why.")] = True
    model: Annotated[Id | None, Meta(description="Null: the serving one.")] = None
    after: Annotated[
        Annotated[str, Meta(max_length=8000)] | None,
        Meta(description="`after` of the page before, for the next one."),
    ] = None
    place: Place | None = None
    measurement: Annotated[
        bool,
        Meta(
            description="Whether the visitor of the session agreed to measurement; otherwise the "
            "list is only counted. Of a shopper it is known."
        ),
    ] = False

    def __post_init__(self) -> None:
        """Trim the ids, as the loader does."""
        self.shopper_id = self.shopper_id and self.shopper_id.strip()
        self.session_id = self.session_id and self.session_id.strip()
        self.basket = _trimmed(self.basket)
        self.candidates = None if self.candidates is None else _trimmed(self.candidates)
        self.exclude = _trimmed(self.exclude)


class SimilarRequest(Struct, forbid_unknown_fields=True):
    """Products, for each of which similar ones are wanted."""

    product_ids: Annotated[list[Id], Meta(min_length=1, max_length=100)]
    k: Annotated[int, Meta(ge=1, le=100, description="Rows wanted of each.")] = 10
    candidates: Annotated[
        Annotated[list[Id], Meta(max_length=1000)] | None,
        Meta(description="Choose among these products alone."),
    ] = None
    exclude: Annotated[list[Id], Meta(max_length=500, description="Leave these out.")] = []
    filter: ProductFilter | None = None
    reasons: Annotated[bool, Meta(description="Whether to say why.")] = False
    model: Annotated[Id | None, Meta(description="Null: the serving one.")] = None
    place: Place | None = None
    shopper_id: Annotated[
        Id | None, Meta(description="To whom the lists are shown; for `place` alone.")
    ] = None
    session_id: Annotated[
        Id | None, Meta(description="To whom the lists are shown; for `place` alone.")
    ] = None
    measurement: Annotated[
        bool,
        Meta(
            description="Whether the visitor of the session agreed to measurement; otherwise the "
            "lists are only counted. Of a shopper it is known."
        ),
    ] = False

    def __post_init__(self) -> None:
        """Trim the ids, as the loader does."""
        self.product_ids = _trimmed(self.product_ids)
        self.shopper_id = self.shopper_id and self.shopper_id.strip()
        self.session_id = self.session_id and self.session_id.strip()
        self.candidates = None if self.candidates is None else _trimmed(self.candidates)
        self.exclude = _trimmed(self.exclude)


def _trimmed(ids: list[str]) -> list[str]:
    return [one.strip() for one in ids]


class _Listed(Struct):
    """What the fields of every list begin with."""

    product_id: str


class ListedProduct(_Listed, kw_only=True):
    """What every list tells of a product, around the fields of the list's own."""

    title: str
    brand: str | None
    category: str | None
    price: float | None
    sale_price: SalePrice
    currency: str | None
    image_url: str | None
    url: PageAddress
    variants: VariantCount
    impression_id: Annotated[
        str | UnsetType,
        Meta(description="For events of kind seen and click; where the question has a `place`."),
    ] = UNSET

    def __post_init__(self) -> None:
        """Give addresses of our own as other sites have to write them."""
        self.url = page_address(self.url, self.product_id)
        self.image_url = picture_address(self.image_url)


class ExplainedProduct(ListedProduct, Generic[Why], kw_only=True):
    """A product of a list that can say why it has it."""

    reason: Annotated[Why | None, Meta(description="Null where none was asked for.")]


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


class SimilarProduct(ExplainedProduct[SimilarReason]):
    """A product like another one."""

    rank: Annotated[int, Meta(description="From 1, the most similar first.")]
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


class Complement(ListedProduct):
    """A product that goes with another one."""

    rank: Annotated[int, Meta(description="From 1, what goes with it best first.")]
    score: Annotated[
        float,
        Meta(
            description="together / (together + shrinkage) × ln(lift), above 0; of `category` with "
            "what the two products have in common, and how often it is bought."
        ),
    ]
    together: Annotated[
        int, Meta(description="Orders that both are in; of `category`, both categories.")
    ]
    lift: Annotated[float, Meta(description="How much more often than by chance; above 1.")]
    basis: Annotated[
        Literal["pair", "category"],
        Meta(
            description="`pair`: the two products are bought in one order; `category`: their "
            "categories are. Pairs come first."
        ),
    ]


class Complements(Struct):
    """The products that go with a product."""

    product_id: str
    items: list[Complement]
    tier: AnswerTier = "live"


class Reason(Struct):
    """Why a product is recommended: the shopper's event behind it."""

    kind: Annotated[
        str,
        Meta(
            description="`viewed`, `bought`, `reviewed`, `in_basket`, `popular`, or `asked_for`: "
            "on the site they want more like it."
        ),
    ]
    event_id: Annotated[str | None, Meta(description="Null for what the request told of.")]
    product_id: str | None
    count: Annotated[
        int | None, Meta(description="Of `popular`: views and purchases of the last two weeks.")
    ] = None


class RecommendedProduct(ExplainedProduct[Reason]):
    """A product for a shopper."""

    rank: Annotated[int, Meta(description="From 1, over all pages.")]
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


class TrendingProduct(ListedProduct):
    """A product that shoppers act on these days."""

    rank: Annotated[int, Meta(description="From 1, over all pages.")]
    score: Annotated[
        float | None, Meta(description="Decayed count of recent actions; null of a snapshot.")
    ]
    actions: Annotated[
        int | None,
        Meta(description="Views and purchases of the last two weeks; null of a snapshot."),
    ]


class TrendingProducts(Struct):
    """What is popular these days."""

    items: list[TrendingProduct]
    after: Annotated[
        str | None,
        Meta(description="Continuation token of the next page; null: these were the last."),
    ]
    next: Annotated[str | None, Meta(description="Address of the next page.")]
    tier: AnswerTier = "live"


class ViewedProduct(ListedProduct):
    """A product that was looked at."""

    rank: Annotated[int, Meta(description="From 1, the latest first.")]
    event_id: Annotated[str, Meta(description="The latest view of it.")]
    viewed_at: datetime


class ViewedProducts(Struct):
    """What was looked at last."""

    items: list[ViewedProduct]
    tier: AnswerTier = "live"


class BoughtProduct(ListedProduct):
    """A product that may be bought again."""

    rank: Annotated[int, Meta(description="From 1, what is most likely due first.")]
    times: Annotated[int, Meta(description="How often they bought it.")]
    event_id: Annotated[str, Meta(description="The latest purchase of it.")]
    purchased_at: datetime
    due: Annotated[
        float,
        Meta(description="Time since then over the usual time between two purchases; due from 1."),
    ]


class BoughtProducts(Struct):
    """What a shopper may be about to buy again."""

    shopper_id: str
    items: list[BoughtProduct]
    tier: AnswerTier = "live"
