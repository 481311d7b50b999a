"""Blocks for other sites' pages: what each place shows, to whom, and how it is kept."""

import gzip
import hashlib
import re
from base64 import b64encode
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from alsolike.settings import load_settings
from api.app import create_app
from api.pages.element import ELEMENT
from api.recommendations.block_routes import PLACES
from tests.fixtures.tokens import API_KEY, SECRET, bearing, claims, sign
from tests.shop.database import execute
from tests.shop.marts import make_mart

Client = TestClient[Litestar]
Start = Callable[..., Client]
SHOP = "https://shop.example.com"
EVIL = '"><script>alert(1)</script><img src=x onerror=alert(1)> & Söhne'


@pytest.fixture
def start(shop: dict[str, str]) -> Iterator[Start]:
    """Give a function that starts a site with some variables."""
    assert shop
    started: list[Client] = []

    def start(**variables: str) -> Client:
        with pytest.MonkeyPatch.context() as patch:
            for name, value in variables.items():
                patch.setenv(name, value)
            client: Client = TestClient(create_app(load_settings()))
        started.append(client.__enter__())
        return client

    yield start
    for client in started:
        client.__exit__(None, None, None)


@pytest.fixture
def closed(start: Start) -> Client:
    """Give a client of a site with keys and tokens, whose blocks anybody may ask for."""
    return start(ALSOLIKE_API_KEYS=API_KEY, ALSOLIKE_TOKEN_KEY=SECRET, ALSOLIKE_CORS_ORIGINS=SHOP)


