"""Every page of the shop in every state that looks different.

The tests of accessibility and weight go through this list, and so does `make screenshots`. A new
page, or a new state of one, is one more line of STATES.
"""

import re
import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal
from urllib.parse import urljoin

from playwright.sync_api import Browser, ConsoleMessage, Page, Response, expect

from api.paging.keyset import encode_cursor, list_key
from tests.fixtures.provider import CLIENT_ID, CLIENT_SECRET, real_provider
from tests.fixtures.site import serving
from tests.shop.database import cloned_database, variables_set
from tests.shop.showcase import (
    ARABIC,
    BARE,
    EMAIL,
    LINKS,
    NO_WORD,
    ON_SALE,
    PASSWORD,
    RECEIPT,
    REVIEWED,
    SHOPPER,
    SOLD_OUT,
    VARIANTS,
    make_showcase,
)
from tests.shop.snapshots import keep_snapshot

Who = Literal["stranger", "agreed", "shopper"]
Scheme = Literal["light", "dark"]
Act = Callable[[Page], None]

WIDTHS = (1280, 390)
SCHEMES: tuple[Scheme, ...] = ("light", "dark")
WINDOW_HEIGHT = 900
_BEFORE_ALL = encode_cursor(
    (datetime(2000, 1, 1, tzinfo=UTC), ""), list_key("category", "Kitchen", [])
)


@dataclass(frozen=True)
class State:
    """A page in a state.

    Attributes
    ----------
    name : str
        Names the test and the pictures.
    path : str
        Where the visitor goes.
    who : 'stranger', 'agreed' or 'shopper'
        Somebody nobody knows, somebody who agreed to personalisation, or SHOPPER, signed in.
    status : int
        Of the page that is looked at.
    then : callable, optional
        What the visitor does there. The page that follows is looked at.
    has_provider : bool
        Whether shoppers sign in at the shop's identity provider.
    is_away : bool
        Whether the database is away, so that the page comes from the snapshot.
    has_signal : bool
        Whether the browser sends Global Privacy Control.
    language : str
        That the browser asks for.
    """

    name: str
    path: str
    who: Who = "stranger"
    status: int = 200
    then: Act | None = None
    has_provider: bool = False
    is_away: bool = False
    has_signal: bool = False
    language: str = "en-GB"


def sign_in_as(shopper_id: str) -> Act:
    """Return the act of giving an id on the page that lists the shoppers."""

    def act(page: Page) -> None:
        page.get_by_label("Or give the id of any shopper").fill(shopper_id)
        page.locator("form.sign-in").get_by_role("button", name="Sign in").click()

    return act


def sign_in_at_shop(sub: str) -> Act:
    """Return the act of signing in on the page of the shop's identity provider."""

    def act(page: Page) -> None:
        page.get_by_role("link", name="Sign in with your shop account").click()
        page.locator("input[name=sub]").fill(sub)
        page.get_by_role("button", name="Authorize").click()
        expect(page.get_by_role("button", name="Sign out")).to_be_visible()

    return act


def sign_out() -> Act:
    """Return the act of signing out."""

    def act(page: Page) -> None:
        page.get_by_role("button", name="Sign out").click()
        page.wait_for_load_state("networkidle")

    return act


def sign_in_to_account(password: str = PASSWORD) -> Act:
    """Return the act of giving the address of the showcase's account, and a password."""

    def act(page: Page) -> None:
        page.get_by_label("E-mail address").fill(EMAIL)
        page.get_by_label("Password").fill(password)
        page.locator("form.form").get_by_role("button", name="Sign in").click()
        page.wait_for_load_state("networkidle")

    return act


def lose_cookies() -> Act:
    """Return the act of a browser that forgets its cookies while a page is open."""

    def act(page: Page) -> None:
        page.context.clear_cookies()

    return act


def sign_up_with(password: str) -> Act:
    """Return the act of signing up with an address of one's own, and a password."""

    def act(page: Page) -> None:
        # Few messages go to one address.
        page.get_by_label("E-mail address").fill(f"{secrets.token_hex(4)}@example.com")
        page.get_by_label("Password").fill(password)
        page.locator("form.form").get_by_role("button", name="Make an account").click()
        page.wait_for_load_state("networkidle")

    return act


def press(name: str) -> Act:
    """Return the act of pressing a button of the page's main part."""

    def act(page: Page) -> None:
        page.locator("#content").get_by_role("button", name=name, exact=True).click()
        page.wait_for_load_state("networkidle")

    return act


