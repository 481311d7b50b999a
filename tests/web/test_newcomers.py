"""A customer whom no load has told of yet: what they get, what they do, what they agree to."""

import threading
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
import pytest
from litestar import Litestar
from litestar.testing import TestClient

from alsolike.database import connect
from alsolike.loading import load_folder
from alsolike.progress import ignore_progress

Client = TestClient[Litestar]

NEW = "signed up a minute ago"
PURCHASE = {"event_id": "p1", "kind": "purchase", "product_id": "pan-01", "shopper_id": NEW}


def rows(statement: str) -> list[tuple[Any, ...]]:
    with connect() as connection:
        return connection.execute(statement).fetchall()  # pyright: ignore[reportArgumentType, reportCallIssue]


def shoppers() -> set[str]:
    return {row[0] for row in rows("select shopper_id from raw.shoppers")}


def decisions() -> list[tuple[Any, ...]]:
    return rows(
        "select shopper_id, purpose, is_granted, source from raw.consents"
        " where source <> 'test' order by consent_id"
    )


def fields(response: Any, status: int = 400) -> set[str]:
    assert response.status_code == status, response.text
    return {error["field"] for error in response.json()["errors"]}


def items(response: Any) -> list[dict[str, Any]]:
    assert response.status_code == 200, response.text
    return response.json()["items"]


def ids(response: Any) -> list[str]:
    return [item["product_id"] for item in items(response)]


def recommended(client: Client, shopper_id: str = NEW, **query: Any) -> Any:
    return client.get(f"/v1/shoppers/{shopper_id}/recommendations", params=query)


@pytest.mark.parametrize("shopper_id", ["[🧈%Ⱦ", "a/b", "50% off?", "Zoë"])
def test_the_next_page_has_an_address_whatever_the_id(reader: Client, shopper_id: str) -> None:
    first = recommended(reader, quote(shopper_id, safe=""), k=2)
    address = first.json()["next"]
    # A header holds ASCII alone.
    assert first.headers["link"] == f'<{address}>; rel="next"'
    assert address.isascii()
    second = reader.get(address)
    assert second.json()["shopper_id"] == shopper_id
    assert len({*ids(first), *ids(second)}) == 4


def test_a_newcomer_gets_what_is_popular(reader: Client) -> None:
    found = recommended(reader, k=12)
    assert found.json()["shopper_id"] == NEW
    assert {item["source"] for item in items(found)} == {"popular"}
    trending = reader.get("/v1/trending?k=12")
    assert ids(found) == ids(trending)
    asked = {"shopper_id": NEW, "k": 12}
    assert ids(reader.post("/v1/recommendations", json=asked)) == ids(trending)


def test_what_the_request_tells_of_a_newcomer_counts(reader: Client) -> None:
    asked = {"shopper_id": NEW, "history": [{"product_id": "spade-03"}], "k": 5}
    shown = ids(reader.post("/v1/recommendations", json=asked))
    assert [one[:5] for one in shown] == ["spade"] * 5


def test_the_pages_of_a_newcomer_follow_each_other(reader: Client) -> None:
    first = recommended(reader, k=20)
    second = reader.get(first.json()["next"])
    assert len({*ids(first), *ids(second)}) == 40


@pytest.mark.parametrize("path", ["recently-viewed", "buy-again"])
def test_a_newcomer_has_looked_at_nothing_and_bought_nothing(reader: Client, path: str) -> None:
    assert items(reader.get(f"/v1/shoppers/{NEW}/{path}")) == []


def test_a_purchase_makes_its_shopper_without_consent(client: Client) -> None:
    response = client.post("/v1/events", json=PURCHASE)
    assert (response.status_code, response.json()["recorded"]) == (201, True)
    assert NEW in shoppers()
    assert rows("select shopper_id, product_id from raw.purchases") == [(NEW, "pan-01")]
    assert decisions() == []
    assert {item["source"] for item in items(recommended(client))} == {"popular"}
    again = client.post("/v1/events", json=PURCHASE)
    assert (again.status_code, again.json()["reason"]) == (200, "duplicate")


@pytest.mark.parametrize("kind", ["view", "hide"])
def test_without_consent_no_trace_of_a_newcomer_is_kept(client: Client, kind: str) -> None:
    response = client.post("/v1/events", json={**PURCHASE, "kind": kind})
    assert response.status_code == 200
    assert response.json() == {"recorded": False, "reason": "no consent"}
    assert NEW not in shoppers()
    assert rows("select 1 from raw.views union all select 1 from recs.hides") == []


def test_the_purchase_of_an_unknown_product_makes_nobody(client: Client) -> None:
    response = client.post("/v1/events", json={**PURCHASE, "product_id": "nothing"})
    assert fields(response, 404) == {"product_id"}
    assert NEW not in shoppers()


def test_the_id_of_anothers_purchase_makes_nobody(client: Client) -> None:
    assert client.post("/v1/events", json={**PURCHASE, "shopper_id": "plain"}).status_code == 201
    assert fields(client.post("/v1/events", json=PURCHASE), 409) == {"event_id"}
    assert NEW not in shoppers()


