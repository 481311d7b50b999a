"""The element <also-like> on a page of another site, in a real browser, under a strict policy."""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from api.pages.element import ELEMENT, element_name
from tests.fixtures.site import serving
from tests.fixtures.tokens import API_KEY, SECRET, claims, sign
from tests.shop.database import open_database

pytestmark = pytest.mark.browser

FALLBACK = '<p id="fallback">More of our products</p>'


@dataclass
class Other:
    """Another site: what its pages have, and what its browsers asked for tokens.

    Attributes
    ----------
    body : str
        Of every page.
    token : str or None
        Whose tokens it gives; None: nobody is signed in. Empty: it fails.
    is_strict : bool
        Whether its pages come with a content security policy.
    """

    server: ThreadingHTTPServer
    alsolike: str = ""
    body: str = ""
    token: str | None = None
    is_strict: bool = True
    tokens: list[str] = field(default_factory=list)

    @property
    def origin(self) -> str:
        """Its address: another site than that of alsolike, which has a number for a name."""
        return f"http://localhost:{self.server.server_address[1]}"

    def page(self) -> bytes:
        """Return its page."""
        script = f"{self.alsolike}/static/{element_name(ELEMENT.read_bytes())}"
        return (
            '<!doctype html><meta charset="utf-8"><title>Shop</title>'
            '<link rel="icon" href="data:">'
            f'<script src="{script}" crossorigin="anonymous" integrity="{integrity()}" defer>'
            f'</script><script src="/page.js"></script>{self.body}<p id="below">Below</p>'
        ).encode()

    def policy(self) -> str:
        """Return its content security policy."""
        return (
            f"default-src 'none'; script-src 'self' {self.alsolike}; "
            f"connect-src 'self' {self.alsolike}; img-src 'self' data: https:; "
            "require-trusted-types-for 'script'; trusted-types also-like"
        )


def integrity() -> str:
    document = (Path(__file__).parents[2] / "docs" / "blocks.md").read_text()
    return document.partition('integrity="')[2].partition('"')[0]


PAGE_SCRIPT = b"""
window.told = [];
for (const name of ["also-like-click", "also-like-seen", "also-like-shown", "also-like-error"]) {
  addEventListener(name, (event) => window.told.push([name, event.detail]));
}
addEventListener("click", (event) => event.preventDefault());
window.attack = () => window.told.push(["attack", null]);
"""