def in_turn(*acts: Act) -> Act:
    """Return the acts one after the other as one."""

    def act(page: Page) -> None:
        for one in acts:
            one(page)

    return act


def go(path: str) -> Act:
    """Return the act of going to another page of the shop."""

    def act(page: Page) -> None:
        page.goto(urljoin(page.url, path), wait_until="networkidle")

    return act


def change_quantity(typed: str) -> Act:
    """Return the act of giving the first product in the basket another quantity."""

    def act(page: Page) -> None:
        page.locator("input[name=quantity]").first.fill(typed)
        page.get_by_role("button", name="Change").first.click()
        page.wait_for_load_state("networkidle")

    return act


def add_to_basket() -> Act:
    """Return the act of putting the product of the page into the basket."""

    def act(page: Page) -> None:
        page.get_by_role("button", name="Add to basket").click()
        expect(page.locator("#basket-link")).to_contain_text("1")

    return act


def order() -> Act:
    """Return the act of ordering the product of the page."""
    return in_turn(add_to_basket(), go("/checkout"), press("Place the order"))


def order_three() -> Act:
    """Return the act of ordering three pieces of the product of the page."""
    return in_turn(
        add_to_basket(),
        go("/basket"),
        change_quantity("3"),
        go("/checkout"),
        press("Place the order"),
    )


def give_back(quantity: str) -> Act:
    """Return the act of returning so many pieces of the first product of the order of the page."""

    def act(page: Page) -> None:
        follow("Return")(page)
        page.get_by_label("Pieces to return").fill(quantity)
        press("Return it")(page)

    return act


def turn_around() -> Act:
    """Return the act of showing the page as readers of a language from right to left see it."""

    def act(page: Page) -> None:
        page.evaluate("document.documentElement.dir = 'rtl'")

    return act


def type_search(words: str) -> Act:
    """Return the act of beginning to type a search, until something is suggested."""

    def act(page: Page) -> None:
        page.get_by_label("Search products").press_sequentially(words)
        expect(page.get_by_role("listbox", name="Suggestions")).to_be_visible()

    return act


def call_me(name: str) -> Act:
    """Return the act of giving oneself a name."""

    def act(page: Page) -> None:
        page.get_by_label("What this shop calls you").fill(name)
        press("Save")(page)

    return act


def look_at_past_searches() -> Act:
    """Return the act of going into the empty search field."""

    def act(page: Page) -> None:
        page.get_by_label("Search products").focus()
        expect(page.get_by_role("option").first).to_be_visible()

    return act


def see_what_is_closest() -> Act:
    """Return the act of loading the page until the site has its encoder of queries."""

    def act(page: Page) -> None:
        heading = page.get_by_role("heading", name="Closest in meaning")
        for _ in range(50):
            if heading.count():
                break
            page.reload(wait_until="networkidle")
        expect(heading).to_be_visible()

    return act


def follow(text: str) -> Act:
    """Return the act of following the first link of the main part that begins with a text."""

    def act(page: Page) -> None:
        page.locator("#content").get_by_role("link", name=re.compile(f"^{text}")).first.click()
        page.wait_for_load_state("networkidle")

    return act


def write_review(stars: str | None, body: str) -> Act:
    """Return the act of writing a review of the product of the page."""

    def act(page: Page) -> None:
        page.locator("#review > summary").click()
        if stars is not None:
            page.get_by_label(stars, exact=True).check()
        page.get_by_label("What you think of it, if you like").fill(body)
        page.locator("#review").get_by_role("button").click()
        page.wait_for_load_state("networkidle")

    return act


def follow_brand(page: Page) -> None:
    """Go from a product to everything of its brand."""
    page.locator(".product__brand a").click()
    page.wait_for_load_state("networkidle")


def open_form(page: Page) -> None:
    """Open the form for a review on the page of a product."""
    page.locator("#review > summary").click()


def hide_the_first() -> Act:
    """Return the act of hiding the first card of the page."""

    def act(page: Page) -> None:
        page.get_by_role("button", name=re.compile("Not for me")).first.dispatch_event("click")
        expect(page.locator(".card--hidden")).to_have_count(1)

    return act


def open_why() -> Act:
    """Return the act of opening the explanation of the first card."""

    def act(page: Page) -> None:
        page.get_by_role("link", name=re.compile("^Why this")).first.click()
        expect(page.locator(".why")).to_be_visible()

    return act


def want(name: str) -> Act:
    """Return the act of pressing a button of the explanation that is open."""

    def act(page: Page) -> None:
        page.locator(".why").get_by_role("button", name=name).click()
        expect(page.get_by_role("button", name="Undo")).to_be_visible()

    return act