def test_two_first_purchases_at_once_are_both_kept(client: Client) -> None:
    answers: list[int] = []

    def buy() -> None:
        answers.append(client.post("/v1/events", json={**PURCHASE, "event_id": "p2"}).status_code)

    # Another process is in the middle of the first one.
    with psycopg.connect("") as other:
        other.execute("insert into raw.shoppers (shopper_id) values (%s)", (NEW,))
        other.execute(
            "insert into raw.purchases (purchase_id, shopper_id, product_id, purchased_at)"
            " values ('p1', %s, 'pan-02', now())",
            (NEW,),
        )
        buying = threading.Thread(target=buy)
        buying.start()
        with psycopg.connect("", autocommit=True) as watching:
            waits = (
                "select from pg_stat_activity"
                " where wait_event_type = 'Lock' and datname = current_database()"
            )
            while buying.is_alive() and not watching.execute(waits).fetchall():
                pass
        other.commit()
        buying.join()
    assert answers == [201]
    bought = rows(f"select purchase_id from raw.purchases where shopper_id = '{NEW}'")
    assert {row[0] for row in bought} == {"p1", "p2"}


def test_a_consent_is_stated_used_and_withdrawn(client: Client) -> None:
    path = f"/v1/shoppers/{NEW}"
    granted = client.put(path, json={"personalisation": True})
    assert (granted.status_code, granted.json()) == (
        200,
        {"shopper_id": NEW, "personalisation": True, "measurement": False},
    )
    view = {**PURCHASE, "kind": "view", "event_id": "v1"}
    assert client.post("/v1/events", json=view).status_code == 201
    assert ids(client.get(f"{path}/recently-viewed")) == ["pan-01"]
    assert {item["source"] for item in items(recommended(client))} == {"personal"}

    withdrawn = client.delete(f"{path}/consent")
    assert withdrawn.json() == {
        "shopper_id": NEW,
        "personalisation": False,
        "measurement": False,
    }
    assert {item["source"] for item in items(recommended(client))} == {"popular"}
    assert items(client.get(f"{path}/recently-viewed")) == []
    assert client.post("/v1/events", json={**view, "event_id": "v2"}).json() == {
        "recorded": False,
        "reason": "no consent",
    }
    assert decisions() == [
        (NEW, "personalisation", True, "api"),
        (NEW, "personalisation", False, "api"),
        (NEW, "measurement", False, "api"),
    ]


def test_a_name_is_told_changed_and_kept(client: Client) -> None:
    path = f"/v1/shoppers/{NEW}"
    named = f"select display_name from raw.shoppers where shopper_id = '{NEW}'"
    for body, name in (
        ({"personalisation": True, "display_name": " Nina "}, "Nina"),
        ({"personalisation": True, "display_name": "Nina N."}, "Nina N."),
        ({"personalisation": False}, "Nina N."),
    ):
        assert client.put(path, json=body).status_code == 200
        assert rows(named) == [(name,)]
    assert decisions() == [
        (NEW, "personalisation", True, "api"),
        (NEW, "personalisation", False, "api"),
    ]


def test_an_erased_shopper_is_gone_until_the_shop_makes_them_anew(client: Client) -> None:
    path = f"/v1/shoppers/{NEW}"
    agreed = {"personalisation": True, "measurement": True, "display_name": "Nina"}
    client.put(path, json=agreed)
    kinds = ("view", "basket", "click", "purchase")
    events = [{**PURCHASE, "kind": kind, "event_id": f"n-{kind}"} for kind in kinds]
    assert {
        one["status"]
        for one in client.post("/v1/events", json={"events": events}).json()["results"]
    } == {201}
    receipt = client.delete(path)
    assert receipt.status_code == 200
    assert NEW not in receipt.text
    assert receipt.json()["counts"] == {
        "raw.basket_additions": 1,
        "raw.clicks": 1,
        "raw.consents": 2,
        "raw.purchases": 1,
        "raw.shoppers": 1,
        "raw.views": 1,
    }
    again = client.delete(path)
    assert (again.status_code, again.json()["counts"]) == (200, {})
    assert again.json()["erased_before"] == receipt.json()["erased_at"]
    refused = client.post("/v1/events", json={"events": events}).json()["results"]
    assert {(one["status"], one["reason"]) for one in refused} == {(200, "erased")}
    assert NEW not in shoppers()
    assert client.put(path, json={"personalisation": True}).status_code == 200
    assert client.post("/v1/events", json=events[0]).status_code == 201


def test_saying_the_same_again_is_no_further_decision(client: Client) -> None:
    for _ in range(2):
        assert client.put("/v1/shoppers/plain", json={"personalisation": True}).status_code == 200
        assert client.delete("/v1/shoppers/silent/consent").status_code == 200
    # Plain had agreed before; silent was never asked, so that this no is their first decision.
    assert decisions() == [
        ("silent", "personalisation", False, "api"),
        ("silent", "measurement", False, "api"),
    ]


