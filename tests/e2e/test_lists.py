"""Lists that grow, the way back to them, and all of it by the keyboard."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import with_scripts_alone
from tests.fixtures.waiting import wait_for

pytestmark = pytest.mark.browser

BLOCK_SIZE = 12
# More than any page needs.
MOST_TABS = 250


def shown(page: Page, within: str) -> list[str]:
    cards = page.locator(f"{within} .card")
    return [str(card.get_attribute("data-product")) for card in cards.all()]


def in_focus(page: Page) -> Any:
    return page.locator(":focus")


def tab_to(page: Page, name: str | re.Pattern[str], role: Any = "link") -> None:
    """Go on by Tab until an element of a name has the focus, which can be seen there."""
    wanted = page.get_by_role(role, name=name)
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        if wanted.and_(in_focus(page)).count():
            outline = in_focus(page).evaluate(
                "one => [one, one.closest('.card')].filter(Boolean).map("
                "it => getComputedStyle(it).outlineStyle)"
            )
            assert "solid" in outline, outline
            return
    pytest.fail(f"Tab reaches no {role} {name}")


@pytest.mark.parametrize(
    ("path", "within", "link", "size"),
    [
        ("/", "#recommendations", "Show more", BLOCK_SIZE),
        ("/search?q=plain", ".cards", "Show more products", 24),
        ("/products/seed-01", "#similar", "Show more", BLOCK_SIZE),
    ],
)
def test_the_way_back_from_a_product_leads_to_the_list_as_it_was(
    visit: Any, path: str, within: str, link: str, size: int
) -> None:
    page = visit.page
    visit.open(path)
    first = shown(page, within)
    assert len(first) == size
    page.locator(within).get_by_role("link", name=link).click()
    expect(page.locator(f"{within} .card").nth(size)).to_be_visible()
    expect(page).to_have_url(re.compile(r"[?&]pages=2(#pages-2)?$"))
    before = shown(page, within)
    assert before[:size] == first
    assert len(set(before)) == len(before) > size

    page.locator(f"{within} .card h3 a").nth(size).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Plain")
    page.go_back()

    expect(page.locator(f"{within} .card")).to_have_count(len(before))
    assert shown(page, within) == before


# Without scripts it is another page.
@with_scripts_alone
def test_what_is_added_is_told_and_has_the_focus(visit: Any) -> None:
    page = visit.page
    visit.open("/")
    page.locator("#recommendations").get_by_role("link", name="Show more").click()
    new = page.locator("#recommendations .card").nth(BLOCK_SIZE)
    expect(new.locator("h3 a")).to_be_focused()
    expect(page.locator("#list-status")).to_have_text("12 more are shown.")
    expect(page.locator("#list-status")).to_have_role("status")


def test_lists_by_the_keyboard_alone(visit: Any, shopper: str) -> None:
    visit.sign_in(shopper)
    page = visit.page
    visit.open("/products/mug-02")
    visit.open("/")
    before = visit.block()

    # Hide a product, and take that back.
    tab_to(page, re.compile("^Not for me"), "button")
    page.keyboard.press("Enter")
    if visit.has_scripts:
        expect(page.get_by_role("button", name="Undo")).to_be_focused()
        page.keyboard.press("Space")
    else:
        tab_to(page, "Undo", "button")
        page.keyboard.press("Enter")
    expect(page.locator("#flash")).to_contain_text("may be shown to you again")
    assert visit.block() == before

    # Show more, and go on there.
    tab_to(page, "Show more")
    page.keyboard.press("Enter")
    expect(page.locator("#recommendations .card")).to_have_count(2 * BLOCK_SIZE)
    first_new = page.locator("#recommendations .card").nth(BLOCK_SIZE)
    if not visit.has_scripts:
        page.keyboard.press("Tab")
    expect(first_new.locator("h3 a")).to_be_focused()


def test_explanations_and_wishes_by_the_keyboard_alone(visit: Any, shopper: str) -> None:
    visit.sign_in(shopper)
    page = visit.page
    visit.open("/products/mug-02")
    visit.open("/")
    before = visit.block()

    # Why this?
    tab_to(page, re.compile("^Why this"))
    page.keyboard.press("Enter")
    if visit.has_scripts:
        expect(page.get_by_role("heading", name="Why this?")).to_be_focused()
        tab_to(page, "Close")
        page.keyboard.press("Enter")
        expect(page.get_by_role("link", name=re.compile("^Why this")).first).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="Why this?")).to_be_focused()
    expect(page.locator(".why")).to_contain_text("You looked at Plain mug number 2")

    # Less like this, and take that back.
    tab_to(page, re.compile("^Less like this"), "button")
    page.keyboard.press("Enter")
    if visit.has_scripts:
        expect(page.get_by_role("button", name="Undo")).to_be_focused()
    else:
        expect(page.locator("#flash")).to_contain_text("less like this")
        tab_to(page, "Undo", "button")
    page.keyboard.press("Enter")
    expect(page.locator("#flash")).to_contain_text("Taken back.")
    assert visit.block() == before

    # More like this.
    tab_to(page, re.compile("^Why this"))
    page.keyboard.press("Enter")
    expect(page.locator(".why")).to_be_visible()
    tab_to(page, re.compile("^More like this"), "button")
    page.keyboard.press("Enter")
    expect(page.locator("#flash")).to_contain_text("more like this")
    visit.open("/hidden")
    expect(page.get_by_role("heading", name="More like these products")).to_be_visible()


# What was fetched is asked of a script.
@with_scripts_alone
@pytest.mark.parametrize(
    ("agrees", "start", "path", "is_fetched"),
    [
        (False, "/categories/Kitchen", "/products/mug-02", True),
        (False, "/", "/categories/Kitchen", True),
        (True, "/", "/categories/Kitchen", True),
        (True, "/categories/Kitchen", "/products/mug-02", False),
        # A click on a recommendation is counted.
        (False, "/", "/products/mug-02", False),
    ],
)
def test_a_page_is_fetched_ahead_unless_the_look_at_it_would_be_lost(
    visit: Any, agrees: bool, start: str, path: str, is_fetched: bool
) -> None:
    page = visit.page
    visit.open("/")
    if agrees:
        page.locator("#content").get_by_role("button", name="Personalise my visit").click()
        expect(page.get_by_text("This visit is personalised.")).to_be_visible()
    visit.open(start)
    fetched: list[str] = []
    browser = page.context.new_cdp_session(page)
    browser.on("Preload.prefetchStatusUpdated", lambda told: fetched.append(told["status"]))
    browser.send("Preload.enable")
    link = page.locator(f"a[href='{path}'], a[href^='{path}?from=']").first
    link.hover()
    if is_fetched:
        # Asking the page lets the browser tell.
        wait_for(lambda: bool(page.evaluate("true") and {"Ready", "Success"} & {*fetched}))
    link.click()
    expect(page).to_have_url(re.compile(f"{path}$"))
    kind = page.evaluate("performance.getEntriesByType('navigation')[0].deliveryType")
    assert (kind == "navigational-prefetch") is is_fetched
