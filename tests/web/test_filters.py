"""Filters and orders of the pages of a category and of a search."""

import html
import re
from collections.abc import Iterator
from itertools import product
from typing import Any
from urllib.parse import urlencode

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from alsolike.settings import load_settings
from api.app import create_app
from tests.fixtures.steps import kept_shop
from tests.shop.database import cloned_database, run, take_away, variables_set
from tests.shop.kitchen import make_kitchen
from tests.shop.lamps import BRANDS, COLOURS, LAMPS, make_lamps
from tests.web.conftest import wait_until_connected
from tests.web.test_pages import items_of

Client = TestClient[Litestar]

HTMX = {"hx-request": "true"}
LAMPS_PAGE = "/categories/Home/Lamps"
EVERY_LAMP = [f"lamp-{n:02}" for n in range(LAMPS)]


@pytest.fixture(scope="module")
def lamps(postgres_server: dict[str, str]) -> Iterator[Client]:
    """Give a client of the shop of lamps, which no test changes."""
    with (
        cloned_database(postgres_server) as variables,
        # One connection, which is opened before another test names another database.
        variables_set({**variables, "ALSOLIKE_POOL_SIZE": "1"}),
    ):
        make_lamps()
        with TestClient(create_app(load_settings())) as client:
            wait_until_connected(client)
            yield client


def cards(text: str) -> list[str]:
    return re.findall(r'<li class="card"\s+data-product="([^"]+)"', text)


def next_address(text: str) -> str | None:
    """Return the address of the next products alone, by their cursor."""
    found = re.search(r'<li class="more">\s*<a[^>]*?hx-get="([^"]+)"', text)
    return None if found is None else re.sub(r"&pages=\d+$", "", html.unescape(found[1]))


def status(text: str) -> str:
    found = re.search(r'role="status">\s*(\S[^<]*?)\s*</p>\s*(?:<div class="sort|</div>)', text)
    assert found is not None
    return found[1]


def options(text: str, name: str) -> dict[str, tuple[int | None, str]]:
    """Return the values of a filter: the count of each, and whether it is checked or disabled."""
    found: dict[str, tuple[int | None, str]] = {}
    for row in re.findall(r'<li class="option".*?</li>', text, re.DOTALL):
        field = re.search(r'name="([^"]*)"\s+value="([^"]*)"([^>]*)>', row)
        assert field is not None
        if html.unescape(field[1]) == name:
            count = re.search(r'option__count">([\d,]+)<', row)
            state = " ".join(field[3].split())
            found[html.unescape(field[2])] = (count and int(count[1].replace(",", "")), state)
    return found


def every_page(client: Client, address: str, headers: dict[str, str]) -> list[str]:
    """Follow the links to more products; the ids in the order that they are shown in."""
    seen: list[str] = []
    following: str | None = address
    while following is not None and len(seen) <= 2 * LAMPS:
        response = client.get(following, headers=headers if seen else {})
        assert response.status_code == 200
        seen += cards(response.text)
        following = next_address(response.text)
    return seen


def price(n: int) -> int | None:
    return 20 + n % 10 * 5 if n else None


def rating(n: int) -> int | None:
    return 1 + n % 5 if n < 50 else None


