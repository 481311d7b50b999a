"""Consent by purpose over the API: what is kept needs the purpose that it would be kept for."""

from typing import Any

import pytest

from tests.shop.database import execute, run
from tests.web.conftest import Client

SHOPPER = "/v1/shoppers/silent"
SIGNAL = {"sec-gpc": "1"}
# Of each kind that needs consent, the purpose, and where it is kept.
KINDS = {
    "view": ("personalisation", "raw.views"),
    "basket": ("personalisation", "raw.basket_additions"),
    "hide": ("personalisation", "recs.hides"),
    "click": ("measurement", "raw.clicks"),
}
PURPOSES = ("personalisation", "measurement")


def event(kind: str, **who: str) -> dict[str, Any]:
    return {"event_id": f"e-{kind}", "kind": kind, "product_id": "pan-01", **who}


def send(client: Client, kind: str, headers: dict[str, str] | None = None, **who: str) -> Any:
    return client.post("/v1/events", json=event(kind, **who), headers=headers or {})


def kept(kind: str) -> int:
    return run(f"select count(*) from {KINDS[kind][1]}")[0][0]


@pytest.mark.parametrize("purpose", PURPOSES)
@pytest.mark.parametrize("kind", KINDS)
def test_an_event_is_kept_with_consent_to_its_own_purpose(
    client: Client, kind: str, purpose: str
) -> None:
    stated = {"personalisation": False, "measurement": False, purpose: True}
    assert client.put(SHOPPER, json=stated).json() == {"shopper_id": "silent", **stated}
    answer = send(client, kind, shopper_id="silent")
    assert answer.json()["recorded"] is (KINDS[kind][0] == purpose)
    assert kept(kind) == (KINDS[kind][0] == purpose)
    if KINDS[kind][0] == purpose:
        assert client.delete(f"{SHOPPER}/consent?purpose={purpose}").status_code == 200
        again = client.post(
            "/v1/events", json={**event(kind, shopper_id="silent"), "event_id": "2"}
        )
        assert again.json()["reason"] == "no consent"


def test_a_body_of_before_leaves_measurement_as_it_was(client: Client) -> None:
    for measurement in (True, False):
        client.put(SHOPPER, json={"personalisation": True, "measurement": measurement})
        for personalisation in (False, True):
            stated = client.put(SHOPPER, json={"personalisation": personalisation}).json()
            assert stated["measurement"] is measurement
            assert stated["personalisation"] is personalisation


def test_a_withdrawal_is_of_the_purpose_that_is_named_or_of_both(client: Client) -> None:
    both = {"personalisation": True, "measurement": True}
    client.put(SHOPPER, json=both)
    for purpose in PURPOSES:
        assert client.delete(f"{SHOPPER}/consent?purpose={purpose}").json() == {
            "shopper_id": "silent",
            **both,
            purpose: False,
        }
        client.put(SHOPPER, json=both)
    assert client.delete(f"{SHOPPER}/consent").json() == {
        "shopper_id": "silent",
        **dict.fromkeys(PURPOSES, False),
    }
    assert client.delete(f"{SHOPPER}/consent?purpose=advertising").status_code == 400


def test_a_click_of_a_shopper_who_withdrew_counts_no_more(client: Client) -> None:
    send(client, "click", shopper_id="agreed")
    client.post("/v1/events", json={**event("click", session_id="visit"), "event_id": "other"})
    counted = "select click_id from raw.measured_clicks order by 1"
    assert run(counted) == [("e-click",), ("other",)]
    client.delete("/v1/shoppers/agreed/consent?purpose=measurement")
    assert run(counted) == [("other",)]


@pytest.mark.parametrize("kind", ["view", "basket", "click"])
@pytest.mark.parametrize("who", [{"shopper_id": "agreed"}, {"session_id": "visit"}])
def test_events_of_a_browser_with_the_signal_are_not_kept(
    client: Client, kind: str, who: dict[str, str]
) -> None:
    answer = send(client, kind, SIGNAL, **who)
    assert (answer.status_code, answer.json()["reason"]) == (200, "no consent")
    assert kept(kind) == 0
    several = {"events": [event(kind, **who)]}
    results = client.post("/v1/events", json=several, headers=SIGNAL).json()["results"]
    assert [one["reason"] for one in results] == ["no consent"]
    assert send(client, kind, {"sec-gpc": "0"}, **who).status_code == 201


