"""The JSON API: answers, and every kind of bad input."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from alsolike.database import connect
from tests.fixtures.waiting import wait_for
from tests.shop.database import run

Client = TestClient[Litestar]


def problem(response: Any, status: int) -> dict[str, Any]:
    """Check that an answer is a problem as RFC 9457 lays out, and return it."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"].startswith("application/problem+json")
    body: dict[str, Any] = response.json()
    assert body["status"] == status
    assert body["type"] == "about:blank"
    assert body["title"]
    assert body["detail"]
    assert body["instance"].startswith("/")
    return body


def fields(response: Any, status: int = 400) -> set[str]:
    return {error["field"] for error in problem(response, status)["errors"]}


def ids(response: Any) -> list[str]:
    assert response.status_code == 200, response.text
    return [item["product_id"] for item in response.json()["items"]]


def test_similar_products_are_of_the_same_kind_and_in_stock(reader: Client) -> None:
    found = ids(reader.get("/v1/products/knife-05/similar?k=28"))
    assert len(set(found)) == 28
    assert "knife-05" not in found
    assert "knife-29" not in found
    assert all(product_id.startswith("knife") for product_id in found)
    first = reader.get("/v1/products/knife-05/similar?k=1").json()["items"][0]
    assert first["rank"] == 1
    assert first["model"] == "average"
    assert first["source"] == "vectors"
    assert first["score"] == pytest.approx(1, abs=0.01)
    assert first["price"] == pytest.approx(14, abs=3)


def test_similar_products_give_ten_unless_told(reader: Client) -> None:
    assert len(ids(reader.get("/v1/products/pan-00/similar"))) == 10


def test_similar_products_can_be_filtered_and_left_out(reader: Client) -> None:
    response = reader.get(
        "/v1/products/knife-05/similar",
        params={"category": "Kitchen > Pans & Pots", "exclude": ["pan-00", "pan-01"], "k": 100},
    )
    found = ids(response)
    assert len(found) == 27
    assert all(product_id.startswith("pan") for product_id in found)
    assert not {"pan-00", "pan-01"} & set(found)


def test_a_category_holds_what_is_below_it(reader: Client) -> None:
    response = reader.get("/v1/products/knife-05/similar", params={"category": "Kitchen", "k": 100})
    assert len(ids(response)) == 28 + 29


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("/v1/products/none", "product_id"),
        ("/v1/products/none/similar", "product_id"),
        ("/v1/products/knife-01/similar?model=none", "model"),
        ("/v1/shoppers/agreed/recommendations?model=none", "model"),
    ],
)
def test_what_is_unknown_is_a_404_problem(reader: Client, path: str, field: str) -> None:
    assert fields(reader.get(path), 404) == {field}


def test_an_address_without_a_route_is_a_404_problem(reader: Client) -> None:
    assert "errors" not in problem(reader.get("/v1/none"), 404)


def test_an_id_that_no_database_can_hold_is_a_400_problem(reader: Client) -> None:
    assert fields(reader.get("/v1/products/%00/similar"), 400) == {"path"}


@pytest.mark.parametrize(
    "path", ["/v1/products/knife-01/similar", "/v1/shoppers/agreed/recommendations"]
)
@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("k=0", "k"),
        ("k=101", "k"),
        ("k=-1", "k"),
        ("k=many", "k"),
        ("k=1.5", "k"),
        ("category=", "category"),
        ("category=Nowhere", "category"),
        ("model=", "model"),
        ("categry=Kitchen", "categry"),
        ("price_min=cheap", "price_min"),
        ("price_min=-1", "price_min"),
        ("price_max=nan", "price_max"),
        ("price_min=9&price_max=8", "price_min"),
        ("attributes=red", "attributes"),
        ("attributes=[1]", "attributes"),
        ("with_sold_out=perhaps", "with_sold_out"),
        ("brand=%00", "brand"),
        ("reasons=2", "reasons"),
    ],
)
def test_a_bad_parameter_is_named(reader: Client, path: str, query: str, field: str) -> None:
    assert fields(reader.get(f"{path}?{query}")) == {field}


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("after=nonsense", "after"),
        ("after=%FF", "after"),
        ("q=", "q"),
        ("q=knife&after=WyJhIl0", "after"),
        ("category=Nowhere", "category"),
        ("sort=price", "sort"),
    ],
)
def test_a_bad_parameter_of_the_list_is_named(reader: Client, query: str, field: str) -> None:
    assert fields(reader.get(f"/v1/products?{query}")) == {field}


