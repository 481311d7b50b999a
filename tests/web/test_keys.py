"""Keys: what each scope opens, what a wrong key meets, and what the log says of either."""

import logging
from collections.abc import Iterator
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from alsolike.api_keys import SCOPES
from alsolike.settings import load_settings
from api.app import create_app
from api.http.keys import FAILURES_PER_MINUTE

Client = TestClient[Litestar]

KEYS = {name: letter * 16 for name, letter in zip((*SCOPES, "all"), "abcde", strict=True)}
VIEW = {"event_id": "v", "kind": "view", "product_id": "pan-01", "session_id": "visit"}
NEEDS = {
    "read": [
        ("GET", "/v1/products/pan-01", None),
        ("POST", "/v1/recommendations", {"k": 1}),
        ("POST", "/v1/similar", {"product_ids": ["pan-01"]}),
    ],
    "events": [
        ("POST", "/v1/events", VIEW),
        ("POST", "/v1/events", {"events": [VIEW]}),
    ],
    "catalogue": [
        ("PUT", "/v1/products", {"products": [{"product_id": "new", "title": "New"}]}),
        ("PUT", "/v1/products/new", {"title": "New"}),
        ("DELETE", "/v1/products", {"product_ids": ["new"]}),
        ("DELETE", "/v1/products/new", None),
    ],
    "privacy": [
        ("PUT", "/v1/shoppers/agreed", {"personalisation": True}),
        ("DELETE", "/v1/shoppers/agreed/consent", None),
        ("DELETE", "/v1/shoppers/agreed", None),
    ],
}


@pytest.fixture
def keyed(shop: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    """Give a client of an app with a key of each scope, and one that opens everything."""
    named = [f"{name}:{name}:{KEYS[name]}" for name in SCOPES]
    monkeypatch.setenv("ALSOLIKE_API_KEYS", ",".join([*named, KEYS["all"]]))
    with TestClient(create_app(load_settings())) as client:
        yield client


def ask(client: Client, asked: tuple[str, str, Any], key: str) -> Any:
    method, path, body = asked
    return client.request(method, path, json=body, headers={"Authorization": f"Bearer {key}"})


@pytest.mark.parametrize("scope", NEEDS)
def test_a_key_opens_what_its_scopes_say(keyed: Client, scope: str) -> None:
    for asked in NEEDS[scope]:
        for name in SCOPES:
            answer = ask(keyed, asked, KEYS[name])
            if name == scope:
                assert answer.status_code in {200, 201}, asked
                continue
            assert answer.status_code == 403, asked
            assert f"the scope '{scope}'" in answer.json()["detail"]
            assert (
                f'error="insufficient_scope", scope="{scope}"'
                in (answer.headers["www-authenticate"])
            )
        assert ask(keyed, asked, KEYS["all"]).status_code in {200, 201}


def test_every_write_needs_more_than_the_scope_to_read(keyed: Client) -> None:
    document = keyed.get("/schema/openapi.json").json()
    reading = {"/v1/recommendations", "/v1/similar"}
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            if path.startswith("/v1/"):
                (scope,) = {
                    one for name in operation["security"] for one in next(iter(name.values()))
                }
                assert (scope == "read") is (method == "get" or path in reading), path
                assert "403" in operation["responses"]


def test_wrong_keys_are_limited_and_right_ones_are_not(keyed: Client) -> None:
    read = NEEDS["read"][0]
    wrong = [ask(keyed, read, f"{n:016}").status_code for n in range(FAILURES_PER_MINUTE + 1)]
    assert wrong == [401] * FAILURES_PER_MINUTE + [429]
    refused = ask(keyed, read, "f" * 16)
    assert refused.status_code == 429
    assert 1 <= int(refused.headers["retry-after"]) <= 60
    assert ask(keyed, read, KEYS["read"]).status_code == 200
    assert keyed.get("/v1/products").status_code == 401, "no key at all is no guess"


def test_the_log_has_names_of_keys_and_no_key(
    keyed: Client, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    with caplog.at_level(logging.INFO, "alsolike.web"):
        ask(keyed, NEEDS["events"][0], KEYS["catalogue"])
        ask(keyed, NEEDS["events"][0], "f" * 16)
    assert "API key catalogue was refused: it lacks the scope events" in caplog.text
    assert "Refused a request from unknown: This API key is not known." in caplog.text
    monkeypatch.setenv("PGPORT", "1")
    with (
        TestClient(create_app(load_settings())) as away,
        caplog.at_level(logging.INFO, "alsolike.web"),
    ):
        assert ask(away, NEEDS["events"][0], KEYS["events"]).status_code == 503
    assert ", key events)" in caplog.text
    assert not any(key in caplog.text for key in (*KEYS.values(), "f" * 16))
