"""Signing in through the shop's own identity provider."""

import html
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import httpx
import pytest
from click.testing import CliRunner
from joserfc.jwk import RSAKey
from litestar.testing import TestClient

from alsolike.cli import commands
from alsolike.database import connect
from alsolike.oidc_settings import OidcSettings
from alsolike.privacy.erase import erase
from alsolike.settings import Settings, load_settings
from api.app import create_app
from api.sessions.session import COOKIE
from tests.fixtures.provider import (
    CLIENT_ID,
    CLIENT_SECRET,
    LyingProvider,
    RealProvider,
    lying_provider,
    real_provider,
)
from tests.shop.database import cloned_database, execute, run, variables_set
from tests.shop.kitchen import make_kitchen
from tests.web.conftest import Client, wait_until_connected

HTML = {"accept": "text/html,*/*;q=0.8"}
START = "/sign-in/shop"
BACK = "http://testserver.local/sign-in/shop/back"


def settings_of(issuer: str, **others: Any) -> Settings:
    """Return settings of a site with pages, whose shoppers sign in at a provider."""
    oidc = OidcSettings(issuer=issuer, client_id=CLIENT_ID, client_secret=CLIENT_SECRET, **others)
    return replace(
        load_settings(),
        oidc=oidc,
        are_pages_on=True,
        statement_timeout_ms=10_000,
        fallback_timeout_ms=10_000,
    )


@pytest.fixture(scope="module")
def provider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealProvider]:
    with real_provider(tmp_path_factory.mktemp("provider")) as provider:
        yield provider


@pytest.fixture
def liar() -> Iterator[LyingProvider]:
    with lying_provider() as provider:
        yield provider


