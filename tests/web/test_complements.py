"""What goes with a product, on its page and in the API: never what is shown as similar."""

import re
from typing import Any

import pytest
from litestar.testing import TestClient

from api.http.parameters import FILTER_NAMES
from tests.shop.database import execute
from tests.shop.marts import make_mart

Client = TestClient[Any]
HTMX = {"hx-request": "true"}


def section(text: str, name: str) -> str:
    found = re.search(rf'<(section|aside) class="[a-z]+"\s+id="{name}".*?</\1>', text, re.DOTALL)
    return "" if found is None else found.group(0)


def cards(text: str) -> list[str]:
    return re.findall(r'<li class="card[a-z -]*"[^>]*?\sdata-product="([^"]+)"', text)


@pytest.fixture
def pairs(shop: dict[str, str]) -> list[str]:
    """Say what goes with knife-01: two knives, a pan, a spade that is sold out, six more pans."""
    assert shop
    others = ["knife-02", "pan-03", "spade-29", "knife-04", *(f"pan-{n:02}" for n in range(10, 16))]
    make_mart(
        "product_complements",
        (
            {
                "product_id": "knife-01",
                "rank": rank,
                "other_product_id": other,
                "score": 1 / rank,
                "together": 30 - rank,
                "lift": 2.5,
                "basis": "pair" if rank < 5 else "category",
            }
            for rank, other in enumerate(others, 1)
        ),
    )
    return [other for other in others if other != "spade-29"]


def test_the_page_shows_what_goes_with_it_apart_from_what_is_similar(
    pairs: list[str], client: Client
) -> None:
    page = client.get("/products/knife-01").text
    block = section(page, "goes-with")
    assert "Goes with it" in block
    assert block.startswith("<aside")
    assert block.count("Often bought together") == 3
    assert cards(block) == pairs[:3]
    similar = cards(section(page, "similar"))
    assert len(similar) == 12
    assert not set(similar) & set(pairs[:3])
    assert all(product_id.startswith("knife") for product_id in similar)


def test_no_two_variants_of_one_product_are_on_the_page(pairs: list[str], client: Client) -> None:
    assert "pan-03" in pairs[:3]
    execute(
        "update raw.products set item_group_id = 'both' where product_id in ('pan-03', 'knife-03')"
    )
    for headers in ({}, HTMX):
        page = client.get("/products/knife-01?exclude=knife-00", headers=headers).text
        similar = cards(page if headers else section(page, "similar"))
        assert len(similar) == 12
        assert "knife-03" not in similar
        assert "knife-05" in similar
    page = client.get("/products/knife-01").text
    assert "pan-03" in cards(section(page, "goes-with"))
    assert "knife-03" not in cards(section(page, "similar"))


def test_more_similar_ones_do_not_bring_them_back(pairs: list[str], client: Client) -> None:
    def following(page: str, name: str) -> str:
        found = re.search(rf'<li class="more">.*?\b{name}="([^"]+)"', page, re.DOTALL)
        assert found is not None
        return found.group(1).replace("&amp;", "&")

    whole = page = section(client.get("/products/knife-01").text, "similar")
    seen = cards(page)
    for _ in range(2):
        page = client.get(following(page, "hx-get"), headers=HTMX).text
        seen += cards(page)
        # Without a script all come on a whole page, with the complements still there.
        text = client.get(following(whole, "href")).text
        whole = section(text, "similar")
        assert cards(whole) == seen
        assert cards(section(text, "goes-with")) == pairs[:3]
    assert len(seen) == len(set(seen)) == 36
    assert not set(seen) & set(pairs[:3])
    # The last of them was left for the similar ones.
    assert {"knife-00", "knife-03", "knife-05"} <= set(seen)


def test_the_personal_block_leaves_them_out_too(pairs: list[str], client: Client) -> None:
    form = client.get("/sign-in").text
    token = re.search(r'name="_csrf_token" value="([^"]+)"', form)
    assert token is not None
    client.post("/sign-in", data={"_csrf_token": token.group(1), "shopper_id": "agreed"})
    for product_id in ("pan-20", "knife-10"):
        client.get(f"/products/{product_id}")
    page = client.get("/products/knife-01").text
    recommended = cards(section(page, "recommended"))
    assert recommended
    assert not set(recommended) & set(pairs[:3])


def test_a_product_that_goes_with_nothing_has_no_such_block(
    pairs: list[str], client: Client
) -> None:
    assert pairs
    page = client.get("/products/knife-05").text
    assert "Goes with it" not in page
    assert section(page, "similar")
    assert client.get("/v1/products/knife-05/goes-with").json()["items"] == []


def test_before_the_marts_are_built_nothing_is_known(client: Client) -> None:
    assert "Goes with it" not in client.get("/products/knife-01").text
    answer = client.get("/v1/products/knife-01/goes-with")
    assert answer.json() == {"product_id": "knife-01", "items": [], "tier": "live"}


def test_the_api_gives_score_support_and_lift(pairs: list[str], client: Client) -> None:
    answer = client.get("/v1/products/knife-01/goes-with").json()
    assert answer["product_id"] == "knife-01"
    assert [item["product_id"] for item in answer["items"]] == pairs
    assert [item["rank"] for item in answer["items"]] == list(range(1, 10))
    assert [item["basis"] for item in answer["items"]] == ["pair"] * 3 + ["category"] * 6
    assert answer["items"][0] == {
        "rank": 1,
        "product_id": "knife-02",
        "score": 1.0,
        "together": 29,
        "lift": 2.5,
        "basis": "pair",
        "title": "A knife number 2",
        "brand": "Brand",
        "category": "Kitchen > Knives",
        "price": 12.0,
        "currency": "EUR",
        "image_url": "/pictures/knife-02.svg",
        "sale_price": None,
        "url": "/products/knife-02",
        "variants": 0,
    }
    few = client.get(
        "/v1/products/knife-01/goes-with", params={"k": 2, "exclude": ["knife-02", "pan-10"]}
    )
    assert [item["product_id"] for item in few.json()["items"]] == ["pan-03", "knife-04"]
    assert [item["rank"] for item in few.json()["items"]] == [1, 2]


@pytest.mark.parametrize(
    ("path", "status", "field"),
    [
        ("/v1/products/none/goes-with", 404, "product_id"),
        ("/v1/products/knife-01/goes-with?k=0", 400, "k"),
        ("/v1/products/knife-01/goes-with?k=101", 400, "k"),
        ("/v1/products/knife-01/goes-with?model=one", 400, "model"),
    ],
)
def test_bad_requests_are_problems_that_name_the_field(
    reader: Client, path: str, status: int, field: str
) -> None:
    answer = reader.get(path)
    assert answer.status_code == status
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert [error["field"] for error in answer.json()["errors"]] == [field]


def test_the_schema_describes_the_route(reader: Client) -> None:
    schema = reader.get("/schema/openapi.json").json()
    operation = schema["paths"]["/v1/products/{product_id}/goes-with"]["get"]
    assert {parameter["name"] for parameter in operation["parameters"]} == {
        "product_id",
        "k",
        "exclude",
        "place",
        "shopper",
        "session",
        "measurement",
        *FILTER_NAMES,
    }
    item = schema["components"]["schemas"]["Complement"]["properties"]
    assert {"score", "together", "lift", "basis"} <= set(item)
