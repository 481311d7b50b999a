"""The search of the header in a real browser: what is suggested, and the keyboard alone."""

import re
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import DESKTOP

pytestmark = pytest.mark.browser


@pytest.fixture
def page(browser: Browser, site: str) -> Any:
    """Give the first page in a browser that runs scripts."""
    with browser.new_context(viewport=DESKTOP) as context:
        page = context.new_page()
        page.goto(site, wait_until="networkidle")
        yield page


def box(page: Page) -> Any:
    return page.get_by_role("combobox", name="Search products")


def active(page: Page) -> Any:
    """Return the option that the field says is the active one."""
    return page.locator(f"#{box(page).get_attribute('aria-activedescendant')}")


def test_the_keyboard_alone_chooses_a_suggestion(page: Page) -> None:
    expect(box(page)).to_have_attribute("aria-expanded", "false")
    box(page).press_sequentially("mug")
    listbox = page.get_by_role("listbox", name="Suggestions")
    expect(listbox).to_be_visible()
    expect(box(page)).to_have_attribute("aria-expanded", "true")
    assert box(page).get_attribute("aria-controls") == listbox.get_attribute("id")
    expect(listbox.get_by_role("group", name="Products").get_by_role("option")).to_have_count(5)
    shelf = listbox.get_by_role("group", name="Categories").get_by_role("option")
    expect(shelf).to_contain_text("Kitchen > Mugs")
    expect(page.locator("#search-count")).to_have_text("6 suggestions")

    page.keyboard.press("ArrowDown")
    expect(active(page)).to_have_attribute("aria-selected", "true")
    expect(active(page)).to_contain_text("Plain mug")
    page.keyboard.press("ArrowUp")
    # Before the first is the field, before that the last.
    expect(box(page)).not_to_have_attribute("aria-activedescendant", re.compile("."))
    page.keyboard.press("ArrowUp")
    expect(active(page)).to_contain_text("Kitchen > Mugs")
    expect(page.locator("[role=option][aria-selected=true]")).to_have_count(1)
    expect(box(page)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/categories/Kitchen/Mugs$"))


def test_escape_closes_the_list_and_keeps_what_was_typed(page: Page) -> None:
    box(page).press_sequentially("mug")
    expect(page.get_by_role("listbox")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("listbox")).to_be_hidden()
    expect(box(page)).to_have_attribute("aria-expanded", "false")
    expect(box(page)).to_have_value("mug")
    page.keyboard.press("ArrowDown")
    expect(active(page)).to_contain_text("Plain mug")
    page.keyboard.press("Escape")
    # Nothing is active: the search itself.
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/search\?q=mug$"))
    expect(box(page)).to_have_value("mug")


def test_an_answer_that_comes_late_or_fails_changes_nothing(page: Page) -> None:
    held: list[Any] = []

    def answer(route: Any) -> None:
        if "q=mu&" in route.request.url + "&":
            held.append(route)
        elif "q=pen&" in route.request.url + "&":
            route.fulfill(status=500, body="<main id='content'>broken</main>")
        else:
            route.continue_()

    page.route("**/search/suggestions*", answer)
    box(page).fill("mu")
    with page.expect_request("**/search/suggestions?q=mu"):
        pass
    box(page).fill("tent")
    listbox = page.get_by_role("listbox")
    expect(listbox).to_contain_text("Plain tent")
    assert len(held) == 1
    held[0].continue_()
    box(page).fill("pen")
    with page.expect_response("**/search/suggestions?q=pen"):
        pass
    expect(listbox).to_be_hidden()
    expect(page.get_by_role("heading", name="Popular right now")).to_be_visible()
    assert "broken" not in page.locator("main").inner_text()


def test_leaving_the_field_closes_the_list_and_a_press_on_it_chooses(page: Page) -> None:
    box(page).press_sequentially("tent")
    option = page.get_by_role("option").first
    expect(option).to_be_visible()
    # Beside the list.
    page.mouse.click(5, DESKTOP["height"] - 5)
    expect(option).to_be_hidden()
    box(page).focus()
    page.keyboard.press("ArrowDown")
    option.click()
    expect(page).to_have_url(re.compile("/products/tent-"))


def test_past_searches_are_offered_and_forgotten(page: Page, site: str) -> None:
    page.locator("#content").get_by_role("button", name="Personalise my visit").click()
    page.goto(f"{site}/search?q=mug")
    page.goto(f"{site}/search?q=nothing+of+that")
    page.goto(f"{site}/search?q=tent")
    page.goto(site, wait_until="networkidle")
    box(page).focus()
    group = page.get_by_role("group", name="Your searches")
    expect(group.get_by_role("option")).to_have_text(["tent", "mug"])
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/search\?q=mug$"))

    page.goto(site, wait_until="networkidle")
    box(page).focus()
    expect(group).to_be_visible()
    page.get_by_role("button", name="Forget my searches").click()
    expect(page.get_by_text("Your searches are forgotten.")).to_be_visible()
    page.goto(f"{site}/search")
    expect(page.get_by_role("heading", name="Your searches")).to_have_count(0)


def test_without_scripts_the_form_searches_and_the_page_has_what_was_searched(
    browser: Browser, site: str
) -> None:
    with browser.new_context(viewport=DESKTOP, java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(site)
        page.locator("#content").get_by_role("button", name="Personalise my visit").click()
        field = page.get_by_role("searchbox", name="Search products")
        field.fill("mug")
        expect(page.locator("#search-panel")).to_be_hidden()
        field.press("Enter")
        expect(page.locator(".card")).to_have_count(10)
        page.goto(f"{site}/search")
        expect(page.get_by_role("link", name="mug", exact=True)).to_be_visible()
        page.get_by_role("button", name="Forget my searches").click()
        expect(page.get_by_text("Your searches are forgotten.")).to_be_visible()
        expect(page.get_by_role("link", name="mug", exact=True)).to_have_count(0)
