"""Lists of pages have one card for the variants of a product, and its page leads to them.

Shirt n comes in three colours and two sizes. Of the red ones the small is the cheapest, and of
shirt 0 the red and small one is sold out; a green one costs most. Caps are single products.
"""

import html
import re
from collections.abc import Iterator

import pytest
from litestar import Litestar
from litestar.testing import TestClient
from psycopg.types.json import Jsonb

from alsolike.runs import recorded_run
from alsolike.settings import load_settings
from api.app import create_app
from tests.shop.database import add_rows, cloned_database, variables_set
from tests.web.conftest import wait_until_connected
from tests.web.test_filters import HTMX, cards, every_page, options, status

Client = TestClient[Litestar]

SHIRTS, CAPS = 30, 5
COLOURS, SIZES = ("red", "blue", "green"), ("S", "M")
SHIRTS_PAGE = "/categories/Wear/Shirts"


def shirt(n: int, colour: str, size: str) -> str:
    return f"shirt-{n:02}-{colour}-{size}"


def price(colour: str, size: str, n: int) -> int:
    return 10 + 100 * COLOURS.index(colour) + 10 * SIZES.index(size) + n


def make_shirts() -> None:
    with recorded_run("demo", {"products": SHIRTS * 6 + CAPS}):
        pass
    add_rows(
        "raw.products",
        (
            {
                "product_id": shirt(n, colour, size),
                "title": f"Linen shirt {n}, {colour}",
                "category": "Wear > Shirts" if size == "S" or n else "Wear > Large",
                "brand": "Plainly",
                "price": price(colour, size, n),
                "currency": "EUR",
                "attributes": Jsonb({"colour": colour, "size": size, "fabric": "linen"}),
                "is_in_stock": (n, colour, size) != (0, "red", "S"),
                "item_group_id": f"shirt {n}",
                "more_image_urls": Jsonb(["/pictures/x.svg", "https://cdn.example/2.jpg"]),
                "created_at": f"2026-01-{1 + n % 28:02} 10:{COLOURS.index(colour)}{len(size)}+00",
            }
            for n in range(SHIRTS)
            for colour in COLOURS
            for size in SIZES
        ),
    )
    add_rows(
        "raw.products",
        (
            {
                "product_id": f"cap-{n}",
                "title": f"Linen cap {n}",
                "category": "Wear > Caps",
                "brand": "Plainly",
                "price": 5,
                "currency": "EUR",
                "attributes": Jsonb({"colour": "blue"}),
                "created_at": "2026-01-01 00:00+00",
            }
            for n in range(CAPS)
        ),
    )


@pytest.fixture(scope="module")
def wear(postgres_server: dict[str, str]) -> Iterator[Client]:
    """Give a client of the shop of shirts, which no test changes."""
    with (
        cloned_database(postgres_server) as variables,
        variables_set({**variables, "ALSOLIKE_POOL_SIZE": "1"}),
    ):
        make_shirts()
        with TestClient(create_app(load_settings())) as client:
            wait_until_connected(client)
            yield client


PLAIN = pytest.mark.parametrize(
    "page", ["/categories/Wear?", "/brands/Plainly?", "/search?q=linen&"]
)


@PLAIN
@pytest.mark.parametrize(
    "query",
    [
        "",
        "sort=price-up",
        "sort=price-down",
        "sort=rating",
        "in_stock=yes",
        "attribute.colour=blue",
    ],
)
def test_every_page_together_has_each_product_once(wear: Client, page: str, query: str) -> None:
    shown = every_page(wear, page + query, HTMX)
    groups = [one.rsplit("-", 2)[0] if one.startswith("shirt") else one for one in shown]
    assert len(groups) == len({*groups}) == SHIRTS + CAPS
    assert status(wear.get(page + query).text) == f"{SHIRTS + CAPS} products"
    part = wear.get(page + query, headers={**HTMX, "hx-target": "filters-count"}).text
    assert part.strip() == f"Show {SHIRTS + CAPS} products"
    # The page that shows all of them at once has the same ones.
    both = wear.get(f"{page}{query}&pages=2").text
    assert re.findall(r'<li class="card"[^>]*data-product="([^"]+)"', both) == shown


@PLAIN
def test_the_card_is_the_variant_that_fits_and_the_order_sets_which(
    wear: Client, page: str
) -> None:
    blue = every_page(wear, f"{page}attribute.colour=blue&attribute.size=M", HTMX)
    assert sorted(blue) == [shirt(n, "blue", "M") for n in range(SHIRTS)]
    cheapest = every_page(wear, f"{page}sort=price-up&attribute.size=S", HTMX)
    # The cheapest of shirt 0 is sold out.
    assert cheapest == [
        *(shirt(n, "red", "S") for n in range(1, SHIRTS)),
        shirt(0, "blue", "S"),
    ]
    dearest = every_page(wear, f"{page}sort=price-down&attribute.size=S", HTMX)
    assert dearest == [shirt(n, "green", "S") for n in reversed(range(SHIRTS))]
    # Where none that fits can be bought there is a card all the same.
    assert shirt(0, "red", "S") in every_page(
        wear, f"{page}attribute.colour=red&attribute.size=S", HTMX
    )


