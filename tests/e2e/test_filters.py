"""Filters and orders in a real browser, with JavaScript and without it."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.fixtures.site import serving
from tests.shop.database import cloned_database, variables_set
from tests.shop.lamps import make_lamps

pytestmark = pytest.mark.browser

LAMPS = "/categories/Home/Lamps"
PHONE = {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def shop(postgres_server: dict[str, str]) -> Iterator[dict[str, str]]:
    """Make a database with the shop of lamps; its `PG*` variables."""
    with cloned_database(postgres_server) as variables:
        with variables_set(variables):
            make_lamps()
        yield variables


@pytest.fixture(scope="module")
def site(shop: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve the shop with `alsolike serve`; its address."""
    with serving(shop, tmp_path_factory.mktemp("site") / "log.txt") as address:
        yield address


def first_card(page: Any) -> Any:
    return page.locator(".cards .card").first


def test_a_shopper_filters_sorts_and_goes_back(visit: Any) -> None:
    page = visit.page
    visit.open(LAMPS)
    status = page.get_by_role("status").filter(has_text="product")
    expect(status).to_have_text("60 products")

    page.locator("summary").filter(has_text="Brand").click()
    page.get_by_role("checkbox", name="Plainly").check()
    apply = page.locator(".filters__apply")
    # Only scripts can count ahead.
    expect(apply).to_have_text("Show 20 products" if visit.has_scripts else "Show products")
    # It stays in sight below whatever is open.
    expect(apply).to_be_in_viewport(ratio=1)
    expect(status).to_have_text("60 products")
    apply.click()
    expect(page).to_have_url(re.compile(r"[?&]brand=Plainly"))
    expect(status).to_have_text("20 products")
    expect(page.get_by_role("checkbox", name="Plainly")).to_be_checked()

    page.get_by_label("Sort by").select_option("Price, low to high")
    page.get_by_role("button", name="Sort", exact=True).click()
    expect(first_card(page)).to_contain_text("€20.00")
    expect(status).to_have_text("20 products")
    page.get_by_label("Sort by").select_option("Price, high to low")
    page.get_by_role("button", name="Sort", exact=True).click()
    expect(first_card(page)).to_contain_text("€65.00")

    page.go_back()
    expect(first_card(page)).to_contain_text("€20.00")
    expect(page.get_by_label("Sort by")).to_have_value("price-up")
    page.go_back()
    expect(page.get_by_label("Sort by")).to_have_value("newest")
    page.go_back()
    expect(status).to_have_text("60 products")
    expect(page.locator("input[name=brand][value=Plainly]")).not_to_be_checked()


def test_the_keyboard_alone_filters_and_takes_filters_away(visit: Any) -> None:
    page = visit.page
    visit.open(f"{LAMPS}?attribute.colour=red")
    status = page.get_by_role("status").filter(has_text="product")
    expect(status).to_have_text("15 products")

    summary = page.locator("summary").filter(has_text="Rating")
    summary.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_role("radio", name="Any rating")).to_be_focused()
    page.keyboard.press("ArrowDown")
    chosen = page.get_by_role("radio", name="4 stars and up")
    expect(chosen).to_be_checked()
    # What counts ahead leaves the focus where it is.
    if visit.has_scripts:
        expect(page.locator("#filters-count")).to_have_text("Show 5 products")
    expect(chosen).to_be_focused()
    page.keyboard.press("Enter")
    expect(status).to_have_text("5 products")

    page.get_by_role("link", name="Remove Colour: red").focus()
    page.keyboard.press("Enter")
    expect(status).to_have_text("20 products")
    page.get_by_role("link", name="Clear all").focus()
    page.keyboard.press("Enter")
    expect(status).to_have_text("60 products")


def test_more_products_come_under_the_filter(visit: Any) -> None:
    page = visit.page
    visit.open("/search?q=lamp&in_stock=yes&sort=price-down")
    shown = [card.get_attribute("data-product") for card in page.locator(".card").all()]
    assert len(shown) == 24
    page.get_by_role("link", name="Show more products").click()
    expect(page.locator(".card[data-product='lamp-51']")).to_be_visible()
    more = [card.get_attribute("data-product") for card in page.locator(".card").all()]
    assert len(more) == len(set(more)) == 48
    assert more[:24] == shown


def test_on_a_phone_filters_stand_folded_above_the_list(visit: Any) -> None:
    page = visit.page
    page.set_viewport_size(PHONE)
    visit.open(f"{LAMPS}?brand=Plainly")
    field = page.get_by_role("checkbox", name="Plainly")
    expect(field).to_be_hidden()
    filters = page.locator(".filters__all > summary")
    assert filters.bounding_box()["y"] < first_card(page).bounding_box()["y"]
    filters.click()
    expect(field).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