@pytest.fixture(scope="module")
def kept(
    postgres_server: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """Make the shop with a customer loaded into it, so that nobody may be chosen; its database."""
    folder = tmp_path_factory.mktemp("customers")
    (folder / "shoppers.csv").write_text("shopper_id,display_name\nreal,Rosalind Real\n")
    with cloned_database(postgres_server) as variables:
        with variables_set(variables):
            make_kitchen()
            result = CliRunner().invoke(commands, ["load", str(folder), "--consent", "none"])
            assert result.exit_code == 0, result.output
        yield variables["PGDATABASE"]


@pytest.fixture
def loaded(postgres_server: dict[str, str], kept: str) -> Iterator[None]:
    """Give the test a copy of that shop."""
    with cloned_database(postgres_server, kept) as variables, variables_set(variables):
        yield


@pytest.fixture
def visit(loaded: None) -> Iterator[Callable[..., Client]]:
    """Give a function that opens a browser at a site with settings, over loaded data."""
    opened: list[Client] = []

    def open_site(settings: Settings) -> Client:
        client = TestClient(create_app(settings))
        client.follow_redirects = False
        client.__enter__()
        opened.append(client)
        wait_until_connected(client)
        return client

    yield open_site
    for client in opened:
        client.__exit__(None, None, None)


@pytest.fixture(scope="module")
def asking(
    postgres_server: dict[str, str], kept: str
) -> Iterator[tuple[Client, LyingProvider, dict[str, str]]]:
    """Give a browser at a site on a copy of that shop, which tests share; its variables too."""
    with lying_provider() as liar, cloned_database(postgres_server, kept) as variables:
        with variables_set(variables):
            client = TestClient(create_app(settings_of(liar.issuer, shopper_claim="customer")))
            client.follow_redirects = False
            client.__enter__()
            wait_until_connected(client)
        yield client, liar, variables
        client.__exit__(None, None, None)


@pytest.fixture
def lied_to(
    asking: tuple[Client, LyingProvider, dict[str, str]],
) -> Iterator[tuple[Client, LyingProvider]]:
    """Give that browser without cookies, and a provider that tells the truth until told to lie."""
    client, liar, variables = asking
    client.cookies.clear()
    liar.tell_the_truth()
    with variables_set(variables):
        execute("delete from ops.sessions")
        yield client, liar


@pytest.fixture
def site(visit: Callable[..., Client], provider: RealProvider) -> Client:
    return visit(settings_of(provider.issuer))


def begin(client: Client, after: str = "/") -> str:
    """Press the button; where the browser is sent."""
    answer = client.get(START, params={"next": after}, headers=HTML)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def go_back(client: Client, address: str) -> httpx.Response:
    """Follow the link back from the provider."""
    assert address.startswith(BACK)
    return client.get(address.removeprefix("http://testserver.local"), headers=HTML)


def sign_in(client: Client, provider: RealProvider, sub: str) -> httpx.Response:
    return go_back(client, provider.sign_in(begin(client), sub))


def is_signed_in(client: Client) -> bool:
    page = client.get("/")
    assert page.status_code == 200
    return "Sign out" in page.text


def assert_failed(client: Client, answer: httpx.Response, status: int, says: str) -> None:
    """Assert that a page says what happened and offers to try again, and nobody is signed in."""
    assert (answer.status_code, says in answer.text) == (status, True), answer.text
    assert "You are not signed in" in answer.text
    assert re.search(r'href="/sign-in/shop\?next=[^"]+"', answer.text)
    assert COOKIE not in client.cookies
    assert run("select count(*) from ops.sessions") == [(0,)]
    assert not is_signed_in(client)


def token(client: Client) -> str:
    client.get("/")
    return client.cookies["alsolike_csrf"]


def test_somebody_known_signs_in_over_loaded_data(site: Client, provider: RealProvider) -> None:
    provider.knows("real", name="Rosalind at the shop")
    answer = sign_in(site, provider, "real")
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    page = site.get("/").text
    assert "Signed in as Rosalind at the shop." in page
    assert run("select display_name from raw.shoppers where shopper_id = 'real'") == [
        ("Rosalind at the shop",)
    ]
    assert run("select data from ops.sessions") == [({"shopper_id": "real", "by": "shop"},)]


def test_somebody_new_becomes_a_shopper_without_consent(
    site: Client, provider: RealProvider
) -> None:
    provider.knows("newcomer", name="Nadia New")
    assert sign_in(site, provider, "newcomer").status_code == 303
    assert is_signed_in(site)
    assert run("select display_name from raw.shoppers where shopper_id = 'newcomer'") == [
        ("Nadia New",)
    ]
    assert run("select * from raw.consents where shopper_id = 'newcomer'") == []
    # As whoever is signed in they may buy.
    form = {"_csrf_token": token(site), "product_id": "pan-01"}
    assert site.post("/basket", data=form).status_code == 303
    assert run("select basket_id from raw.basket_lines") == [("shopper:newcomer",)]


def test_who_has_no_name_there_keeps_the_one_here(site: Client, provider: RealProvider) -> None:
    provider.knows("real")
    assert sign_in(site, provider, "real").status_code == 303
    assert "Rosalind Real" in site.get("/").text


def test_the_page_of_sign_in_has_the_button_and_no_list(
    visit: Callable[..., Client], provider: RealProvider
) -> None:
    site = visit(settings_of(provider.issuer))
    page = site.get("/sign-in?next=/basket")
    assert page.status_code == 200
    assert '/sign-in/shop?next=/basket"' in page.text
    assert "Sign in with your shop account" in page.text
    assert "shopper_id" not in page.text
    assert 'href="/sign-in"' in site.get("/").text
    other = visit(settings_of(provider.issuer, button="Sign in with ACME & Co"))
    assert "Sign in with ACME &amp; Co" in other.get("/sign-in").text


def test_where_a_provider_says_who_is_who_nobody_is_chosen(
    client: Client, provider: RealProvider
) -> None:
    # The demo's shop, in which somebody chose a shopper before there was a provider.
    form = {"_csrf_token": token(client), "shopper_id": "agreed"}
    assert client.post("/sign-in", data=form).status_code == 303
    with TestClient(create_app(settings_of(provider.issuer)), cookies=client.cookies) as later:
        later.follow_redirects = False
        wait_until_connected(later)
        assert not is_signed_in(later)
        form = {"_csrf_token": token(later), "shopper_id": "agreed"}
        assert later.post("/sign-in", data=form).status_code == 404


def test_without_a_provider_there_are_no_such_addresses(client: Client) -> None:
    assert client.get(START).status_code == 404
    assert client.get(f"{START}/back").status_code == 404
    assert START not in client.get("/sign-in").text


def test_the_provider_is_asked_with_proof_and_for_this_site(
    visit: Callable[..., Client], liar: LyingProvider
) -> None:
    site = visit(settings_of(liar.issuer, scopes=("openid", "email")))
    asked = [parse_qs(urlsplit(begin(site)).query) for _ in range(2)]
    for one in asked:
        assert one["client_id"] == [CLIENT_ID]
        assert one["redirect_uri"] == [BACK]
        assert one["scope"] == ["openid email"]
        assert one["code_challenge_method"] == ["S256"]
    for name in ("state", "nonce", "code_challenge"):
        assert asked[0][name] != asked[1][name]
        assert len(asked[0][name][0]) >= 32


def test_the_public_origin_is_where_the_provider_sends_shoppers_back_to(
    visit: Callable[..., Client], liar: LyingProvider
) -> None:
    settings = settings_of(liar.issuer)
    browsers = replace(settings.browsers, public_origin="https://shop.example")
    site = visit(replace(settings, browsers=browsers, path_prefix="/store"))
    answer = site.get("/store/sign-in/shop")
    [back] = parse_qs(urlsplit(answer.headers["location"]).query)["redirect_uri"]
    assert back == "https://shop.example/store/sign-in/shop/back"


@pytest.mark.parametrize(
    ("after", "ends_at"),
    [
        ("/products/knife-01?x=1", "/products/knife-01?x=1"),
        ("https://elsewhere.example/", "/"),
        ("//elsewhere.example", "/"),
        ("/\\elsewhere.example", "/"),
        ("javascript:alert(1)", "/"),
        ("/" + "x" * 5000, "/"),
    ],
    ids=["local", "absolute", "no scheme", "backslash", "script", "long"],
)
def test_it_ends_on_a_page_of_ours(
    lied_to: tuple[Client, LyingProvider], after: str, ends_at: str
) -> None:
    site, liar = lied_to
    answer = go_back(site, liar.sign_in(begin(site, after)))
    assert (answer.status_code, answer.headers["location"]) == (303, ends_at)


def test_signing_in_gives_another_session_and_carries_the_basket_over(
    site: Client, provider: RealProvider
) -> None:
    form = {"_csrf_token": token(site), "product_id": "pan-01"}
    assert site.post("/basket", data=form).status_code == 303
    former = site.cookies[COOKIE]
    assert sign_in(site, provider, "real").status_code == 303
    assert site.cookies[COOKIE] != former
    assert run("select basket_id, product_id from raw.basket_lines") == [("shopper:real", "pan-01")]
    assert run("select count(*) from ops.sessions") == [(1,)]


def test_the_cookies_come_back_from_another_site(site: Client) -> None:
    answer = site.get(START)
    [notes] = [one for one in answer.headers.get_list("set-cookie") if "alsolike_notes" in one]
    flags = {flag.strip().lower() for flag in notes.split(";")[1:]}
    # Strict would be withheld as the provider sends the browser back.
    assert {"httponly", "samesite=lax", "path=/"} <= flags
    assert answer.headers["cache-control"] == "private, no-store"


@pytest.mark.parametrize(
    ("claims", "shopper_id"),
    [({"customer": "C 1"}, "C 1"), ({"customer": 4711}, "4711"), ({"customer": " x "}, "x")],
    ids=["text", "number", "blanks"],
)
def test_the_shop_says_which_claim_is_the_shoppers_id(
    visit: Callable[..., Client], liar: LyingProvider, claims: dict[str, Any], shopper_id: str
) -> None:
    site = visit(settings_of(liar.issuer, shopper_claim="customer", name_claim="nick"))
    liar.claims = {**claims, "nick": "N"}
    assert go_back(site, liar.sign_in(begin(site))).status_code == 303
    assert run("select display_name from raw.shoppers where shopper_id = %s", [shopper_id]) == [
        ("N",)
    ]
    assert "/userinfo" not in liar.asked


def test_what_the_token_does_not_say_the_provider_is_asked_for(
    visit: Callable[..., Client], liar: LyingProvider
) -> None:
    site = visit(settings_of(liar.issuer, shopper_claim="customer"))
    liar.claims = {"customer": None}
    liar.userinfo = {"sub": "agreed", "customer": "C2", "name": "Not this one"}
    assert go_back(site, liar.sign_in(begin(site))).status_code == 303
    assert run("select display_name from raw.shoppers where shopper_id = 'C2'") == [
        ("Told by the shop",)
    ]

    site = visit(settings_of(liar.issuer, shopper_claim="customer"))
    execute("delete from ops.sessions")
    liar.userinfo["sub"] = "another"
    answer = go_back(site, liar.sign_in(begin(site)))
    assert_failed(site, answer, 502, "told of somebody else")


@pytest.mark.parametrize(
    "claims",
    [
        {},
        {"customer": ""},
        {"customer": "guest"},
        {"customer": True},
        {"customer": ["C1"]},
        {"customer": "x" * 501},
        {"customer": "a\x00b"},
        {"customer": "\ud800"},
    ],
    ids=["missing", "blank", "placeholder", "yes", "list", "long", "nul", "half a character"],
)
def test_what_is_no_id_of_a_shopper_signs_nobody_in(
    lied_to: tuple[Client, LyingProvider], claims: dict[str, Any]
) -> None:
    site, liar = lied_to
    liar.claims = {"customer": None}
    liar.userinfo = {"sub": "agreed", **claims}
    before = run("select count(*) from raw.shoppers")
    answer = go_back(site, liar.sign_in(begin(site)))
    assert_failed(site, answer, 403, "no customer number")
    assert run("select count(*) from raw.shoppers") == before


def test_who_was_erased_stays_so_until_the_shop_says_otherwise(
    site: Client, provider: RealProvider
) -> None:
    with connect() as connection:
        erase(connection, "real", source="command")
    answer = sign_in(site, provider, "real")
    assert_failed(site, answer, 403, "was erased")
    assert run("select * from raw.shoppers where shopper_id = 'real'") == []
    assert site.put("/v1/shoppers/real", json={"personalisation": False}).status_code == 200
    assert sign_in(site, provider, "real").status_code == 303


def test_an_erasure_ends_what_the_provider_began(site: Client, provider: RealProvider) -> None:
    assert sign_in(site, provider, "real").status_code == 303
    with connect() as connection:
        assert erase(connection, "real", source="command").counts["ops.sessions"] == 1
    assert not is_signed_in(site)


def test_a_sign_in_that_is_called_off_there(site: Client, provider: RealProvider) -> None:
    answer = go_back(site, provider.deny(begin(site, "/basket")))
    assert_failed(site, answer, 403, "was cancelled")
    state = parse_qs(urlsplit(begin(site, "/basket")).query)["state"][0]
    answer = site.get(f"{START}/back", params={"error": "access_denied", "state": state})
    assert_failed(site, answer, 403, "was cancelled")
    assert "next=%2Fbasket" in answer.text


@pytest.mark.parametrize(
    ("error", "says"),
    [("server_error", "an error: server_error"), ("<b>x</b>", "an error: error.")],
    ids=["named", "hostile"],
)
def test_an_error_of_the_provider_is_told(
    lied_to: tuple[Client, LyingProvider], error: str, says: str
) -> None:
    site, _ = lied_to
    answer = site.get(f"{START}/back", params={"error": error, "state": "x"})
    assert_failed(site, answer, 502, says)
    assert "<b>x" not in answer.text


@pytest.mark.parametrize("state", ["wrong", ""], ids=["wrong", "none"])
def test_an_answer_that_nobody_asked_for(site: Client, provider: RealProvider, state: str) -> None:
    address = provider.sign_in(begin(site), "real")
    forged = re.sub(r"state=[^&]*", f"state={state}", address)
    assert_failed(site, go_back(site, forged), 400, "belongs to another browser")
    assert_failed(site, site.get(f"{START}/back"), 400, "belongs to another browser")


def test_the_answer_to_another_browser_signs_nobody_in(
    visit: Callable[..., Client], provider: RealProvider
) -> None:
    mine, theirs = (visit(settings_of(provider.issuer)) for _ in range(2))
    address = provider.sign_in(begin(theirs), "real")
    begin(mine)
    assert_failed(mine, go_back(mine, address), 400, "belongs to another browser")
    assert go_back(theirs, address).status_code == 303


def test_a_link_back_is_good_once(site: Client, provider: RealProvider) -> None:
    address = provider.sign_in(begin(site), "real")
    assert go_back(site, address).status_code == 303
    assert site.post("/sign-out", data={"_csrf_token": token(site)}).status_code == 303
    assert_failed(site, go_back(site, address), 400, "was used before")


def test_a_code_is_good_once_even_with_a_cookie_that_was_kept(
    site: Client, provider: RealProvider
) -> None:
    address = provider.sign_in(begin(site), "real")
    kept = site.cookies["alsolike_notes"]
    assert go_back(site, address).status_code == 303
    site.cookies.clear()
    execute("delete from ops.sessions")
    site.cookies.set("alsolike_notes", kept, domain="testserver.local")
    assert_failed(site, go_back(site, address), 400, "was used before")


def test_a_sign_in_ends_once_though_the_provider_takes_its_code_again(
    lied_to: tuple[Client, LyingProvider],
) -> None:
    client, liar = lied_to
    address = liar.sign_in(begin(client))
    kept, begun = client.cookies["alsolike_notes"], dict(liar._begun)
    assert go_back(client, address).status_code == 303
    client.cookies.clear()
    execute("delete from ops.sessions")
    client.cookies.set("alsolike_notes", kept, domain="testserver.local")
    liar._begun.update(begun)
    liar.asked.clear()
    assert_failed(client, go_back(client, address), 400, "was used before")
    assert "/token" not in liar.asked


@pytest.mark.parametrize(
    ("told", "name"),
    [
        ("x" * 20_000, "x" * 100),
        ("  Anna \n\t Sofia\x07 ", "Anna Sofia"),
        ("Anna\u202egro.live", "Anna gro.live"),
        ("\x1b[31m", "[31m"),
        ("\x7f", None),
        ("Zoë O'Neil 李", "Zoë O'Neil 李"),
        ({"first": "Anna"}, None),
    ],
)
def test_a_name_is_one_line_and_not_long(
    lied_to: tuple[Client, LyingProvider], told: Any, name: str | None
) -> None:
    client, liar = lied_to
    execute("update raw.shoppers set display_name = null where shopper_id = 'agreed'")
    liar.claims["name"] = told
    answer = go_back(client, liar.sign_in(begin(client)))
    assert answer.status_code == 303
    assert all(len(one) < 4096 for one in answer.headers.get_list("set-cookie"))
    assert run("select display_name from raw.shoppers where shopper_id = 'agreed'") == [(name,)]


@pytest.mark.parametrize("path", ["token", "userinfo"])
def test_no_more_is_read_of_an_answer_than_it_may_have(
    lied_to: tuple[Client, LyingProvider], path: str
) -> None:
    client, liar = lied_to
    if path == "token":
        liar.token_answer = b'{"access_token": "' + b"x" * 1_000_000 + b'"}'
    else:
        liar.claims["name"] = None
        liar.userinfo = {"sub": "agreed", "more": "x" * 1_000_000}
    answer = go_back(client, liar.sign_in(begin(client)))
    assert_failed(client, answer, 503, "does not answer right now")


def test_an_expired_code(site: Client, provider: RealProvider) -> None:
    address = re.sub(r"code=[^&]*", "code=expired", provider.sign_in(begin(site), "real"))
    assert_failed(site, go_back(site, address), 400, "took too long")


def sign_in_again(client: Client, liar: LyingProvider) -> httpx.Response:
    """Show at the provider who one is, and come back to the page that deletes everything."""
    page = client.get("/my-data/delete").text
    found = re.search(r'href="(/sign-in/shop\?[^"]*again=yes[^"]*)"', page)
    assert found is not None, page
    sent = client.get(html.unescape(found.group(1)), headers=HTML)
    address = sent.headers["location"]
    asked = parse_qs(urlsplit(address).query)
    assert (asked["prompt"], asked["max_age"]) == (["login"], ["0"])
    return go_back(client, liar.sign_in(address))


def delete_everything(client: Client, number: str) -> httpx.Response:
    form = {"_csrf_token": token(client), "number": number, "sure": "yes"}
    return client.post("/my-data/delete", data=form, headers=HTML)


def test_who_came_by_the_provider_signs_in_there_again_before_everything_is_deleted(
    visit: Callable[..., Client], liar: LyingProvider
) -> None:
    site = visit(settings_of(liar.issuer))
    go_back(site, liar.sign_in(begin(site)))
    page = site.get("/my-data/delete").text
    assert ('type="password"' in page, 'name="sure"' in page) == (False, False)
    number = str(uuid4())
    refused = delete_everything(site, number)
    assert refused.status_code == 422
    assert "Sign in at the shop again: the last time was too long ago." in refused.text
    assert run("select count(*) from ops.erasures") == [(0,)]
    before = site.cookies[COOKIE]
    back = sign_in_again(site, liar)
    assert (back.status_code, back.headers["location"]) == (303, "/my-data/delete")
    assert site.cookies[COOKIE] != before
    page = site.get("/my-data/delete").text
    assert "The shop has confirmed that it is you." in page
    assert 'name="sure"' in page
    assert delete_everything(site, number).headers["location"] == f"/my-data/receipts/{number}"
    assert run("select count(*) from raw.shoppers where shopper_id = 'agreed'") == [(0,)]


def test_the_proof_is_over_after_five_minutes(
    visit: Callable[..., Client], liar: LyingProvider
) -> None:
    site = visit(settings_of(liar.issuer))
    go_back(site, liar.sign_in(begin(site)))
    sign_in_again(site, liar)
    execute(
        "update ops.sessions set data = jsonb_set(data, '{proved_at}',"
        " to_jsonb((data ->> 'proved_at')::double precision - 301))"
    )
    assert delete_everything(site, str(uuid4())).status_code == 422
    assert run("select count(*) from ops.erasures") == [(0,)]


@pytest.mark.parametrize(
    ("claims", "status", "says"),
    [
        ({"auth_time": None}, 502, "did not say when you signed in there"),
        ({"auth_time": 1_700_000_000}, 403, "too long ago"),
        ({"auth_time": "now"}, 502, "missing or wrong"),
        ({"sub": "plain"}, 403, "as somebody else"),
    ],
    ids=["no time", "long ago", "no number", "somebody else"],
)
def test_what_does_not_prove_who_it_is_deletes_nothing(
    visit: Callable[..., Client],
    liar: LyingProvider,
    claims: dict[str, Any],
    status: int,
    says: str,
) -> None:
    site = visit(settings_of(liar.issuer))
    go_back(site, liar.sign_in(begin(site)))
    liar.claims = claims
    answer = sign_in_again(site, liar)
    assert (answer.status_code, says in answer.text) == (status, True), answer.text
    assert "We could not confirm that it is you" in answer.text
    assert re.search(r'href="/sign-in/shop\?next=[^"]+again=yes"', answer.text)
    assert is_signed_in(site)
    assert delete_everything(site, str(uuid4())).status_code == 422
    assert run("select count(*) from raw.shoppers where shopper_id = 'agreed'") == [(1,)]


def test_sign_ins_in_tabs_side_by_side_all_end(site: Client, provider: RealProvider) -> None:
    addresses = [provider.sign_in(begin(site), sub) for sub in ("real", "agreed", "plain")]
    for address in addresses:
        assert go_back(site, address).status_code == 303


def test_a_proof_that_does_not_fit_is_refused(lied_to: tuple[Client, LyingProvider]) -> None:
    site, liar = lied_to
    first, second = liar.sign_in(begin(site)), liar.sign_in(begin(site))
    # The code of one sign-in with the state of another.
    code = parse_qs(urlsplit(first).query)["code"][0]
    address = re.sub(r"code=[^&]*", f"code={code}", second)
    assert_failed(site, go_back(site, address), 400, "took too long")


@pytest.mark.parametrize(
    ("claims", "says"),
    [
        ({"iss": "https://elsewhere.example"}, "did not come from the shop"),
        ({"iss": None}, "did not come from the shop"),
        ({"aud": "another site"}, "meant for another site"),
        ({"aud": [CLIENT_ID, "another site"], "azp": "another site"}, "meant for another site"),
        ({"nonce": "another"}, "belongs to another sign-in"),
        ({"nonce": None}, "belongs to another sign-in"),
        ({"exp": 1}, "came too late"),
        ({"exp": None}, "missing or wrong"),
        ({"sub": None}, "missing or wrong"),
        ({"iat": 9_999_999_999}, "missing or wrong"),
        ({"at_hash": "wrong"}, "missing or wrong"),
    ],
    ids=[
        "issuer", "no issuer", "audience", "authorised party", "nonce", "no nonce", "expired",
        "no expiry", "nobody", "future", "access token",
    ],
)  # fmt: skip
def test_a_token_that_says_something_else_signs_nobody_in(
    lied_to: tuple[Client, LyingProvider], claims: dict[str, Any], says: str
) -> None:
    site, liar = lied_to
    liar.claims = claims
    assert_failed(site, go_back(site, liar.sign_in(begin(site))), 502, says)


def test_a_token_that_another_key_signed(lied_to: tuple[Client, LyingProvider]) -> None:
    site, liar = lied_to
    liar.signs_with = RSAKey.generate_key(2048)
    answer = go_back(site, liar.sign_in(begin(site)))
    assert_failed(site, answer, 502, "not signed by the shop")


@pytest.mark.parametrize(
    ("token_answer", "says"),
    [
        (b'{"access_token": "a", "token_type": "Bearer"}', "did not say who you are"),
        (b'{"access_token": "a", "token_type": "Bearer", "id_token": "x.y.z"}', "not signed"),
        # {"alg": "none"} and no signature.
        (
            b'{"token_type": "Bearer", "id_token": "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0."}',
            "not signed",
        ),
        (b"<html>", "could not be read"),
        (b'{"error": "unauthorized_client"}', "refused to say"),
    ],
    ids=["no token", "damaged", "unsigned", "no JSON", "refused"],
)
def test_an_answer_that_is_none(
    lied_to: tuple[Client, LyingProvider], token_answer: bytes, says: str
) -> None:
    site, liar = lied_to
    liar.token_answer = token_answer
    assert_failed(site, go_back(site, liar.sign_in(begin(site))), 502, says)


def test_a_clock_that_differs_a_little_is_no_matter(lied_to: tuple[Client, LyingProvider]) -> None:
    site, liar = lied_to
    address = liar.sign_in(begin(site))
    liar.claims = {"iat": int(time.time()) + 30, "exp": int(time.time()) - 30}
    assert go_back(site, address).status_code == 303


def test_addresses_and_keys_are_kept_and_a_new_key_is_looked_for(
    visit: Callable[..., Client], liar: LyingProvider
) -> None:
    clock = [0.0]
    app = create_app(settings_of(liar.issuer), clock=lambda: clock[0])
    with TestClient(app) as site:
        site.follow_redirects = False
        wait_until_connected(site)

        def sign_in_there() -> int:
            return go_back(site, liar.sign_in(begin(site))).status_code

        assert [sign_in_there() for _ in range(3)] == [303] * 3
        assert liar.asked.count("/.well-known/openid-configuration") == 1
        assert liar.asked.count("/jwks") == 1
        liar.rotate()
        # Not asked for again at once: whoever sends tokens cannot have it asked for all the time.
        assert sign_in_there() == 502
        clock[0] += 31
        assert sign_in_there() == 303
        assert liar.asked.count("/jwks") == 2
        clock[0] += 3601
        assert sign_in_there() == 303
        assert liar.asked.count("/.well-known/openid-configuration") == 2


def test_a_provider_that_is_away_and_comes_back(
    visit: Callable[..., Client], liar: LyingProvider
) -> None:
    issuer = "http://127.0.0.1:1"
    site = visit(settings_of(issuer))
    answer = site.get(START, params={"next": "/basket"}, headers=HTML)
    assert_failed(site, answer, 503, "does not answer right now")
    assert "next=%2Fbasket" in answer.text

    # It goes away between the two steps.
    site = visit(settings_of(liar.issuer))
    address = liar.sign_in(begin(site))
    liar.is_away = True
    answer = go_back(site, address)
    assert_failed(site, answer, 503, "does not answer right now")
    liar.is_away = False
    assert go_back(site, liar.sign_in(begin(site))).status_code == 303


@pytest.mark.parametrize(
    "metadata",
    [
        {"issuer": "https://elsewhere.example"},
        {"token_endpoint": "http://elsewhere.example/token"},
        {"jwks_uri": None},
        {"authorization_endpoint": 1},
    ],
    ids=["issuer", "insecure", "incomplete", "no address"],
)
def test_a_document_of_addresses_that_is_not_good_is_not_used(
    visit: Callable[..., Client],
    liar: LyingProvider,
    metadata: dict[str, Any],
    caplog: pytest.LogCaptureFixture,
) -> None:
    liar.metadata = metadata
    site = visit(settings_of(liar.issuer))
    assert_failed(site, site.get(START), 503, "does not answer right now")
    assert "openid-configuration" in caplog.text


def test_nothing_secret_is_logged(
    lied_to: tuple[Client, LyingProvider], caplog: pytest.LogCaptureFixture
) -> None:
    site, liar = lied_to
    liar.claims = {"nonce": "another"}
    address = liar.sign_in(begin(site))
    go_back(site, address)
    assert "nonce of the ID token" in caplog.text
    told = parse_qs(urlsplit(address).query)
    for secret in (CLIENT_SECRET, told["code"][0], told["state"][0], "eyJ"):
        assert secret not in caplog.text


def test_without_the_database_nobody_is_signed_in(
    visit: Callable[..., Client], liar: LyingProvider
) -> None:
    site = visit(replace(settings_of(liar.issuer), statement_timeout_ms=300))
    address = liar.sign_in(begin(site))
    with connect() as connection:
        connection.execute("lock table ops.sessions in access exclusive mode")
        assert go_back(site, address).status_code == 503
    assert not is_signed_in(site)


def test_who_signs_out_may_sign_out_at_the_shop_too(site: Client, provider: RealProvider) -> None:
    assert sign_in(site, provider, "real").status_code == 303
    answer = site.post("/sign-out", data={"_csrf_token": token(site)})
    assert answer.headers["location"] == "/sign-out/shop"
    page = site.get("/sign-out/shop")
    assert "You are signed out of this site" in page.text
    found = re.search(r'href="([^"]+end_session[^"]+)"', page.text)
    assert found is not None
    asked = parse_qs(urlsplit(found[1].replace("&amp;", "&")).query)
    assert asked == {
        "client_id": [CLIENT_ID],
        "post_logout_redirect_uri": ["http://testserver.local/"],
    }
    assert not is_signed_in(site)


def test_a_provider_without_an_end_of_session_is_not_offered(
    visit: Callable[..., Client], liar: LyingProvider
) -> None:
    site = visit(settings_of(liar.issuer))
    assert go_back(site, liar.sign_in(begin(site))).status_code == 303
    assert site.post("/sign-out", data={"_csrf_token": token(site)}).status_code == 303
    answer = site.get("/sign-out/shop")
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
