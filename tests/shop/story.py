"""The shop that the API's examples tell of."""

import numpy as np
from psycopg.types.json import Jsonb

from api.openapi.examples import CATEGORY, MODEL, PRODUCT_ID, SHOPPER_ID
from tests.shop.database import add_rows, run
from tests.shop.marts import make_mart
from tests.shop.models import add_model, write_vectors

KNIVES = [PRODUCT_ID, "knife-chef", "knife-bread", *(f"knife-{n:02}" for n in range(1, 13))]
# An id may hold anything but a NUL character.
BOARDS = ["board-oak", "board/50 % off"]


def make_story() -> None:
    """Add knives, boards and a shopper who viewed a knife and bought a board again."""
    products = [*KNIVES, *BOARDS]
    model = add_model(MODEL, dimension=4)
    add_rows(
        "raw.products",
        (
            {
                "product_id": product_id,
                "title": product_id.replace("-", " ").capitalize(),
                "description": "As it should be.",
                "category": CATEGORY if product_id in KNIVES else "Kitchen > Boards",
                "brand": "Plainly",
                "price": 10 + number,
                "currency": "EUR",
                "attributes": Jsonb({"colour": "grey"}),
            }
            for number, product_id in enumerate(products)
        ),
    )
    write_vectors(
        model,
        {
            product_id: _vector(number, is_knife=product_id in KNIVES)
            for number, product_id in enumerate(products)
        },
    )
    run(
        "insert into raw.shoppers (shopper_id, display_name) values (%s, 'Shopper 17')",
        [SHOPPER_ID],
    )
    run(
        "insert into raw.consents (shopper_id, purpose, is_granted, source)"
        " values (%s, 'personalisation', true, 'test')",
        [SHOPPER_ID],
    )
    run(
        "insert into raw.views (view_id, shopper_id, session_id, product_id, viewed_at) values"
        " ('view-4711', %(shopper)s, null, %(product)s, now() - interval '1 hour'),"
        " ('view-4713', null, 'visit-18', %(product)s, now())",
        {"shopper": SHOPPER_ID, "product": PRODUCT_ID},
    )
    run(
        "insert into raw.purchases (purchase_id, shopper_id, product_id, purchased_at)"
        " select 'purchase-' || n, %s, 'board-oak', now() - n * interval '20 days'"
        " from generate_series(1, 2) as n",
        [SHOPPER_ID],
    )
    make_mart("rebuyable_products")
    make_mart(
        "product_complements",
        [
            {
                "product_id": PRODUCT_ID,
                "rank": 1,
                "other_product_id": "board-oak",
                "score": 0.71,
                "together": 23,
                "lift": 3.4,
                "basis": "pair",
            }
        ],
    )


def _vector(number: int, *, is_knife: bool) -> np.ndarray:
    vector = np.array([is_knife, not is_knife, 0, number / 100], np.float32)
    return vector / np.linalg.norm(vector)
