"""What the site's lists earn, from the card to the marts: with and without scripts, and a yes."""

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import pytest
from playwright.sync_api import Browser, Page, expect

from alsolike.progress import ignore_progress
from alsolike.transform import transform
from tests.e2e.conftest import USER_AGENT
from tests.shop.database import open_database, variables_set

pytestmark = pytest.mark.browser

BOT = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"


class Buyer(NamedTuple):
    """Somebody who buys what a list shows."""

    has_scripts: bool
    is_measured: bool
    user_agent: str = USER_AGENT

    @property
    def name(self) -> str:
        return (
            f"{'scripts' if self.has_scripts else 'plain'}-"
            f"{'yes' if self.is_measured else 'no'}{'-bot' * (self.user_agent == BOT)}"
        )


BUYERS = [
    Buyer(has_scripts=True, is_measured=True),
    Buyer(has_scripts=False, is_measured=True),
    Buyer(has_scripts=True, is_measured=False),
    Buyer(has_scripts=False, is_measured=False),
    Buyer(has_scripts=False, is_measured=True, user_agent=BOT),
]


@contextmanager
def page_of(browser: Browser, buyer: Buyer) -> Iterator[Page]:
    with browser.new_context(
        java_script_enabled=buyer.has_scripts, user_agent=buyer.user_agent
    ) as context:
        yield context.new_page()


def rows(shop: dict[str, str], statement: str, *parameters: Any) -> list[tuple[Any, ...]]:
    with open_database(shop) as connection:
        return connection.execute(statement.encode(), parameters).fetchall()


def until(page: Page, is_true: Callable[[], bool]) -> None:
    """Wait for what the site writes beside its answers."""
    for _ in range(200):
        if is_true():
            return
        page.wait_for_timeout(50)
    pytest.fail("It was not written.")


def buy(page: Page, site: str, shop: dict[str, str], buyer: Buyer) -> str:
    """Buy the second product that the home page recommends; its id."""
    page.goto(f"{site}/sign-in")
    page.locator(f"button[name=shopper_id][value='{buyer.name}']").click()
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    page.goto(site)
    card = page.locator("#recommendations .card").nth(1)
    product_id = card.get_attribute("data-product")
    assert product_id is not None
    if buyer.has_scripts:
        card.scroll_into_view_if_needed()
        # Half of it for a second, and a message every three.
        until(page, lambda: was_seen(shop, buyer, product_id))
    card.locator("h3 a").click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    if buyer.has_scripts:
        assert "from=" not in page.url
    page.locator("#add-to-basket").click()
    expect(page.locator("#buy")).to_contain_text("In your basket")
    page.goto(f"{site}/checkout")
    page.get_by_role("button", name="Place the order").click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    return product_id


def was_seen(shop: dict[str, str], buyer: Buyer, product_id: str) -> bool:
    if buyer.is_measured:
        return bool(
            rows(
                shop,
                "select from recs.impressions "
                "where shopper_id = %s and product_id = %s and seen_at is not null",
                buyer.name,
                product_id,
            )
        )
    return bool(
        rows(
            shop,
            "select from recs.impression_counts where product_id = %s and seen > 0",
            product_id,
        )
    )


def test_purchases_are_attributed_as_the_rules_say(
    browser: Browser, site: str, shop: dict[str, str]
) -> None:
    bought: dict[str, str] = {}
    with open_database(shop) as connection:
        for buyer in BUYERS:
            connection.execute(
                "insert into raw.shoppers (shopper_id, display_name) values (%s, %s)",
                (buyer.name, f"{buyer.name} {secrets.token_hex(2)}"),
            )
            connection.execute(
                "insert into raw.consents (shopper_id, purpose, is_granted, source) "
                "values (%s, 'measurement', %s, 'test'), (%s, 'personalisation', true, 'test')",
                (buyer.name, buyer.is_measured, buyer.name),
            )
    for buyer in BUYERS:
        with page_of(browser, buyer) as page:
            bought[buyer.name] = buy(page, site, shop, buyer)
            until(page, lambda: clicks(shop) >= len(bought))

    with variables_set(shop):
        transform(with_tests=False, report=ignore_progress)
    found = rows(
        shop,
        "select shopper_id, product_id, place, position, is_within_hour, "
        "direct_revenue = order_revenue from staging.int_attributed_purchases order by 1",
    )
    assert found == [
        (name, bought[name], "home", 2, True, True) for name in ("plain-yes", "scripts-yes")
    ]
    ((impressions, seen, clicked, measured, shoppers, purchases),) = rows(
        shop,
        "select sum(impressions)::int, sum(seen)::int, sum(clicks)::int, "
        "sum(measured_impressions)::int, sum(shoppers)::int, sum(purchases_in_hour)::int "
        "from marts.block_performance where place = 'home'",
    )
    assert clicked == 4
    assert 4 <= seen < impressions
    assert (shoppers, purchases) == (2, 2)
    assert 0 < measured < impressions
    assert rows(shop, "select sum(orders_in_month) > 0 from marts.block_revenue") == [(True,)]


def clicks(shop: dict[str, str]) -> int:
    ((count,),) = rows(
        shop,
        "select (select count(*) from recs.impressions where clicked_at is not null)"
        " + (select coalesce(sum(clicked), 0) from recs.impression_counts)",
    )
    return int(count)