@pytest.mark.parametrize("kind", ["purchase", "hide"])
def test_what_the_shopper_asks_for_is_kept_with_the_signal(client: Client, kind: str) -> None:
    assert send(client, kind, SIGNAL, shopper_id="agreed").status_code == 201


@pytest.mark.parametrize(("source", "status"), [("site:gpc", 201), ("site", 200), ("api", 200)])
def test_a_yes_in_spite_of_the_signal_outranks_it(client: Client, source: str, status: int) -> None:
    execute(
        "insert into raw.consents (shopper_id, purpose, is_granted, source) "
        f"values ('silent', 'personalisation', true, '{source}')"
    )
    assert send(client, "view", SIGNAL, shopper_id="silent").status_code == status
    # Of the one purpose alone.
    assert send(client, "click", SIGNAL, shopper_id="silent").json()["recorded"] is False


OWN_LISTS = ("recommendations", "recently-viewed", "buy-again")


def own_lists(client: Client, headers: dict[str, str]) -> list[list[dict[str, Any]]]:
    """Return the lists of the shopper `agreed`: over the API, and of a history that is told."""
    history = [{"product_id": "knife-01"}, {"product_id": "knife-02"}]
    told = {"shopper_id": "agreed", "session_id": "s1", "history": history}
    answers = [
        *(client.get(f"/v1/shoppers/agreed/{name}", headers=headers) for name in OWN_LISTS),
        client.post("/v1/recommendations", json=told, headers=headers),
    ]
    assert {answer.status_code for answer in answers} == {200}
    recommended = answers[0].json(), answers[3].json()
    assert {found["shopper_id"] for found in recommended} == {"agreed"}
    return [answer.json()["items"] for answer in answers]


def are_personal(lists: list[list[dict[str, Any]]]) -> list[bool]:
    recommended, viewed, _due, told = lists
    return [
        any(item["source"] == "personal" for item in recommended),
        bool(viewed),
        any(item["source"] == "personal" for item in told),
    ]


def test_lists_with_the_signal_are_nobodys(client: Client) -> None:
    assert send(client, "view", shopper_id="agreed").status_code == 201
    assert are_personal(own_lists(client, {})) == [True, True, True]
    lists = own_lists(client, SIGNAL)
    assert are_personal(lists) == [False, False, False]
    assert lists[2] == []
    assert {item["reason"]["kind"] for item in lists[0]} == {"popular"}


def test_what_the_shopper_hid_stays_out_of_lists_with_the_signal(client: Client) -> None:
    first = own_lists(client, SIGNAL)[0][0]["product_id"]
    hide = event("hide", shopper_id="agreed") | {"product_id": first}
    assert client.post("/v1/events", json=hide).status_code == 201
    assert first not in [item["product_id"] for item in own_lists(client, SIGNAL)[0]]


def test_lists_follow_a_yes_in_spite_of_the_signal(client: Client) -> None:
    assert send(client, "view", shopper_id="agreed").status_code == 201
    execute(
        "insert into raw.consents (shopper_id, purpose, is_granted, source) "
        "values ('agreed', 'personalisation', true, 'site:gpc')"
    )
    assert are_personal(own_lists(client, SIGNAL)) == [True, True, True]


def test_blocks_with_the_signal_are_nobodys(client: Client) -> None:
    assert send(client, "view", shopper_id="agreed").status_code == 201
    asked = {"shopper": "agreed"}
    block = client.get("/blocks/recently-viewed", params=asked).text
    assert "pan-01" in block
    assert client.get("/blocks/recently-viewed", params=asked, headers=SIGNAL).text == ""
    popular = client.get("/blocks/recommendations", headers=SIGNAL).text
    own = client.get("/blocks/recommendations", params=asked, headers=SIGNAL).text
    assert own == popular