class Block(HTMLParser):
    """The items, links, texts and elements of a block."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.items: list[dict[str, str | None]] = []
        self.links: list[str | None] = []
        self.pictures: list[str | None] = []
        self.elements: set[str] = set()
        self.texts: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.add(tag)
        found = dict(attrs)
        assert not any(name.startswith("on") for name in found)
        if tag == "li":
            self.items.append(found)
        if tag == "a":
            self.links.append(found["href"])
        if tag == "img":
            self.pictures.append(found["src"])

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.texts.append(data.strip())

    @property
    def ids(self) -> list[str | None]:
        return [item["data-product"] for item in self.items]


def block(client: Client, path: str, **headers: str) -> Block:
    answer = client.get(path, headers=headers)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    return Block(answer.text)


@pytest.mark.parametrize(
    ("path", "same"),
    [
        ("similar?product=knife-05&count=4", "/v1/products/knife-05/similar?k=4"),
        ("goes-with?product=knife-05&count=4", "/v1/products/knife-05/goes-with?k=4"),
        ("trending?count=5", "/v1/trending?k=5"),
        (
            "trending?category=Kitchen&price_max=20",
            "/v1/trending?k=12&category=Kitchen&price_max=20",
        ),
        ("recommendations?shopper=agreed&count=6", "/v1/shoppers/agreed/recommendations?k=6"),
        ("recently-viewed?shopper=agreed", "/v1/shoppers/agreed/recently-viewed?k=12"),
        ("buy-again?shopper=agreed", "/v1/shoppers/agreed/buy-again?k=12"),
    ],
)
def test_a_place_shows_the_list_of_the_api(client: Client, path: str, same: str) -> None:
    row = {"rank": 1, "score": 1.0, "together": 30, "lift": 2.5, "basis": "pair"}
    pair = {"product_id": "knife-05", "other_product_id": "pan-03", **row}
    make_mart("product_complements", [pair])
    again = {"product_id": "pan-01", "rebuyer_share": 0.5, "days_between": 40.0}
    make_mart("rebuyable_products", [again])
    for number, kind in enumerate(("purchase", "purchase", "view")):
        ago = datetime.now(UTC) - timedelta(days=90 - 40 * number)
        event = {"kind": kind, "product_id": "pan-01", "shopper_id": "agreed"}
        event["occurred_at"] = ago.isoformat()
        made = client.post("/v1/events", json={"event_id": f"e{number}", **event})
        assert made.status_code == 201
    found = block(client, f"/blocks/{path}")
    listed = client.get(same).json()["items"]
    assert listed
    assert found.ids == [one["product_id"] for one in listed]
    assert found.links == [one["url"] for one in listed]
    place = path.partition("?")[0]
    for rank, (item, one) in enumerate(zip(found.items, listed, strict=True), start=1):
        assert item["data-place"] == place
        assert item["data-rank"] == str(rank)
        assert item.get("data-model") == one.get("model")


def test_every_place_is_tried_above() -> None:
    assert set(PLACES) == {
        "similar", "goes-with", "trending", "recommendations", "recently-viewed", "buy-again",
    }  # fmt: skip


def test_a_click_on_an_item_is_an_event(client: Client) -> None:
    (item,) = block(client, "/blocks/similar?product=knife-05&count=1").items
    event = {
        "event_id": "click-1",
        "kind": "click",
        "product_id": item["data-product"],
        "place": item["data-place"],
        "model": item["data-model"],
        "session_id": "visit",
    }
    assert client.post("/v1/events", json=event).status_code == 201


def test_the_product_of_the_page_is_not_recommended_on_it(client: Client) -> None:
    first = block(client, "/blocks/recommendations?count=1").ids[0]
    assert first not in block(client, f"/blocks/recommendations?product={first}&count=40").ids


def test_where_there_is_nothing_there_is_nothing(client: Client) -> None:
    for path in (
        "similar?product=unknown",
        "similar?product=%2E%2E%2Fetc",
        "goes-with?product=unknown",
        "recently-viewed",
        "buy-again",
        "recently-viewed?shopper=nobody-9",
        "trending?price_min=100000&heading=Popular",
    ):
        answer = client.get(f"/blocks/{path}")
        assert (answer.status_code, answer.text) == (200, ""), path
        assert answer.headers["content-type"].startswith("text/html")


@pytest.mark.parametrize(
    ("path", "status", "why"),
    [
        ("elsewhere", 404, "known here: buy-again, goes-with"),
        ("%3Cscript%3E", 404, "no such place"),
        ("similar", 400, "needs one"),
        ("goes-with?count=3", 400, "needs one"),
        ("trending?count=0", 400, "count"),
        ("trending?count=101", 400, "count"),
        ("trending?colour=red", 400, "No such parameter"),
        ("trending?category=Nowhere", 400, "no category"),
        ("similar?product=%20", 400, "blank"),
        ("similar?product=%00", 400, "NUL"),
        (f"trending?heading={'x' * 201}", 400, "heading"),
    ],
)
def test_a_mistake_is_a_problem(client: Client, path: str, status: int, why: str) -> None:
    answer = client.get(f"/blocks/{path}", headers={"accept": "text/html"})
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert why in answer.json()["detail"]


def test_what_a_shop_writes_is_text(client: Client) -> None:
    execute(
        f"update raw.products set title = $${EVIL}$$, brand = title, url = 'javascript:alert(1)', "
        "image_url = 'javascript:alert(1)', price = 12.5, sale_price = 9, currency = 'EUR'"
    )
    address = "/blocks/trending?count=2&heading=%3Cscript%3Ealert(1)%3C/script%3E"
    html = client.get(address).text
    found = Block(html)
    assert found.elements == {"section", "h2", "ul", "li", "a", "span", "ins", "del"}
    assert EVIL in found.texts
    assert {"<script>alert(1)</script>", "€9.00", "€12.50"} <= set(found.texts)
    assert found.links == [f"/products/{one}" for one in found.ids]
    assert "javascript:" not in html
    policy = client.get(address).headers["content-security-policy"]
    assert policy.startswith("default-src 'none'")


def test_links_lead_to_the_shop_and_pictures_are_kept(client: Client) -> None:
    execute(
        "update raw.products set url = 'https://shop.example.com/p?a=1&b=' || product_id, "
        "image_url = '/media/' || product_id || '.jpg'"
    )
    found = block(client, "/blocks/trending?count=3")
    assert found.links == [f"https://shop.example.com/p?a=1&b={one}" for one in found.ids]
    assert found.pictures == [f"/media/{one}.jpg" for one in found.ids]


@pytest.mark.parametrize(
    ("variables", "own"),
    [
        ({}, ""),
        ({"ALSOLIKE_PATH_PREFIX": "/shop"}, "/shop"),
        ({"ALSOLIKE_PUBLIC_ORIGIN": "http://al.example:81"}, "http://al.example:81"),
        (
            {"ALSOLIKE_PUBLIC_ORIGIN": "https://al.example", "ALSOLIKE_PATH_PREFIX": "/shop"},
            "https://al.example/shop",
        ),
    ],
    ids=["plain", "prefix", "origin", "both"],
)
def test_addresses_of_our_own_are_written_as_other_sites_need_them(
    start: Start, variables: dict[str, str], own: str
) -> None:
    execute("update raw.products set image_url = '/pictures/' || product_id || '.svg', url = null")
    execute(
        "update raw.products set url = 'https://shop.example.com/p' where product_id = 'pan-01'"
    )
    client = start(**variables)
    found = block(client, "/blocks/similar?product=knife-05&count=3")
    assert found.links == [f"{own}/products/{one}" for one in found.ids]
    assert found.pictures == [f"{own}/pictures/{one}.svg" for one in found.ids]
    asked = {"shopper_id": "agreed", "k": 3}
    lists: list[list[dict[str, Any]]] = [
        [client.get("/v1/products/knife-01").json()],
        client.get("/v1/products?limit=3").json()["items"],
        client.get("/v1/products?q=knife&limit=3").json()["items"],
        client.get("/v1/products/knife-05/similar?k=3").json()["items"],
        client.get("/v1/trending?k=3").json()["items"],
        client.post("/v1/recommendations", json=asked).json()["items"],
        client.post("/v1/similar", json={"product_ids": ["knife-01"]}).json()["lists"][0]["items"],
    ]
    for items in lists:
        assert items
        for one in items:
            if one["product_id"] != "pan-01":
                assert one["url"] == f"{own}/products/{one['product_id']}"
            assert one["image_url"] == f"{own}/pictures/{one['product_id']}.svg"
    assert client.get("/v1/products/pan-01").json()["url"] == "https://shop.example.com/p"


def test_a_block_of_nobody_is_cached_and_one_of_somebody_is_not(closed: Client) -> None:
    key = bearing(API_KEY)
    for path in ("trending", "similar?product=knife-05", "recommendations", "buy-again"):
        for headers in ({}, key):
            answer = closed.get(f"/blocks/{path}", headers=headers)
            assert answer.headers["cache-control"] == "max-age=30, public", path
            assert {"Authorization", "X-Api-Key", "Origin"} <= {
                name.strip() for name in answer.headers["vary"].split(",")
            }
            again = closed.get(
                f"/blocks/{path}", headers={**headers, "if-none-match": answer.headers["etag"]}
            )
            assert again.status_code == 304
    for path, headers in (
        ("recommendations?shopper=agreed", key),
        ("recently-viewed?session=visit", key),
        ("recommendations", bearing(sign())),
        ("trending", bearing(sign())),
        ("buy-again", bearing(sign())),
    ):
        answer = closed.get(f"/blocks/{path}", headers=headers)
        assert answer.status_code == 200
        assert answer.headers["cache-control"] == "private, no-store", path
        assert "etag" not in answer.headers


def test_a_shoppers_block_needs_a_key_or_their_own_token(closed: Client) -> None:
    path = "/blocks/recommendations"
    own = block(closed, f"{path}?shopper=agreed", **bearing(API_KEY))
    assert block(closed, path, **bearing(sign())).ids == own.ids
    assert block(closed, f"{path}?shopper=agreed", **bearing(sign())).ids == own.ids
    assert closed.get(f"{path}?shopper=other", headers=bearing(sign())).status_code == 403
    assert closed.get(f"{path}?shopper=agreed").status_code == 401
    assert closed.get(f"{path}?session=visit").status_code == 403
    assert closed.get(f"{path}?session=visit", headers=bearing(sign())).status_code == 403
    token = sign()
    assert closed.get(path, headers=bearing(token)).status_code == 200
    assert closed.get(path, headers=bearing(token)).status_code == 401
    assert closed.get(path, headers=bearing("no key at all")).status_code == 401


def test_without_key_or_token_a_block_is_noted_by_the_name_of_a_list(closed: Client) -> None:
    path = "/blocks/trending?count=1&noted_as="
    assert closed.get(f"{path}anything").status_code == 403
    assert "data-impression" in closed.get(f"{path}trending").text
    assert "data-impression" in closed.get(f"{path}anything", headers=bearing(sign())).text


def test_a_token_tells_what_its_shopper_saw(closed: Client) -> None:
    path = "/blocks/recommendations?count=1&noted_as=home"
    (item,) = block(closed, path, **bearing(sign())).items
    seen = {
        "event_id": "s-1",
        "kind": "seen",
        "product_id": item["data-product"],
        "impression_id": item["data-impression"],
    }
    for token, status in ((sign(), 201), (sign(claims("silent")), 404)):
        answer = closed.post("/v1/events", json=seen, headers=bearing(token))
        assert answer.status_code == status, answer.text


def test_without_origins_a_block_needs_a_key(start: Start) -> None:
    client = start(ALSOLIKE_API_KEYS=f"reader:read:{API_KEY},events:events:{'e' * 16}")
    assert client.get("/blocks/trending").status_code == 401
    assert client.get("/blocks/trending", headers=bearing("e" * 16)).status_code == 403
    answer = client.get("/blocks/trending", headers=bearing(API_KEY))
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "max-age=30, private"
    assert "access-control-allow-origin" not in answer.headers


def test_the_openapi_document_says_what_opens_each_route(closed: Client) -> None:
    paths = closed.get("/schema/openapi.json").json()["paths"]
    assert paths["/blocks/{place}"]["get"]["security"][-2:] == [{"token": []}, {}]
    own = paths["/v1/shoppers/{shopper_id}/recommendations"]["get"]["security"]
    assert own == [{"bearer": ["read"]}, {"key": ["read"]}, {"token": []}]
    assert {"token": []} not in paths["/v1/products"]["put"]["security"]


def test_blocks_count_as_requests(start: Start) -> None:
    client = start(ALSOLIKE_RATE_LIMIT="2")
    statuses = [client.get("/blocks/trending").status_code for _ in range(3)]
    assert statuses == [200, 200, 429]


PREFLIGHT = {"origin": SHOP, "access-control-request-method": "GET"}


@pytest.mark.parametrize(
    ("path", "method"),
    [
        ("/blocks/trending", "GET"),
        ("/v1/trending", "GET"),
        ("/v1/products/knife-05/similar", "GET"),
        ("/v1/products/a%2Fb/similar", "GET"),
        ("/v1/products/knife-05/goes-with", "GET"),
        ("/v1/shoppers/agreed/recommendations", "GET"),
        ("/v1/shoppers/agreed/recently-viewed", "GET"),
        ("/v1/shoppers/agreed/buy-again", "GET"),
        ("/v1/recommendations", "POST"),
        ("/v1/events", "POST"),
    ],
)
def test_a_page_of_the_shop_may_ask(closed: Client, path: str, method: str) -> None:
    wanted = {
        "origin": SHOP,
        "access-control-request-method": method,
        "access-control-request-headers": "authorization",
    }
    asked = closed.options(path, headers=wanted)
    assert asked.status_code == 204
    assert asked.headers["access-control-allow-origin"] == SHOP
    assert method in asked.headers["access-control-allow-methods"].split(", ")
    assert "authorization" in asked.headers["access-control-allow-headers"]
    assert "Origin" in asked.headers["vary"]
    assert "access-control-allow-credentials" not in asked.headers
    # Whatever the answer is, the page may read it.
    body = None if method == "GET" else {"k": 1}
    answer = closed.request(
        method,
        path,
        json=body,
        headers={"origin": SHOP, "sec-fetch-site": "cross-site", **bearing(sign())},
    )
    assert answer.status_code != 403
    assert answer.headers["access-control-allow-origin"] == SHOP
    assert "Origin" in answer.headers["vary"]
    refused = closed.request(method, path, json=body, headers={"origin": SHOP, **bearing("no")})
    assert refused.status_code == 401
    assert refused.headers["access-control-allow-origin"] == SHOP


@pytest.mark.parametrize(
    "path", ["/", "/v1/products", "/v1/products/pan-01", "/v1/shoppers/agreed", "/v1/similar",
             "/v1/sessions/s/recently-viewed", "/health/live", "/metrics", "/static/also-like.js"]
)  # fmt: skip
def test_no_page_may_ask_for_anything_else(closed: Client, path: str) -> None:
    for method in ("GET", "PUT", "DELETE"):
        wanted = {"origin": SHOP, "access-control-request-method": method}
        for answer in (
            closed.options(path, headers=wanted),
            closed.get(path, headers={"origin": SHOP, **bearing(API_KEY)}),
        ):
            assert not any(name.startswith("access-control") for name in answer.headers)


@pytest.mark.parametrize(
    "origin",
    ["https://evil.example", "null", "http://shop.example.com", f"{SHOP}.evil.example",
     f"{SHOP}:8443", "https://sub.shop.example.com", "*", ""],
)  # fmt: skip
def test_other_sites_may_not(closed: Client, origin: str) -> None:
    asked = closed.options("/blocks/trending", headers={**PREFLIGHT, "origin": origin})
    answer = closed.get("/blocks/trending", headers={"origin": origin})
    for one in (asked, answer):
        assert "access-control-allow-origin" not in one.headers
        assert "Origin" in one.headers["vary"]
    event = {"event_id": "e", "kind": "view", "product_id": "pan-01"}
    cross = {"origin": origin, "sec-fetch-site": "cross-site", **bearing(sign())}
    assert closed.post("/v1/events", json=event, headers=cross).status_code == 403


def test_without_origins_nothing_is_said_of_them(client: Client) -> None:
    for answer in (
        client.options("/v1/trending", headers=PREFLIGHT),
        client.get("/v1/trending", headers={"origin": SHOP}),
        client.get("/blocks/trending", headers={"origin": SHOP}),
    ):
        assert not any(name.startswith("access-control") for name in answer.headers)
        assert "Origin" not in answer.headers.get("vary", "")


@pytest.mark.parametrize(
    ("language", "price"),
    [
        ("", "€1,234.50"),
        ("&language=en-GB", "€1,234.50"),
        ("&language=de", "1.234,50\u00a0€"),
        ("&language=pt-BR", "€\u00a01.234,50"),
        ("&language=no%20language", "€1,234.50"),
    ],
)
def test_prices_are_written_in_the_language_of_the_page(
    closed: Client, language: str, price: str
) -> None:
    execute("update raw.products set price = 1234.5, currency = 'EUR' where product_id = 'pan-01'")
    found = block(closed, f"/blocks/trending?category=Kitchen&count=100{language}")
    assert price in found.texts


def test_the_element_is_small_and_kept_for_long(closed: Client) -> None:
    documented = (Path(__file__).parents[2] / "docs" / "blocks.md").read_text()
    found = re.search(
        r'src="https://alsolike\.example\.com(/static/also-like\.[0-9a-f]+\.js)"', documented
    )
    assert found is not None
    content = ELEMENT.read_bytes()
    digest = b64encode(hashlib.sha384(content).digest()).decode()
    assert f'integrity="sha384-{digest}"' in documented
    assert len(gzip.compress(content)) <= 4096
    answer = closed.get(found[1], headers={"origin": SHOP})
    assert answer.status_code == 200
    assert answer.content == content
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    assert answer.headers["cache-control"] == "max-age=31536000, public, immutable"
    assert answer.headers["access-control-allow-origin"] == SHOP
    plain = closed.get("/static/also-like.js")
    assert plain.content == answer.content
    assert "max-age=3600" in plain.headers["cache-control"]
