"""Lists by filter, basket, history and session; what is trending, was viewed, may be bought."""

import json
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from alsolike.database import connect
from tests.shop.kitchen import CATEGORIES, make_kitchen_marts

Client = TestClient[Litestar]


def ids(response: Any) -> list[str]:
    assert response.status_code == 200, response.text
    return [item["product_id"] for item in response.json()["items"]]


def fields(response: Any, status: int = 400) -> set[str]:
    assert response.status_code == status, response.text
    return {error["field"] for error in response.json()["errors"]}


def record(client: Client, kind: str, product_id: str, **who: str) -> None:
    event = {"event_id": f"{kind} {product_id}", "kind": kind, "product_id": product_id, **who}
    answer = client.post("/v1/events", json=event)
    assert answer.json()["recorded"], answer.text


def recommend(client: Client, **asked: Any) -> Any:
    return client.post("/v1/recommendations", json=asked)


@pytest.fixture
def marts(shop: dict[str, str]) -> None:
    """Build the marts by hand: pans are popular, knives are bought again after ten days."""
    assert shop
    make_kitchen_marts()


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (
            {"price_min": "11.5", "price_max": "13"},
            {f"{kind}-{n}" for kind in CATEGORIES for n in ("02", "03")},
        ),
        # The last of them is sold out.
        (
            {"brand": ["None", "Brand"], "category": "Garden / Yard"},
            {f"spade-{n:02}" for n in range(29)},
        ),
        ({"brand": "None"}, set()),
        (
            {"attributes": json.dumps({"water_resistant": True}), "price_max": "10"},
            {"knife-00", "pan-00", "spade-00"},
        ),
        ({"attributes": json.dumps({"water_resistant": False})}, set()),
    ],
)
def test_every_filter_holds_on_every_list(
    reader: Client, query: dict[str, Any], expected: set[str]
) -> None:
    asked = {"k": 100, **query}
    assert sorted(ids(reader.get("/v1/trending", params=asked))) == sorted(expected)
    similar = reader.get("/v1/products/knife-00/similar", params=asked)
    assert sorted(ids(similar)) == sorted(expected - {"knife-00"})


def test_sold_out_products_come_only_when_asked_for(reader: Client) -> None:
    path = "/v1/products/knife-05/similar?k=100"
    assert "knife-29" not in ids(reader.get(path))
    assert "knife-29" in ids(reader.get(f"{path}&with_sold_out=true"))


@pytest.mark.usefixtures("marts")
def test_reasons_of_similar_products_count_the_baskets(client: Client) -> None:
    plain = client.get("/v1/products/knife-05/similar?k=28").json()["items"]
    assert {item["reason"] for item in plain} == {None}
    found = client.get("/v1/products/knife-05/similar?k=28&reasons=true").json()["items"]
    reasons = {item["product_id"]: item["reason"] for item in found}
    assert reasons["knife-06"] == {"kind": "bought_together", "count": 4}
    assert reasons["knife-07"] == {"kind": "viewed_together", "count": 3}
    assert reasons["knife-08"] == {"kind": "alike", "count": None}


def test_many_products_are_answered_at_once(reader: Client) -> None:
    answer = reader.post(
        "/v1/similar", json={"product_ids": ["pan-03", "nothing", "knife-05"], "k": 4}
    )
    assert answer.status_code == 200
    body = answer.json()
    assert body["unknown"] == ["nothing"]
    assert [one["product_id"] for one in body["lists"]] == ["pan-03", "knife-05"]
    for one in body["lists"]:
        alone = reader.get(f"/v1/products/{one['product_id']}/similar?k=4")
        assert [item["product_id"] for item in one["items"]] == ids(alone)