def test_a_product_is_read_whole(reader: Client) -> None:
    body = reader.get("/v1/products/knife-03").json()
    assert body["title"] == "A knife number 3"
    assert body["price"] == 13
    assert body["attributes"] == {"water_resistant": True}
    assert body["is_in_stock"] is True


@pytest.mark.parametrize(
    ("query", "expected"), [("", 90), ("&category=Kitchen", 60), ("&q=spade", 30)]
)
def test_pages_of_the_list_hold_every_product_once(
    reader: Client, query: str, expected: int
) -> None:
    address: str | None = f"/v1/products?limit=7{query}"
    seen: list[str] = []
    while address is not None:
        response = reader.get(address)
        seen += ids(response)
        address = response.json()["next"]
    assert len(seen) == expected
    assert len(set(seen)) == expected


def test_search_understands_quotes_and_minus(reader: Client) -> None:
    assert ids(reader.get("/v1/products", params={"q": '"number 3" -pan -spade'})) == ["knife-03"]
    assert ids(reader.get("/v1/products", params={"q": "the"})) == []


def test_recommendations_name_the_event_behind_them(client: Client) -> None:
    event = {"event_id": "v1", "kind": "view", "product_id": "pan-03", "shopper_id": "agreed"}
    assert client.post("/v1/events", json=event).status_code == 201
    body = client.get("/v1/shoppers/agreed/recommendations?k=5").json()
    assert body["shopper_id"] == "agreed"
    assert len(body["items"]) == 5
    for item in body["items"]:
        assert item["source"] == "personal"
        assert item["product_id"].startswith("pan")
        assert item["reason"] == {
            "kind": "viewed",
            "event_id": "v1",
            "product_id": "pan-03",
            "count": None,
        }


def test_recommendations_go_on_without_a_repeat_whatever_happens_meanwhile(client: Client) -> None:
    first = client.get("/v1/shoppers/agreed/recommendations?k=20")
    shown = ids(first)
    # A look at another kind of product would turn the taste, and one of the shown is bought.
    for number, (kind, product) in enumerate([("view", "spade-01"), ("purchase", shown[0])]):
        event = {
            "event_id": f"m{number}",
            "kind": kind,
            "product_id": product,
            "shopper_id": "agreed",
        }
        assert client.post("/v1/events", json=event).status_code == 201
    address = first.json()["next"]
    assert address.startswith("/v1/shoppers/agreed/recommendations?k=20&after=")
    while address is not None:
        page = client.get(address)
        assert page.status_code == 200
        ranks = [item["rank"] for item in page.json()["items"]]
        assert ranks == list(range(len(shown) + 1, len(shown) + 1 + len(ranks)))
        shown += ids(page)
        address = page.json()["next"]
    assert len(shown) == len(set(shown))
    assert ids(client.get("/v1/shoppers/agreed/recommendations?k=100")) != shown


def test_without_consent_the_shoppers_events_are_not_looked_at(client: Client) -> None:
    before = client.get("/v1/shoppers/silent/recommendations").json()["items"]
    purchase = {
        "event_id": "p1",
        "kind": "purchase",
        "product_id": before[0]["product_id"],
        "shopper_id": "silent",
    }
    assert client.post("/v1/events", json=purchase).json() == {"recorded": True, "reason": None}
    assert client.get("/v1/shoppers/silent/recommendations").json()["items"] == before
    assert {item["source"] for item in before} == {"popular"}


@pytest.mark.parametrize(
    ("path", "body"), [("/v1/recommendations", {}), ("/v1/similar", {"product_ids": ["pan-01"]})]
)
def test_a_body_asks_for_prices_that_can_be(
    reader: Client, path: str, body: dict[str, object]
) -> None:
    impossible = {**body, "filter": {"price_min": 9, "price_max": 8}}
    assert fields(reader.post(path, json=impossible)) == {"filter.price_min"}