STATES = (
    State("home-stranger", "/"),
    State("home-agreed", "/", who="agreed"),
    State("home-shopper", "/", who="shopper"),
    State("home-from-snapshot", "/", is_away=True),
    State("home-russian", "/", language="ru"),
    State("home-right-to-left", "/", then=turn_around()),
    State("category", "/categories/Kitchen"),
    State("category-german", "/categories/Kitchen", language="de"),
    State("category-right-to-left", "/categories/Kitchen", then=turn_around()),
    State("category-past-the-end", f"/categories/Kitchen?after={_BEFORE_ALL}"),
    State("brand", f"/products/{REVIEWED}", then=follow_brand),
    State("search", "/search?q=mug"),
    State("search-without-results", "/search?q=zeppelin"),
    State("search-with-suggestions", "/search?q=mug+zeppelin+qwertz"),
    State("search-without-a-word", "/search?q=cheap+mug"),
    State("search-without-words", "/search"),
    State("search-closest-in-meaning", f"/search?q={NO_WORD}", then=see_what_is_closest()),
    State("search-corrected", "/search?q=choclate"),
    State("search-did-you-mean", "/search?q=mgu"),
    State("search-too-long", f"/search?q={'mug+' * 60}", status=422),
    State("search-without-results-wrong-price", "/search?q=zeppelin&price_from=x", status=422),
    State("search-suggestions", "/", then=type_search("mu")),
    State(
        "search-past",
        "/search?q=mug",
        who="agreed",
        then=in_turn(go("/search?q=lamp"), go("/"), look_at_past_searches()),
    ),
    State("search-past-page", "/search?q=mug", who="agreed", then=go("/search")),
    State("product-with-reviews", f"/products/{REVIEWED}"),
    State("product-russian", f"/products/{ON_SALE}", language="ru"),
    State("product-arabic", f"/products/{ARABIC}"),
    State("product-arabic-right-to-left", f"/products/{ARABIC}", then=turn_around()),
    State("product-agreed", f"/products/{REVIEWED}", who="agreed"),
    State("product-shopper", f"/products/{ON_SALE}", who="shopper"),
    State("product-in-basket", f"/products/{ON_SALE}", then=add_to_basket()),
    State("basket-empty", "/basket"),
    State("basket", f"/products/{ON_SALE}", then=in_turn(add_to_basket(), go("/basket"))),
    State(
        "basket-wrong-quantity",
        f"/products/{ON_SALE}",
        status=422,
        then=in_turn(add_to_basket(), go("/basket"), change_quantity("many")),
    ),
    State(
        "checkout",
        f"/products/{ON_SALE}",
        who="shopper",
        then=in_turn(add_to_basket(), go("/checkout")),
    ),
    State("order", f"/products/{REVIEWED}", who="shopper", then=order()),
    State("orders", f"/products/{REVIEWED}", who="shopper", then=in_turn(order(), go("/orders"))),
    State(
        "return",
        f"/products/{REVIEWED}",
        who="shopper",
        then=in_turn(order_three(), follow("Return")),
    ),
    State(
        "return-wrong-quantity",
        f"/products/{REVIEWED}",
        who="shopper",
        status=422,
        then=in_turn(order_three(), give_back("9")),
    ),
    State(
        "order-returned",
        f"/products/{REVIEWED}",
        who="shopper",
        then=in_turn(order_three(), give_back("2")),
    ),
    State("my-data", "/my-data", who="shopper"),
    State("my-data-wrong-name", "/my-data", who="shopper", status=422, then=call_me("x" * 101)),
    State("my-reviews", "/my-data/reviews", who="shopper"),
    State("my-review", "/my-data/reviews", who="shopper", then=follow("Change or delete")),
    State(
        "my-review-wrong",
        "/my-data/reviews",
        who="shopper",
        status=422,
        then=in_turn(follow("Change or delete"), press("Delete this review")),
    ),
    State("delete-me", "/my-data/delete", who="shopper"),
    State(
        "delete-me-without-a-tick",
        "/my-data/delete",
        who="shopper",
        status=422,
        then=press("Delete everything"),
    ),
    State("my-data-receipt", f"/my-data/receipts/{RECEIPT}"),
    State("nothing-hidden", "/hidden"),
    State("card-hidden", "/", then=hide_the_first()),
    State("why", "/", who="agreed", then=open_why()),
    State("why-beside", f"/products/{REVIEWED}", who="agreed", then=open_why()),
    State("why-page", f"/products/{ON_SALE}/why"),
    State("less-like", "/", who="agreed", then=in_turn(open_why(), want("Less like this"))),
    State(
        "wishes",
        "/",
        who="agreed",
        then=in_turn(open_why(), want("Less like this"), go("/hidden")),
    ),
    State("home-two-pages", "/?pages=2"),
    State("too-many-pages", "/?pages=9", status=400),
    State("hidden", "/", then=in_turn(hide_the_first(), go("/hidden"))),
    State("product-sold-out", f"/products/{SOLD_OUT}"),
    State("product-variants", f"/products/{VARIANTS[0]}"),
    State("search-variants", "/search?q=fellside"),
    State("product-bare", f"/products/{BARE}"),
    State("product-review-form", f"/products/{ON_SALE}", who="shopper", then=open_form),
    State(
        "product-review-refused",
        f"/products/{ON_SALE}",
        who="shopper",
        status=422,
        then=write_review(None, "Kept its shape <b>after</b> the wash."),
    ),
    State(
        "product-reviewed",
        f"/products/{SOLD_OUT}",
        who="shopper",
        then=write_review("4 stars", "Kept its shape.\nI would buy it again."),
    ),
    State("product-one-rating", f"/products/{REVIEWED}?reviews_rating=5"),
    State("product-from-snapshot", f"/products/{REVIEWED}", is_away=True),
    State("sign-in", "/sign-in"),
    State("sign-in-refused", "/sign-in", status=422, then=sign_in_as("nobody")),
    State("stale-form", "/sign-in", status=403, then=in_turn(lose_cookies(), sign_in_as("nobody"))),
    State("sign-in-shop", "/sign-in", has_provider=True),
    State("signed-in-shop", "/sign-in", has_provider=True, then=sign_in_at_shop("newcomer")),
    State(
        "delete-me-shop",
        "/sign-in",
        has_provider=True,
        then=in_turn(sign_in_at_shop("newcomer"), go("/my-data/delete")),
    ),
    State(
        "signed-out-shop",
        "/sign-in",
        has_provider=True,
        then=in_turn(sign_in_at_shop("newcomer"), sign_out()),
    ),
    State(
        "sign-in-shop-called-off",
        "/sign-in/shop/back?error=access_denied",
        has_provider=True,
        status=403,
    ),
    State("sign-in-wrong", "/sign-in", status=422, then=sign_in_to_account("wrong")),
    State("sign-up", "/sign-up"),
    State("sign-up-refused", "/sign-up", status=422, then=sign_up_with("iloveyou")),
    State("mail-sent", "/sign-up", then=sign_up_with(PASSWORD)),
    State("reset-password", "/account/reset"),
    State("confirm-address", f"/account/confirm?token={LINKS['sign-up']}"),
    State("choose-password", f"/account/new-password?token={LINKS['reset']}"),
    State("claim-account", f"/account/claim?token={LINKS['claim']}"),
    State("link-over", "/account/confirm?token=over", status=404),
    State("account", "/sign-in?next=/account", then=sign_in_to_account()),
    State("account-of-demo-shopper", "/account", who="shopper"),
    State("how-recommendations-work", "/how-recommendations-work"),
    State("how-recommendations-work-shopper", "/how-recommendations-work", who="shopper"),
    State("privacy", "/privacy"),
    State("privacy-russian", "/privacy", language="ru"),
    State("privacy-from-snapshot", "/privacy", is_away=True),
    State("choices", "/privacy/choices"),
    State("choices-agreed", "/privacy/choices", who="agreed"),
    State(
        "choices-shopper",
        "/privacy/choices",
        who="shopper",
        # A withdrawal would take the shopper off the list of those to sign in as.
        then=press("Yes: Measuring how well recommendations work"),
    ),
    State("choices-from-snapshot", "/privacy/choices", is_away=True),
    State("choices-with-signal", "/privacy/choices", has_signal=True),
    State("choices-shopper-with-signal", "/privacy/choices", who="shopper", has_signal=True),
    State("home-refused", "/", then=press("Do not personalise it")),
    State("no-such-product", "/products/none", status=404),
    State("no-such-page-shopper", "/nowhere", who="shopper", status=404),
    State("no-such-page", "/nowhere", status=404),
    State("no-such-page-from-snapshot", "/nowhere", status=404, is_away=True),
    State("bad-request", "/search?q=mug&after=nonsense", status=400),
    State("unavailable", "/sign-in", status=503, then=sign_in_as(SHOPPER), is_away=True),
)