def test_a_history_in_the_request_makes_the_taste_and_is_not_kept(client: Client) -> None:
    answer = recommend(client, history=[{"product_id": "pan-03"}], k=5)
    assert [one[:3] for one in ids(answer)] == ["pan"] * 5
    assert "pan-03" not in ids(answer)
    assert answer.json()["items"][0]["reason"] == {
        "kind": "viewed",
        "event_id": None,
        "product_id": "pan-03",
        "count": None,
    }
    with connect() as connection:
        assert connection.execute("select count(*) from raw.views").fetchone() == (0,)
    # The later of two counts more.
    later = [{"product_id": "pan-03"}, {"product_id": "spade-03"}]
    assert ids(recommend(client, history=later, k=1))[0].startswith("spade")
    assert ids(recommend(client, history=later[::-1], k=1))[0].startswith("pan")


def test_what_lies_in_the_basket_counts_and_is_left_out(reader: Client) -> None:
    basket = ["spade-01", "spade-02"]
    answer = recommend(reader, basket=basket, k=27)
    assert not set(ids(answer)) & set(basket)
    assert [one[:5] for one in ids(answer)] == ["spade"] * 27
    assert {item["reason"]["kind"] for item in answer.json()["items"]} == {"in_basket"}


def test_candidates_are_all_there_is(reader: Client) -> None:
    among = ["pan-01", "knife-29", "spade-03", "nothing", "knife-07"]
    history = [{"product_id": "knife-06"}]
    found = ids(recommend(reader, history=history, candidates=among, k=10))
    assert found[0] == "knife-07"
    assert sorted(found) == ["knife-07", "pan-01", "spade-03"]
    assert ids(recommend(reader, candidates=[])) == []


def test_a_session_is_recommended_for_by_what_was_viewed_in_it(client: Client) -> None:
    record(client, "view", "spade-04", session_id="visit")
    shown = ids(recommend(client, session_id="visit", k=9))
    assert [one[:5] for one in shown] == ["spade"] * 9
    assert ids(client.get("/v1/sessions/visit/recently-viewed")) == ["spade-04"]
    assert ids(client.get("/v1/sessions/another/recently-viewed")) == []


def test_reasons_are_left_out_where_none_are_asked_for(client: Client) -> None:
    record(client, "view", "spade-04", shopper_id="agreed")
    for answer in (
        recommend(client, shopper_id="agreed", reasons=False),
        client.get("/v1/shoppers/agreed/recommendations?reasons=false"),
    ):
        assert {item["reason"] for item in answer.json()["items"]} == {None}
        assert {item["source"] for item in answer.json()["items"]} == {"personal"}


@pytest.mark.usefixtures("marts")
def test_a_reason_goes_with_its_event(client: Client) -> None:
    record(client, "view", "spade-04", shopper_id="agreed")
    first = recommend(client, shopper_id="agreed").json()["items"][0]
    assert first["reason"]["event_id"] == "view spade-04"
    with connect() as connection:
        connection.execute("delete from raw.views")
    first = recommend(client, shopper_id="agreed").json()["items"][0]
    assert first["reason"] == {"kind": "popular", "event_id": None, "product_id": None, "count": 9}
    assert first["product_id"].startswith("pan")


@pytest.mark.usefixtures("marts")
def test_what_is_bought_again_and_again_is_recommended_again(client: Client) -> None:
    record(client, "purchase", "knife-04", shopper_id="agreed")
    record(client, "purchase", "pan-04", shopper_id="agreed")
    found = ids(recommend(client, shopper_id="agreed", k=100))
    assert "knife-04" in found
    assert "pan-04" not in found
    answer = client.get("/v1/shoppers/agreed/buy-again")
    assert ids(answer) == ["knife-04"]
    assert answer.json()["items"][0]["times"] == 1
    assert answer.json()["items"][0]["due"] == pytest.approx(0, abs=0.01)
    record(client, "hide", "knife-04", shopper_id="agreed")
    assert ids(client.get("/v1/shoppers/agreed/buy-again")) == []
    assert "knife-04" not in ids(recommend(client, shopper_id="agreed", k=100))


