"""A shopper's whole visit and a shopper's whole account, on each device and by the keyboard."""

import email
import json
import re
import secrets
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import Visit, on_all_devices
from tests.shop.database import open_database, tables_saying

pytestmark = pytest.mark.browser

SCHEMA = Path(__file__).parents[2] / "web" / "static" / "my-data.schema.json"
PASSWORD = "a long way to go"
BLOCK_SIZE = 12
BOUGHT, TITLE = "mug-04", "Plain mug number 4"
# On the same shelf.
ALIKE = "mug-05"


def heading(page: Page) -> Locator:
    return page.get_by_role("heading", level=1)


def recommended(page: Page, within: str = "#recommendations") -> list[tuple[str, str]]:
    """Return which products a list recommends, and why, in order."""
    cards = page.locator(f"{within} .card[data-product]")
    expect(cards.first).to_be_visible()
    listed: list[list[str]] = cards.evaluate_all(
        "all => all.map((one) =>"
        " [one.dataset.product, one.querySelector('.reason')?.innerText ?? ''])"
    )
    return [(product_id, reason) for product_id, reason in listed]


def ids(block: list[tuple[str, str]]) -> set[str]:
    return {product_id for product_id, _ in block}


def reasons(page: Page) -> set[str]:
    """Return why the first page recommends what is personal."""
    return set(page.locator("#recommendations [data-source=personal] .reason").all_inner_texts())


def in_blocks(visit: Visit, paths: list[str]) -> set[str]:
    """Return which products stand in any list of some pages."""
    found: set[str] = set()
    for path in paths:
        visit.open(path)
        here = visit.page.locator(".card[data-product]").evaluate_all(
            "all => all.map((one) => one.dataset.product)"
        )
        assert here, path
        found.update(here)
    return found


def go_home(visit: Visit) -> None:
    visit.hand.press(visit.page.locator(".wordmark"))
    expect(visit.page.locator("#recommendations .card").first).to_be_visible()


def add_to_basket(visit: Visit) -> None:
    visit.hand.press(visit.page.locator("#add-to-basket"))
    expect(visit.page.locator("#buy")).to_contain_text("In your basket")


def hide(visit: Visit, card: Locator) -> None:
    visit.hand.press(card.get_by_role("button", name=re.compile("^Not for me")))
    expect(card).to_have_count(0)
    expect(visit.page.locator("#flash p")).to_be_visible()


def two_weeks_pass(shop: dict[str, str], shopper_id: str) -> None:
    """Let all that a shopper did lie more than two weeks back."""
    with open_database(shop) as connection:
        for table, column in (
            ("raw.views", "viewed_at"),
            ("raw.basket_additions", "added_at"),
            ("raw.purchases", "purchased_at"),
        ):
            moved = connection.execute(
                f"update {table} set {column} = {column} - interval '15 days'"  # pyright: ignore
                " where shopper_id = %s",
                [shopper_id],
            )
            assert moved.rowcount, table


def browse_to_a_product(visit: Visit) -> None:
    """Go from the bar of categories to a shelf, and from there to a product."""
    page, hand = visit.page, visit.hand
    categories = page.get_by_role("navigation", name="Categories")
    hand.press(categories.get_by_role("link", name="Kitchen"))
    expect(heading(page)).to_have_text("Kitchen")
    hand.skip_header()
    hand.press(page.get_by_role("navigation", name="Within Kitchen").get_by_role("link"))
    expect(heading(page)).to_have_text("Mugs")
    hand.press(page.get_by_role("link", name=TITLE))
    expect(heading(page)).to_have_text(TITLE)


def order_what_lies_in_the_basket(visit: Visit) -> None:
    page, hand = visit.page, visit.hand
    hand.press(page.locator("#basket-link"))
    expect(heading(page)).to_have_text("Your basket")
    hand.press(page.get_by_role("link", name="Check out"))
    expect(heading(page)).to_have_text("Check out")
    hand.press(page.get_by_role("button", name="Place the order"))
    expect(heading(page)).to_contain_text("Order of")