@pytest.mark.parametrize(
    ("query", "fits"),
    [
        ({"brand": BRANDS[1]}, lambda n: n % 3 == 1),
        ({"brand": [BRANDS[1], BRANDS[2]]}, lambda n: n % 3 > 0),
        ({"attribute.colour": "red"}, lambda n: n % 4 == 3),
        ({"attribute.colour": ["red", "white"], "brand": BRANDS[2]}, lambda n: n % 12 in {2, 11}),
        ({"attribute.is_dimmable": "true"}, lambda n: n % 2 == 0 and n > 0),
        ({"attribute.rooms": "kitchen"}, lambda n: n % 3 > 0),
        ({"attribute.glass_mm": "3"}, lambda n: n % 5 == 3),
        ({"price_from": "60"}, lambda n: n > 0 and price(n) >= 60),
        ({"price_from": "30", "price_to": "30,00"}, lambda n: price(n) == 30),
        ({"rating": "4"}, lambda n: (rating(n) or 0) >= 4),
        ({"in_stock": "yes"}, lambda n: n % 10 < 9),
        ({"brand": "Nobody"}, lambda _: False),
        ({"attribute.none": "x"}, lambda _: False),
        (
            {"in_stock": "yes", "rating": "3", "brand": BRANDS[0], "price_to": "45"},
            lambda n: n % 3 == 0 and (rating(n) or 0) >= 3 and n > 0 and price(n) <= 45,
        ),
    ],
)
@pytest.mark.parametrize("page", [LAMPS_PAGE, "/search?q=lamp"])
def test_a_filter_leaves_what_fits(
    lamps: Client, page: str, query: dict[str, object], fits: object
) -> None:
    expected = {f"lamp-{n:02}" for n in range(LAMPS) if fits(n)}  # pyright: ignore
    address = f"{page}{'&' if '?' in page else '?'}{urlencode(query, doseq=True)}"
    shown = every_page(lamps, address, HTMX)
    assert sorted(shown) == sorted(expected)
    text = lamps.get(address).text
    count = f"{len(expected) or 'No'} product{'' if len(expected) == 1 else 's'}"
    assert status(text) == count
    # The button counts ahead.
    part = lamps.get(address, headers={**HTMX, "hx-target": "filters-count"}).text
    assert part.strip() == (f"Show {count}" if expected else count)


@pytest.mark.parametrize(
    ("sort", "key"),
    [
        ("newest", lambda n: -n),
        ("popular", lambda n: -n if n >= 20 else 1000 - n),
        ("price-up", lambda n: (price(n) or 1000, n)),
        ("price-down", lambda n: (-(price(n) or -1000), n)),
        ("rating", lambda n: (-(rating(n) or 0), n)),
    ],
)
@pytest.mark.parametrize("headers", [{}, HTMX], ids=["plain", "htmx"])
def test_an_order_shows_every_product_once(
    lamps: Client, sort: str, key: object, headers: dict[str, str]
) -> None:
    shown = every_page(lamps, f"{LAMPS_PAGE}?sort={sort}", headers)
    assert shown == [f"lamp-{n:02}" for n in sorted(range(LAMPS), key=key)]  # pyright: ignore


@pytest.mark.parametrize(
    ("page", "sort", "chosen"),
    [
        *product(
            [f"{LAMPS_PAGE}?"],
            ["newest", "popular", "price-up", "price-down", "rating"],
            ["in_stock=yes", "price_from=25"],
        ),
        *product(
            ["/search?q=lamp&"],
            ["best", "price-up", "price-down", "rating"],
            ["", "in_stock=yes", "price_from=25"],
        ),
    ],
)
def test_more_products_come_in_the_same_order_and_under_the_same_filter(
    lamps: Client, page: str, sort: str, chosen: str
) -> None:
    address = f"{page}{chosen}&sort={sort}"
    by_htmx = every_page(lamps, address, HTMX)
    assert len(by_htmx) == len(set(by_htmx)) > 48
    assert every_page(lamps, address, {}) == by_htmx
    first = lamps.get(address)
    following = next_address(first.text)
    assert following is not None
    # The second page says how many there are on all of them, as the first does.
    second = lamps.get(following)
    assert status(second.text) == status(first.text) == f"{len(by_htmx)} products"
    part = lamps.get(following, headers=HTMX)
    assert items_of(part.text) in second.text
    assert "HX-Request" in part.headers["vary"]


def test_counts_are_those_under_the_other_filters(lamps: Client) -> None:
    plain = lamps.get(LAMPS_PAGE).text
    # Lamp 0 has neither a brand nor an attribute.
    assert options(plain, "brand") == {
        BRANDS[1]: (20, ""),
        BRANDS[2]: (20, ""),
        BRANDS[0]: (19, ""),
    }
    assert options(plain, "rating")["4"] == (20, "")
    assert options(plain, "in_stock") == {"yes": (54, "")}
    assert set(options(plain, "attribute.colour")) == set(COLOURS)
    assert options(plain, "attribute.rooms")["kitchen"] == (40, "")
    # Every value is another one: nothing to choose by.
    assert options(plain, "attribute.serial") == {}

    red = lamps.get(f"{LAMPS_PAGE}?attribute.colour=red").text
    assert options(red, "attribute.colour") == {
        "brass": (15, ""),
        "red": (15, "checked"),
        "white": (15, ""),
        "black": (14, ""),
    }
    assert options(red, "brand") == {BRANDS[1]: (5, ""), BRANDS[2]: (5, ""), BRANDS[0]: (5, "")}
    # Every red lamp has an odd number, and the even ones are dimmable.
    assert options(red, "attribute.is_dimmable")["true"] == (0, "disabled")
    assert options(red, "attribute.is_dimmable")["false"] == (15, "")


