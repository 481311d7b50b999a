"""An example of everything that the API takes and gives.

All of them tell one story: shopper-17 looks at a knife, shopper-18 signs up, and the shop has a new
knife. A test sends them and compares the answers.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from api.catalogue.schemas import (
    NewProduct,
    NewProducts,
    Product,
    ProductFields,
    ProductPage,
    ProductResult,
    ProductResults,
    RemovalResult,
    RemovalResults,
    RemovedProducts,
)
from api.events.schemas import EventOutcome, EventOutcomes, EventResult, NewEvent, NewEvents
from api.events.segment_schemas import (
    SegmentBatch,
    SegmentCall,
    SegmentOutcome,
    SegmentOutcomes,
    SegmentProperties,
)
from api.filters import ProductFilter
from api.health.schemas import Liveness, Readiness
from api.paging.continuation import Continuation, encode_continuation
from api.paging.keyset import encode_cursor, list_key
from api.privacy.schemas import Erasure
from api.recommendations.questions import trending_list
from api.recommendations.schemas import (
    Action,
    BoughtProduct,
    BoughtProducts,
    Complement,
    Complements,
    Reason,
    RecommendationRequest,
    RecommendedProduct,
    RecommendedProducts,
    SimilarLists,
    SimilarProduct,
    SimilarProducts,
    SimilarReason,
    SimilarRequest,
    TrendingProduct,
    TrendingProducts,
    ViewedProduct,
    ViewedProducts,
)
from api.visitors.schemas import Consent, Shopper

PRODUCT_ID = "knife-santoku"
SHOPPER_ID = "shopper-17"
NEWCOMER_ID = "shopper-18"
NEW_PRODUCT_ID = "knife-paring"
CATEGORY = "Kitchen > Knives"
MODEL = "average"
# Where a list of recommendations went on after its first product, on the second of March 2026.
_PAGE = Continuation(
    datetime(2026, 3, 2, 18, tzinfo=UTC),
    MODEL,
    ["knife-chef"],
    list_key("recommendations", ProductFilter(), None),
)
_AFTER = encode_continuation(_PAGE) or ""
_AFTER_POPULAR = (
    encode_continuation(replace(_PAGE, model=None, of=trending_list(ProductFilter()))) or ""
)
_CURSOR = encode_cursor((PRODUCT_ID,), list_key("products", None))

# What lists tell of the products.
_SANTOKU: Mapping[str, Any] = {
    "product_id": PRODUCT_ID,
    "title": "Santoku knife, 18 cm",
    "brand": "Plainly",
    "category": CATEGORY,
    "price": 59.9,
    "sale_price": 49.9,
    "currency": "EUR",
    "image_url": "https://cdn.example/knife-santoku.jpg",
    "url": "https://shop.example/knives/santoku",
}
_CHEFS_KNIFE: Mapping[str, Any] = {
    **_SANTOKU,
    "product_id": "knife-chef",
    "title": "Chef's knife, 20 cm",
    "price": 64.0,
    "sale_price": None,
    "image_url": "https://cdn.example/knife-chef.jpg",
    "url": "https://shop.example/knives/chef",
    "variants": 2,
}
_BOARD: Mapping[str, Any] = {
    "product_id": "board-oak",
    "title": "Chopping board, oak",
    "brand": "Plainly",
    "category": "Kitchen > Boards",
    "price": 29.5,
    "sale_price": None,
    "currency": "EUR",
    "image_url": None,
    "url": "/products/board-oak",
    "variants": 0,
}
_PRODUCT = Product(
    **_SANTOKU,
    description="Cuts vegetables as thin as you like.",
    attributes={"blade": "18 cm", "dishwasher_safe": False},
    is_in_stock=True,
    created_at=datetime(2026, 3, 1, 9, 30, tzinfo=UTC),
    variants=2,
    more_image_urls=["https://cdn.example/knife-santoku-2.jpg"],
)
_NEW_PRODUCT: Mapping[str, Any] = {
    "title": "Paring knife, 9 cm",
    "category": CATEGORY,
    "brand": "Plainly",
    "price": 24.5,
    "currency": "EUR",
    "url": "https://shop.example/knife-paring",
    "attributes": {"blade": "9 cm"},
    "is_in_stock": True,
}
_RESULT = ProductResult(NEW_PRODUCT_ID, "updated")
_REMOVAL = RemovalResult(NEW_PRODUCT_ID, "removed")
_SIMILAR = SimilarProduct(
    rank=1,
    score=0.93,
    source="vectors",
    model=MODEL,
    **_CHEFS_KNIFE,
    reason=SimilarReason(kind="bought_together", count=14),
)
_SIMILAR_PRODUCTS = SimilarProducts(product_id=PRODUCT_ID, items=[_SIMILAR])

PARAMETERS: Mapping[str, Any] = {
    "after": _CURSOR,
    "category": CATEGORY,
    "count": 4,
    "exclude": ["knife-bread"],
    "heading": "You may also like",
    "language": "de",
    "k": 5,
    "limit": 5,
    "model": MODEL,
    "diversity": "low",
    "reasons": True,
    "session_id": "visit-18",
    "session": "visit-18",
    "place": "trending",
    "noted_as": "trending",
    "measurement": False,
    "purpose": "measurement",
    "product_id": PRODUCT_ID,
    "product": PRODUCT_ID,
    "q": "santoku",
    "shopper_id": SHOPPER_ID,
    "shopper": SHOPPER_ID,
}
"""By name of the parameter; it means the same wherever it stands, but for `after`. Those of the
filter stand in `ProductFilter`."""

BLOCK = (
    '<section class="also-like" data-place="trending"><ul class="also-like__list">'
    '<li class="also-like__item" data-product="knife-santoku" data-place="trending" data-rank="1">'
    '<a class="also-like__link" href="https://shop.example/knives/santoku">'
    '<span class="also-like__title" dir="auto">Santoku knife, 18 cm</span></a></li></ul></section>'
)
"""A block, without what it has for people to read it in."""

CONTINUATIONS: Mapping[str, str] = {
    "/v1/trending": _AFTER_POPULAR,
    "/v1/shoppers/{shopper_id}/recommendations": _AFTER,
}
"""By path, where `after` is a continuation token and no cursor."""

OF_NEWCOMERS = frozenset({"/v1/shoppers/{shopper_id}", "/v1/shoppers/{shopper_id}/consent"})
"""Paths at which `shopper_id` is the newcomer's."""