@PLAIN
def test_the_number_beside_a_value_is_that_of_the_cards_it_leaves(wear: Client, page: str) -> None:
    for chosen in ("", "attribute.size=S", "attribute.colour=red&attribute.size=M", "in_stock=yes"):
        text = wear.get(page + chosen).text
        colours = options(text, "attribute.colour")
        assert {*colours} == {*COLOURS}
        others = "&".join(one for one in chosen.split("&") if "colour" not in one)
        for colour, (count, _) in colours.items():
            left = every_page(wear, f"{page}{others}&attribute.colour={colour}", HTMX)
            assert count == len(left), (chosen, colour)


def test_a_category_counts_a_product_once_wherever_its_variants_are_filed(wear: Client) -> None:
    # The large ones of shirt 0 are in a category of their own.
    assert status(wear.get("/categories/Wear/Large").text) == "1 product"
    assert status(wear.get(SHIRTS_PAGE).text) == f"{SHIRTS} products"
    top = wear.get("/categories/Wear").text
    assert status(top) == f"{SHIRTS + CAPS} products"
    found = options(wear.get("/search?q=linen&category=Wear").text, "category")
    assert {path: count for path, (count, _) in found.items() if path} == {
        "Wear": SHIRTS + CAPS,
        "Wear > Caps": CAPS,
        "Wear > Large": 1,
        "Wear > Shirts": SHIRTS,
    }


def test_a_search_shows_what_matches_and_can_be_bought(wear: Client) -> None:
    red = every_page(wear, "/search?q=red+shirt", HTMX)
    assert len(red) == SHIRTS
    assert {one.split("-")[2] for one in red} == {"red"}
    # Of shirt 0 the small red one is sold out.
    assert shirt(0, "red", "M") in red
    # Whoever types its id is shown it.
    assert cards(wear.get(f"/search?q={shirt(0, 'red', 'S')}").text)[0] == shirt(0, "red", "S")
    suggested = re.findall(
        r'role="option"[^>]*href="([^"]+)"', wear.get("/search/suggestions?q=linen+shirt+0").text
    )
    assert suggested == [f"/products/{shirt(0, 'blue', 'M')}"]


def test_a_card_says_what_can_be_chosen(wear: Client) -> None:
    text = html.unescape(wear.get(SHIRTS_PAGE).text)
    assert text.count("Colour: 3 options, Size: 2 options") == len(cards(text))
    assert "variant" not in html.unescape(wear.get("/categories/Wear/Caps").text)
    german = wear.get(SHIRTS_PAGE, headers={"accept-language": "de"}).text
    assert "Colour: 3 zur Wahl, Size: 2 zur Wahl" in german


def test_the_page_of_a_product_leads_to_its_variants(wear: Client) -> None:
    text = wear.get(f"/products/{shirt(0, 'blue', 'S')}").text
    links = re.findall(
        r'<a class="variant"\s+href="([^"]+)"\s*(aria-current="true")?><bdi>([^<]+)</bdi>(.*?)</a>',
        text,
        re.DOTALL,
    )
    shown = [(url, bool(current), word, "Sold out" in rest) for url, current, word, rest in links]
    # A value leads to the variant that is alike in the others.
    assert sorted(shown) == [
        (f"/products/{shirt(0, 'blue', 'M')}", False, "M", False),
        (f"/products/{shirt(0, 'blue', 'S')}", True, "S", False),
        (f"/products/{shirt(0, 'blue', 'S')}", True, "blue", False),
        (f"/products/{shirt(0, 'green', 'S')}", False, "green", False),
        (f"/products/{shirt(0, 'red', 'S')}", False, "red", True),
    ]
    assert 'class="variant"' not in wear.get("/products/cap-0").text


def test_the_api_lists_every_variant_and_their_further_pictures(wear: Client) -> None:
    page = wear.get("/v1/products?category=Wear > Large").json()
    assert [one["product_id"] for one in page["items"]] == sorted(
        shirt(0, colour, "M") for colour in COLOURS
    )
    pictures = ["/pictures/x.svg", "https://cdn.example/2.jpg"]
    for one in page["items"]:
        assert [url.removeprefix("http://testserver") for url in one["more_image_urls"]] == pictures
    assert wear.get("/v1/products/cap-0").json()["more_image_urls"] == []