def return_it(visit: Visit) -> None:
    """Take the one order back, from the page of the account, and see that it is."""
    page, hand = visit.page, visit.hand
    hand.press(page.get_by_role("link", name="Account"))
    expect(heading(page)).to_have_text("Account")
    hand.press(page.locator("#content").get_by_role("link", name="Orders"))
    order = page.locator(".orders__one")
    expect(order).to_contain_text("1 piece")
    hand.press(order.get_by_role("link", name="Order of"))
    expect(heading(page)).to_contain_text("Order of")
    hand.press(page.get_by_role("link", name=f"Return {TITLE}"))
    expect(heading(page)).to_have_text("Return this product?")
    hand.press(page.get_by_role("button", name="Return it"))
    expect(page.locator("#flash")).to_contain_text("1 piece is returned.")
    expect(page.locator(f"tr[data-product='{BOUGHT}']")).to_contain_text("Returned")
    hand.press(page.get_by_role("link", name="All orders"))
    expect(order).to_contain_text("Returned")


@on_all_devices
def test_a_shoppers_visit(visit: Visit, shopper: str, shop: dict[str, str]) -> None:
    page, hand = visit.page, visit.hand
    visit.open("/sign-in")
    hand.skip_header()
    hand.press(page.locator(f"button[name=shopper_id][value='{shopper}']"))
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    browse_to_a_product(visit)
    expect(page.get_by_role("heading", name="You may also like")).to_be_visible()
    block = recommended(page, "#recommended")
    assert BOUGHT not in ids(block)

    # "Not for me", undone, and said again.
    hidden = block[1][0]
    card = page.locator(f"#recommended .card[data-product='{hidden}']")
    hide(visit, card)
    hand.press(page.get_by_role("button", name="Undo"))
    expect(page.locator("#flash")).to_contain_text("may be shown to you again")
    expect(card).to_have_count(1)
    assert recommended(page, "#recommended") == block
    hide(visit, card)

    # Into the basket: neither that nor what is hidden is in any list.
    add_to_basket(visit)
    shown = in_blocks(visit, [f"/products/{BOUGHT}", f"/products/{ALIKE}", "/"])
    assert shown.isdisjoint({hidden, BOUGHT})
    assert len(shown) > BLOCK_SIZE
    assert f"Because your basket had {TITLE}" in reasons(page)

    # The order, which its product stays out of lists for.
    order_what_lies_in_the_basket(visit)
    two_weeks_pass(shop, shopper)
    go_home(visit)
    assert f"Because you bought {TITLE}" in reasons(page)
    assert ids(recommended(page)).isdisjoint({hidden, BOUGHT})

    # The return: the order shapes no list any more, and the product is recommended again.
    return_it(visit)
    go_home(visit)
    assert BOUGHT in ids(recommended(page))
    assert hidden not in ids(recommended(page))
    assert reasons(page)
    assert not [reason for reason in reasons(page) if "bought" in reason]


def mailed_link(folder: Path, address: str) -> str:
    """Return the link of the one message to an address."""
    messages: list[Any] = [
        email.message_from_bytes(file.read_bytes(), policy=default) for file in folder.glob("*.eml")
    ]
    (message,) = (one for one in messages if one["To"] == address)
    found = re.search(r"http://\S+", message.get_content())
    assert found is not None
    return found[0]


