"""A shopper downloads what is kept of them, and erases themselves; orders and receipts on paper."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

NOT_ON_PAPER = (".top", ".bottom", ".flash", ".skip", "form", ".button", ".shelf")


def colours(page: Page) -> set[tuple[str, str]]:
    """Return which colours texts have on which grounds."""
    return {
        tuple(pair)
        for pair in page.evaluate(
            "[...document.querySelectorAll('#content *')].filter(e => e.checkVisibility())"
            ".map(e => [getComputedStyle(e).color,"
            " getComputedStyle(document.documentElement).backgroundColor])"
        )
    }


def on_paper(page: Page) -> None:
    """Look at a page as it is printed, by somebody whose screen is dark."""
    page.emulate_media(media="print", color_scheme="dark")
    for selector in NOT_ON_PAPER:
        for found in page.locator(selector).all():
            expect(found).to_be_hidden()
    assert colours(page) == {("rgb(0, 0, 0)", "rgb(255, 255, 255)")}
    # One page of paper.
    assert page.pdf(format="A4").count(b"/Type /Page\n") == 1
    page.emulate_media(media="screen", color_scheme="light")


def test_an_order_is_printed_without_what_surrounds_it(visit: Any, shopper: str) -> None:
    visit.sign_in(shopper)
    visit.open("/products/mug-03")
    visit.page.get_by_role("button", name="Add to basket").click()
    visit.open("/checkout")
    visit.page.get_by_role("button", name="Place the order").click()
    expect(visit.page.get_by_role("heading", level=1)).to_contain_text("Order of")
    on_paper(visit.page)
    expect(visit.page.get_by_role("cell", name="Plain mug number 3").first).to_be_visible()


def test_a_shopper_takes_their_data_along_and_leaves_nothing_behind(
    visit: Any, shopper: str, tmp_path: Path
) -> None:
    visit.sign_in(shopper)
    visit.open("/products/mug-03")
    visit.open("/my-data")
    with visit.page.expect_download() as downloading:
        visit.page.get_by_role("link", name="Download my data").click()
    file = tmp_path / downloading.value.suggested_filename
    downloading.value.save_as(file)
    assert [row["product_id"] for row in json.loads(file.read_text())["raw.views"]] == ["mug-03"]

    visit.page.get_by_role("link", name="Delete everything about me").click()
    visit.page.get_by_label("Yes, delete everything about me for good.").check()
    visit.page.get_by_role("button", name="Delete everything").dblclick()
    expect(visit.page.get_by_role("heading", level=1)).to_have_text(
        "Everything about you is deleted"
    )
    on_paper(visit.page)
    with visit.page.expect_download() as downloading:
        visit.page.get_by_role("link", name="Save as a file (JSON)").click()
    assert re.fullmatch(r"receipt-[0-9a-f-]{36}\.json", downloading.value.suggested_filename)

    for _ in range(2):
        visit.page.go_back()
        expect(visit.page.get_by_role("heading", level=1)).not_to_contain_text("Your data")
        assert shopper not in visit.page.content()
        expect(visit.page.get_by_role("button", name="Sign out")).to_have_count(0)
