"""Lists of the API that are noted as shown, and what is told of them, with consent and without."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from alsolike.database import connect
from alsolike.privacy.erase import erase
from api.impressions.signed import SignedId, read_id, write_id
from api.impressions.tags import ListTag, impression_id, new_answer
from tests.shop.database import run
from tests.web.conftest import Client
from tests.web.test_impressions import counts, impressions, write

SIGNAL = {"sec-gpc": "1"}
AGREED = "/v1/shoppers/agreed/recommendations?k=3&place=cart"


@pytest.fixture
def measured(client: Client) -> None:
    """Have the shopper `agreed` agree to measurement."""
    client.put("/v1/shoppers/agreed", json={"personalisation": True, "measurement": True})


def items(client: Client, address: str, **headers: str) -> list[dict[str, Any]]:
    answer = client.get(address, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


def told(item: dict[str, Any], kind: str = "click", **changes: Any) -> dict[str, Any]:
    return {
        "event_id": f"{kind}-{item['product_id']}",
        "kind": kind,
        "product_id": item["product_id"],
        "impression_id": item["impression_id"],
        **changes,
    }


def send(client: Client, *events: dict[str, Any], **headers: str) -> list[int]:
    answer = client.post("/v1/events", json={"events": list(events)}, headers=headers)
    assert answer.status_code == 200, answer.text
    return [one["status"] for one in answer.json()["results"]]


def test_without_a_place_nothing_is_noted(client: Client) -> None:
    answer = client.get("/v1/trending?k=2")
    assert "impression_id" not in answer.json()["items"][0]
    assert "max-age" in answer.headers["cache-control"]
    write(client)
    assert (impressions(), counts()) == ([], (0, 0, 0))


@pytest.mark.usefixtures("measured")
def test_what_a_shopper_who_agreed_is_shown_is_a_row(client: Client) -> None:
    shown = items(client, AGREED)
    who = {"shopper_id": "agreed"}
    events = [told(shown[0], "seen", **who), told(shown[1], **who)]
    assert send(client, *events) == [201, 201]
    write(client)
    assert impressions() == [
        ("cart", place, one["product_id"], place < 3, place == 2)
        for place, one in enumerate(shown, start=1)
    ]
    kept = run("select shopper_id, model, tier, is_bot from recs.impressions limit 1")
    assert kept == [("agreed", shown[0]["model"], "live", False)]
    # An impression says that it was clicked on; the same click is no other one.
    assert run("select count(*) from raw.clicks") == [(0,)]


@pytest.mark.usefixtures("measured")
def test_positions_go_on_over_the_pages(client: Client) -> None:
    first = client.get(AGREED).json()
    items(client, first["next"])
    write(client)
    assert [row[1] for row in impressions()] == [1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize("shopper_id", ["silent", "unknown"])
def test_of_a_shopper_who_did_not_agree_it_is_counted(client: Client, shopper_id: str) -> None:
    shown = items(client, f"/v1/shoppers/{shopper_id}/recommendations?k=3&place=cart")
    assert send(client, told(shown[0], shopper_id=shopper_id)) == [201]
    write(client)
    assert impressions() == []
    assert counts("place = 'cart'") == (3, 0, 1)


@pytest.mark.usefixtures("measured")
def test_a_withdrawal_counts_for_what_was_shown_before(client: Client) -> None:
    shown = items(client, AGREED)
    write(client)
    client.delete("/v1/shoppers/agreed/consent?purpose=measurement")
    assert send(client, told(shown[0], shopper_id="agreed")) == [201]
    write(client)
    assert not any(row[4] for row in impressions())
    assert counts()[2] == 1


@pytest.mark.usefixtures("measured")
def test_of_an_erased_shopper_nothing_is_written(client: Client) -> None:
    shown = items(client, AGREED)
    with connect() as connection:
        erase(connection, "agreed", source="api")
    assert send(client, told(shown[0], shopper_id="agreed")) == [201]
    write(client)
    assert impressions() == []
    assert counts() == (3, 0, 1)


@pytest.mark.usefixtures("measured")
def test_with_global_privacy_control_it_is_counted(client: Client) -> None:
    named = items(client, AGREED)[0]
    shown = items(client, AGREED, **SIGNAL)
    write(client)
    assert len(impressions()) == 3
    assert counts() == (3, 0, 0)
    events = [told(named, shopper_id="agreed"), told(shown[0], shopper_id="agreed")]
    assert send(client, *events, **SIGNAL) == [201, 201]
    write(client)
    assert not any(row[4] for row in impressions())
    assert counts()[2] == 2


@pytest.mark.parametrize("is_measured", [False, True])
def test_a_session_is_named_if_the_caller_says_that_it_agreed(
    client: Client, is_measured: bool
) -> None:
    asked = {"session_id": "s-1", "k": 2, "place": "home", "measurement": is_measured}
    shown = client.post("/v1/recommendations", json=asked).json()["items"]
    assert send(client, told(shown[1], session_id="s-1")) == [201]
    write(client)
    assert [row[4] for row in impressions()] == ([False, True] if is_measured else [])
    assert counts() == ((0, 0, 0) if is_measured else (2, 0, 1))


@pytest.mark.usefixtures("measured")
@pytest.mark.parametrize(
    ("address", "page_product_id"),
    [
        ("/v1/products/pan-01/similar?k=2&place=p&shopper=agreed", "pan-01"),
        ("/v1/products/pan-01/goes-with?k=2&place=p&shopper=agreed", "pan-01"),
        ("/v1/trending?k=2&place=p&shopper=agreed", None),
        ("/v1/shoppers/agreed/recently-viewed?place=p", None),
        ("/v1/shoppers/agreed/buy-again?place=p", None),
    ],
)
def test_each_list_can_be_noted(client: Client, address: str, page_product_id: str | None) -> None:
    client.post(
        "/v1/events",
        json={"event_id": "v", "kind": "view", "product_id": "pan-02", "shopper_id": "agreed"},
    )
    shown = items(client, address)
    write(client)
    assert all(one["impression_id"] for one in shown)
    kept = run("select product_id, page_product_id from recs.impressions order by position")
    assert kept == [(one["product_id"], page_product_id) for one in shown]


@pytest.mark.usefixtures("measured")
def test_each_of_several_lists_is_noted(client: Client) -> None:
    asked = {"product_ids": ["pan-01", "knife-01"], "k": 2, "place": "p", "shopper_id": "agreed"}
    lists = client.post("/v1/similar", json=asked).json()["lists"]
    write(client)
    kept = run("select page_product_id, product_id from recs.impressions order by 1 desc, position")
    assert kept == [
        (one["product_id"], item["product_id"]) for one in lists for item in one["items"]
    ]
    assert run("select count(distinct answer_id) from recs.impressions") == [(2,)]


def test_a_list_that_is_noted_is_for_no_cache(client: Client) -> None:
    answer = client.get("/v1/trending?k=2&place=home")
    assert answer.headers["cache-control"] == "private, no-store"
    assert "etag" not in answer.headers
    block = client.get("/blocks/trending?count=2&noted_as=home")
    assert block.headers["cache-control"] == "private, no-store"


def test_a_block_says_the_ids(client: Client) -> None:
    block = client.get("/blocks/trending?count=2&noted_as=home").text
    assert block.count('data-impression="') == 2
    assert "data-impression" not in client.get("/blocks/trending?count=2").text
    write(client)
    assert counts("place = 'home'") == (2, 0, 0)


@pytest.mark.usefixtures("measured")
@pytest.mark.parametrize(
    "changes",
    [
        {"impression_id": "x"},
        {"impression_id": "A" * 34 + ".cart.1.live.average"},
        {"impression_id": "\ud7ff" * 40},
        {"product_id": "pan-01"},
        {"shopper_id": "silent"},
        {"shopper_id": None},
        {"shopper_id": None, "session_id": "agreed"},
    ],
    ids=["short", "made up", "odd", "other product", "other shopper", "nobody", "session"],
)
def test_an_id_that_was_not_given_out_so_changes_nothing(
    client: Client, changes: dict[str, Any]
) -> None:
    shown = items(client, AGREED)[0]
    assert shown["product_id"] != "pan-01"
    write(client)
    before = impressions(), counts()
    event = told(shown, **{"shopper_id": "agreed", **changes})
    answer = client.post("/v1/events", json=event)
    assert answer.status_code == 404
    assert [error["field"] for error in answer.json()["errors"]] == ["impression_id"]
    assert send(client, event) == [404]
    write(client)
    assert (impressions(), counts()) == before


def test_what_is_shown_to_nobody_in_particular_needs_nobody(client: Client) -> None:
    shown = items(client, "/v1/trending?k=2&place=home")
    assert send(client, told(shown[0], "seen"), told(shown[1], shopper_id="silent")) == [201, 201]
    write(client)
    assert counts() == (2, 1, 1)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"kind": "view"}, "impression_id"),
        ({"kind": "seen", "impression_id": None}, "impression_id"),
        ({"kind": "seen", "place": "home"}, "place"),
        ({"product_id": None}, "product_id"),
        ({"impression_id": ""}, "impression_id"),
        ({"impression_id": "x" * 1001}, "impression_id"),
        ({"impression_id": "a\x00b"}, "impression_id"),
        ({"shopper_id": "agreed", "session_id": "s"}, "shopper_id"),
        ({"occurred_at": "2999-01-01T00:00:00Z"}, "occurred_at"),
        ({"occurred_at": "2001-01-01T00:00:00Z"}, "occurred_at"),
    ],
    ids=str,
)
def test_a_bad_field_is_named(client: Client, changes: dict[str, Any], field: str) -> None:
    shown = items(client, "/v1/trending?k=1&place=home")[0]
    answer = client.post("/v1/events", json=told(shown, **changes))
    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == [field]


def test_nothing_is_seen_before_it_is_shown(client: Client) -> None:
    shown = items(client, AGREED)[0]
    before = (datetime.now(UTC) - timedelta(hours=1)).isoformat()
    answer = client.post("/v1/events", json=told(shown, shopper_id="agreed", occurred_at=before))
    assert [error["field"] for error in answer.json()["errors"]] == ["occurred_at"]


@pytest.mark.parametrize("place", ["", "x" * 101, "a.b", "a b", "a%0A", "%00", "ä"])
def test_a_place_has_plain_characters(reader: Client, place: str) -> None:
    for address in (
        f"/v1/trending?place={place}",
        f"/v1/products/pan-01/similar?place={place}",
        f"/blocks/trending?noted_as={place}",
    ):
        assert reader.get(address).status_code == 400, address


def test_a_signed_id_is_of_one_product_and_person() -> None:
    key = b"k" * 32
    one = impression_id(new_answer().answer_id, 3)
    signed = SignedId(one, ListTag("cart", 3, "live", "a.b.c"))
    written = write_id(key, "shopper a", "p", signed)
    assert read_id(key, "shopper a", "p", written) == signed
    assert read_id(key, "shopper b", "p", written) is None
    assert read_id(key, "shopper a", "q", written) is None
    assert read_id(b"l" * 32, "shopper a", "p", written) is None
    assert read_id(key, "shopper a", "p", written.replace(".3.", ".4.")) is None
    counted = SignedId(None, ListTag("cart", 3, "live", None))
    assert read_id(key, "shopper b", "p", write_id(key, "", "p", counted)) == counted
