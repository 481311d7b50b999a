"""What every answer owes its client: ids, timings, caching, compression, whole ids in paths."""

import logging
import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from litestar import Litestar
from litestar.testing import TestClient

from alsolike.database import connect
from alsolike.settings import load_settings
from api.app import create_app

Client = TestClient[Litestar]

CATALOGUE = [
    "/v1/products",
    "/v1/products/knife-01",
    "/v1/products/knife-01/similar",
    "/v1/products/knife-01/goes-with",
]
PERSONAL = ["/v1/shoppers/agreed/recommendations", "/", "/products/knife-01", "/sign-in"]
SLASHED = "knife/50 % off"
SLASHED_PATH = "knife%2F50%20%25%20off"


@pytest.fixture
def slashed(client: Client) -> Client:
    """Give a client of a shop with a product whose id holds a slash and a percent sign."""
    with connect() as connection:
        connection.execute(
            "insert into raw.products (product_id, title, category) values (%s, 'Half', 'A/B > C')",
            [SLASHED],
        )
    return client


@pytest.mark.parametrize(
    "path", [*CATALOGUE, *PERSONAL, "/v1/none", "/static/none", "/health/live"]
)
def test_every_answer_has_an_id_and_its_timing(reader: Client, path: str) -> None:
    headers = reader.get(path).headers
    assert re.fullmatch(r"[0-9a-f]{16}", headers["x-request-id"])
    timing = re.fullmatch(r"app;dur=([\d.]+), db;dur=([\d.]+)", headers["server-timing"])
    assert timing is not None
    app, database = float(timing[1]), float(timing[2])
    assert app >= database
    assert (database > 0) is ("none" not in path and path != "/health/live")
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"


def test_every_answer_has_an_id_of_its_own(reader: Client) -> None:
    seen = {reader.get("/health/live").headers["x-request-id"] for _ in range(20)}
    assert len(seen) == 20


@pytest.mark.parametrize(
    ("given", "is_taken"),
    [
        ("4bf92f3577b34da6a3ce929d0e0e4736", True),
        ("Root=1-67891233-abcdef012345678912345678", True),
        ("two words", False),
        ("x" * 129, False),
        ("", False),
        ("<script>", False),
    ],
)
def test_the_clients_id_is_taken_over_if_it_is_sane(
    reader: Client, given: str, *, is_taken: bool
) -> None:
    answered = reader.get("/health/live", headers={"X-Request-Id": given}).headers["x-request-id"]
    assert (answered == given) is is_taken


def test_a_failure_is_found_in_the_log_by_its_id(
    away: Client, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, "alsolike.web"):
        response = away.get("/v1/products", headers={"X-Request-Id": "find-me"})
    assert response.status_code == 503
    assert response.json()["request_id"] == "find-me"
    assert [r.getMessage() for r in caplog.records if "find-me" in r.getMessage()]
    page = away.get("/", headers={"X-Request-Id": "find-me-too", "Accept": "text/html"})
    assert "find-me-too" in page.text


def test_the_api_tells_its_version_and_pages_do_not(reader: Client) -> None:
    schema = reader.get("/schema/openapi.json").json()
    for path in ("/v1/products", "/v1/none"):
        assert reader.get(path).headers["alsolike-version"] == schema["info"]["version"]
    assert "alsolike-version" not in reader.get("/").headers


@pytest.mark.parametrize("path", [*CATALOGUE, "/pictures/knife-01.svg"])
def test_the_catalogue_may_be_kept_and_is_not_sent_twice(reader: Client, path: str) -> None:
    first = reader.get(path)
    assert "public" in first.headers["cache-control"].split(", ")
    assert first.headers["vary"] == "Accept-Encoding"
    tag = first.headers["etag"]
    assert tag.startswith('W/"')
    for known in (tag, tag.removeprefix("W/"), f'"other", {tag}', "*"):
        again = reader.get(path, headers={"If-None-Match": known})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == tag
        assert again.headers["cache-control"] == first.headers["cache-control"]
        assert "content-type" not in again.headers
    other = reader.get(path, headers={"If-None-Match": '"other"'})
    assert other.content == first.content


