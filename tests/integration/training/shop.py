"""A small shop in the database, with tastes to learn, embedded by a fake encoder."""

from collections.abc import Iterable

import numpy as np

from alsolike.database import connect
from alsolike.progress import ignore_progress
from alsolike.settings import Settings
from embed.run import embed_all
from tests.fixtures.encoder import WordsEncoder
from tests.integration.embed.shop import add_products, make_marts, run

KINDS = ("lamp", "mug", "shirt", "hose")
PRODUCTS = 48
SHOPPERS = 90

# What dbt makes of purchases, views and texts, as far as training reads it.
_MARTS = (
    """
    create view marts.shopper_events as
    select 'shopper:' || shopper_id as visitor_id, product_id, 'purchase' as kind,
        purchase_id as event_id, purchased_at as occurred_at, order_id,
        3.0::double precision as weight
    from raw.purchases
    """,
    """
    create table staging.int_product_characteristics (
        product_id text not null, characteristics_text text
    )
    """,
)


def add_shop(
    settings: Settings, *, shoppers: int = SHOPPERS, actions: int = 7, is_telling: bool = False
) -> None:
    """Add products of four kinds, and shoppers who keep to one kind, over 60 days; embed them.

    The kind of product number n, and of the shopper of that number, is n modulo 4. Titles tell the
    kind if `is_telling`.
    """
    make_marts()
    for statement in _MARTS:
        run(statement)
    add_products(
        *(
            f"{KINDS[number % 4] if is_telling else 'thing'} number{number}"
            for number in range(PRODUCTS)
        )
    )
    random = np.random.default_rng(11)
    with connect() as connection, connection.cursor() as cursor:
        cursor.executemany(
            "insert into raw.shoppers (shopper_id) values (%s)",
            [(shopper_name(shopper),) for shopper in range(shoppers)],
        )
        cursor.executemany(
            "insert into raw.consents (shopper_id, purpose, is_granted, source) "
            "values (%s, 'personalisation', true, 'test')",
            [(shopper_name(shopper),) for shopper in range(shoppers)],
        )
        cursor.executemany(
            "insert into raw.purchases (purchase_id, shopper_id, product_id, purchased_at) "
            "values (%s, %s, %s, timestamptz '2026-01-01 00:00Z' + %s * interval '1 hour')",
            [
                (f"b{shopper}-{product}", shopper_name(shopper), product_name(int(product)), hour)
                for shopper in range(shoppers)
                for product, hour in zip(
                    random.choice(np.arange(shopper % 4, PRODUCTS, 4), actions, replace=False),
                    np.sort(random.choice(60 * 24, actions, replace=False)).tolist(),
                    strict=True,
                )
            ],
        )
        cursor.execute(
            "insert into marts.shopper_interactions "
            "select 'shopper:' || shopper_id, product_id, 3 from raw.purchases"
        )
    embed(settings)


def embed(settings: Settings) -> None:
    """Embed what is new."""
    embed_all(settings, report=ignore_progress, encoder=WordsEncoder())


def shopper_name(number: int) -> str:
    """Return the id of a shopper."""
    return f"s{number:03}"


def product_name(number: int) -> str:
    """Return the id of a product."""
    return f"p{number + 1}"


def kinds_of(product_ids: Iterable[str]) -> set[int]:
    """Return the kinds of some products."""
    return {(int(product_id[1:]) - 1) % 4 for product_id in product_ids}


def recommended(
    shopper: int, *, model: str | None = None, k: int = 4
) -> list[tuple[str, float, str]]:
    """Ask the site's own function: product, score and model of each row."""
    return [
        (row[0], row[1], row[2])
        for row in run(
            "select product_id, score, model from recs.recommend(%s, %s, p_model => %s)",
            (shopper_name(shopper), k, model),
        )
    ]