@pytest.mark.parametrize("kind", ["hide", "consent"])
def test_a_shopper_who_is_erased_at_this_moment_fails_no_write(client: Client, kind: str) -> None:
    # The statement finds the shopper, and waits for the erasure when it writes.
    with connect() as eraser, ThreadPoolExecutor() as others:
        eraser.execute("delete from raw.consents where shopper_id = 'agreed'")
        eraser.execute("delete from raw.shoppers where shopper_id = 'agreed'")
        if kind == "hide":
            event = {"event_id": "e", "kind": kind, "product_id": "pan-01", "shopper_id": "agreed"}
            writing = others.submit(client.post, "/v1/events", json=event)
        else:
            body = {"personalisation": False}
            writing = others.submit(client.put, "/v1/shoppers/agreed", json=body)
        wait_for(lambda: run(WAITING) == [(1,)])
        eraser.commit()
        response = writing.result()
    assert response.status_code == 200
    assert response.json() == (
        {"recorded": False, "reason": "no consent"}
        if kind == "hide"
        else {"shopper_id": "agreed", "personalisation": False, "measurement": False}
    )


def count(table: str) -> int:
    with connect() as connection:
        row = connection.execute(f"select count(*) from {table}").fetchone()
    assert row is not None
    return row[0]


@pytest.mark.parametrize("kind", ["view", "purchase", "hide"])
def test_an_event_is_recorded_once(client: Client, kind: str) -> None:
    event = {"event_id": "e1", "kind": kind, "product_id": "pan-01", "shopper_id": "agreed"}
    first = client.post("/v1/events", json=event)
    assert (first.status_code, first.json()) == (201, {"recorded": True, "reason": None})
    second = client.post("/v1/events", json=event)
    assert (second.status_code, second.json()) == (
        200,
        {"recorded": False, "reason": "duplicate"},
    )
    table = {"view": "raw.views", "purchase": "raw.purchases", "hide": "recs.hides"}[kind]
    assert count(table) == 1


@pytest.mark.parametrize("kind", ["view", "hide"])
def test_without_consent_nothing_is_kept(client: Client, kind: str) -> None:
    event = {"event_id": "e1", "kind": kind, "product_id": "pan-01", "shopper_id": "silent"}
    response = client.post("/v1/events", json=event)
    assert (response.status_code, response.json()) == (
        200,
        {"recorded": False, "reason": "no consent"},
    )
    assert count("raw.views") + count("recs.hides") == 0


def test_a_purchase_is_kept_with_all_it_tells(client: Client) -> None:
    event = {
        "event_id": "p1",
        "kind": "purchase",
        "product_id": "pan-01",
        "shopper_id": "silent",
        "occurred_at": "2024-05-01T10:00:00+02:00",
        "quantity": 2,
        "unit_price": "12.50",
        "order_id": "o1",
    }
    assert client.post("/v1/events", json=event).status_code == 201
    with connect() as connection:
        row = connection.execute(
            "select quantity, unit_price::text, order_id, purchased_at::date::text"
            " from raw.purchases"
        ).fetchone()
    assert row == (2, "12.50", "o1", "2024-05-01")


@pytest.mark.parametrize(
    ("told", "kept"), [("1E-999999", "0.00"), ("0E+999999", "0.00"), (0.125, "0.13"), (3, "3.00")]
)
def test_a_price_is_kept_in_cents(client: Client, told: str | float, kept: str) -> None:
    assert client.post("/v1/events", json={**GOOD, "unit_price": told}).status_code == 201
    with connect() as connection:
        rows = connection.execute("select unit_price::text from raw.purchases").fetchall()
    assert rows == [(kept,)]


def test_a_session_may_only_view(client: Client) -> None:
    event = {"event_id": "e1", "kind": "view", "product_id": "pan-01", "session_id": "abc"}
    assert client.post("/v1/events", json=event).status_code == 201
    for kind in ("purchase", "hide"):
        assert fields(client.post("/v1/events", json={**event, "kind": kind})) == {"session_id"}