def test_the_tag_changes_with_the_content(client: Client) -> None:
    before = client.get("/v1/products/knife-01").headers["etag"]
    with connect() as connection:
        connection.execute("update raw.products set price = 1 where product_id = 'knife-01'")
    response = client.get("/v1/products/knife-01", headers={"If-None-Match": before})
    assert response.status_code == 200
    assert response.json()["price"] == 1
    assert response.headers["etag"] != before


def test_assets_are_not_sent_twice(reader: Client) -> None:
    first = reader.get("/static/site.css")
    again = reader.get("/static/site.css", headers={"If-None-Match": first.headers["etag"]})
    assert (first.status_code, again.status_code, again.content) == (200, 304, b"")


@pytest.mark.parametrize("path", PERSONAL)
def test_what_depends_on_the_visitor_is_kept_nowhere(reader: Client, path: str) -> None:
    response = reader.get(path)
    assert response.headers["cache-control"] == "private, no-store"
    assert "etag" not in response.headers
    assert reader.get(path, headers={"If-None-Match": "*"}).status_code == 200


@pytest.mark.parametrize("path", ["/v1/products/none", "/v1/none", "/v1/products?limit=0"])
def test_errors_are_kept_nowhere(reader: Client, path: str) -> None:
    headers = reader.get(path).headers
    assert "no-store" in headers["cache-control"]
    assert "etag" not in headers


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [("gzip, deflate, br", "br"), ("gzip", "gzip"), ("identity", None), ("", None)],
)
@pytest.mark.parametrize("path", ["/v1/products", "/products/knife-01", "/static/site.css"])
def test_what_is_long_travels_compressed(
    reader: Client, path: str, accepted: str, encoding: str | None
) -> None:
    response = reader.get(path, headers={"Accept-Encoding": accepted})
    assert response.headers.get("content-encoding") == encoding
    plain = reader.get(path, headers={"Accept-Encoding": "identity"})
    if path == "/v1/products":
        assert response.json() == plain.json()
        assert response.headers["etag"] == plain.headers["etag"]
    if encoding:
        assert int(response.headers["content-length"]) < len(plain.content) / 2
        assert "Accept-Encoding" in response.headers["vary"]


def test_what_is_short_travels_as_it_is(reader: Client) -> None:
    response = reader.get("/health/live", headers={"Accept-Encoding": "br, gzip"})
    assert "content-encoding" not in response.headers


@pytest.mark.parametrize("path", [*CATALOGUE, "/health/ready", "/schema", "/", "/v1/none"])
def test_a_head_is_a_get_without_the_body(reader: Client, path: str) -> None:
    plain = {"Accept-Encoding": "identity"}
    got, asked = reader.get(path, headers=plain), reader.head(path, headers=plain)
    assert asked.status_code == got.status_code
    assert asked.content == b""
    for name in ("content-type", "cache-control", "etag"):
        assert asked.headers.get(name) == got.headers.get(name)


def test_lists_link_to_their_next_page(reader: Client) -> None:
    first = reader.get("/v1/products?limit=60")
    assert first.links["next"]["url"] == first.json()["next"]
    last = reader.get(first.links["next"]["url"])
    assert len(last.json()["items"]) == 30
    assert "link" not in last.headers


def test_an_id_with_a_slash_is_one_segment(slashed: Client) -> None:
    path = f"/v1/products/{SLASHED_PATH}"
    assert slashed.get(path).json()["product_id"] == SLASHED
    assert slashed.get(path.replace("%2F", "%2f")).json()["product_id"] == SLASHED
    assert slashed.get(f"{path}/similar?k=1").json()["product_id"] == SLASHED
    assert slashed.get(f"{path}/goes-with").json()["product_id"] == SLASHED
    assert slashed.get("/v1/products/knife/01").status_code == 404
    assert slashed.get("/v1/products/knife%2F01").json()["errors"][0]["field"] == "product_id"
    assert slashed.get("/v1/none%2Fat/all").status_code == 404


