"""What one client asks for costs that client: others are answered live all the while."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import httpx
import psycopg
import pytest
from litestar import Litestar
from litestar.testing import TestClient

from alsolike.database import connect
from alsolike.settings import load_settings
from api.app import create_app
from tests.fixtures.waiting import WITHIN_SECONDS, wait_for
from tests.shop.database import lock

Client = TestClient[Litestar]

GREEDY, OTHER = ({"X-Api-Key": letter * 16} for letter in "ab")
ODD = [
    ("GET", "/v1/products/knife-05/similar?attributes=%7B%22water_resistant%22:true%7D", None),
    ("GET", "/v1/products/knife-05/similar?category=Kitchen", None),
    ("POST", "/v1/similar", {"product_ids": ["knife-05", "pan-01"], "k": 100}),
    ("POST", "/v1/recommendations", {"basket": ["knife-05"], "filter": {"brands": ["Brand"]}}),
]
PLAIN = "/v1/products/knife-05/similar"


@pytest.fixture
def keys(shop: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Let two clients in."""
    monkeypatch.setenv("ALSOLIKE_API_KEYS", f"{'a' * 16},{'b' * 16}")


def ask(client: Client, asked: tuple[str, str, Any], headers: dict[str, str]) -> httpx.Response:
    method, path, body = asked
    return client.request(method, path, json=body, headers=headers)


@contextmanager
def asking(
    client: Client, asked: Sequence[tuple[str, str, Any]], headers: dict[str, str]
) -> Iterator[list[httpx.Response]]:
    """Ask all of it at once while the block runs; the answers, once it has ended."""
    answers: list[httpx.Response] = []
    with ThreadPoolExecutor(len(asked)) as threads:
        tasks = [threads.submit(ask, client, one, headers) for one in asked]
        yield answers
        answers.extend(task.result(WITHIN_SECONDS) for task in tasks)


def wait_for_locked(connection: psycopg.Connection[Any], enough: Callable[[int], bool]) -> None:
    """Wait until so many statements of the app wait for a lock."""
    waiting = (
        "select count(*) from pg_stat_activity where datname = current_database()"
        " and application_name = 'alsolike-web' and wait_event_type = 'Lock'"
    )
    wait_for(lambda: enough(connection.execute(waiting).fetchall()[0][0]))


@pytest.mark.usefixtures("keys")
@pytest.mark.parametrize("asked", ODD)
def test_what_is_slow_for_an_odd_request_is_live_for_others(
    monkeypatch: pytest.MonkeyPatch, asked: tuple[str, str, Any]
) -> None:
    monkeypatch.setenv("ALSOLIKE_STATEMENT_TIMEOUT_MS", "100")
    with TestClient(create_app(load_settings())) as client:
        with lock("recs.product_vectors"):
            for _ in range(5):
                ask(client, asked, GREEDY)
            numbers = client.get("/metrics").text
        assert 'alsolike_circuit_state{circuit="live"} 0.0' in numbers
        # Neither does it wait again and again: after three failures it goes without, by itself.
        assert 'alsolike_tier_failures_total{tier="live"} 3.0' in numbers
        assert client.get(PLAIN, headers=OTHER).headers["alsolike-tier"] == "live"
        assert client.get(PLAIN, headers=GREEDY).headers["alsolike-tier"] == "live"
        assert ask(client, asked, OTHER).headers["alsolike-tier"] == "live"


@pytest.mark.usefixtures("keys")
def test_one_client_holds_a_share_of_the_connections(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALSOLIKE_STATEMENT_TIMEOUT_MS", "5000")
    monkeypatch.setenv("ALSOLIKE_POOL_SIZE", "4")
    many = [("GET", f"/v1/products/knife-0{n}/similar", None) for n in range(8)]
    with TestClient(create_app(load_settings())) as client, connect(autocommit=True) as watch:
        blocked = lock("recs.product_vectors")
        with asking(client, many, GREEDY) as answers:
            wait_for_locked(watch, lambda count: count >= 3)
            for n in range(5):
                found = client.get("/v1/products/knife-05", headers=OTHER)
                assert found.headers["alsolike-tier"] == "live"
                event = {"event_id": f"{n}", "kind": "purchase", "product_id": "pan-01"}
                event["shopper_id"] = "agreed"
                written = client.post("/v1/events", json=event, headers=OTHER)
                assert written.status_code == 201
            refused = client.get("/v1/products/knife-05", headers=GREEDY)
            numbers = client.get("/metrics").text
            blocked.close()
        assert refused.status_code == 429
        assert refused.headers["retry-after"] == "1"
        assert "other requests" in refused.json()["detail"]
        assert 'alsolike_circuit_state{circuit="database"} 0.0' in numbers
        assert {answer.status_code for answer in answers} == {200, 429}
        assert client.get("/v1/products/knife-05", headers=GREEDY).status_code == 200


@pytest.mark.usefixtures("shop")
def test_large_requests_take_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALSOLIKE_STATEMENT_TIMEOUT_MS", "1500")
    monkeypatch.setenv("ALSOLIKE_POOL_SIZE", "4")
    large = {"product_ids": [f"knife-{n:02}" for n in range(20)], "k": 20}
    with TestClient(create_app(load_settings())) as client, connect(autocommit=True) as watch:
        blocked = lock("recs.product_vectors")
        with asking(client, [("POST", "/v1/similar", large)] * 10, {}):
            wait_for_locked(watch, lambda count: count >= 1)
            # Even of the same address, as of a shop's server that asks for all of its visitors.
            for _ in range(20):
                found = client.get("/v1/products/knife-05")
                assert found.headers["alsolike-tier"] == "live"
            wait_for_locked(watch, lambda count: count == 1)
            blocked.close()
        assert client.post("/v1/similar", json=large).headers["alsolike-tier"] == "live"


@pytest.mark.usefixtures("keys")
def test_a_large_request_counts_as_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALSOLIKE_RATE_LIMIT", "10")
    ids = [f"knife-{n:02}" for n in range(10)]

    def remaining(count: int, k: int) -> str:
        body = {"product_ids": ids[:count], "k": k}
        answer = client.post("/v1/similar", json=body, headers=GREEDY)
        if answer.status_code == 429:
            assert int(answer.headers["retry-after"]) >= 1
            assert f"counts as {count * -(-k // 20)}" in answer.json()["detail"]
            return "refused"
        assert answer.status_code == 200
        return answer.headers["ratelimit-remaining"]

    with TestClient(create_app(load_settings())) as client:
        assert remaining(1, 10) == "9"
        assert remaining(2, 20) == "7"
        assert remaining(2, 21) == "3"
        assert remaining(4, 20) == "refused"
        assert client.get(PLAIN, headers=OTHER).headers["ratelimit-remaining"] == "9"
        # Worth more than a minute's requests, it is a minute's.
        body = {"product_ids": ids, "k": 100}
        monkeypatch.setenv("ALSOLIKE_RATE_LIMIT", "3")
    with TestClient(create_app(load_settings())) as client:
        assert client.post("/v1/similar", json=body, headers=GREEDY).status_code == 200
        assert client.get(PLAIN, headers=GREEDY).status_code == 429
