"""What search engines ask for."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from html import unescape
from xml.etree import ElementTree as ET

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from alsolike.settings import Settings
from api.app import create_app
from api.sitemap import documents, routes
from tests.shop.database import run

Client = TestClient[Litestar]
NAMESPACE = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
HOST = "http://testserver.local"


def locations(document: str) -> list[str]:
    return [str(one.text) for one in ET.fromstring(document).iter(f"{NAMESPACE}loc")]


def all_addresses(client: Client, host: str = HOST) -> list[str]:
    """Return what the parts that the index names hold, in order."""
    index = client.get("/sitemap.xml")
    assert index.status_code == 200, index.text
    found: list[str] = []
    for address in locations(index.text):
        assert address.startswith(host)
        part = client.get(address.removeprefix(host))
        assert part.headers["content-type"].startswith("application/xml")
        found += locations(part.text)
    return found


@contextmanager
def serving(settings: Settings, **changes: object) -> Iterator[Client]:
    with TestClient(create_app(replace(settings, **changes))) as client:  # pyright: ignore
        client.follow_redirects = False
        yield client


def test_every_shown_page_is_in_the_sitemap_once(client: Client) -> None:
    run("update raw.products set is_hidden = true where product_id = 'knife-03'")
    run(
        "insert into raw.products (product_id, title, category)"
        " values ('a/b & <c>', 'Odd', 'Garden / Yard')"
    )
    found = all_addresses(client)
    assert len(found) == len(set(found))
    assert f"{HOST}/products/a%2Fb%20%26%20%3Cc%3E" in found
    assert f"{HOST}/products/knife-29" in found
    assert f"{HOST}/products/knife-03" not in found
    assert f"{HOST}/categories/Garden%20%252F%20Yard" in found
    assert f"{HOST}/brands/Brand" in found
    assert len([one for one in found if "/products/" in one]) == 90
    for address in found:
        assert client.get(address.removeprefix(HOST)).status_code == 200


def test_parts_meet_without_gap_or_overlap(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = all_addresses(client)
    for size, page in ((7, 3), (45, 45), (90, 4)):
        monkeypatch.setattr(routes, "MOST_ADDRESSES", size)
        monkeypatch.setattr(routes, "_PAGE_SIZE", page)
        parts = locations(client.get("/sitemap.xml").text)
        assert len([one for one in parts if "products.xml" in one]) == 90 // size + 1
        assert all_addresses(client) == whole


def test_a_part_stops_at_the_most_addresses(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(routes, "MOST_ADDRESSES", 6)
    monkeypatch.setattr(routes, "_PAGE_SIZE", 4)
    assert len(locations(client.get("/sitemap/products.xml").text)) == 6


def test_addresses_have_the_public_origin_and_the_prefix(
    shop: dict[str, str], settings: Settings
) -> None:
    assert shop
    browsers = replace(settings.browsers, public_origin="https://shop.example")
    with serving(settings, browsers=browsers, path_prefix="/store") as client:
        found = all_addresses(client, "https://shop.example/store")
        assert "https://shop.example/store/products/knife-01" in found
        assert "https://shop.example/store/categories/Kitchen" in found
        robots = client.get("/robots.txt").text
    assert "Sitemap: https://shop.example/store/sitemap.xml" in robots
    assert "Disallow: /store/search" in robots


def test_robots_names_the_sitemap_of_the_host_that_was_asked(reader: Client) -> None:
    response = reader.get("/robots.txt")
    assert response.headers["content-type"].startswith("text/plain")
    found = re.search(r"^Sitemap: (.+)$", response.text, re.MULTILINE)
    assert found is not None
    assert reader.get(found.group(1).removeprefix(HOST)).status_code == 200
    assert reader.head("/robots.txt").content == b""


@pytest.mark.parametrize(
    "path", ["/robots.txt", "/sitemap.xml", "/sitemap/pages.xml", "/sitemap/products.xml"]
)
def test_without_pages_there_is_none(shop: dict[str, str], settings: Settings, path: str) -> None:
    assert shop
    with serving(settings, are_pages_on=False) as client:
        response = client.get(path)
    assert response.status_code == 404
    assert response.headers["content-type"] == "application/problem+json"


def test_without_the_database_it_is_asked_for_again_later(away: Client) -> None:
    response = away.get("/sitemap.xml")
    assert response.status_code == 503
    assert "retry-after" in response.headers


def test_a_part_has_as_many_addresses_as_the_protocol_lets_it() -> None:
    assert documents.MOST_ADDRESSES == 50_000


def test_text_of_a_sitemap_is_escaped() -> None:
    document = documents.urls(["https://shop.example/?a=1&b=<2>"])
    assert "&amp;b=&lt;2&gt;" in document
    assert unescape(locations(document)[0]) == "https://shop.example/?a=1&b=<2>"


def test_browsers_find_an_icon_where_a_document_names_none(reader: Client) -> None:
    response = reader.get("/favicon.ico")
    assert response.status_code == 301
    icon = reader.get(response.headers["location"])
    assert icon.status_code == 200
    assert icon.headers["content-type"].startswith("image/svg+xml")
