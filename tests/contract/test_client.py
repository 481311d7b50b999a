"""The Python client: every operation, typed answers, tries, and errors that tell."""

import inspect
import json
import re
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest

from alsolike.database import connect
from api.client import ApiError, ApiUnreachableError, Client
from api.events.schemas import NewEvent
from api.filters import ProductFilter
from api.http.parameters import FILTER_NAMES
from api.openapi.examples import CATEGORY, PRODUCT_ID, SHOPPER_ID
from api.recommendations.schemas import Action, RecommendationRequest, SimilarRequest
from tests.shop.story import BOARDS, KNIVES

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "client.md"
# `next_products` follows what `list_products` gave; `record_events` is `record_event` of several.
BESIDES = {"close", "next_products", "record_events"}


@pytest.fixture
def client(site: str) -> Iterator[Client]:
    """Give a client of the story."""
    with Client(site) as client:
        yield client


class Stub(BaseHTTPRequestHandler):
    """A server that gives the answers it was told to, one after the other."""

    answers: ClassVar[list[tuple[int, dict[str, str], bytes]]] = []
    asked: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        self.asked.append(f"{self.command} {self.path} {self.headers.get('authorization')}")
        self.rfile.read(int(self.headers.get("content-length", 0)))
        status, headers, body = self.answers.pop(0)
        self.send_response(status)
        for name, value in {**headers, "content-length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_GET  # noqa: N815

    def log_message(self, *args: Any) -> None:
        pass


@contextmanager
def stub(*answers: tuple[int, dict[str, str], bytes]) -> Iterator[str]:
    Stub.answers[:], Stub.asked[:] = answers, []
    with ThreadingHTTPServer(("127.0.0.1", 0), Stub) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


AWAY = (
    503,
    {"Retry-After": "0"},
    (
        b'{"type":"about:blank","title":"Service Unavailable","status":503,"detail":"Away.",'
        b'"instance":"/v1/events","request_id":"abc"}'
    ),
)
LIVE = (200, {}, b'{"status":"live"}')
EVENT = NewEvent(event_id="e", kind="view", product_id="p", shopper_id="s")


def test_every_operation_is_a_method_with_its_parameters(site: str) -> None:
    with urllib.request.urlopen(f"{site}/schema/openapi.json") as answer:  # noqa: S310
        document = json.load(answer)
    expected = {}
    for methods in document["paths"].values():
        for operation in methods.values():
            name = re.sub(r"(?<!^)(?=[A-Z])", "_", operation["operationId"]).lower()
            expected[name] = {p["name"] for p in operation.get("parameters", ())}
    methods = {
        name: set(inspect.signature(method).parameters) - {"self"}
        for name, method in inspect.getmembers(Client, inspect.isfunction)
        if not name.startswith("_") and name not in BESIDES
    }
    assert set(methods) == set(expected)
    for name, parameters in expected.items():
        own = methods[name] | (FILTER_NAMES if "product_filter" in methods[name] else set())
        assert parameters <= own, name


def test_a_block_is_html(client: Client) -> None:
    block = client.read_block("similar", product=PRODUCT_ID, count=3, exclude=["knife-bread"])
    assert block.count('data-product="') == 3
    assert "knife-bread" not in block
    assert not client.read_block("similar", product="unknown")
    with pytest.raises(ApiError, match="no such place"):
        client.read_block("nowhere")


def test_answers_are_typed(client: Client) -> None:
    knives = ProductFilter(category=CATEGORY, price_min=10, attributes={"colour": "grey"})
    similar = client.similar_products(
        PRODUCT_ID, k=3, product_filter=knives, exclude=["knife-bread"]
    )
    assert [item.rank for item in similar.items] == [1, 2, 3]
    assert {item.product_id for item in similar.items} <= set(KNIVES) - {PRODUCT_ID, "knife-bread"}
    assert client.complements(PRODUCT_ID).items[0].product_id == "board-oak"
    (best,) = client.recommend_products(SHOPPER_ID, k=1).items
    assert best.reason.event_id in {"view-4711", "purchase-1"}
    assert client.ready().schema == "ok"
    assert client.live().status == "live"


def test_every_list_can_be_asked_for(client: Client) -> None:
    told = RecommendationRequest(history=[Action("board-oak")], k=1, reasons=False)
    first = client.recommend(told)
    assert [item.product_id for item in first.items] == [BOARDS[1]]
    assert first.after is not None
    many = client.similar_products_of_many(SimilarRequest([PRODUCT_ID, "none"], k=2))
    assert ([len(one.items) for one in many.lists], many.unknown) == ([2], ["none"])
    sold_out_too = ProductFilter(with_sold_out=True)
    trending = client.trending_products(k=2, product_filter=sold_out_too)
    assert len(trending.items) == 2
    following = client.trending_products(k=2, product_filter=sold_out_too, after=trending.after)
    assert {one.product_id for one in following.items}.isdisjoint(
        one.product_id for one in trending.items
    )
    assert client.recently_viewed_products(SHOPPER_ID).items[0].product_id == PRODUCT_ID
    assert client.recently_viewed_in_session("nobody").items == []
    assert client.buy_again_products(SHOPPER_ID).items[0].product_id == "board-oak"


def test_ids_may_hold_anything(client: Client) -> None:
    assert client.read_product(BOARDS[1]).product_id == BOARDS[1]
    assert client.similar_products(BOARDS[1], k=1).items[0].product_id == BOARDS[0]


def test_pages_follow_each_other(client: Client) -> None:
    seen = []
    page = client.list_products(category="Kitchen", limit=4)
    while page is not None:
        seen += [product.product_id for product in page.items]
        page = client.next_products(page)
    assert sorted(seen) == sorted([*KNIVES, *BOARDS])


def test_an_event_is_recorded_once(client: Client) -> None:
    event = NewEvent(event_id="once", kind="view", product_id=PRODUCT_ID, session_id="visitor")
    assert client.record_event(event).recorded
    assert client.record_event(event).reason == "duplicate"


def test_a_consent_is_stated_and_withdrawn(client: Client) -> None:
    agreed = client.record_consent("shopper/19 new", personalisation=True)
    assert (agreed.shopper_id, agreed.personalisation) == ("shopper/19 new", True)
    view = NewEvent(
        event_id="v 19", kind="view", product_id=PRODUCT_ID, shopper_id="shopper/19 new"
    )
    assert client.record_event(view).recorded
    assert not client.withdraw_consent("shopper/19 new").personalisation
    view.event_id = "v 19 2"
    assert client.record_event(view).reason == "no consent"
    assert len(client.recommend_products("nobody yet", k=3).items) == 3


def test_an_error_has_the_problem(client: Client) -> None:
    with pytest.raises(ApiError, match="There is no product 'none'") as raised:
        client.similar_products("none")
    problem = raised.value.problem
    assert (problem.status, problem.instance) == (404, "/v1/products/none/similar")
    assert problem.errors[0].field == "product_id"
    assert problem.request_id


def test_what_passes_by_itself_is_tried_again() -> None:
    with stub(AWAY, (429, {}, b""), LIVE) as site, Client(site, api_key="k" * 16) as client:
        assert client.live().status == "live"
        assert Stub.asked == [f"GET /health/live Bearer {'k' * 16}"] * 3
    recorded = (201, {}, b'{"recorded":true,"reason":null}')
    with stub(AWAY, recorded) as site, Client(site) as client:
        assert client.record_event(EVENT).recorded


def test_in_the_end_the_problem_is_told() -> None:
    with stub(AWAY, AWAY) as site, Client(site, retries=1) as client:
        with pytest.raises(ApiError, match="Away") as raised:
            client.record_event(EVENT)
        assert (raised.value.problem.status, raised.value.problem.request_id) == (503, "abc")
        assert Stub.answers == []


def test_an_error_of_a_proxy_is_told_too() -> None:
    with (
        stub((404, {}, b"<html>nothing here</html>")) as site,
        Client(site) as client,
        pytest.raises(ApiError, match="404 .*nothing here"),
    ):
        client.live()


@pytest.mark.parametrize("body", [b"<html>", b'{"state":"live"}'])
def test_an_answer_of_something_else_is_told(body: bytes) -> None:
    with (
        stub((200, {}, body)) as site,
        Client(site) as client,
        pytest.raises(ApiUnreachableError, match="not one of alsolike"),
    ):
        client.live()


def test_without_a_server_the_address_is_told() -> None:
    with (
        Client("http://127.0.0.1:1", retries=1) as client,
        pytest.raises(ApiUnreachableError, match="127.0.0.1:1/health/live.*Check that"),
    ):
        client.live()


def test_the_client_loads_nothing_of_the_server() -> None:
    code = "import sys, api.client; print(' '.join(sys.modules))"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()
    assert "msgspec" in loaded
    assert not {"litestar", "psycopg", "granian", "httpx"} & set(loaded)


def test_the_documents_example_runs(
    site: str, story: dict[str, str], capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    found = re.search(r"```python\n(.*?)```", DOCUMENT.read_text(), re.DOTALL)
    assert found is not None
    # It knows no id of this shop, so that it runs on every shop.
    assert not any(name in found[1] for name in (*KNIVES, *BOARDS, SHOPPER_ID))
    exec(found[1].replace("http://127.0.0.1:8000", site), {})  # noqa: S102
    printed = capsys.readouterr().out
    for expected in (*sorted([*KNIVES, *BOARDS])[:2], "True\n", "view-4712"):
        assert expected in printed
    assert "404 There is no product 'none'." in printed
    for name, value in story.items():
        monkeypatch.setenv(name, value)
    with connect() as connection:
        connection.execute("delete from raw.views where view_id = 'view-4712'")
