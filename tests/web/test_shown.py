"""On every step of the ladder: hidden products, variants, sale prices and addresses.

Three knives are sizes of one; of three pans one is sold out.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from tests.fixtures.steps import ALL, ids, kept_shop
from tests.shop.database import execute
from tests.shop.kitchen import CATEGORIES, make_kitchen, make_kitchen_marts

Client = TestClient[Litestar]

CHANGES = """
    update raw.products set item_group_id = 'blade'
    where product_id between 'knife-20' and 'knife-22';
    -- Of the same group, but not to be had.
    update raw.products set item_group_id = 'blade' where product_id = 'knife-23';
    update raw.products set is_hidden = true where product_id = 'knife-23';
    -- The last of them is sold out.
    update raw.products set item_group_id = 'pan'
    where product_id in ('pan-20', 'pan-21', 'pan-29');
    update raw.products set sale_price = 3 where product_id in ('knife-24', 'spade-08');
    -- No sale: it is no less.
    update raw.products set sale_price = 99 where product_id = 'pan-02';
"""
BLADES = {"knife-20", "knife-21", "knife-22"}
# What is hidden or sold out counts for no other.
VARIANTS = {**dict.fromkeys(BLADES, 2), "pan-20": 1, "pan-21": 1, "pan-29": 2}
LISTS = ["/v1/shoppers/agreed/recommendations", "/v1/products/knife-05/similar", "/v1/trending"]


@pytest.fixture(scope="module")
def kept(
    postgres_server: dict[str, str],
    s3_server: dict[str, str],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[str, Path]]:
    """Make the shop, its neighbours and a snapshot: its database, and the home."""

    def make() -> None:
        make_kitchen()
        make_kitchen_marts()
        execute(CHANGES)

    with kept_shop(postgres_server, s3_server, tmp_path_factory.mktemp("kept"), make) as kept:
        yield kept


@pytest.mark.parametrize("tier", ALL)
def test_a_hidden_product_is_nowhere(
    site: Client, only: Callable[[str], AbstractContextManager[Any]], tier: str
) -> None:
    with only(tier):
        for path in LISTS:
            found = ids(site.get(path, params={"k": 100, "with_sold_out": True}))
            assert "knife-23" not in found, path
            assert "knife-29" in found, "sold out, and asked for"
        assert "knife-23" not in ids(site.get("/v1/products", params={"limit": 100}))
        in_category = {"category": CATEGORIES["knife"], "limit": 100}
        assert "knife-23" not in ids(site.get("/v1/products", params=in_category))
        assert "knife-23" not in ids(site.get("/v1/products", params={"q": "knife-23"}))
        assert "knife-23" not in ids(site.get("/v1/products", params={"q": "knife number 23"}))
        for path in ("/v1/products/knife-23", "/v1/products/knife-23/similar"):
            assert site.get(path).status_code == 404, path
        assert site.get("/products/knife-23").status_code == 404
        assert "/products/knife-23" not in site.get("/search?q=knife+number+23").text


@pytest.mark.parametrize("tier", ["live", "snapshot"])
def test_a_hidden_product_among_several_is_told_as_unknown(
    site: Client, only: Callable[[str], AbstractContextManager[Any]], tier: str
) -> None:
    with only(tier):
        answer = site.post("/v1/similar", json={"product_ids": ["knife-05", "knife-23", "pan-01"]})
    assert answer.status_code == 200
    assert answer.json()["tier"] == tier
    assert [one["product_id"] for one in answer.json()["lists"]] == ["knife-05", "pan-01"]
    assert answer.json()["unknown"] == ["knife-23"]


@pytest.mark.parametrize("tier", ALL)
def test_a_list_has_one_of_a_group_of_variants(
    site: Client, only: Callable[[str], AbstractContextManager[Any]], tier: str
) -> None:
    with only(tier):
        for path in LISTS:
            assert len(BLADES & {*ids(site.get(path, params={"k": 100}))}) == 1, path
            left_out = {"k": 100, "exclude": "knife-21"}
            assert not BLADES & {*ids(site.get(path, params=left_out))}, path
        similar = ids(site.get("/v1/products/knife-20/similar?k=100"))
        assert not BLADES & {*similar}
        told = {"history": [{"product_id": "knife-20"}], "k": 100}
        assert not BLADES & {*ids(site.post("/v1/recommendations", json=told))}
        assert len(BLADES & {*ids(site.get("/v1/products?q=knife&limit=100"))}) == 1
        # The catalogue has them all.
        assert {*ids(site.get("/v1/products?limit=100"))} >= BLADES


def counts(site: Client, path: str, **parameters: object) -> dict[str, int]:
    answer = site.get(path, params=parameters)
    assert answer.status_code == 200, answer.text
    return {item["product_id"]: item["variants"] for item in answer.json()["items"]}


@pytest.mark.parametrize("tier", ALL)
def test_every_row_says_how_many_more_variants_there_are(
    site: Client, only: Callable[[str], AbstractContextManager[Any]], tier: str
) -> None:
    knives = {"category": CATEGORIES["knife"], "limit": 100}
    pans = {"category": CATEGORIES["pan"], "limit": 100}
    with only(tier):
        lists = [
            *(counts(site, path, k=100) for path in LISTS),
            *(counts(site, path, k=100, with_sold_out=True) for path in LISTS),
            counts(site, "/v1/products", q="knife", limit=100),
            counts(site, "/v1/products", q="pan", limit=100),
        ]
        catalogue = [counts(site, "/v1/products", **asked) for asked in ({"limit": 100}, pans)]
        of_category = counts(site, "/v1/products", **knives)
        own = {one: site.get(f"/v1/products/{one}").json()["variants"] for one in VARIANTS}
    for found in [*lists, *catalogue, of_category]:
        assert found == {one: VARIANTS.get(one, 0) for one in found}
        assert {*found} & {*VARIANTS}
    for found in catalogue:
        assert {*found} >= {"pan-20", "pan-21", "pan-29"}, "the catalogue has them all"
    assert {*of_category} >= BLADES
    assert own == VARIANTS


@pytest.mark.parametrize("tier", ALL)
def test_a_card_says_how_many_variants_there_are(
    site: Client, only: Callable[[str], AbstractContextManager[Any]], tier: str
) -> None:
    with only(tier):
        page = site.get("/search?q=knife+number+20").text
    card = re.search(r'<li class="card"[^>]*data-product="knife-2[012]".*?</li>', page, re.DOTALL)
    assert card
    assert "3 variants" in card.group()


@pytest.mark.parametrize("tier", ALL)
def test_bounds_of_the_price_are_about_what_a_product_costs_now(
    site: Client, only: Callable[[str], AbstractContextManager[Any]], tier: str
) -> None:
    with only(tier):
        for path in LISTS:
            answer = site.get(path, params={"k": 100, "price_max": 5})
            assert {*ids(answer)} == {"knife-24", "spade-08"}, path
            assert {item["sale_price"] for item in answer.json()["items"]} == {3}
            dear = ids(site.get(path, params={"k": 100, "price_min": 34}))
            assert "knife-24" not in dear
            assert "pan-24" in dear
        page = site.get("/products/knife-24").text
        assert re.search(r"<ins[^>]*>€3.00</ins>\s*.*instead of.*\s*<del[^>]*>€34.00</del>", page)


@pytest.mark.parametrize("tier", ALL)
def test_every_product_has_an_address(
    site: Client, only: Callable[[str], AbstractContextManager[Any]], tier: str
) -> None:
    with only(tier):
        for path in [*LISTS, "/v1/products", "/v1/products?q=pan"]:
            for item in site.get(path).json()["items"]:
                assert item["url"] == f"/products/{item['product_id']}", path
