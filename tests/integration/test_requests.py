"""Whatever is asked for: as many rows as there are, of those that fit, each once, best first."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg.types.json import Jsonb

from alsolike.database import connect
from tests.shop.database import run
from tests.shop.marts import make_marts
from tests.shop.models import add_trained, add_vectors
from tests.shop.shoppers import add_shopper
from tests.shop.vectors import clusters, name_of

pytestmark = pytest.mark.usefixtures("database")

COUNT = 3000
# Of the looks, so lately that they count, and of what was put into the basket after them.
VIEWED = datetime.now(UTC) - timedelta(days=3)
BASKET = VIEWED + timedelta(days=2)
CATEGORIES = ("A > B", "A > B > C", "A", "AA", "D", None)
COLOURS = ("red", "green", "blue")


@dataclass(frozen=True)
class Row:
    """A product as the filter sees it."""

    product_id: str
    category: str | None
    brand: str
    price: int | None
    attributes: dict[str, Any]
    is_in_stock: bool

    def fits(self, asked: dict[str, Any]) -> bool:
        path = asked.get("category")
        own = self.category or ""
        return (
            (self.is_in_stock or asked.get("with_sold_out", False))
            and (path is None or own == path or own.startswith(path + " > "))
            and ("brands" not in asked or self.brand in asked["brands"])
            and (
                not {"price_min", "price_max"} & set(asked)
                or (
                    self.price is not None
                    and asked.get("price_min", 0) <= self.price <= asked.get("price_max", 1000)
                )
            )
            and all(self.attributes.get(k) == v for k, v in asked.get("attributes", {}).items())
        )


def product(number: int) -> Row:
    """Make a product; the shares of what a filter may ask for go from all to one in thousands."""
    return Row(
        product_id=name_of(number),
        category=CATEGORIES[min(number % 11, 5)],
        brand=f"b{int(np.sqrt(number))}",
        price=None if number % 29 == 0 else number % 1000,
        attributes={"colour": COLOURS[number % 3], "rare": number % 500 == 0},
        is_in_stock=number % 7 != 0,
    )


@pytest.fixture
def shop(database: object) -> Iterator[psycopg.Connection[Any]]:
    """Give a connection to a shop of two models with an index, and a shopper with a history."""
    make_marts()
    vectors = clusters(COUNT)
    add_vectors(vectors)
    rng = np.random.default_rng(4)
    neighbours = {
        n: [(int(o), 1 / (r + 1)) for r, o in enumerate(rng.choice(COUNT, 30, replace=False))]
        for n in range(0, COUNT, 3)
    }
    add_trained(vectors, neighbours, priors={int(n): 0.1 for n in rng.choice(COUNT, 40)})
    rows = [product(number) for number in range(COUNT)]
    with connect() as connection:
        connection.execute(
            "update raw.products as p set category = n.category, brand = n.brand, "
            "price = n.price, attributes = n.attributes, is_in_stock = n.is_in_stock "
            "from jsonb_to_recordset(%s) as n (product_id text, category text, brand text, "
            "price numeric, attributes jsonb, is_in_stock boolean) "
            "where p.product_id = n.product_id",
            (Jsonb([row.__dict__ for row in rows]),),
        )
        connection.execute(
            "insert into marts.product_popularity (product_id, popularity_recent, rank_recent) "
            "select product_id, 1, row_number() over (order by md5(product_id)) "
            "from raw.products where product_id < 'v02900'"
        )
    add_shopper("s")
    for place, number in enumerate((3, 6, 9, 300, 1200)):
        run(
            "insert into raw.views (view_id, shopper_id, product_id, viewed_at) "
            "values (%s, 's', %s, %s)",
            (f"e{place}", name_of(number), VIEWED + timedelta(hours=place)),
        )
    run("insert into recs.hides (shopper_id, product_id) values ('s', %s)", (name_of(12),))
    run("analyze")
    with connect(autocommit=True) as connection:
        yield connection


ROWS = {row.product_id: row for row in map(product, range(COUNT))}
numbers = st.integers(0, COUNT - 1)
filters = st.fixed_dictionaries(
    {},
    optional={
        "category": st.sampled_from(["A", "A > B", "A > B > C", "AA", "D", "None such"]),
        "brands": st.lists(st.integers(0, 54).map("b{}".format), min_size=1, max_size=4),
        "price_min": st.integers(0, 1000),
        "price_max": st.integers(0, 1000),
        "attributes": st.sampled_from([{"colour": "red"}, {"rare": True}, {"none": 1}]),
        "with_sold_out": st.just(value=True),
    },
)
excluded = st.lists(numbers.map(name_of), max_size=60)
# Few, and most of the catalogue.
candidates = st.none() | st.lists(numbers.map(name_of), max_size=40)
counts = st.integers(0, 60) | st.just(COUNT)
many = settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


def check(
    found: list[tuple[int, str, float | None]],
    k: int,
    eligible: set[str],
    *,
    is_sorted: bool = True,
) -> None:
    """Compare an answer with what may be in it."""
    ids = [row[1] for row in found]
    assert set(ids) <= eligible
    assert len(ids) == len(set(ids))
    assert len(ids) == min(k, len(eligible))
    assert [row[0] for row in found] == list(range(1, len(found) + 1))
    scores = [row[2] for row in found if row[2] is not None]
    # What only fills up has no score, and comes last.
    assert [row[2] for row in found[: len(scores)]] == scores
    if is_sorted:
        assert scores == sorted(scores, reverse=True)


@pytest.mark.parametrize("model", ["average", "trained"])
def test_similar_products(shop: psycopg.Connection[Any], model: str) -> None:
    @many
    @given(filters, excluded, candidates, counts, numbers)
    def holds(
        asked: dict[str, Any], exclude: list[str], among: list[str] | None, k: int, number: int
    ) -> None:
        own = name_of(number)
        found = shop.execute(
            "select rank, product_id, score from recs.similar_products(%s, %s, %s, "
            "jsonb_populate_record(null::recs.product_filter, %s), %s, %s)",
            (own, k, exclude, Jsonb(asked) if asked else None, among, model),
        ).fetchall()
        pool = set(ROWS if among is None else among) - set(exclude) - {own}
        check(found, k, {one for one in pool if ROWS[one].fits(asked)})

    holds()


@pytest.mark.parametrize("model", ["average", "trained"])
@pytest.mark.parametrize("diversity", [None, "high"])
def test_recommendations(shop: psycopg.Connection[Any], model: str, diversity: str | None) -> None:
    viewed = {name_of(number) for number in (3, 6, 9, 300, 1200)}

    @many
    @given(filters, excluded, candidates, counts, st.sampled_from(["s", None]), excluded)
    def holds(
        asked: dict[str, Any],
        exclude: list[str],
        among: list[str] | None,
        k: int,
        shopper: str | None,
        basket: list[str],
    ) -> None:
        history = [
            {"kind": "basket", "product_id": one, "acted_at": BASKET.isoformat()} for one in basket
        ]
        found = shop.execute(
            "select rank, product_id, score from recs.recommend_with_reasons(%s, null, %s, %s, "
            "jsonb_populate_record(null::recs.product_filter, %s), %s, %s, %s, %s)",
            (
                shopper, k, exclude, Jsonb(asked) if asked else None, among, model, diversity,
                Jsonb(history),
            ),
        ).fetchall()  # fmt: skip
        pool = set(ROWS if among is None else among) - set(exclude) - set(basket)
        if shopper:
            # Of a long basket the views are no part of the taste; they are left out all the same.
            pool -= {name_of(12)} | viewed
        eligible = {one for one in pool if ROWS[one].fits(asked)}
        check(found, k, eligible, is_sorted=diversity is None)

    holds()


def test_popular_products(shop: psycopg.Connection[Any]) -> None:
    @many
    @given(filters, excluded, counts)
    def holds(asked: dict[str, Any], exclude: list[str], k: int) -> None:
        found = shop.execute(
            "with asked as materialized ("
            " select jsonb_populate_record(null::recs.product_filter, %s) as filter"
            ") select n.rank, n.product_id, n.popularity from asked as a cross join lateral "
            "recs.popular_products(%s, %s, a.filter, recs.few_eligible(a.filter, p_limit => 500)) "
            "with ordinality as n (product_id, popularity, actions, rank)",
            (Jsonb(asked) if asked else None, k, exclude),
        ).fetchall()
        pool = set(ROWS) - set(exclude)
        check(found, k, {one for one in pool if ROWS[one].fits(asked)})

    holds()