@pytest.fixture(scope="module")
def other() -> Iterator[Other]:
    """Serve another site on the loopback."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, kind, content = 200, "text/html; charset=utf-8", site.page()
            if self.path == "/page.js":
                kind, content = "text/javascript", PAGE_SCRIPT
            elif self.path == "/token":
                kind, content = "text/plain", b""
                if site.token == "":
                    status = 500
                elif site.token is not None:
                    site.tokens.append(sign(claims(site.token)))
                    content = site.tokens[-1].encode()
            self.send_response(status)
            self.send_header("Content-Type", kind)
            if site.is_strict:
                self.send_header("Content-Security-Policy", site.policy())
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            pass

    site = Other(ThreadingHTTPServer(("127.0.0.1", 0), Handler))
    thread = threading.Thread(target=site.server.serve_forever)
    thread.start()
    yield site
    site.server.shutdown()
    site.server.server_close()
    thread.join()


@pytest.fixture(scope="module")
def site(
    other: Other, shop: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """Serve the shop in two processes with keys and tokens; pages of the other site may ask."""
    variables = {
        **shop,
        "ALSOLIKE_API_KEYS": API_KEY,
        "ALSOLIKE_TOKEN_KEY": SECRET,
        "ALSOLIKE_CORS_ORIGINS": other.origin,
        "ALSOLIKE_WEB_WORKERS": "2",
    }
    with serving(variables, tmp_path_factory.mktemp("site") / "log.txt") as address:
        other.alsolike = address
        yield address


@dataclass
class Seen:
    """A page of the other site in a browser, and what went wrong on it."""

    page: Page
    other: Other
    complaints: list[str]

    def show(self, element: str) -> None:
        """Open a page with an element."""
        self.other.body = element
        self.page.goto(f"{self.other.origin}/product")

    def ids(self) -> list[str | None]:
        """Return the products of the block once it is there."""
        items = self.page.locator("also-like .also-like__item")
        expect(items.first).to_be_visible()
        return [item.get_attribute("data-product") for item in items.all()]

    def told(self, name: str) -> list[Any]:
        """Return what events of the element told, once there is one."""
        self.page.wait_for_function("name => told.some(([kind]) => kind === name)", arg=name)
        told = self.page.evaluate("told")
        return [detail for kind, detail in told if kind == name]


@pytest.fixture
def seen(browser: Browser, site: str, other: Other) -> Iterator[Seen]:
    """Give the test a browser with a fresh page."""
    assert site
    other.token, other.is_strict, complaints = None, True, list[str]()
    with browser.new_context() as context:
        page = context.new_page()
        page.on("console", lambda said: complaints.append(said.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        yield Seen(page, other, complaints)


def test_a_block_takes_the_place_of_what_stood_there(seen: Seen, site: str) -> None:
    seen.show(
        '<also-like place="similar" product="mug-03" count="4" heading="Like it &lt;b&gt;">'
        f"{FALLBACK}</also-like>"
    )
    ids = seen.ids()
    assert len(ids) == 4
    expect(seen.page.locator("#fallback")).to_have_count(0)
    expect(seen.page.locator("also-like h2")).to_have_text("Like it <b>")
    links = seen.page.locator("also-like a").evaluate_all("all => all.map(one => one.pathname)")
    assert links == [f"/products/{one}" for one in ids]
    assert seen.complaints == []
    assert site


def test_what_stands_there_stays_where_there_is_no_block(seen: Seen) -> None:
    for attributes in (
        'place="similar" product="unknown"',
        'place="buy-again"',
        'place="nowhere"',
        'place="trending" filter="price_min=1000000"',
        'place="trending" filter="no_such=1"',
        'place="recommendations" token-url="/token"',
    ):
        seen.other.token = "" if "token" in attributes else None
        with seen.page.expect_response(
            lambda answer: "/blocks/" in answer.url or "/token" in answer.url
        ):
            seen.show(f"<also-like {attributes}>{FALLBACK}</also-like>")
        if "nowhere" in attributes or "no_such" in attributes or "token" in attributes:
            assert seen.told("also-like-error")
        expect(seen.page.locator("#fallback")).to_be_visible()
        expect(seen.page.locator("also-like .also-like")).to_have_count(0)


def test_nothing_below_moves_up_when_the_block_arrives(seen: Seen) -> None:
    seen.page.route("**/blocks/**", lambda route: route.abort())
    tall = "<p>line</p>" * 80
    element = f'<also-like place="trending" count="1">{tall}</also-like>'
    seen.show(element)
    assert seen.told("also-like-error")
    top = "document.querySelector('#below').getBoundingClientRect().top"
    before = seen.page.evaluate(top)
    seen.page.unroute("**/blocks/**")
    seen.show(element)
    assert len(seen.ids()) == 1
    # The margin of the last line is not part of the element.
    assert abs(seen.page.evaluate(top) - before) <= 20


def test_a_signed_in_shopper_gets_their_own_with_a_token_each_time(
    seen: Seen, shop: dict[str, str], shopper: str
) -> None:
    with open_database(shop) as connection:
        connection.execute(
            "insert into raw.views (view_id, shopper_id, product_id, viewed_at) "
            "values (%s, %s, 'pen-05', now())",
            [f"view of {shopper}", shopper],
        )
    element = (
        f'<also-like place="recommendations" count="9" token-url="/token">{FALLBACK}</also-like>'
    )
    seen.show(element)
    strangers = seen.ids()
    seen.other.token = shopper
    seen.other.tokens.clear()
    seen.show(element)
    own = seen.ids()
    assert own != strangers
    assert {str(one).partition("-")[0] for one in own} == {"pen"}
    # A change is asked for with a token of its own.
    seen.page.evaluate(
        "told.length = 0; document.querySelector('also-like').setAttribute('count', 3)"
    )
    seen.told("also-like-shown")
    assert seen.ids() == own[:3]
    assert len(set(seen.other.tokens)) == 2
    assert seen.complaints == []


def test_a_click_tells_what_an_event_needs(seen: Seen) -> None:
    seen.show('<also-like place="similar" product="mug-03" count="2"></also-like>')
    first = seen.ids()[0]
    seen.page.locator("also-like a").first.click()
    (detail,) = seen.told("also-like-click")
    assert detail["product_id"] == first
    assert detail["place"] == "similar"
    assert detail["model"]
    assert detail.get("impression_id") is None


def test_a_block_that_is_noted_tells_what_was_seen(seen: Seen) -> None:
    seen.show(
        '<also-like place="similar" product="mug-03" count="20" noted-as="similar"></also-like>'
    )
    ids = seen.ids()
    details = seen.told("also-like-seen")
    assert details[0]["product_id"] == ids[0]
    assert all(one["impression_id"] for one in details)
    # The last is far below the screen.
    assert ids[-1] not in [one["product_id"] for one in details]
    seen.page.locator("also-like a").first.click()
    assert seen.told("also-like-click") == details[:1]
    seen.page.locator("also-like li").last.scroll_into_view_if_needed()
    seen.page.wait_for_function(
        "id => told.some(([kind, one]) => kind === 'also-like-seen' && one.product_id === id)",
        arg=ids[-1],
    )
    assert seen.complaints == []


def test_no_script_comes_with_a_block_whatever_the_server_sends(seen: Seen) -> None:
    evil = (
        '<section class="also-like"><ul>'
        '<li class="also-like__item" data-product="x" onclick="attack()">'
        '<a href="javascript:attack()">One</a><a href=" javascript:attack()">Two</a>'
        '<img src="x" onerror="attack()"><script>attack()</script><iframe srcdoc="x"></iframe>'
        '<svg onload="attack()"></svg><form action="/x"><input></form></li></ul></section>'
    )
    headers = {"access-control-allow-origin": "*", "content-type": "text/html"}
    seen.page.route("**/blocks/**", lambda route: route.fulfill(body=evil, headers=headers))
    # A policy would stop handlers by itself, and browsers tell of it as early as they read them.
    seen.other.is_strict = False
    seen.show('<also-like place="trending"></also-like>')
    assert seen.ids() == ["x"]
    html = seen.page.locator("also-like").inner_html()
    assert html == (
        '<section class="also-like"><ul><li class="also-like__item" data-product="x">'
        "<a>One</a><a>Two</a><img></li></ul></section>"
    )
    seen.page.locator("also-like a").first.click()
    seen.told("also-like-click")
    assert "attack" not in [name for name, _ in seen.page.evaluate("told")]
    assert seen.complaints == []


def test_a_page_of_a_third_site_gets_nothing(browser: Browser, site: str, other: Other) -> None:
    other.token = None
    other.body = f'<also-like place="trending">{FALLBACK}</also-like>'
    with browser.new_context() as context:
        page = context.new_page()
        # The same pages by another name are another origin.
        page.goto(other.origin.replace("localhost", "127.0.0.1"))
        asked = f"fetch({json.dumps(site + '/blocks/trending')}).then(() => 'read', () => 'not')"
        assert page.evaluate(asked) == "not"
        expect(page.locator("#fallback")).to_be_visible()