@pytest.mark.usefixtures("marts")
def test_what_is_due_to_be_bought_again_comes_first(client: Client) -> None:
    with connect() as connection:
        for product_id, days in (("knife-01", (3,)), ("knife-02", (12,)), ("pan-01", (40, 20))):
            for day in days:
                connection.execute(
                    "insert into raw.purchases (purchase_id, shopper_id, product_id, purchased_at) "
                    "values (%s, 'agreed', %s, now() - %s * interval '1 day')",
                    (f"{product_id} {day}", product_id, day),
                )
    items = client.get("/v1/shoppers/agreed/buy-again").json()["items"]
    # Twice at an interval of 20 days, 20 days ago; once 12 and once 3 days ago, usual: 10.
    assert [item["product_id"] for item in items] == ["pan-01", "knife-02", "knife-01"]
    assert [item["due"] for item in items] == pytest.approx([1, 1.2, 0.3], abs=0.01)
    assert [item["times"] for item in items] == [2, 1, 1]


def test_without_consent_nothing_of_a_shopper_is_listed(client: Client) -> None:
    with connect() as connection:
        connection.execute(
            "insert into raw.views (view_id, shopper_id, product_id, viewed_at) "
            "values ('v', 'silent', 'pan-01', now())"
        )
    for path in ("recently-viewed", "buy-again"):
        assert ids(client.get(f"/v1/shoppers/silent/{path}")) == []
        assert ids(client.get(f"/v1/shoppers/nobody/{path}")) == []


def test_a_wish_to_hide_holds_without_consent(client: Client) -> None:
    first = ids(recommend(client, shopper_id="agreed"))[0]
    record(client, "hide", first, shopper_id="agreed")
    with connect() as connection:
        connection.execute(
            "insert into raw.consents (shopper_id, purpose, is_granted, source) "
            "values ('agreed', 'personalisation', false, 'test')"
        )
    assert first not in ids(recommend(client, shopper_id="agreed", k=100))


def test_views_are_listed_once_the_latest_first(client: Client) -> None:
    for number, product_id in enumerate(["pan-01", "knife-01", "pan-01", "spade-01"]):
        event = {"event_id": f"e{number}", "kind": "view", "product_id": product_id}
        client.post("/v1/events", json={**event, "shopper_id": "agreed"})
    path = "/v1/shoppers/agreed/recently-viewed"
    assert ids(client.get(path)) == ["spade-01", "pan-01", "knife-01"]
    assert client.get(path).json()["items"][1]["event_id"] == "e2"
    assert ids(client.get(f"{path}?category=Kitchen&exclude=knife-01")) == ["pan-01"]


@pytest.mark.usefixtures("marts")
def test_trending_pages_follow_each_other(client: Client) -> None:
    address: str | None = "/v1/trending?k=13&category=Kitchen"
    shown: list[str] = []
    while address is not None:
        page = client.get(address)
        shown += ids(page)
        assert page.json()["items"][-1]["rank"] == len(shown)
        address = page.json()["next"]
    assert len(shown) == len(set(shown)) == 58
    assert all(one.startswith("pan") for one in shown[:29])


def test_the_next_page_of_a_posted_question(reader: Client) -> None:
    asked = {"history": [{"product_id": "pan-03"}], "k": 10}
    first = recommend(reader, **asked)
    second = recommend(reader, **asked, after=first.json()["after"])
    assert not set(ids(first)) & set(ids(second))
    assert second.json()["items"][0]["rank"] == 11
    assert ids(first) + ids(second) == ids(recommend(reader, **{**asked, "k": 20}))


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"k": 0}, "k"),
        ({"after": "nonsense"}, "after"),
        ({"after": "eNqLNjTXMzQ01DE0MDCM1VGKjo4FACk6BFU"}, "after"),
        ({"colour": "red"}, "colour"),
        ({"filter": {"colour": "red"}}, "colour"),
        ({"diversity": "extreme"}, "diversity"),
        ({"history": [{"product_id": "pan-01", "occurred_at": "2999-01-01T00:00:00Z"}]},
         "history[0].occurred_at"),
        ({"filter": {"category": "Nowhere"}}, "category"),
    ],
)  # fmt: skip
def test_a_bad_field_of_the_question_is_named(
    reader: Client, asked: dict[str, Any], field: str
) -> None:
    named = fields(recommend(reader, **asked))
    assert {one.removeprefix("filter.") for one in named} == {field}
