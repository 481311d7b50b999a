"""A small shop, served by the real command, and a real browser to visit it with."""

import os
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from tests.e2e.chromium import CHROMIUM_NAMES, find_chromium, running_chromium
from tests.e2e.hands import Hand, Keyboard, Pointer
from tests.e2e.states import Sites, served_showcase
from tests.fixtures.site import serving
from tests.shop.database import cloned_database, open_database, variables_set
from tests.shop.shelves import make_shelves

DESKTOP: ViewportSize = {"width": 1280, "height": 900}
PHONE: ViewportSize = {"width": 390, "height": 844}


@dataclass(frozen=True)
class Device:
    """What a visitor looks at the shop with.

    Attributes
    ----------
    has_scripts : bool
        Whether the browser runs JavaScript.
    size : ViewportSize
        Of the window, in CSS pixels.
    scheme : 'light' or 'dark'
        That the browser asks for.
    has_pointer : bool
        Whether the visitor has a pointer, or the keyboard alone.
    """

    has_scripts: bool
    size: ViewportSize = field(default_factory=DESKTOP.copy)
    scheme: Literal["light", "dark"] = "light"
    has_pointer: bool = True


_DEVICES = {
    "scripts": Device(has_scripts=True),
    "no-scripts": Device(has_scripts=False),
}
_ALL_DEVICES = {
    **_DEVICES,
    "scripts-phone": Device(has_scripts=True, size=PHONE, scheme="dark"),
    "no-scripts-phone": Device(has_scripts=False, size=PHONE, scheme="dark"),
    "scripts-keyboard": Device(has_scripts=True, has_pointer=False),
    "no-scripts-phone-keyboard": Device(
        has_scripts=False, size=PHONE, scheme="dark", has_pointer=False
    ),
}
# The visits of a test, where they are not those with and without JavaScript.
on_all_devices = pytest.mark.parametrize(
    "visit", _ALL_DEVICES.values(), ids=_ALL_DEVICES, indirect=True
)
with_scripts_alone = pytest.mark.parametrize(
    "visit", [_DEVICES["scripts"]], ids=["scripts"], indirect=True
)


# Chromium without a window calls itself a name of bots, whose clicks count nowhere.
USER_AGENT = (
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 "
    "Safari/537.36"
)


@dataclass
class Visit:
    """A page of the shop in a browser of its own, and what went wrong on it.

    Attributes
    ----------
    has_scripts : bool
        Whether the browser runs JavaScript.
    hand : Hand
        What the visitor works the page with.
    complaints : list of str
        Console errors, script errors, answers of 400 and above, requests beyond the loopback.
    """

    page: Page
    site: str
    has_scripts: bool
    hand: Hand
    complaints: list[str] = field(default_factory=list)

    def open(self, path: str) -> None:
        """Go to a page of the shop."""
        self.hand.leave()
        self.page.goto(self.site + path)

    def block(self) -> list[str]:
        """Return the ids of the products that the first page recommends, in order."""
        cards = self.page.locator("#recommendations .card")
        expect(cards.first).to_be_visible()
        ids = [card.get_attribute("data-product") for card in cards.all()]
        return [product_id for product_id in ids if product_id]

    def sign_in(self, shopper_id: str) -> None:
        """Sign in through the page that lists the shoppers."""
        self.open("/sign-in")
        self.page.locator(f"button[name=shopper_id][value='{shopper_id}']").click()
        expect(self.page.get_by_role("button", name="Sign out")).to_be_visible()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Run a headless Chromium.

    It lives for one module rather than the session: Playwright's event loop runs as long as it
    does, and code of later tests could not start its own.
    """
    path = find_chromium()
    if path is None:
        reason = f"no browser on this machine (looked for {', '.join(CHROMIUM_NAMES)})"
        if os.environ.get("CI", "").lower() in {"1", "true"}:
            pytest.fail(reason)
        pytest.skip(reason)
    with running_chromium(path) as chromium:
        yield chromium


@pytest.fixture(scope="module")
def sites(
    postgres_server: dict[str, str],
    s3_server: dict[str, str],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Sites]:
    """Serve the showcase."""
    with served_showcase(postgres_server, s3_server, tmp_path_factory.mktemp("showcase")) as sites:
        yield sites


@pytest.fixture(scope="module")
def shop(postgres_server: dict[str, str]) -> Iterator[dict[str, str]]:
    """Make a database with 40 products on 4 shelves; its `PG*` variables."""
    with cloned_database(postgres_server) as variables:
        with variables_set(variables):
            make_shelves()
        yield variables


@pytest.fixture(scope="module")
def site(shop: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve the shop with `alsolike serve`; its address."""
    with serving(shop, tmp_path_factory.mktemp("site") / "log.txt") as address:
        yield address


@pytest.fixture(params=_DEVICES.values(), ids=_DEVICES)
def visit(browser: Browser, site: str, request: pytest.FixtureRequest) -> Iterator[Visit]:
    """Give the test a fresh visit, once with and once without JavaScript.

    At the end nothing may have gone wrong in the browser.
    """
    device: Device = request.param
    with browser.new_context(
        viewport=device.size,
        java_script_enabled=device.has_scripts,
        color_scheme=device.scheme,
        user_agent=USER_AGENT,
    ) as context:
        page = context.new_page()
        hand = Pointer() if device.has_pointer else Keyboard(page)
        visit = Visit(page, site, device.has_scripts, hand)
        _watch(visit)
        yield visit
    assert visit.complaints == []


@pytest.fixture
def shopper(shop: dict[str, str]) -> Iterator[str]:
    """Make a consenting shopper without a history; the id."""
    shopper_id = f"shopper-{secrets.token_hex(4)}"
    with open_database(shop) as connection:
        connection.execute(
            "insert into raw.shoppers (shopper_id, display_name) values (%s, %s)",
            [shopper_id, f"Shopper {shopper_id[-8:]} · just arrived"],
        )
        connection.execute(
            "insert into raw.consents (shopper_id, purpose, is_granted, source) "
            "values (%s, 'personalisation', true, 'test')",
            [shopper_id],
        )
        yield shopper_id
        connection.execute("delete from raw.shoppers where shopper_id = %s", [shopper_id])


@pytest.fixture
def purchases_of(shop: dict[str, str]) -> Callable[[str], list[str]]:
    """Give a function that reads which products a shopper bought."""

    def read(shopper_id: str) -> list[str]:
        with open_database(shop) as connection:
            rows = connection.execute(
                "select product_id from raw.purchases where shopper_id = %s", [shopper_id]
            ).fetchall()
        return [row[0] for row in rows]

    return read


def _watch(visit: Visit) -> None:
    page, complain = visit.page, visit.complaints.append
    # A request that a newer one replaced is no fault; one that failed is `htmx:sendError` too.
    replaced = ("htmx:sendAbort", "htmx:afterRequest")
    page.on(
        "console",
        lambda said: (
            complain(said.text)
            if said.type == "error" and not said.text.startswith(replaced)
            else None
        ),
    )
    page.on("pageerror", lambda error: complain(f"script error: {error}"))
    page.on(
        "request",
        lambda request: (
            complain(f"left the loopback: {request.url}")
            if urlsplit(request.url).hostname not in {"127.0.0.1", None}
            else None
        ),
    )
    page.on(
        "response",
        lambda response: (
            complain(f"{response.status} {response.url}") if response.status >= 400 else None
        ),
    )