# Statements of the site that wait for a lock.
WAITING = """
    select count(*) from pg_stat_activity
    where application_name = 'alsolike-web' and datname = current_database()
        and wait_event_type = 'Lock'
"""

GOOD = {"event_id": "e1", "kind": "purchase", "product_id": "pan-01", "shopper_id": "agreed"}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"event_id": ""}, "event_id"),
        ({"event_id": "x" * 201}, "event_id"),
        ({"event_id": "a\x00b"}, "event_id"),
        ({"event_id": None}, "event_id"),
        ({"kind": "look"}, "kind"),
        ({"product_id": 7}, "product_id"),
        ({"shopper_id": None}, "shopper_id"),
        ({"kind": "view", "session_id": "abc"}, "shopper_id"),
        ({"occurred_at": "2999-01-01T00:00:00Z"}, "occurred_at"),
        ({"occurred_at": "1989-12-31T23:59:59Z"}, "occurred_at"),
        ({"occurred_at": "0001-01-01T00:00:00+14:00"}, "occurred_at"),
        ({"occurred_at": "2024-01-01T00:00:00"}, "occurred_at"),
        ({"occurred_at": "yesterday"}, "occurred_at"),
        ({"occurred_at": 1_700_000_000}, "occurred_at"),
        ({"quantity": 0}, "quantity"),
        ({"quantity": "two"}, "quantity"),
        ({"quantity": 1.5}, "quantity"),
        ({"quantity": "2"}, "quantity"),
        ({"quantity": 10**12}, "quantity"),
        ({"unit_price": -1}, "unit_price"),
        ({"unit_price": "NaN"}, "unit_price"),
        ({"unit_price": 1e12}, "unit_price"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_a_bad_field_of_an_event_is_named(
    reader: Client, change: dict[str, object], field: str
) -> None:
    assert fields(reader.post("/v1/events", json={**GOOD, **change})) == {field}


def test_an_event_takes_no_parameters(reader: Client) -> None:
    assert fields(reader.post("/v1/events?quantity=2", json=GOOD)) == {"quantity"}


def test_a_missing_field_is_named(reader: Client) -> None:
    event = {name: value for name, value in GOOD.items() if name != "product_id"}
    assert fields(reader.post("/v1/events", json=event)) == {"product_id"}


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'"text"', b"\xff"])
def test_a_body_that_is_no_object_is_refused(reader: Client, content: bytes) -> None:
    response = reader.post(
        "/v1/events", content=content, headers={"content-type": "application/json"}
    )
    problem(response, 400)


@pytest.mark.parametrize("shopper_id", ["agreed", "nobody"])
def test_an_event_of_an_unknown_product_is_a_404(reader: Client, shopper_id: str) -> None:
    event = {**GOOD, "product_id": "none", "shopper_id": shopper_id}
    assert fields(reader.post("/v1/events", json=event), 404) == {"product_id"}


def test_another_method_is_a_problem_too(reader: Client) -> None:
    problem(reader.patch("/v1/products/pan-01"), 405)


def test_the_schema_describes_every_route(reader: Client) -> None:
    for address in ("/schema", "/schema/openapi.json"):
        schema = reader.get(address).json()
        assert schema["openapi"].startswith("3.")
        assert set(schema["paths"]) == {
            "/blocks/{place}",
            "/v1/products",
            "/v1/products/{product_id}",
            "/v1/products/{product_id}/similar",
            "/v1/products/{product_id}/goes-with",
            "/v1/shoppers/{shopper_id}",
            "/v1/shoppers/{shopper_id}/consent",
            "/v1/shoppers/{shopper_id}/recommendations",
            "/v1/shoppers/{shopper_id}/recently-viewed",
            "/v1/shoppers/{shopper_id}/buy-again",
            "/v1/sessions/{session_id}/recently-viewed",
            "/v1/recommendations",
            "/v1/similar",
            "/v1/trending",
            "/v1/events",
            "/v1/segment",
            "/health/live",
            "/health/ready",
        }
        for operations in schema["paths"].values():
            assert all(o["summary"] and o["description"] for o in operations.values())
