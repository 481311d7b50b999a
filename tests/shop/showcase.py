"""A shop that has something to show on every page: products, reviews and pictures of the demo."""

from datetime import UTC, datetime, timedelta

import numpy as np
from argon2 import PasswordHasher
from psycopg.types.json import Jsonb

from alsolike.demo.catalogue import SUBCATEGORIES, draw_catalogue
from alsolike.demo.descriptions import product_record, words_of
from alsolike.demo.reviews import write_review
from alsolike.runs import recorded_run
from api.accounts.store import token_hash
from tests.shop.database import add_rows, run
from tests.shop.marts import make_mart
from tests.shop.models import add_model, write_vectors
from tests.shop.word_encoder import add_word_encoder

PRODUCTS = 400
REVIEWED, SOLD_OUT, ON_SALE, BARE = "P000001", "P000002", "P000003", "P000004"
ARABIC = "P000005"
# A daypack in three colours and two sizes, of which one is sold out.
VARIANTS = ("P000006", "P000007", "P000008", "P000009", "P000010", "P000011")
_ARABIC_TEXTS = {
    "title": "إبريق قهوة نحاسي مزخرف يدويًا، سعة 350 مل (Dallah 350 ml)",
    "brand": "بيت النحاس",
    "description": "إبريق من النحاس الخالص صنعه حرفيون يدويًا، يكفي لأربعة فناجين.",
    "attributes": Jsonb({"المادة": "نحاس", "السعة": "350 مل", "dishwasher_safe": False}),
}
SHOPPER = "S00001"
# Number of a receipt: somebody was erased, and a part of it waits.
RECEIPT = "5f0c2f6e-3a1d-4c53-9f0b-8f2a6f0d7b11"
EMAIL, PASSWORD = "anna@example.com", "a long way to go"
# Tokens of links that are good, by what each is for.
LINKS = {purpose: f"token-{purpose}" for purpose in ("sign-up", "claim", "reset")}
# A word of no product, which the encoder takes for the kind of product that is nearest.
NO_WORD = "crockery"
_OPENED = datetime(2026, 1, 5, 9, tzinfo=UTC)
_REVIEWS = 8
_ERASED = {
    "raw.shoppers": 1,
    "raw.consents": 2,
    "raw.purchases": 12,
    "raw.views": 1840,
    "raw.reviews": 3,
    "ops.sessions": 2,
    "ops.runs": 1,
    "marts.shopper_events": 1857,
    "staging.int_events": 1857,
}