EXAMPLES: tuple[Struct, ...] = (
    _PRODUCT,
    ProductPage(items=[_PRODUCT], next=f"/v1/products?after={_CURSOR}&limit=5"),
    _SIMILAR_PRODUCTS,
    Complements(
        product_id=PRODUCT_ID,
        items=[Complement(rank=1, score=0.71, together=23, lift=3.4, basis="pair", **_BOARD)],
    ),
    RecommendedProducts(
        shopper_id=SHOPPER_ID,
        items=[
            RecommendedProduct(
                rank=1,
                score=0.88,
                source="personal",
                model=MODEL,
                **_CHEFS_KNIFE,
                reason=Reason(kind="viewed", event_id="view-4711", product_id=PRODUCT_ID),
            )
        ],
        after=_AFTER,
        next=f"/v1/shoppers/{SHOPPER_ID}/recommendations?{urlencode({'k': 1, 'after': _AFTER})}",
    ),
    RecommendationRequest(
        shopper_id=SHOPPER_ID,
        history=[Action(product_id="knife-bread")],
        basket=["board-oak"],
        filter=ProductFilter(category=CATEGORY, price_max=100.0),
        k=5,
        diversity="low",
    ),
    NewProducts([NewProduct(product_id=NEW_PRODUCT_ID, **_NEW_PRODUCT)]),
    ProductFields(**_NEW_PRODUCT),
    _RESULT,
    ProductResults([_RESULT]),
    RemovedProducts([NEW_PRODUCT_ID]),
    _REMOVAL,
    RemovalResults([_REMOVAL]),
    SimilarRequest(product_ids=[PRODUCT_ID, "board-oak"], k=5),
    SimilarLists(lists=[_SIMILAR_PRODUCTS], unknown=[]),
    TrendingProducts(
        items=[TrendingProduct(rank=1, score=31.5, actions=47, variants=0, **_SANTOKU)],
        after=_AFTER_POPULAR,
        next=f"/v1/trending?{urlencode({'k': 1, 'after': _AFTER_POPULAR})}",
    ),
    ViewedProducts(
        items=[
            ViewedProduct(
                rank=1,
                event_id="view-4711",
                viewed_at=datetime(2026, 3, 2, 17, 58, tzinfo=UTC),
                variants=0,
                **_SANTOKU,
            )
        ],
    ),
    BoughtProducts(
        shopper_id=SHOPPER_ID,
        items=[
            BoughtProduct(
                rank=1,
                times=2,
                event_id="purchase-4699",
                purchased_at=datetime(2026, 2, 1, 12, 0, tzinfo=UTC),
                due=1.2,
                **_BOARD,
            )
        ],
    ),
    NewEvent(
        event_id="purchase-4712",
        kind="purchase",
        product_id=PRODUCT_ID,
        shopper_id=SHOPPER_ID,
        occurred_at=datetime(2026, 3, 2, 18, 5, tzinfo=UTC),
        quantity=1,
        unit_price=Decimal("59.90"),
        order_id="order-99",
    ),
    EventResult(recorded=True),
    NewEvents([NewEvent("view-4720", "view", product_id=PRODUCT_ID, session_id="visit-18")]),
    EventOutcomes([EventOutcome("view-4720", 201, recorded=True)]),
    SegmentCall(
        "segment-4713",
        event="Product Viewed",
        user_id=SHOPPER_ID,
        timestamp=datetime(2026, 3, 2, 18, 7, tzinfo=UTC),
        properties=SegmentProperties(product_id=PRODUCT_ID),
    ),
    SegmentBatch([SegmentCall("segment-4714", event="Page Scrolled", user_id=SHOPPER_ID)]),
    SegmentOutcomes(
        [
            SegmentOutcome(
                "segment-4713", 201, events=[EventOutcome("segment-4713", 201, recorded=True)]
            )
        ]
    ),
    Consent(personalisation=True, display_name="Shopper 18", measurement=False),
    Erasure(
        erasure_id=UUID("018f3c6e-7f00-7000-8000-000000000017"),
        erased_at=datetime(2026, 3, 2, 18, 30, tzinfo=UTC),
        erased_before=None,
        counts={"raw.shoppers": 1, "raw.consents": 1},
        waits_for=[],
    ),
    Shopper(NEWCOMER_ID, personalisation=True),
    Liveness(status="live"),
    Readiness(status="ready", database="ok", schema="ok", model=MODEL),
)
"""One of each type that is taken or given as a whole."""

OTHERWISE: Mapping[tuple[str, str], Struct] = {
    ("EventResult", "200"): EventResult(recorded=False, reason="duplicate"),
    ("ProductResult", "201"): ProductResult(NEW_PRODUCT_ID, "created"),
}
"""By type and status, where another status tells something else."""
