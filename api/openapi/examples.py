"""An example of everything that the API takes and gives.

All of them tell one story: shopper-17 looks at a knife. A test sends them and compares the answers.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from msgspec import Struct

from api.cursors import encode_cursor
from api.structs import (
    Complement,
    Complements,
    EventResult,
    Liveness,
    NewEvent,
    Product,
    ProductPage,
    Readiness,
    Reason,
    RecommendedProduct,
    RecommendedProducts,
    SimilarProduct,
    SimilarProducts,
)

PRODUCT_ID = "knife-santoku"
SHOPPER_ID = "shopper-17"
CATEGORY = "Kitchen > Knives"
MODEL = "average"

_PRODUCT = Product(
    product_id=PRODUCT_ID,
    title="Santoku knife, 18 cm",
    description="Cuts vegetables as thin as you like.",
    category=CATEGORY,
    brand="Plainly",
    price=59.9,
    currency="EUR",
    image_url="https://cdn.example/knife-santoku.jpg",
    attributes={"blade": "18 cm", "dishwasher_safe": False},
    is_in_stock=True,
    created_at=datetime(2026, 3, 1, 9, 30, tzinfo=UTC),
)

PARAMETERS: Mapping[str, Any] = {
    "after": encode_cursor((PRODUCT_ID,)),
    "category": CATEGORY,
    "exclude": ["knife-bread"],
    "k": 5,
    "limit": 5,
    "model": MODEL,
    "offset": 5,
    "product_id": PRODUCT_ID,
    "q": "santoku",
    "shopper_id": SHOPPER_ID,
}
"""By name of the parameter; it means the same wherever it stands."""

EXAMPLES: tuple[Struct, ...] = (
    _PRODUCT,
    ProductPage(items=[_PRODUCT], next="/v1/products?after=WyJrbmlmZS1zYW50b2t1Il0&limit=5"),
    SimilarProducts(
        product_id=PRODUCT_ID,
        items=[
            SimilarProduct(
                rank=1,
                product_id="knife-chef",
                score=0.93,
                source="vectors",
                model=MODEL,
                title="Chef's knife, 20 cm",
                brand="Plainly",
                category=CATEGORY,
                price=64.0,
                currency="EUR",
                image_url="https://cdn.example/knife-chef.jpg",
            )
        ],
    ),
    Complements(
        product_id=PRODUCT_ID,
        items=[
            Complement(
                rank=1,
                product_id="board-oak",
                score=0.71,
                together=23,
                lift=3.4,
                title="Chopping board, oak",
                brand="Plainly",
                category="Kitchen > Boards",
                price=29.5,
                currency="EUR",
                image_url=None,
            )
        ],
    ),
    RecommendedProducts(
        shopper_id=SHOPPER_ID,
        items=[
            RecommendedProduct(
                rank=1,
                product_id="knife-chef",
                score=0.88,
                source="personal",
                model=MODEL,
                title="Chef's knife, 20 cm",
                brand="Plainly",
                category=CATEGORY,
                price=64.0,
                currency="EUR",
                image_url="https://cdn.example/knife-chef.jpg",
                reason=Reason(kind="viewed", event_id="view-4711", product_id=PRODUCT_ID),
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
    Liveness(status="live"),
    Readiness(status="ready", database="ok", schema="ok", model=MODEL),
)
"""One of each type that is taken or given as a whole."""

OTHERWISE: Mapping[tuple[str, str], Struct] = {
    ("EventResult", "200"): EventResult(recorded=False, reason="duplicate"),
}
"""By type and status, where another status tells something else."""