def make_showcase() -> None:
    """Write the shop, which is the demo's, with a model that tells its kinds of products apart.

    REVIEWED has two pages of reviews and goes with others, SOLD_OUT and ON_SALE are what they say,
    and BARE has neither a picture, a price, a brand nor a description, and a long title. SHOPPER
    agreed, and looked at REVIEWED. Somebody else has the account of EMAIL, and LINKS are its. Of
    queries only NO_WORD is near to anything: to mugs. The texts of ARABIC are from right to left.
    VARIANTS are of one group.
    """
    with recorded_run("demo", {"products": PRODUCTS}):
        pass
    catalogue = draw_catalogue(PRODUCTS, 60, seed=1)
    records = [product_record(catalogue, number, _OPENED) for number in range(PRODUCTS)]
    add_rows(
        "raw.products",
        (
            {
                **{name: value for name, value in record.items() if name != "in_stock"},
                "attributes": Jsonb(record["attributes"]),
                "more_image_urls": Jsonb(record["more_image_urls"]),
                "is_in_stock": record["in_stock"] or record["product_id"] == REVIEWED,
            }
            for record in records
        ),
    )
    run("update raw.products set is_in_stock = false where product_id = %s", (SOLD_OUT,))
    run("update raw.products set sale_price = price * 0.8 where product_id = %s", (ON_SALE,))
    run(
        "update raw.products set image_url = null, price = null, brand = null,"
        " description = null, attributes = '{}', title = title || repeat(' and another', 12)"
        " where product_id = %s",
        (BARE,),
    )

    run(
        "update raw.products set title = %(title)s, brand = %(brand)s,"
        " description = %(description)s, attributes = %(attributes)s, is_in_stock = true"
        " where product_id = %(product_id)s",
        {**_ARABIC_TEXTS, "product_id": ARABIC},
    )

    for number, product_id in enumerate(VARIANTS):
        colour, size = ("Teal", "Rust", "Cream")[number // 2], ("18 l", "24 l")[number % 2]
        run(
            "update raw.products set item_group_id = 'daypack', title = %s, attributes = %s,"
            " is_in_stock = %s where product_id = %s",
            (
                f"Fellside daypack, {colour}, {size}",
                Jsonb({"colour": colour, "size": size, "material": "Canvas"}),
                number != 2,
                product_id,
            ),
        )

    model = add_model(dimension=len(SUBCATEGORIES))
    vectors = np.random.default_rng(1).normal(scale=0.05, size=(PRODUCTS, len(SUBCATEGORIES)))
    vectors[np.arange(PRODUCTS), catalogue.leaf] = 1
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    ids = [str(record["product_id"]) for record in records]
    write_vectors(model, dict(zip(ids, vectors.astype(np.float32), strict=True)))
    run("select recs.build_vector_index(%s)", (model,))
    kinds = np.eye(len(SUBCATEGORIES), dtype=np.float32)
    mugs = [one.key for one in SUBCATEGORIES].index("mug")
    add_word_encoder({NO_WORD: kinds[mugs]}, least_similarity=0.5)
    run("select recs.write_search_words()")

    run(
        "insert into raw.shoppers (shopper_id, display_name) values (%s, %s)",
        (SHOPPER, "Shopper 00001 · coffee, mugs and lamps in calm colours"),
    )
    run(
        "insert into raw.consents (shopper_id, purpose, is_granted, source)"
        " values (%s, 'personalisation', true, 'test')",
        (SHOPPER,),
    )
    run(
        "insert into raw.views (view_id, shopper_id, product_id, viewed_at)"
        " values ('showcase', %s, %s, now())",
        (SHOPPER, REVIEWED),
    )
    _add_account()
    words, random = words_of(catalogue, 0), np.random.default_rng(1)
    texts = [write_review(random, words, 3 + number % 3) for number in range(_REVIEWS)]
    add_rows(
        "raw.reviews",
        (
            {
                "review_id": f"review-{number}",
                "product_id": REVIEWED,
                "rating": 3 + number % 3,
                "reviewed_at": _OPENED + timedelta(days=number),
                "shopper_id": SHOPPER,
                "title": title,
                "body": body,
            }
            for number, (title, body) in enumerate(texts)
        ),
    )
    add_rows(
        "ops.erasures",
        [
            {
                "erasure_id": RECEIPT,
                "erased_at": _OPENED,
                "source": "site",
                "counts": Jsonb(_ERASED),
                "waits_for": ["transform", "embed", "train", "export"],
            }
        ],
    )
    make_mart(
        "product_complements",
        (
            {
                "product_id": REVIEWED,
                "rank": rank,
                "other_product_id": other,
                "basis": "pair",
                "score": 1 / rank,
                "together": 9,
                "lift": 2,
            }
            for rank, other in enumerate(ids[100:104], 1)
        ),
    )


def _add_account() -> None:
    run("insert into raw.shoppers (shopper_id, display_name) values ('account', 'Anna Example')")
    run(
        "insert into ops.accounts (shopper_id, email, password_hash) values ('account', %s, %s)",
        (EMAIL, PasswordHasher().hash(PASSWORD)),
    )
    for purpose, token in LINKS.items():
        run(
            "insert into ops.account_links"
            " (token_hash, purpose, shopper_id, email, expires_at)"
            " values (%s, %s, 'account', %s, 'infinity')",
            (token_hash(token), purpose, EMAIL),
        )
