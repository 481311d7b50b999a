"""A shop of knives, pans and spades, with a model whose vectors tell them apart.

Vectors have four dimensions: knives point along the first, pans along the second, spades along the
third; a little of the last tells the products of a kind apart.
"""

from datetime import UTC, datetime, timedelta

import numpy as np
from psycopg.types.json import Jsonb

from alsolike.runs import recorded_run
from tests.shop.database import add_rows, run
from tests.shop.marts import make_mart
from tests.shop.models import add_model, write_vectors

CATEGORIES = {
    "knife": "Kitchen > Knives",
    "pan": "Kitchen > Pans & Pots",
    "spade": "Garden / Yard",
}
PER_KIND = 30
OPENED = datetime(2024, 1, 1, tzinfo=UTC)


def make_kitchen() -> None:
    """Write the shop: 90 products, a model that serves, and three shoppers; it is the demo's.

    The last product of each kind is sold out. The shopper `silent` agreed to nothing.
    """
    with recorded_run("demo", {"products": len(CATEGORIES) * PER_KIND}):
        pass
    model = add_model(dimension=4)
    add_rows("raw.products", (_product(kind, n) for kind in CATEGORIES for n in range(PER_KIND)))
    write_vectors(
        model,
        {
            f"{kind}-{n:02}": _vector(place, n)
            for place, kind in enumerate(CATEGORIES)
            for n in range(PER_KIND)
        },
    )
    run(
        "insert into raw.shoppers (shopper_id, display_name) values"
        " ('agreed', 'Shopper 1 · knives'), ('silent', 'Shopper 2 · pans'), ('plain', null)"
    )
    run(
        "insert into raw.consents (shopper_id, purpose, is_granted, source) values"
        " ('agreed', 'personalisation', true, 'test'), ('plain', 'personalisation', true, 'test'),"
        " ('agreed', 'measurement', true, 'test'), ('plain', 'measurement', true, 'test')"
    )
    add_rows(
        "raw.reviews",
        (
            {
                "review_id": f"review-{n}",
                "shopper_id": "silent",
                "product_id": "knife-01",
                "rating": 4,
                "reviewed_at": datetime(2024, 2, 1, tzinfo=UTC) + timedelta(days=n),
                "title": f"Review {n}",
                "body": "Cuts well.",
            }
            for n in range(7)
        ),
    )


def make_kitchen_marts() -> None:
    """Make pans popular and knives bought again after ten days; knife-05 has pairs."""
    products = sorted(
        (f"{kind}-{n:02}" for kind in CATEGORIES for n in range(PER_KIND)),
        key=lambda product_id: (not product_id.startswith("pan"), product_id),
    )
    make_mart(
        "product_popularity",
        (
            {
                "product_id": product_id,
                "popularity_recent": 5 if product_id.startswith("pan") else 1,
                "views_recent": 7,
                "purchases_recent": 2,
                "rank_recent": rank,
            }
            for rank, product_id in enumerate(products, 1)
        ),
    )
    make_mart(
        "rebuyable_products",
        (
            {"product_id": product_id, "rebuyer_share": 0.5, "days_between": 10}
            for product_id in products
            if product_id.startswith("knife")
        ),
    )
    make_mart(
        "product_pairs",
        [
            {
                "product_id": "knife-05",
                "other_product_id": other,
                "kind": kind,
                "together": together,
                "product_count": together,
                "other_count": together,
            }
            for other, kind, together in (
                ("knife-06", "co_viewed", 9),
                ("knife-06", "co_bought", 4),
                ("knife-07", "co_viewed", 3),
            )
        ],
    )


def _product(kind: str, n: int) -> dict[str, object]:
    return {
        "product_id": f"{kind}-{n:02}",
        "title": f"A {kind} number {n}",
        "description": f"The {n}th {kind}.",
        "category": CATEGORIES[kind],
        "brand": "Brand",
        "price": 10 + n,
        "currency": "EUR",
        "image_url": f"/pictures/{kind}-{n:02}.svg",
        "attributes": Jsonb({"water_resistant": True}),
        "is_in_stock": n != PER_KIND - 1,
        "created_at": OPENED + timedelta(minutes=n),
    }


def _vector(place: int, n: int) -> np.ndarray:
    vector = np.zeros(4, np.float32)
    vector[place] = 1
    vector[3] = n / 100
    return vector / np.linalg.norm(vector)
