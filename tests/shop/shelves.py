"""A shop of four shelves, whose newest products lie on different ones."""

from datetime import UTC, datetime, timedelta

import numpy as np
from psycopg.types.json import Jsonb

from alsolike.runs import recorded_run
from tests.shop.database import add_rows, run
from tests.shop.models import add_model, write_vectors

SHELVES = {
    "tent": "Outdoors > Tents",
    "mug": "Kitchen > Mugs",
    "pen": "Office > Pens",
    "seed": "Garden > Seeds",
}
PRODUCTS_PER_SHELF = 10
DIMENSION = 8


def make_shelves() -> None:
    """Add 40 products whose vectors lie close on a shelf, and far from those of other shelves."""
    # As `alsolike demo` does: the pages are for looking at its shop.
    with recorded_run("demo", {"products": len(SHELVES) * PRODUCTS_PER_SHELF}):
        pass
    model = add_model(dimension=DIMENSION)
    products = [
        (f"{word}-{number:02}", shelf, word, number)
        for shelf, word in enumerate(SHELVES)
        for number in range(1, PRODUCTS_PER_SHELF + 1)
    ]
    now = datetime.now(UTC)
    add_rows(
        "raw.products",
        (
            {
                "product_id": product_id,
                "title": f"Plain {word} number {number}",
                "description": f"One plain {word}, as it should be.",
                "category": SHELVES[word],
                "brand": "Plainly",
                "price": number + 0.5,
                "currency": "EUR",
                "image_url": None if number % 2 else "/static/icon.svg",
                "attributes": Jsonb({"colour": "grey", "number": number}),
                # Without a history the newest are popular: the shelves take turns.
                "created_at": now - timedelta(hours=number * len(SHELVES) + shelf),
            }
            for product_id, shelf, word, number in products
        ),
    )
    random = np.random.default_rng(1)
    vectors = random.normal(scale=0.05, size=(len(products), DIMENSION)).astype(np.float32)
    vectors[np.arange(len(products)), [shelf for _, shelf, *_ in products]] = 1
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    write_vectors(
        model, {name: vector for (name, *_), vector in zip(products, vectors, strict=True)}
    )
    run("select recs.build_vector_index(%s)", [model])