@dataclass(frozen=True)
class Sites:
    """Addresses of the shop, with an identity provider, and of one that has only its snapshot."""

    live: str
    provided: str
    away: str


@contextmanager
def served_showcase(
    postgres: Mapping[str, str], s3: Mapping[str, str], folder: Path
) -> Iterator[Sites]:
    """Serve the showcase within the block, with its database, with a provider, and without both.

    Parameters
    ----------
    folder : Path
        Gets their homes and logs.
    """
    home = folder / "away"
    bucket = {"ALSOLIKE_S3_BUCKET": f"showcase-{secrets.token_hex(4)}"}
    with cloned_database(postgres) as shop:
        with variables_set({**shop, **s3, **bucket, "ALSOLIKE_HOME": str(home)}):
            make_showcase()
            keep_snapshot()
        live = {**shop, "ALSOLIKE_HOME": str(folder / "live")}
        # Nothing listens on port 1.
        away = {**shop, "PGPORT": "1", "ALSOLIKE_HOME": str(home)}
        with (
            real_provider(folder) as provider,
            serving(live, folder / "live.log") as live_address,
            serving(
                {
                    **live,
                    # Another site to browsers than 127.0.0.1 is.
                    "ALSOLIKE_OIDC_ISSUER": provider.issuer.replace("127.0.0.1", "localhost"),
                    "ALSOLIKE_OIDC_CLIENT_ID": CLIENT_ID,
                    "ALSOLIKE_OIDC_CLIENT_SECRET": CLIENT_SECRET,
                },
                folder / "provided.log",
            ) as provided_address,
            serving(away, folder / "away.log") as away_address,
        ):
            yield Sites(live_address, provided_address, away_address)