def sign_up(visit: Visit, address: str) -> None:
    """Make an account, and confirm it by the link that is mailed."""
    page, hand = visit.page, visit.hand
    hand.press(page.get_by_role("banner").get_by_role("link", name="Sign in"))
    expect(heading(page)).to_have_text("Sign in")
    hand.skip_header()
    hand.press(page.get_by_role("link", name="Create an account"))
    expect(heading(page)).to_have_text("Create an account")
    hand.write(page.get_by_label("E-mail address"), address)
    hand.write(page.get_by_label("Password"), PASSWORD)
    hand.press(page.get_by_role("button", name="Create an account"))
    expect(heading(page)).to_have_text("Check your e-mail")

    page.goto(mailed_link(Path(page.locator("#content code").inner_text()), address))
    hand.write(page.get_by_label("Password"), PASSWORD)
    hand.press(page.get_by_role("button", name="Confirm and sign in"))
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()


def download(visit: Visit, file: Path) -> Any:
    """Download what is kept of the shopper; what the file says."""
    with visit.page.expect_download() as downloading:
        visit.hand.press(visit.page.get_by_role("link", name="Download my data"))
    downloading.value.save_as(file)
    return json.loads(file.read_text())


@on_all_devices
def test_a_shoppers_account(visit: Visit, shop: dict[str, str], tmp_path: Path) -> None:
    page, hand = visit.page, visit.hand
    address = f"{secrets.token_hex(4)}@example.com"
    visit.open("/")
    sign_up(visit, address)

    # Before a yes looks count for nothing.
    visit.open("/products/pen-05")
    go_home(visit)
    before = recommended(page)
    assert reasons(page) == set()
    hand.press(page.get_by_role("button", name="Yes: Personal recommendations"))
    expect(page.get_by_role("button", name="Yes: Personal recommendations")).to_have_count(0)
    visit.open("/")
    assert recommended(page) == before

    hand.press(page.locator("#recommendations .card[data-product='mug-02'] h3 a"))
    expect(heading(page)).to_have_text("Plain mug number 2")
    go_home(visit)
    assert reasons(page) == {"Because you viewed Plain mug number 2"}
    assert "mug-02" not in ids(recommended(page))

    # All of it, in a file.
    hand.press(page.get_by_role("contentinfo").get_by_role("link", name="Your data"))
    expect(heading(page)).to_have_text("Your data")
    data = download(visit, tmp_path / "my-data.json")
    Draft202012Validator(json.loads(SCHEMA.read_text())).validate(data)
    assert [row["product_id"] for row in data["raw.views"]] == ["mug-02"]
    assert [(row["purpose"], row["is_granted"]) for row in data["raw.consents"]] == [
        ("personalisation", True)
    ]
    assert [row["email"] for row in data["ops.accounts"]] == [address]
    (shopper_id,) = (row["shopper_id"] for row in data["raw.shoppers"])

    # And then nothing.
    with open_database(shop) as connection:
        assert {"raw.shoppers", "raw.views"} <= tables_saying(connection, shopper_id)
        assert "ops.accounts" in tables_saying(connection, address)
    hand.press(page.get_by_role("link", name="Delete everything about me"))
    hand.write(page.get_by_label("The password of your account"), PASSWORD)
    hand.tick(page.get_by_label("Yes, delete everything about me for good."))
    hand.press(page.get_by_role("button", name="Delete everything"))
    expect(heading(page)).to_have_text("Everything about you is deleted")
    expect(page.get_by_role("row").filter(has_text="Products you looked at")).to_contain_text("1")
    with open_database(shop) as connection:
        for trace in (shopper_id, address):
            assert tables_saying(connection, trace) == set()

    expect(page.get_by_role("button", name="Sign out")).to_have_count(0)
    hand.press(page.get_by_role("banner").get_by_role("link", name="Sign in"))
    hand.write(page.get_by_label("E-mail address"), address)
    hand.write(page.get_by_label("Password"), PASSWORD)
    hand.press(page.locator("form.form").get_by_role("button", name="Sign in"))
    expect(page.get_by_label("Password")).to_have_attribute("aria-invalid", "true")
    assert all("422" in complaint for complaint in visit.complaints)
    visit.complaints.clear()
    expect(page.get_by_role("button", name="Sign out")).to_have_count(0)
