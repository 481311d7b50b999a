"""A small shop in the database, with tastes to learn, embedded by a fake encoder."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import numpy as np

from alsolike.progress import ignore_progress
from alsolike.settings import Settings
from embed.encoder import Encoder
from embed.run import embed_all
from tests.fixtures.encoder import WordsEncoder
from tests.shop.catalogue import add_products
from tests.shop.database import add_rows, run
from tests.shop.marts import make_marts
from tests.shop.shoppers import add_shoppers

KINDS = ("lamp", "mug", "shirt", "hose")
PRODUCTS = 48
SHOPPERS = 90
START = datetime(2026, 1, 1, tzinfo=UTC)


def add_shop(
    settings: Settings,
    *,
    shoppers: int = SHOPPERS,
    actions: int = 7,
    is_telling: bool = False,
    encoder: Encoder | None = None,
) -> None:
    """Add products of four kinds, and shoppers who keep to one kind, over 60 days; embed them.

    The kind of product number n, and of the shopper of that number, is n modulo 4. Titles tell the
    kind if `is_telling`.
    """
    make_marts()
    make_marts("shopper_events", "int_product_characteristics")
    add_products(
        *(
            f"{KINDS[number % 4] if is_telling else 'thing'} number{number}"
            for number in range(PRODUCTS)
        )
    )
    add_shoppers([shopper_name(shopper) for shopper in range(shoppers)])
    random = np.random.default_rng(11)
    add_rows(
        "raw.purchases",
        (
            {
                "purchase_id": f"b{shopper}-{product}",
                "shopper_id": shopper_name(shopper),
                "product_id": product_name(int(product)),
                "purchased_at": START + timedelta(hours=hour),
            }
            for shopper in range(shoppers)
            for product, hour in zip(
                random.choice(np.arange(shopper % 4, PRODUCTS, 4), actions, replace=False),
                np.sort(random.choice(60 * 24, actions, replace=False)).tolist(),
                strict=True,
            )
        ),
    )
    run(
        "insert into marts.shopper_interactions (visitor_id, product_id, weight) "
        "select 'shopper:' || shopper_id, product_id, 3 from raw.purchases"
    )
    update_events()
    embed(settings, encoder)


def update_events() -> None:
    """Make events of the purchases as they are now, as dbt would."""
    run("truncate marts.shopper_events")
    run(
        "insert into marts.shopper_events "
        "(visitor_id, product_id, kind, event_id, occurred_at, order_id, weight) "
        "select 'shopper:' || shopper_id, product_id, 'purchase', purchase_id, purchased_at, "
        "order_id, 3 from raw.purchases"
    )


def embed(settings: Settings, encoder: Encoder | None = None) -> None:
    """Embed what is new."""
    embed_all(settings, report=ignore_progress, encoder=encoder or WordsEncoder())


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
