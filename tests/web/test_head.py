"""What the head of a page tells search engines and other sites."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from html import unescape
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from alsolike.settings import Settings
from api.app import create_app
from tests.shop.database import run

Client = TestClient[Litestar]


def canonical(page: str) -> list[str]:
    return [unescape(one) for one in re.findall(r'<link rel="canonical" href="([^"]*)">', page)]


def shared(page: str) -> dict[str, str]:
    """Return the Open Graph properties."""
    found = re.findall(r'<meta property="og:([a-z_]+)"\s+content="([^"]*)">', page)
    return {name: unescape(content) for name, content in found}


def described(page: str) -> dict[str, dict[str, Any]]:
    """Return what the JSON-LD of a page describes, by its type."""
    (data,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
    document = json.loads(data)
    assert document["@context"] == "https://schema.org"
    return {thing["@type"]: thing for thing in document["@graph"]}


@pytest.fixture
def published(shop: dict[str, str], settings: Settings) -> Iterator[Client]:
    """Give a client of the shop at a public origin, below a prefix."""
    assert shop
    browsers = replace(settings.browsers, public_origin="https://shop.example")
    app = create_app(replace(settings, browsers=browsers, path_prefix="/store"))
    with TestClient(app) as client:
        client.follow_redirects = False
        yield client


@pytest.mark.parametrize(
    ("path", "address"),
    [
        ("/", "/"),
        ("/?after=", "/"),
        ("/products/knife-01?exclude=knife-02", "/products/knife-01"),
        ("/products/%6bnife-01", "/products/knife-01"),
        ("/categories/Kitchen?utm_source=x", "/categories/Kitchen"),
        ("/categories/Garden%20/%20Yard", "/categories/Garden%20%252F%20Yard"),
        ("/search", "/search"),
        ("/search?q=knife+%26+pan&x=1", "/search?q=knife+%26+pan"),
        ("/sign-in?next=/x", "/sign-in"),
        ("/privacy", "/privacy"),
    ],
)
def test_a_page_has_one_canonical_address(
    reader: Client, published: Client, path: str, address: str
) -> None:
    assert canonical(reader.get(path).text) == [f"http://testserver.local{address}"]
    page = published.get("/store" + path).text
    assert canonical(page) == [f"https://shop.example/store{address}"]
    assert shared(page)["url"] == f"https://shop.example/store{address}"


def test_an_error_has_no_address_and_is_not_indexed(reader: Client) -> None:
    page = reader.get("/products/none").text
    assert canonical(page) == []
    assert shared(page) == {}
    assert '<meta name="robots" content="noindex">' in page
    assert "noindex" not in reader.get("/").text


def test_a_product_is_described_with_its_offer_and_rating(published: Client) -> None:
    run(
        "update raw.products set price = 20, sale_price = 12.5, brand = 'Sharp & Co',"
        " image_url = '/pictures/knife-01.svg' where product_id = 'knife-01'"
    )
    page = published.get("/store/products/knife-01").text
    product = described(page)["Product"]
    address = "https://shop.example/store/products/knife-01"
    assert product["sku"] == "knife-01"
    assert product["url"] == address
    assert product["image"] == "https://shop.example/store/pictures/knife-01.svg"
    assert product["brand"] == {"@type": "Brand", "name": "Sharp & Co"}
    assert product["offers"] == {
        "@type": "Offer",
        "url": address,
        "price": "12.50",
        "priceCurrency": "EUR",
        "availability": "https://schema.org/InStock",
    }
    assert product["aggregateRating"]["ratingValue"] == 4
    assert product["aggregateRating"]["reviewCount"] == 7
    trail = described(page)["BreadcrumbList"]["itemListElement"]
    assert [(one["position"], one["name"], one["item"]) for one in trail] == [
        (1, "Shop", "https://shop.example/store/"),
        (2, "Kitchen", "https://shop.example/store/categories/Kitchen"),
        (3, "Knives", "https://shop.example/store/categories/Kitchen/Knives"),
    ]
    assert shared(page) == {
        "site_name": "alsolike",
        "type": "product",
        "title": "A knife number 1 – alsolike",
        "description": "The 1th knife.",
        "url": address,
        "image": product["image"],
    }


def test_what_is_unknown_of_a_product_is_not_told(client: Client) -> None:
    run("update raw.products set price = null, image_url = null where product_id = 'pan-29'")
    product = described(client.get("/products/pan-29").text)["Product"]
    assert not {"offers", "aggregateRating", "image"} & set(product)
    run("update raw.products set price = 1500, currency = 'JPY' where product_id = 'pan-29'")
    offer = described(client.get("/products/pan-29").text)["Product"]["offers"]
    assert offer["price"] == "1500"
    assert offer["availability"] == "https://schema.org/OutOfStock"


def test_a_category_is_described_with_the_way_to_it(reader: Client) -> None:
    page = reader.get("/categories/Kitchen/Knives").text
    trail = described(page)["BreadcrumbList"]["itemListElement"]
    assert [one["name"] for one in trail] == ["Shop", "Kitchen", "Knives"]
    assert shared(page)["type"] == "website"
    assert "30 products" in shared(page)["description"]


def test_a_hostile_title_does_not_end_the_data(client: Client) -> None:
    hostile = "</script><script>alert(1)</script><!--\u2028 ' \" &"
    run("update raw.products set title = %s where product_id = 'knife-01'", (hostile,))
    page = client.get("/products/knife-01").text
    assert described(page)["Product"]["name"] == hostile
    assert "<script>alert" not in page
    assert "<!--" not in page.partition("ld+json")[2].partition("</script>")[0]
    assert shared(page)["title"] == f"{hostile} – alsolike"