def test_pages_of_an_id_with_a_slash_can_be_reached(slashed: Client) -> None:
    page = slashed.get(f"/products/{SLASHED_PATH}")
    assert page.status_code == 200
    assert f'data-product="{SLASHED}"' in page.text
    assert slashed.get("/categories/A%2FB/C").status_code == 200
    assert slashed.get(f"/pictures/{SLASHED_PATH}.svg").status_code == 200


def limited(monkeypatch: pytest.MonkeyPatch, **variables: str) -> Client:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    return TestClient(create_app(load_settings()))


@pytest.fixture
def keyed(shop: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    """Give a client of an app that lets two keys in, three requests a minute each."""
    with limited(
        monkeypatch, ALSOLIKE_API_KEYS=f"{'a' * 16},{'b' * 16}", ALSOLIKE_RATE_LIMIT="3"
    ) as client:
        yield client


def assert_problem(response: Any, status: int) -> dict[str, Any]:
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    body: dict[str, Any] = response.json()
    assert body["status"] == status
    return body


@pytest.mark.parametrize(
    "headers",
    [{}, {"X-Api-Key": "c" * 16}, {"Authorization": f"Bearer {'c' * 16}"}, {"X-Api-Key": ""}],
)
def test_without_a_known_key_the_api_is_closed(keyed: Client, headers: dict[str, str]) -> None:
    response = keyed.get("/v1/products", headers=headers)
    assert_problem(response, 401)
    assert response.headers["www-authenticate"].startswith("Bearer")
    assert keyed.get("/", headers=headers).status_code == 200
    assert keyed.get("/health/ready", headers=headers).status_code == 200


def test_with_keys_no_shared_cache_may_keep_an_answer(keyed: Client) -> None:
    response = keyed.get("/v1/products", headers={"X-Api-Key": "a" * 16})
    assert response.headers["cache-control"] == "max-age=30, private"


def test_each_key_has_its_own_requests(keyed: Client) -> None:
    first, second = {"X-Api-Key": "a" * 16}, {"Authorization": f"bearer {'b' * 16}"}
    remaining = [
        keyed.get("/v1/products/knife-01", headers=first).headers["ratelimit-remaining"]
        for _ in range(3)
    ]
    assert remaining == ["2", "1", "0"]
    refused = keyed.get("/v1/products/knife-01", headers=first)
    assert "3 requests a minute" in assert_problem(refused, 429)["detail"]
    assert 1 <= int(refused.headers["retry-after"]) <= 20
    assert refused.headers["ratelimit-limit"] == "3"
    assert keyed.get("/v1/products/knife-01", headers=second).status_code == 200
    assert keyed.get("/", headers=first).status_code == 200


def test_without_keys_each_address_has_its_own_requests(
    shop: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with limited(monkeypatch, ALSOLIKE_RATE_LIMIT="1") as client:
        assert client.get("/v1/products").status_code == 200
        # A made-up address or key buys no further request.
        for headers in ({}, {"X-Forwarded-For": "192.0.2.1"}, {"X-Api-Key": "d" * 16}):
            assert_problem(client.get("/v1/products", headers=headers), 429)


def test_the_description_asks_for_a_key_where_the_api_does(keyed: Client, reader: Client) -> None:
    closed, opened = (c.get("/schema/openapi.json").json() for c in (keyed, reader))
    similar = closed["paths"]["/v1/products/{product_id}/similar"]["get"]
    assert similar["security"] == [{"bearer": ["read"]}, {"key": ["read"]}]
    assert set(closed["components"]["securitySchemes"]) == {"bearer", "key"}
    assert "401" in similar["responses"]
    assert "security" not in closed["paths"]["/health/live"]["get"]
    assert "401" not in opened["paths"]["/v1/products/{product_id}/similar"]["get"]["responses"]


def test_the_description_is_the_same_as_yaml(reader: Client) -> None:
    text = reader.get("/schema/openapi.yaml").text
    assert yaml.safe_load(text) == reader.get("/schema/openapi.json").json()