def test_filters_in_use_can_be_taken_away_one_by_one(lamps: Client) -> None:
    query = urlencode([("brand", BRANDS[0]), ("brand", BRANDS[1]), ("rating", "4")])
    text = lamps.get(f"{LAMPS_PAGE}?{query}&sort=price-up").text
    actives = re.search(r'<nav class="actives".*?</nav>', text, re.DOTALL)
    assert actives is not None
    links = [html.unescape(one) for one in re.findall(r'href="([^"]+)"', actives[0])]
    assert links == [
        f"{LAMPS_PAGE}?brand=Plainly&rating=4&sort=price-up",
        f"{LAMPS_PAGE}?brand=Lumen+%26+Co&rating=4&sort=price-up",
        f"{LAMPS_PAGE}?brand=Lumen+%26+Co&brand=Plainly&sort=price-up",
        f"{LAMPS_PAGE}?sort=price-up",
    ]
    cleared = lamps.get(links[-1]).text
    assert 'class="actives"' not in cleared
    assert status(cleared) == "60 products"


def test_a_search_filters_by_category(lamps: Client) -> None:
    text = lamps.get("/search?q=number&category=Home").text
    assert [name for name in options(text, "category") if name] == [
        "Home",
        "Home > Lamps",
        "Home > Vases",
    ]
    assert options(text, "category")["Home > Lamps"] == (60, "")
    shown = every_page(lamps, "/search?q=number&category=Home+%3E+Lamps+%3E+Floor", HTMX)
    assert sorted(shown) == EVERY_LAMP[1::2]
    assert sorted(every_page(lamps, "/search?q=number&category=Home+%3E+Vases", HTMX)) == [
        f"vase-{n}" for n in range(6)
    ]


def test_prices_are_compared_within_one_currency(lamps: Client) -> None:
    page = "/categories/Home/Vases"
    text = lamps.get(page).text
    assert re.findall(r'<option value="([A-Z]{3})"\s*(selected)?', text) == [
        ("EUR", "selected"),
        ("USD", ""),
    ]
    # The currency of most of them where the address names none.
    assert sorted(cards(lamps.get(f"{page}?price_from=20").text)) == ["vase-1", "vase-2"]
    dollars = lamps.get(f"{page}?price_from=20&currency=usd").text
    assert sorted(cards(dollars)) == ["vase-4", "vase-5"]
    assert "20 USD" in dollars
    # A currency alone filters nothing.
    assert len(cards(lamps.get(f"{page}?currency=USD").text)) == 6
    dear = lamps.get(f"{page}?sort=price-down").text
    assert cards(dear) == ["vase-2", "vase-1", "vase-0", "vase-3", "vase-5", "vase-4"]
    assert "within each currency" in dear


@pytest.mark.parametrize(
    "path", ["trending", "products/lamp-01/similar", "products/vase-5/similar"]
)
def test_bounds_of_the_api_are_in_the_currency_of_most_products(lamps: Client, path: str) -> None:
    bounds = {"category": "Home > Vases", "price_min": 20, "k": 50}
    listed = lamps.get(f"/v1/{path}", params=bounds).json()["items"]
    assert sorted(one["product_id"] for one in listed) == ["vase-1", "vase-2"]
    dollars = lamps.get(f"/v1/{path}", params={**bounds, "currency": "usd"}).json()["items"]
    assert {one["currency"] for one in dollars} == {"USD"}


