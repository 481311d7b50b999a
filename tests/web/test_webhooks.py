"""A shop system's signed webhooks: a person's data, and forgetting them."""

import base64
import hmac
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from alsolike.api_keys import ApiKey
from alsolike.privacy.hashes import shopper_of
from alsolike.settings import load_settings
from api.app import create_app
from tests.shop.database import add_rows, run

Client = TestClient[Litestar]

SECRET = "shared with the shop system"
EMAIL = "Anna@example.com"


@pytest.fixture
def hooked(database: dict[str, str]) -> Iterator[Client]:
    """Run a site that takes webhooks, and asks for keys elsewhere."""
    assert database
    settings = load_settings()
    keys = (
        ApiKey(name="k", key="0123456789abcdef", scopes=frozenset({"read"})),
        ApiKey(name="p", key="fedcba9876543210", scopes=frozenset({"privacy"})),
    )
    with TestClient(create_app(replace(settings, webhook_secret=SECRET, api_keys=keys))) as site:
        yield site


@pytest.fixture
def by_email(database: dict[str, str]) -> str:
    """Add a shopper whom an order file named by e-mail; the id."""
    assert database
    shopper_id = shopper_of(EMAIL, load_settings().shopper_key)
    assert shopper_id is not None
    add_rows("raw.products", [{"product_id": "mug", "title": "Mug"}])
    add_rows("raw.shoppers", [{"shopper_id": shopper_id}, {"shopper_id": "bert"}])
    add_rows(
        "raw.purchases",
        [
            {
                "purchase_id": shopper,
                "shopper_id": shopper,
                "product_id": "mug",
                "purchased_at": "2026-01-02T12:00:00Z",
            }
            for shopper in (shopper_id, "bert")
        ],
    )
    return shopper_id


def signature(body: bytes, secret: str = SECRET) -> str:
    return base64.b64encode(hmac.digest(secret.encode(), body, "sha256")).decode()


def send(site: Client, topic: str, content: Any, **headers: str) -> Any:
    body = json.dumps(content).encode()
    return site.post(
        "/v1/webhooks/shopify",
        content=body,
        headers={
            "Content-Type": "application/json",
            "X-Shopify-Topic": topic,
            "X-Shopify-Hmac-Sha256": signature(body),
            **headers,
        },
    )


PERSON = {"shop_id": 1, "customer": {"id": 7, "email": EMAIL, "phone": "1"}, "orders_to_redact": []}
ASKING = {"shop_id": 1, "customer": PERSON["customer"], "data_request": {"id": 9}}


def test_a_person_is_told_what_is_kept(hooked: Client, by_email: str) -> None:
    response = send(hooked, "customers/data_request", ASKING)
    assert response.status_code == 200, response.text
    kept = response.json()["data"]
    assert set(kept) == {by_email}
    assert [row["purchase_id"] for row in kept[by_email]["raw.purchases"]] == [by_email]
    assert run("select count(*) from ops.erasures") == [(0,)]


def test_a_person_is_forgotten(hooked: Client, by_email: str) -> None:
    response = send(hooked, "customers/redact", PERSON)
    assert response.status_code == 200, response.text
    # By the id of the shop system and by the e-mail.
    assert len(response.json()["receipts"]) == 2
    assert run("select shopper_id from raw.purchases") == [("bert",)]
    assert by_email not in str(run("select * from ops.erasures"))
    assert run("select count(*) from raw.erased_shoppers") == [(2,)]


@pytest.mark.parametrize(
    ("topic", "content"),
    [
        ("customers/redact", ASKING),
        ("customers/data_request", PERSON),
        # As of orders/create, whose body is signed with the same secret.
        ("customers/redact", {"id": 1, "customer": PERSON["customer"]}),
    ],
)
def test_a_signed_body_is_of_one_topic(
    hooked: Client, by_email: str, topic: str, content: Any
) -> None:
    response = send(hooked, topic, content)
    assert response.status_code == 400
    assert [error["field"] for error in response.json()["errors"]] == ["X-Shopify-Topic"]
    assert run("select count(*) from raw.purchases where shopper_id = %s", [by_email]) == [(1,)]


def test_who_was_made_anew_is_not_erased_by_what_was_sent_before(
    hooked: Client, database: dict[str, str], by_email: str
) -> None:
    assert database
    before = {"X-Shopify-Triggered-At": datetime.now(UTC).isoformat()}
    assert len(send(hooked, "customers/redact", PERSON, **before).json()["receipts"]) == 2
    key = {"Authorization": "Bearer fedcba9876543210"}
    put = hooked.put(f"/v1/shoppers/{by_email}", json={"personalisation": True}, headers=key)
    assert put.status_code == 200, put.text
    again = send(hooked, "customers/redact", PERSON, **before).json()
    assert (again["ignored"], len(again["receipts"])) == ([by_email], 1)
    assert run("select shopper_id from raw.shoppers where shopper_id = %s", [by_email]) == [
        (by_email,)
    ]
    after = {"X-Shopify-Triggered-At": datetime.now(UTC).isoformat()}
    assert len(send(hooked, "customers/redact", PERSON, **after).json()["receipts"]) == 2
    assert run("select 1 from raw.shoppers where shopper_id = %s", [by_email]) == []
    odd = send(hooked, "customers/redact", PERSON, **{"X-Shopify-Triggered-At": "yesterday"})
    assert odd.json()["errors"][0]["field"] == "X-Shopify-Triggered-At"


@pytest.mark.parametrize("given", ["", "x", signature(b"{}"), signature(b"", "another")])
def test_a_wrong_signature_changes_nothing(hooked: Client, by_email: str, given: str) -> None:
    headers = {"X-Shopify-Hmac-Sha256": given}
    assert send(hooked, "customers/redact", PERSON, **headers).status_code == 401
    assert run("select count(*) from raw.purchases where shopper_id = %s", [by_email]) == [(1,)]


def test_the_whole_shop_is_not_dropped_by_a_webhook(hooked: Client, by_email: str) -> None:
    assert send(hooked, "shop/redact", {"shop_id": 1}).status_code == 202
    assert by_email
    assert run("select count(*) from raw.purchases") == [(2,)]


@pytest.mark.parametrize(
    ("topic", "content", "field"),
    [
        ("orders/create", PERSON, "X-Shopify-Topic"),
        ("customers/redact", {"customer": {}}, "customer"),
        ("customers/redact", {}, "customer"),
        ("customers/redact", {"customer": []}, "customer"),
    ],
)
def test_what_cannot_be_read_says_which_field(
    hooked: Client, topic: str, content: Any, field: str
) -> None:
    response = send(hooked, topic, content)
    assert response.status_code == 400
    assert [error["field"] for error in response.json()["errors"]] == [field]


def test_without_a_secret_there_is_no_such_route(client: Client) -> None:
    assert send(client, "customers/redact", PERSON).status_code == 404