@dataclass
class Shown:
    """A page in a state, open in a browser.

    Attributes
    ----------
    complaints : list of str
        What the browser's console says against it.
    answers : list of Response
        To each address that the visitor went to, the page's own last.
    """

    page: Page
    complaints: list[str] = field(default_factory=list)
    answers: list[Response] = field(default_factory=list)


@contextmanager
def opened(browser: Browser, sites: Sites, state: State) -> Iterator[Shown]:
    """Open a page in a state within the block."""
    signal = {"Sec-GPC": "1"} if state.has_signal else {}
    with browser.new_context(
        reduced_motion="reduce", extra_http_headers=signal, locale=state.language
    ) as context:
        shown = Shown(context.new_page())
        site = sites.away if state.is_away else sites.live
        site = sites.provided if state.has_provider else site
        shown.page.on("console", lambda said: _note(shown, said, site))
        shown.page.on("response", lambda answer: _keep(shown, answer))
        _become(shown.page, site, state.who)
        shown.complaints.clear()
        shown.page.goto(site + state.path, wait_until="networkidle")
        if state.then is not None:
            state.then(shown.page)
        assert shown.answers[-1].status == state.status, shown.answers[-1].url
        yield shown


@contextmanager
def looked_at(page: Page, width: int, scheme: Scheme) -> Iterator[None]:
    """Show a page at a width, in CSS pixels, and in a colour scheme within the block."""
    page.set_viewport_size({"width": width, "height": WINDOW_HEIGHT})
    page.emulate_media(color_scheme=scheme)
    yield


def _become(page: Page, site: str, who: Who) -> None:
    if who == "agreed":
        page.goto(site)
        press("Personalise my visit")(page)
        page.goto(f"{site}/products/{REVIEWED}")
        page.goto(f"{site}/products/{ON_SALE}")
    elif who == "shopper":
        page.goto(f"{site}/sign-in")
        page.locator(f"button[name=shopper_id][value='{SHOPPER}']").click()
        expect(page.get_by_role("button", name="Sign out")).to_be_visible()
        _empty_basket(page, site)


def _empty_basket(page: Page, site: str) -> None:
    """Take everything out of a shopper's basket: a state before may have left something there."""
    page.goto(f"{site}/basket")
    remove = page.get_by_role("button", name=re.compile("^Remove"))
    for left in range(remove.count(), 0, -1):
        remove.first.click()
        expect(remove).to_have_count(left - 1)


def _note(shown: Shown, said: ConsoleMessage, site: str) -> None:
    # Chromium says so of every page with such a status.
    is_of_status = "Failed to load resource: the server responded" in said.text
    # The identity provider's own page asks another site for its style.
    is_ours = shown.page.url.startswith(site)
    if said.type == "error" and is_ours and not is_of_status:
        shown.complaints.append(said.text)


def _keep(shown: Shown, answer: Response) -> None:
    is_redirect = 300 <= answer.status < 400
    if answer.request.is_navigation_request() and not is_redirect:
        shown.answers.append(answer)