@pytest.mark.parametrize("way", ["put", "delete"])
def test_an_import_does_not_override_a_newcomers_no(
    client: Client, way: str, tmp_path: Path
) -> None:
    if way == "put":
        response = client.put(f"/v1/shoppers/{NEW}", json={"personalisation": False})
    else:
        response = client.delete(f"/v1/shoppers/{NEW}/consent")
    assert response.json()["personalisation"] is False
    before = decisions()
    assert (NEW, "personalisation", False, "api") in before
    (tmp_path / "shoppers.csv").write_text(f"shopper_id,display_name\n{NEW},Somebody\n")
    load_folder(tmp_path, consent="personalisation", report=ignore_progress)
    assert decisions() == before
    assert client.put(f"/v1/shoppers/{NEW}", json={"personalisation": True}).status_code == 200
    assert decisions() == [*before, (NEW, "personalisation", True, "api")]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"personalisation": 1},
        {"personalisation": None},
        {"personalisation": True, "measurement": "yes"},
        {"measurement": True},
        [],
        "yes",
    ],
)
def test_a_consent_that_is_not_yes_or_no_is_refused(client: Client, body: object) -> None:
    assert client.put(f"/v1/shoppers/{NEW}", json=body).status_code == 400
    assert NEW not in shoppers()


@pytest.mark.parametrize("shopper_id", ["0", "guest", "Guest", "null", " N/A "])
def test_a_word_for_nobody_makes_no_shopper(client: Client, shopper_id: str) -> None:
    before = shoppers()
    refused = client.post("/v1/events", json={**PURCHASE, "shopper_id": shopper_id})
    assert fields(refused) == {"shopper_id"}
    path = f"/v1/shoppers/{shopper_id.replace('/', '%2F')}"
    assert fields(client.put(path, json={"personalisation": True})) == {"shopper_id"}
    assert shoppers() == before
    assert rows("select 1 from raw.purchases") == []
    assert len(items(client.get(f"{path}/recommendations"))) == 10, "to look is no harm"


def test_a_shopper_who_is_loaded_may_have_any_name(client: Client) -> None:
    with connect() as connection:
        connection.execute("insert into raw.shoppers (shopper_id) values ('0')")
    assert client.post("/v1/events", json={**PURCHASE, "shopper_id": "0"}).status_code == 201
    assert client.put("/v1/shoppers/0", json={"personalisation": True}).status_code == 200


@pytest.mark.parametrize("shopper_id", ["%20", "%C2%A0%09", "x" * 501, "a%00b"])
def test_an_id_that_cannot_be_is_a_problem(reader: Client, shopper_id: str) -> None:
    for path in ("recommendations", "recently-viewed", "buy-again"):
        assert reader.get(f"/v1/shoppers/{shopper_id}/{path}").status_code == 400
    response = reader.put(f"/v1/shoppers/{shopper_id}", json={"personalisation": True})
    assert response.status_code == 400
    assert reader.delete(f"/v1/shoppers/{shopper_id}/consent").status_code == 400


@pytest.mark.parametrize("name", ["event_id", "product_id", "shopper_id", "order_id"])
@pytest.mark.parametrize("value", [" ", "\u00a0\n", "x" * 201])
def test_a_blank_or_endless_id_of_an_event_is_named(reader: Client, name: str, value: str) -> None:
    assert fields(reader.post("/v1/events", json={**PURCHASE, name: value})) == {name}


def test_ids_are_trimmed_as_the_loader_trims_them(client: Client) -> None:
    padded = {**PURCHASE, "product_id": "pan-01\u00a0", "shopper_id": "\tplain ", "order_id": " o1"}
    assert client.post("/v1/events", json=padded).status_code == 201
    assert client.post("/v1/events", json={**padded, "event_id": "p1 "}).json()["reason"] == (
        "duplicate"
    )
    assert rows("select shopper_id, product_id, order_id from raw.purchases") == [
        ("plain", "pan-01", "o1")
    ]
    assert client.get("/v1/products/pan-01%20").json()["product_id"] == "pan-01"
    similar = ids(client.get("/v1/products/%C2%A0pan-01/similar?exclude=pan-02%20&k=100"))
    assert "pan-02" not in similar
    assert "pan-03" in similar
    many = client.post("/v1/similar", json={"product_ids": [" pan-01 "], "exclude": ["pan-02 "]})
    assert many.json()["unknown"] == []
    assert "pan-01" not in ids(recommended(client, "plain ", k=100))
    asked = {"shopper_id": " plain", "basket": ["pan-04 "], "k": 100}
    assert not {"pan-01", "pan-04"} & set(ids(client.post("/v1/recommendations", json=asked)))
    assert client.put("/v1/shoppers/plain%20", json={"personalisation": True}).json() == {
        "shopper_id": "plain",
        "personalisation": True,
        "measurement": True,
    }
