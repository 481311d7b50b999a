"""A small hand-made shop, and clients of the app on it.

Vectors have four dimensions: knives point along the first, pans along the second, spades along the
third; a little of the last tells the products of a kind apart.
"""

import secrets
from collections.abc import Iterator

import psycopg
import pytest
from litestar import Litestar
from litestar.testing import TestClient
from psycopg import sql

from alsolike.database import connect
from alsolike.runs import recorded_run
from alsolike.settings import Settings, load_settings
from api.app import create_app

KINDS = {
    "knife": ("Kitchen > Knives", "[1, 0, 0, {}]"),
    "pan": ("Kitchen > Pans & Pots", "[0, 1, 0, {}]"),
    "spade": ("Garden / Yard", "[0, 0, 1, {}]"),
}
PER_KIND = 30


def fill(connection: psycopg.Connection[tuple[object, ...]]) -> None:
    """Write the shop: 90 products, a model that serves, and three shoppers; the demo's, as it says.

    Call it before anything else is written: the run of the demo is noted first, in transactions of
    its own.
    """
    with recorded_run("demo", {"products": len(KINDS) * PER_KIND}):
        pass
    connection.execute(
        "insert into recs.encoders (name, sha256, dimension) values ('hand', 'none', 4)"
    )
    connection.execute(
        "insert into recs.serving_model (model_id) "
        "select recs.add_model('average', 'average', encoder_id, 4, '{}') from recs.encoders"
    )
    for kind, (category, vector) in KINDS.items():
        for n in range(PER_KIND):
            product_id = f"{kind}-{n:02}"
            connection.execute(
                "insert into raw.products (product_id, title, description, category, brand, price,"
                " currency, image_url, attributes, is_in_stock, created_at) values"
                " (%s, %s, %s, %s, 'Brand', %s, 'EUR', %s, '{\"water_resistant\": true}', %s,"
                " timestamptz '2024-01-01 00:00+00' + %s * interval '1 minute')",
                (
                    product_id,
                    f"A {kind} number {n}",
                    f"The {n}th {kind}.",
                    category,
                    10 + n,
                    f"/pictures/{product_id}.svg",
                    n != PER_KIND - 1,
                    n,
                ),
            )
            connection.execute(
                "insert into recs.product_vectors (model_id, product_id, embedding)"
                " select model_id, %s, l2_normalize(%s::vector)::halfvec from recs.models",
                (product_id, vector.format(n / 100)),
            )
    connection.execute(
        "insert into raw.shoppers (shopper_id, display_name) values"
        " ('agreed', 'Shopper 1 · knives'), ('silent', 'Shopper 2 · pans'), ('plain', null)"
    )
    connection.execute(
        "insert into raw.consents (shopper_id, purpose, is_granted, source) values"
        " ('agreed', 'personalisation', true, 'test'), ('plain', 'personalisation', true, 'test')"
    )
    for n in range(7):
        connection.execute(
            "insert into raw.reviews (review_id, shopper_id, product_id, rating, reviewed_at,"
            " title, body) values (%s, 'silent', 'knife-01', 4,"
            " timestamptz '2024-02-01 00:00+00' + %s * interval '1 day', %s, 'Cuts well.')",
            (f"review-{n}", n, f"Review {n}"),
        )


@pytest.fixture
def shop(database: dict[str, str]) -> dict[str, str]:
    """Give the test the shop in a database of its own."""
    with connect() as connection:
        fill(connection)
    return database


@pytest.fixture
def app(shop: dict[str, str], settings: Settings) -> Litestar:
    """Give the app on the shop."""
    assert shop
    return create_app(settings)


@pytest.fixture
def client(app: Litestar) -> Iterator[TestClient[Litestar]]:
    """Give a client of the app that keeps cookies and follows no redirect."""
    with TestClient(app) as client:
        client.follow_redirects = False
        yield client


@pytest.fixture(scope="session")
def reader(postgres_server: dict[str, str]) -> Iterator[TestClient[Litestar]]:
    """Give a client of one shop that all tests which change nothing share.

    The pool's one connection is opened here, while the variables point to that shop.
    """
    name = f"test_{secrets.token_hex(6)}"
    with pytest.MonkeyPatch.context() as patch:
        for key, value in {**postgres_server, "PGDATABASE": "postgres"}.items():
            patch.setenv(key, value)
        with connect(autocommit=True) as connection:
            connection.execute(
                sql.SQL("create database {} template {}").format(
                    sql.Identifier(name), sql.Identifier("alsolike_template")
                )
            )
        patch.setenv("PGDATABASE", name)
        patch.setenv("ALSOLIKE_POOL_SIZE", "1")
        with connect() as connection:
            fill(connection)
        client = TestClient(create_app(load_settings()))
        client.follow_redirects = False
        client.__enter__()
        assert client.get("/health/ready").status_code == 200
    yield client
    client.__exit__(None, None, None)


@pytest.fixture
def away(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient[Litestar]]:
    """Give a client of an app whose database is not there: nothing listens on port 1."""
    monkeypatch.setenv("PGHOST", "127.0.0.1")
    monkeypatch.setenv("PGPORT", "1")
    with TestClient(create_app(settings)) as client:
        client.follow_redirects = False
        yield client