def test_bounds_of_a_body_are_in_one_currency_too(lamps: Client) -> None:
    asked: dict[str, Any] = {"filter": {"category": "Home > Vases", "price_max": 10}, "k": 50}
    listed = lamps.post("/v1/recommendations", json=asked).json()["items"]
    assert sorted(one["product_id"] for one in listed) == ["vase-0", "vase-3"]
    asked["filter"]["price_max"] = 20
    asked["product_ids"] = ["lamp-01"]
    (of_lamp,) = lamps.post("/v1/similar", json=asked).json()["lists"]
    assert {one["currency"] for one in of_lamp["items"]} == {"EUR"}
    assert len(of_lamp["items"]) == 3


@pytest.mark.parametrize("page", [f"{LAMPS_PAGE}?", "/search?q=lamp&"])
@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("price_from=abc", "price_from"),
        ("price_from=NaN", "price_from"),
        ("price_to=Infinity", "price_to"),
        ("price_to=99999999999999999999", "price_to"),
        ("price_from=50&price_to=20", "price_to"),
        ("price_from=5&price_from=x", "price_from"),
        ("price_from=" + "9" * 10_000, "price_from"),
        ("price_from=%3Ci%3E%27%22", "price_from"),
    ],
)
def test_a_price_that_is_none_is_a_fault_beside_its_field(
    lamps: Client, page: str, query: str, field: str
) -> None:
    response = lamps.get(page + query)
    assert response.status_code == 422
    assert len(cards(response.text)) == 24
    found = re.search(rf'<input id="filter-{field}"[^>]*>', response.text)
    assert found is not None
    assert 'aria-invalid="true"' in found[0]
    described = re.search(r'aria-describedby="([^"]+)"', found[0])
    assert described is not None
    assert f'class="filters__fault" id="{described[1]}"' in response.text
    typed = re.search(r'value="([^"]*)"', found[0])
    assert typed is not None
    assert typed[1] != ""
    assert "<i>" not in response.text


@pytest.mark.parametrize("page", [f"{LAMPS_PAGE}?", "/search?q=lamp&"])
@pytest.mark.parametrize(
    ("query", "status_code"),
    [
        ("sort=cheapest", 422),
        ("rating=9", 422),
        ("rating=4&rating=NaN", 422),
        ("in_stock=perhaps", 422),
        ("price_from=5&currency=EURO", 422),
        ("brand=" + "x" * 10_000, 422),
        ("attribute.colour=" + "x" * 10_000, 422),
        ("attribute." + "x" * 10_000 + "=y", 422),
        ("&".join(f"brand={n}" for n in range(200)), 422),
        ("&".join(f"attribute.{n}=x" for n in range(50)), 422),
        ("brand=%27%3B+drop+table+raw.products%3B--", 200),
        ("attribute.%27%22%5C=%27%22%5C%F0%9F%8F%AE", 200),
        ("attribute.=&attribute.=x&brand=&sort=", 200),
        ("attribute.colour=99999999999999999999999999.5", 200),
        ("price_from=9999999999.999&price_to=", 200),
        ("category=Nowhere&currency=QQQ&price_to=5", 200),
    ],
)
def test_odd_addresses_are_answered(lamps: Client, page: str, query: str, status_code: int) -> None:
    response = lamps.get(page + query)
    assert response.status_code == status_code
    assert "</html>" in response.text
    assert ("filters__fault" in response.text) is (status_code == 422)
    assert lamps.get(page + query, headers=HTMX).status_code == 200
    assert status(lamps.get(LAMPS_PAGE).text) == "60 products"


@pytest.mark.parametrize(
    "query", ["sort=price-up&after=x", "sort=price-up&after=W10", "after=WyJyYXRpbmciXQ"]
)
@pytest.mark.parametrize("page", [f"{LAMPS_PAGE}?", "/search?q=lamp&"])
def test_a_cursor_of_another_list_is_refused(lamps: Client, page: str, query: str) -> None:
    assert lamps.get(page + query).status_code == 400


def test_a_cursor_of_another_order_is_refused(lamps: Client) -> None:
    for page in (f"{LAMPS_PAGE}?", "/search?q=lamp&"):
        following = next_address(lamps.get(f"{page}sort=price-up").text)
        assert following is not None
        assert lamps.get(following.replace("price-up", "price-down")).status_code == 400


