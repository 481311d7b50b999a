"""Filters and orders in a real browser, with JavaScript and without it."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import PHONE, Visit, on_all_devices
from tests.fixtures.site import serving
from tests.shop.database import cloned_database, variables_set
from tests.shop.lamps import make_lamps

pytestmark = pytest.mark.browser

LAMPS = "/categories/Home/Lamps"
PAGE_SIZE = 24
# Of 60 lamps those of two brands with at least two stars.
FITTING = 27


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


def listed(page: Page) -> list[str]:
    """Return the ids of the products of a list, in order."""
    return page.locator(".cards .card").evaluate_all("all => all.map((one) => one.dataset.product)")


def status(page: Page) -> Locator:
    return page.get_by_role("status").filter(has_text="product")


def filter_lamps(visit: Visit) -> None:
    """Choose the lamps of two brands that have at least two stars."""
    page, hand = visit.page, visit.hand
    apply = page.locator(".filters__apply")
    brand, rating = (page.locator("summary").filter(has_text=text) for text in ("Brand", "Rating"))
    # On a phone all filters are folded.
    if not brand.is_visible():
        hand.press(page.locator(".filters__all > summary"))
    hand.press(brand)
    for name, count in (("Plainly", 20), ("Lumen & Co", 39)):
        hand.tick(page.get_by_role("checkbox", name=name))
        # Only scripts can count ahead.
        expect(apply).to_have_text(
            f"Show {count} products" if visit.has_scripts else "Show products"
        )
        # It stays in sight below whatever is open.
        expect(apply).to_be_in_viewport(ratio=1)
    hand.press(rating)
    hand.tick(page.get_by_role("radio", name="2 stars and up"))
    if visit.has_scripts:
        expect(apply).to_have_text(f"Show {FITTING} products")
    expect(status(page)).to_have_text("60 products")
    hand.press(apply)
    expect(page).to_have_url(re.compile(r"[?&]brand=Plainly"))
    expect(status(page)).to_have_text(f"{FITTING} products")


def sort_by(visit: Visit, value: str, first: str) -> None:
    """Bring the list into an order, in which it begins with a price."""
    page, hand = visit.page, visit.hand
    hand.choose(page.get_by_label("Sort by"), value)
    hand.press(page.get_by_role("button", name="Sort", exact=True))
    expect(page).to_have_url(re.compile(f"[?&]sort={value}"))
    expect(first_card(page)).to_contain_text(first)
    expect(status(page)).to_have_text(f"{FITTING} products")


def show_more(visit: Visit) -> list[str]:
    """Show the second page below the first; the ids of all products."""
    page = visit.page
    first = listed(page)
    assert len(first) == PAGE_SIZE
    visit.hand.press(page.get_by_role("link", name="Show more products"))
    expect(page.locator(".cards .card")).to_have_count(FITTING)
    expect(page).to_have_url(re.compile(r"[?&]pages=2(#pages-2)?$"))
    assert listed(page)[:PAGE_SIZE] == first
    return listed(page)


@on_all_devices
def test_a_shopper_filters_sorts_shows_more_and_goes_back(visit: Visit) -> None:
    page = visit.page
    visit.open(LAMPS)
    expect(status(page)).to_have_text("60 products")
    visit.hand.skip_header()
    filter_lamps(visit)
    sort_by(visit, "price-down", "€65.00")
    sort_by(visit, "price-up", "€25.00")
    before = show_more(visit)
    assert len(set(before)) == FITTING

    # To a product of the second page, and back to where one was.
    link = page.locator(".cards .card h3 a").nth(PAGE_SIZE + 1)
    visit.hand.reach(link)
    place = page.evaluate("scrollY")
    assert place > 0
    visit.hand.press(link)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Lamp number")
    page.go_back()
    expect(page.locator(".cards .card")).to_have_count(FITTING)
    assert listed(page) == before
    page.wait_for_function("place => Math.abs(scrollY - place) <= 1", arg=place)

    # With scripts "Show more" is no step of the way back.
    if not visit.has_scripts:
        page.go_back()
        expect(page.locator(".cards .card")).to_have_count(PAGE_SIZE)
    page.go_back()
    expect(first_card(page)).to_contain_text("€65.00")
    expect(page.get_by_label("Sort by")).to_have_value("price-down")
    page.go_back()
    expect(page.get_by_label("Sort by")).to_have_value("newest")
    expect(status(page)).to_have_text(f"{FITTING} products")
    page.go_back()
    expect(status(page)).to_have_text("60 products")
    expect(page.locator("input[name=brand][value=Plainly]")).not_to_be_checked()


def test_the_keyboard_alone_filters_and_takes_filters_away(visit: Any) -> None:
    page = visit.page
    visit.open(f"{LAMPS}?attribute.colour=red")
    expect(status(page)).to_have_text("15 products")

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
    expect(status(page)).to_have_text("5 products")

    page.get_by_role("link", name="Remove Colour: red").focus()
    page.keyboard.press("Enter")
    expect(status(page)).to_have_text("20 products")
    page.get_by_role("link", name="Clear all").focus()
    page.keyboard.press("Enter")
    expect(status(page)).to_have_text("60 products")


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
