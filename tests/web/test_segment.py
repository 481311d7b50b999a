"""Calls of Segment's ecommerce specification, as events with their rules."""

from typing import Any

import pytest

from tests.shop.database import run
from tests.web.conftest import Client
from tests.web.test_api import fields
from tests.web.test_api_impressions import counts, impressions, items, write

AGREED = {"context": {"consent": {"categoryPreferences": {"personalisation": True}}}}
MEASURED = {"context": {"consent": {"categoryPreferences": {"measurement": True}}}}


def call(event: str, number: int = 1, /, **changes: Any) -> dict[str, Any]:
    return {
        "type": "track",
        "messageId": f"m-{number}",
        "event": event,
        "userId": "agreed",
        "timestamp": "2026-01-02T03:04:05.678Z",
        "writeKey": "not ours",
        "properties": {"product_id": "pan-01", "name": "Pan", "position": 3},
        **changes,
    }


def send(client: Client, *calls: dict[str, Any], **headers: str) -> list[dict[str, Any]]:
    answer = client.post("/v1/segment", json={"batch": list(calls)}, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json()["results"]


def test_each_name_becomes_its_event_once(client: Client) -> None:
    client.put("/v1/shoppers/agreed", json={"personalisation": True, "measurement": True})
    order = {
        "order_id": "o-1",
        "total": 30,
        "products": [
            {"product_id": "pan-01", "quantity": 2, "price": 9.5},
            {"product_id": "pan-02"},
        ],
    }
    click = {"product_id": "pan-01", "list_id": "cart"}
    calls = [
        call("Product Viewed", 1),
        call("Product Added", 2),
        call("Product Clicked", 3, properties=click),
        call("Order Completed", 4, properties=order),
    ]
    assert [one["status"] for one in send(client, *calls)] == [201] * 4
    assert run("select view_id, viewed_at::text from raw.views where view_id like 'm-%'") == [
        ("m-1", "2026-01-02 03:04:05.678+00")
    ]
    assert run("select addition_id, shopper_id from raw.basket_additions") == [("m-2", "agreed")]
    assert run("select click_id, place from raw.clicks") == [("m-3", "cart")]
    bought = "select purchase_id, product_id, quantity, unit_price::text, order_id "
    assert run(f"{bought} from raw.purchases where purchase_id like 'm-%' order by 1") == [
        ("m-4:0", "pan-01", 2, "9.50", "o-1"),
        ("m-4:1", "pan-02", 1, None, "o-1"),
    ]
    again = send(client, *calls)
    assert {one["reason"] for call_ in again for one in call_["events"]} == {"duplicate"}


def test_what_is_seen_and_clicked_on_marks_impressions(client: Client) -> None:
    client.put("/v1/shoppers/agreed", json={"personalisation": True, "measurement": True})
    shown = items(client, "/v1/shoppers/agreed/recommendations?k=3&place=cart")
    listed = [
        {"product_id": one["product_id"], "impression_id": one["impression_id"]} for one in shown
    ]
    seen = {"list_id": "cart", "products": [*listed[:2], {"product_id": "pan-01"}]}
    calls = [
        call("Product List Viewed", 1, properties=seen, timestamp=None),
        call("Product Clicked", 2, properties=listed[0], timestamp=None),
    ]
    first, second = send(client, *calls)
    assert [one["event_id"] for one in first["events"]] == ["m-1:0", "m-1:1"]
    assert (first["status"], second["status"]) == (201, 201)
    write(client)
    assert [row[3:] for row in impressions()] == [(True, True), (True, False), (False, False)]


@pytest.mark.parametrize(
    ("name", "consent", "expected"),
    [
        ("Product Viewed", {}, "no consent"),
        ("Product Viewed", MEASURED, "no consent"),
        ("Product Viewed", AGREED, None),
        ("Product Clicked", AGREED, "no consent"),
        ("Product Clicked", MEASURED, None),
    ],
    ids=str,
)
def test_a_visitor_has_to_have_agreed(
    client: Client, name: str, consent: dict[str, Any], expected: str | None
) -> None:
    (found,) = send(client, call(name, userId=None, anonymousId="a-1", **consent))
    assert (found["status"], found["reason"]) == (200 if expected else 201, expected)
    kept = run("select session_id from raw.views union all select session_id from raw.clicks")
    assert (("a-1",) in kept) == (expected is None)


def test_a_no_of_a_shopper_counts(client: Client) -> None:
    no = {"context": {"consent": {"categoryPreferences": {"personalisation": False}}}}
    assert send(client, call("Product Viewed", **no))[0]["reason"] == "no consent"
    assert send(client, call("Product Viewed", userId="silent"))[0]["events"][0]["reason"] == (
        "no consent"
    )
    answer = send(client, call("Product Viewed"), **{"sec-gpc": "1"})
    assert answer[0]["events"][0]["reason"] == "no consent"


def test_a_visitor_who_did_not_agree_is_counted_without_a_name(client: Client) -> None:
    shown = items(client, "/v1/trending?k=1&place=home")[0]
    click = {"product_id": shown["product_id"], "impression_id": shown["impression_id"]}
    sent = call("Product Clicked", userId=None, anonymousId="a", properties=click, timestamp=None)
    assert send(client, sent)[0]["status"] == 201
    write(client)
    assert (impressions(), counts()) == ([], (1, 0, 1))


@pytest.mark.parametrize(
    "changes", [{"type": "identify"}, {"event": "Signed Up"}, {"event": None}], ids=str
)
def test_other_calls_are_left_alone(client: Client, changes: dict[str, Any]) -> None:
    (found,) = send(client, {**call("Product Viewed"), **changes})
    assert (found["status"], found["reason"], found["events"]) == (200, "ignored", [])


def test_a_bad_call_harms_no_other(client: Client) -> None:
    bad = call("Product Viewed", 2, timestamp="yesterday")
    unknown = call("Product Viewed", 3, properties={"product_id": "none"})
    without = call("Product Viewed", 4, properties={})
    guest = call(
        "Order Completed", 5, userId=None, properties={"products": [{"product_id": "pan-01"}]}
    )
    found = send(client, bad, call("Product Viewed"), unknown, without, guest)
    assert [one["status"] for one in found] == [400, 201, 404, 400, 400]
    assert found[0]["message_id"] == "m-2"
    assert found[0]["detail"].startswith("batch[0].timestamp: ")
    assert found[3]["events"][0]["detail"] == "product_id: A view needs one."
    assert found[4]["events"][0]["detail"] == "shopper_id: Give one of shopper_id and session_id."


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"event": "Product Viewed"}, "messageId"),
        ({"messageId": ""}, "messageId"),
        ({"messageId": "x" * 191}, "messageId"),
        (call("Product Viewed", timestamp="2026-01-02T03:04:05"), "timestamp"),
        (call("Product Viewed", properties=[]), "properties"),
        (call("Order Completed", properties={"products": [{"quantity": 0}]}), None),
        (call("Order Completed", properties={"products": [{}] * 501}), "properties.products"),
        ({"batch": []}, "batch"),
        ({"batch": [call("Product Viewed")] * 501}, "batch"),
        ({"batch": [call("Product Viewed")], "messageId": "m"}, "batch"),
        ({"batch": [call("Order Completed", properties={"products": [{}] * 300})] * 2}, "batch"),
    ],
    ids=range(11),
)
def test_what_is_no_call_is_a_problem(
    reader: Client, body: dict[str, Any], field: str | None
) -> None:
    found = fields(reader.post("/v1/segment", json=body))
    assert found == ({field} if field else {"properties.products[0].quantity"})


def test_one_call_is_answered_as_several_are(client: Client) -> None:
    answer = client.post("/v1/segment", json=call("Product Viewed"))
    assert answer.json() == {
        "results": [
            {
                "message_id": "m-1",
                "status": 201,
                "reason": None,
                "detail": None,
                "events": [
                    {
                        "event_id": "m-1",
                        "status": 201,
                        "recorded": True,
                        "reason": None,
                        "detail": None,
                    }
                ],
            }
        ]
    }