def test_texts_of_the_shop_are_only_text(database: dict[str, str]) -> None:
    assert database
    make_lamps()
    hostile = '<script>alert(1)</script>" onfocus="x'
    turned = "\u202eabc"
    run(
        "update raw.products set brand = %(h)s, attributes = jsonb_build_object(%(h)s::text,"
        " case when product_id < 'lamp-30' then %(h)s else %(t)s end)"
        " where product_id between 'lamp-01' and 'lamp-40'",
        {"h": hostile, "t": turned},
    )
    with TestClient(create_app(load_settings())) as client:
        wait_until_connected(client)
        query = urlencode({"brand": hostile, f"attribute.{hostile}": [hostile, turned]}, doseq=True)
        for page in (f"{LAMPS_PAGE}?", "/search?q=lamp&"):
            text = client.get(page + query).text
            assert status(text) == "40 products"
            assert "<script>alert" not in text
            assert '" onfocus="' not in text
            assert "<bdi>abc</bdi>" in text
            # The value itself is sent back as it is.
            assert options(text, f"attribute.{hostile}")[turned] == (11, "checked")


def test_of_long_lists_a_part_is_counted_and_said_to_be(database: dict[str, str]) -> None:
    assert database
    make_lamps()
    run(
        "insert into raw.products (product_id, title, category, brand, is_in_stock, created_at)"
        " select 'bulb-' || n, 'Bulb ' || n, 'Bulbs', 'Brand ' || n % 2, n % 2 = 0,"
        " '2024-01-01'::timestamptz - n * interval '1 minute' from generate_series(1, 5050) as n"
    )
    with TestClient(create_app(load_settings())) as client:
        wait_until_connected(client)
        page = client.get("/categories/Bulbs?brand=Brand+1").text
        assert "those of the newest 5,000 products" in " ".join(page.split())
        # The list and its number are of all.
        assert status(page) == "2,525 products"
        assert options(page, "brand") == {"Brand 0": (2500, ""), "Brand 1": (2500, "checked")}
        # Nothing is known of those that were not counted.
        assert options(page, "in_stock") == {"yes": (0, "")}

        assert status(client.get("/search?q=bulb").text) == "More than 1,000 products"
        assert len(every_page(client, "/search?q=bulb", HTMX)) > 2 * LAMPS
        some = "/search?q=bulb&brand=Brand+1&sort=rating"
        count = re.fullmatch(
            r"(\d+) products of the 1,000 best matches", status(client.get(some).text)
        )
        assert count is not None
        assert 0 < int(count[1]) < 1000


def test_without_history_the_popular_are_the_newest(database: dict[str, str]) -> None:
    assert database
    make_lamps()
    run("drop table marts.product_popularity")
    with TestClient(create_app(load_settings())) as client:
        wait_until_connected(client)
        assert every_page(client, f"{LAMPS_PAGE}?sort=popular", HTMX) == EVERY_LAMP[::-1]


def test_the_snapshot_shows_the_whole_list_and_says_so(
    postgres_server: dict[str, str],
    s3_server: dict[str, str],
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder = tmp_path_factory.mktemp("kept")
    with kept_shop(postgres_server, s3_server, folder, make_kitchen) as (name, home):
        variables = {**postgres_server, "PGDATABASE": name, "ALSOLIKE_HOME": str(home)}
        with variables_set(variables), TestClient(create_app(load_settings())) as client:
            wait_until_connected(client)
            kitchen = cards(client.get("/categories/Kitchen").text)
            address = "/categories/Kitchen?brand=Brand&sort=price-up&price_from=x"
            assert cards(client.get(address).text)[0] == "knife-00"
            take_away(variables)
            text = client.get(address).text
            assert cards(text) == kitchen
            assert "Filters and other orders are back in a moment" in text
            assert 'id="filters"' not in text
            following = next_address(text)
            assert following is not None
            assert not set(cards(client.get(following).text)) & set(kitchen)
            found = client.get("/search?q=pan&in_stock=yes&sort=rating")
            assert found.status_code == 200
            assert len(cards(found.text)) == 24
