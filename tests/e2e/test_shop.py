"""What shoppers do and see, in a real browser, with JavaScript and without it."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Route, expect

from tests.e2e.conftest import with_scripts_alone
from tests.fixtures.waiting import wait_for

pytestmark = pytest.mark.browser

BLOCK_SIZE = 12
PRODUCTS = 40
PHONE = {"width": 390, "height": 844}


def test_a_stranger_sees_what_is_popular_and_looking_around_changes_nothing(visit: Any) -> None:
    visit.open("/")
    before = visit.block()
    assert len(before) == BLOCK_SIZE
    expect(visit.page.locator("#recommendations .card:not([data-source=popular])")).to_have_count(0)
    # The list's own title says why.
    expect(visit.page.locator("#recommendations h2")).to_have_text("Popular right now")
    expect(visit.page.locator("#recommendations .reason")).to_have_count(0)

    visit.open("/products/mug-03")
    visit.open("/")

    assert visit.block() == before


def test_a_click_on_a_product_changes_the_next_page_and_says_why(visit: Any, shopper: str) -> None:
    visit.sign_in(shopper)
    visit.open("/")
    before = visit.block()

    visit.page.locator("#recommendations .card[data-product='mug-02'] h3 a").click()
    expect(visit.page.get_by_role("heading", level=1)).to_have_text("Plain mug number 2")
    visit.page.get_by_role("link", name="alsolike, to the first page").click()

    reason = visit.page.locator("#recommendations .card[data-source=personal] .reason").first
    expect(reason).to_have_text(re.compile(r"Because you viewed\s+Plain mug number 2"))
    expect(reason.get_by_role("link")).to_have_attribute("href", "/products/mug-02")
    after = visit.block()
    assert after != before
    assert "mug-02" not in after
    assert {product_id.split("-")[0] for product_id in after[:9]} == {"mug"}


def test_a_visitor_who_agrees_sees_the_block_change_and_can_stop_it(visit: Any) -> None:
    visit.open("/")
    before = visit.block()
    visit.page.locator("#content").get_by_role("button", name="Personalise my visit").click()
    expect(visit.page.get_by_text("This visit is personalised.")).to_be_visible()

    visit.open("/products/pen-05")
    visit.open("/")
    expect(visit.page.locator("#recommendations .reason").first).to_contain_text(
        "Plain pen number 5"
    )
    assert visit.block() != before

    visit.page.get_by_role("button", name="Stop using what I look at").click()
    expect(visit.page.get_by_text("This visit is not personalised.")).to_be_visible()
    visit.open("/")
    assert visit.block() == before


def test_what_is_bought_says_so_and_leaves_the_block(
    visit: Any, shopper: str, purchases_of: Callable[[str], list[str]]
) -> None:
    visit.sign_in(shopper)
    visit.open("/")
    bought = visit.block()[0]

    visit.page.locator(f"#recommendations .card[data-product='{bought}'] h3 a").click()
    visit.page.get_by_role("button", name="Add to basket").click()
    expect(visit.page.locator("#buy")).to_contain_text("In your basket")
    visit.page.get_by_role("banner").get_by_role("link", name="Basket").click()
    visit.page.get_by_role("link", name="Check out").click()
    visit.page.get_by_role("button", name="Place the order").click()
    expect(visit.page.get_by_role("heading", level=1)).to_contain_text("Order of")
    assert purchases_of(shopper) == [bought]

    visit.open("/")
    assert bought not in visit.block()
    expect(visit.page.locator("#recommendations .reason").first).to_contain_text(
        "Because you bought"
    )
    visit.open(f"/products/{bought}")
    expect(visit.page.locator("#buy")).to_contain_text("In your purchases")


# Without scripts the second press is of another page.
@with_scripts_alone
def test_a_button_that_is_pressed_twice_adds_one_and_keeps_the_focus(visit: Any) -> None:
    page = visit.page
    visit.open("/products/tent-04")
    sent: list[Route] = []

    def hold_the_first(route: Route) -> None:
        sent.append(route)
        if len(sent) > 1:
            route.continue_()

    page.route("**/basket", hold_the_first)
    button = page.locator("#add-to-basket")
    button.press("Enter")
    button.press("Enter")
    # Asking the page lets the browser tell of the request.
    wait_for(lambda: bool(page.evaluate("true") and sent))
    sent[0].continue_()
    expect(button).to_have_text("Add another")
    expect(button).to_be_focused()
    page.wait_for_load_state("networkidle")
    assert len(sent) == 1
    expect(page.locator("#basket-link")).to_contain_text("1 piece")


def test_a_stranger_orders_returns_and_the_block_follows(
    visit: Any, shopper: str, purchases_of: Callable[[str], list[str]]
) -> None:
    page = visit.page
    visit.open("/products/tent-04")
    page.get_by_role("button", name="Add to basket").click()
    expect(page.get_by_role("banner").get_by_role("link", name="Basket")).to_contain_text("1")
    visit.open("/products/tent-05")
    page.get_by_role("button", name="Add to basket").click()
    expect(page.get_by_role("banner").get_by_role("link", name="Basket")).to_contain_text("2")

    page.get_by_role("banner").get_by_role("link", name="Basket").click()
    first = page.locator("tr[data-product='tent-04']")
    first.get_by_role("textbox").fill("3")
    first.get_by_role("button", name="Change").click()
    expect(page.get_by_role("table")).to_contain_text("4 pieces")
    page.locator("tr[data-product='tent-05']").get_by_role("button", name="Remove").click()
    expect(page.locator("tr[data-product='tent-05']")).to_have_count(0)

    page.get_by_role("link", name="Sign in to check out").click()
    page.locator(f"button[name=shopper_id][value='{shopper}']").click()
    expect(page).to_have_url(visit.site + "/checkout")
    page.get_by_role("button", name="Place the order").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Order of")
    address = page.url
    assert purchases_of(shopper) == ["tent-04"]
    visit.open("/")
    assert "tent-04" not in visit.block()

    # Back to the form: sent again, it orders nothing more.
    page.go_back()
    page.go_back()
    if "/checkout" in page.url and page.get_by_role("button", name="Place the order").count():
        page.get_by_role("button", name="Place the order").click()
        expect(page).to_have_url(address)
    assert purchases_of(shopper) == ["tent-04"]

    page.goto(address)
    page.get_by_role("link", name="Return").click()
    expect(page.get_by_label("Pieces to return")).to_have_value("3")
    page.get_by_role("button", name="Return it").click()
    expect(page.get_by_role("table")).to_contain_text("Returned")
    assert page.url == address
    visit.open("/products/tent-04")
    expect(page.get_by_text("In your purchases")).to_have_count(0)
    visit.open("/orders")
    expect(page.locator(".orders__one")).to_contain_text("Returned")


def test_load_more_shows_every_product_once(visit: Any) -> None:
    visit.open("/")
    seen = visit.block()
    more = visit.page.locator("#recommendations").get_by_role("link", name="Show more")
    cards = visit.page.locator("#recommendations .card")
    while more.count():
        more.click()
        expect(cards).to_have_count(min(len(seen) + BLOCK_SIZE, PRODUCTS))
        assert visit.block()[: len(seen)] == seen
        seen = visit.block()
    expect(visit.page.get_by_text("That is all that we recommend.").last).to_be_visible()

    assert len(seen) == PRODUCTS
    assert len(set(seen)) == PRODUCTS


def test_load_more_of_similar_products_repeats_none(visit: Any) -> None:
    visit.open("/products/seed-01")
    cards = visit.page.locator("#similar .card")
    first = [card.get_attribute("data-product") for card in cards.all()]
    assert {str(product_id).split("-")[0] for product_id in first[:9]} == {"seed"}

    visit.page.locator("#similar").get_by_role("link", name="Show more").click()

    expect(cards).to_have_count(2 * BLOCK_SIZE)
    ids = [card.get_attribute("data-product") for card in cards.all()]
    assert ids[: len(first)] == first
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize("signs_in", [True, False], ids=["shopper", "stranger"])
def test_a_hidden_product_is_gone_until_that_is_undone(
    visit: Any, shopper: str, signs_in: bool
) -> None:
    if signs_in:
        visit.sign_in(shopper)
    visit.open("/")
    before = visit.block()
    hidden = before[1]
    card = visit.page.locator(f"#recommendations .card[data-product='{hidden}']")
    card.hover()
    card.get_by_role("button", name=re.compile("Not for me")).click()

    expect(visit.page.locator("#flash p")).to_be_visible()
    expect(card).to_have_count(0)
    if visit.has_scripts:
        expect(visit.page.get_by_role("button", name="Undo")).to_be_focused()
    visit.open("/")
    assert hidden not in visit.block()

    visit.page.get_by_role("link", name="Hidden products").click()
    visit.page.get_by_role("button", name="Show again").click()
    expect(visit.page.get_by_text("You have not hidden anything.")).to_be_visible()
    visit.open("/")
    assert visit.block() == before

    card.hover()
    card.get_by_role("button", name=re.compile("Not for me")).click()
    visit.page.get_by_role("button", name="Undo").first.click()
    expect(visit.page.locator("#flash")).to_contain_text("may be shown to you again")
    expect(card).to_have_count(1)


def test_search_finds_and_helps_when_it_does_not(visit: Any) -> None:
    visit.open("/")
    visit.page.get_by_label("Search products").fill("mugs")
    visit.page.get_by_label("Search products").press("Enter")
    expect(visit.page.get_by_role("heading", level=1)).to_contain_text("mugs")
    expect(visit.page.locator(".cards .card[data-product^=mug]")).to_have_count(10)
    expect(visit.page.locator(".cards .card:not([data-product^=mug])")).to_have_count(0)

    visit.page.get_by_label("Search products").fill("<b>perpetuum mobile")
    visit.page.get_by_role("button", name="Search").click()
    expect(visit.page.get_by_text("No product matches")).to_be_visible()
    expect(visit.page.get_by_label("Search products")).to_have_value("<b>perpetuum mobile")
    visit.page.get_by_label("Start from a category").get_by_role("link", name="Garden").click()
    expect(visit.page.get_by_role("heading", level=1)).to_have_text("Garden")
    expect(visit.page.locator(".cards .card[data-product^=seed]")).to_have_count(10)


def test_signing_out_makes_a_stranger_again(visit: Any, shopper: str) -> None:
    visit.open("/")
    before = visit.block()
    visit.sign_in(shopper)
    visit.open("/products/seed-07")
    visit.open("/")
    assert visit.block() != before

    visit.page.get_by_role("button", name="Sign out").click()
    expect(visit.page.get_by_role("banner").get_by_role("link", name="Sign in")).to_be_visible()
    visit.open("/")
    assert visit.block() == before


def test_no_page_scrolls_sideways_on_a_phone(visit: Any, shopper: str) -> None:
    visit.page.set_viewport_size(PHONE)
    for signs_in in (False, True):
        if signs_in:
            visit.sign_in(shopper)
        for path in (
            "/",
            "/products/mug-01",
            "/categories/Kitchen",
            "/search?q=plain",
            "/search?q=zzz",
            "/sign-in",
        ):
            visit.open(path)
            widths = visit.page.evaluate(
                "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"
            )
            assert widths == [PHONE["width"], PHONE["width"]], path


def test_data_for_search_engines_is_there_and_the_policy_lets_it_be(visit: Any) -> None:
    visit.open("/products/mug-03")
    data = visit.page.locator('script[type="application/ld+json"]').text_content()
    described = {thing["@type"]: thing for thing in json.loads(data)["@graph"]}
    assert described["Product"]["name"] == "Plain mug number 3"
    assert len(described["BreadcrumbList"]["itemListElement"]) == 3
    # The console, which a violation of the policy is told to, has nothing to say: see `visit`.


def test_a_page_that_is_not_there_leads_back_to_the_shop(visit: Any) -> None:
    visit.open("/products/no-such-product")
    expect(visit.page.get_by_text("404")).to_be_visible()
    # The browser notes the status itself; nothing else may be wrong.
    assert all("404" in complaint for complaint in visit.complaints)
    visit.complaints.clear()

    expect(visit.page.locator("#popular .card")).to_have_count(BLOCK_SIZE)
    visit.page.get_by_role("link", name="Back to the shop").click()

    assert len(visit.block()) == BLOCK_SIZE


def test_the_keyboard_reaches_the_content_first(visit: Any) -> None:
    visit.open("/")
    visit.page.keyboard.press("Tab")
    expect(visit.page.get_by_role("link", name="Skip to content")).to_be_focused()
    visit.page.keyboard.press("Enter")
    expect(visit.page.locator("#content")).to_be_focused()
