"""Forms come from a page of ours, in the browser that sends them, and end on a page of ours."""

import re
from collections.abc import Iterator
from dataclasses import replace
from html import unescape
from typing import Any

import pytest
from litestar.middleware.csrf import generate_csrf_token
from litestar.testing import TestClient

from alsolike.settings import Settings
from api.app import create_app
from api.http import form_tokens, notes
from api.sessions import session
from tests.shop.database import run
from tests.web.conftest import Client, wait_until_connected

HTML = {"accept": "text/html,*/*;q=0.8"}
HOSTILE = [
    "https://elsewhere.example/",
    "//elsewhere.example",
    "/\\elsewhere.example",
    "/\t/elsewhere.example",
    "javascript:alert(1)",
    "elsewhere.example",
]
# Forms that tell where to go then, with what else they need.
WITH_NEXT = [
    ("/sign-in", {"shopper_id": "agreed"}),
    ("/personalise", {"agree": "yes"}),
    ("/products/pan-01/hide", {}),
    ("/products/pan-01/unhide", {}),
    ("/basket", {"product_id": "pan-01"}),
    ("/language", {"language": "de"}),
]
FORMS = [*WITH_NEXT, ("/sign-out", {}), ("/basket/quantity", {"product_id": "x", "quantity": "1"})]


def token_of(page: str) -> str:
    found = re.search(r'name="_csrf_token" value="([^"]+)"', page)
    assert found is not None
    return found[1]


def cookies_set(answer: Any) -> dict[str, set[str]]:
    """Return the flags of the cookies that an answer sets, in lower case, by name."""
    found = {}
    for header in answer.headers.get_list("set-cookie"):
        pair, *flags = header.split(";")
        found[pair.partition("=")[0]] = {flag.strip().lower() for flag in flags}
    return found


def nothing_is_written() -> bool:
    tables = ("ops.sessions", "raw.basket_lines", "recs.hides")
    return all(run(f"select count(*) from {table}") == [(0,)] for table in tables)


@pytest.fixture
def secure(shop: dict[str, str], settings: Settings) -> Iterator[Client]:
    """Give a client of a site that browsers reach over HTTPS alone."""
    assert shop
    app = create_app(replace(settings, is_cookie_secure=True))
    with TestClient(app, base_url="https://testserver.local") as client:
        wait_until_connected(client)
        client.follow_redirects = False
        yield client


@pytest.mark.parametrize("path", [path for path, _ in FORMS])
def test_a_form_without_the_browsers_token_changes_nothing(client: Client, path: str) -> None:
    form = dict(FORMS)[path]
    client.get("/")
    mine = client.cookies[form_tokens.COOKIE]
    forged = [
        {},
        {"_csrf_token": ""},
        {"_csrf_token": "x" * len(mine)},
        {"_csrf_token": mine[:-1] + ("0" if mine[-1] != "0" else "1")},
        {"_csrf_token": generate_csrf_token("another secret")},
    ]
    for token in forged:
        answer = client.post(path, data={**form, **token}, headers=HTML)
        assert answer.status_code == 403
        assert "This form has expired" in answer.text
    # The cookie is lost, and the page still has its token.
    client.cookies.clear()
    assert client.post(path, data={**form, "_csrf_token": mine}).status_code == 403
    assert nothing_is_written()


def test_the_page_of_a_stale_form_says_what_to_do(client: Client) -> None:
    page = client.get("/products/pan-01?x=1")
    form = {"_csrf_token": token_of(page.text), "product_id": "pan-01"}
    client.cookies.clear()
    from_page = {**HTML, "referer": "http://testserver.local/products/pan-01?x=1"}
    answer = client.post("/basket", data=form, headers=from_page)
    assert answer.status_code == 403
    text = unescape(answer.text)
    assert "The page was open for too long" in text
    assert "Nothing was changed." in text
    assert 'href="/products/pan-01?x=1">Open the page again</a>' in text
    assert "CSRF" not in text

    # As it says: the page again, and the form is good.
    form["_csrf_token"] = token_of(client.get("/products/pan-01?x=1").text)
    assert client.post("/basket", data=form, headers=from_page).status_code == 303
    assert run("select product_id from raw.basket_lines") == [("pan-01",)]


@pytest.mark.parametrize("referer", ["https://elsewhere.example/x", "http://[", ""])
def test_the_page_of_a_stale_form_leads_nowhere_else(client: Client, referer: str) -> None:
    answer = client.post("/basket", data={}, headers={**HTML, "referer": referer})
    assert 'href="/">Open the page again</a>' in answer.text
    assert "elsewhere" not in answer.text


def test_programs_are_told_too(client: Client) -> None:
    answer = client.post("/basket", data={}, headers={"accept": "application/json"})
    assert answer.json()["detail"].startswith("The page was open for too long")


def test_the_token_lasts_as_long_as_the_session(client: Client, settings: Settings) -> None:
    lasts = f"max-age={settings.keep_sessions_days * 24 * 3600}"
    first = client.get("/")
    again = client.get("/")
    assert token_of(first.text) == token_of(again.text)
    for page in (first, again):
        flags = cookies_set(page)[form_tokens.COOKIE]
        assert {lasts, "httponly", "samesite=lax", "path=/"} <= flags
    part = client.get("/products/pan-01", headers={"hx-request": "true"})
    assert form_tokens.COOKIE not in cookies_set(part)


def test_a_token_of_another_secret_is_replaced(client: Client) -> None:
    # As after ALSOLIKE_SECRET changed.
    client.cookies.set(form_tokens.COOKIE, generate_csrf_token("former"), domain="testserver.local")
    form = {"_csrf_token": token_of(client.get("/").text), "product_id": "pan-01"}
    assert client.post("/basket", data=form).status_code == 303


@pytest.mark.parametrize("path", [path for path, _ in WITH_NEXT])
def test_no_form_leads_to_another_site(client: Client, path: str) -> None:
    form = {"_csrf_token": token_of(client.get("/").text), **dict(WITH_NEXT)[path]}
    for hostile in HOSTILE:
        answer = client.post(path, data={**form, "next": hostile})
        assert (answer.status_code, answer.headers["location"]) == (303, "/")
        within = client.post(path, data={**form, "next": hostile}, headers={"hx-request": "true"})
        assert "elsewhere" not in str(within.headers)
    from_there = {"referer": "https://elsewhere.example/products/pan-01"}
    answer = client.post(path, data=form, headers=from_there)
    assert answer.headers["location"].startswith("/")


def test_the_page_of_sign_in_leads_to_no_other_site(reader: Client) -> None:
    for hostile in HOSTILE:
        page = reader.get("/sign-in", params={"next": hostile}).text
        form = page.partition('action="/sign-in"')[2].partition("</form>")[0]
        assert 'name="next" value="/"' in form
        assert "elsewhere" not in form


def test_over_https_no_neighbour_can_put_in_a_cookie(secure: Client) -> None:
    page = secure.get("/")
    form = {"_csrf_token": token_of(page.text), "shopper_id": "agreed"}
    answer = secure.post("/sign-in", data=form)
    assert answer.status_code == 303
    assert "Sign out" in secure.get("/").text
    found = {**cookies_set(page), **cookies_set(answer)}
    names = (form_tokens.COOKIE, notes.COOKIE, session.COOKIE)
    assert set(found) == {f"__Host-{name}" for name in names}
    for flags in found.values():
        # What browsers ask of such a name.
        assert {"secure", "path=/", "httponly", "samesite=lax"} <= flags
        assert not any(flag.startswith("domain") for flag in flags)

    # What a neighbour can set has another name.
    mine = secure.cookies[f"__Host-{session.COOKIE}"]
    secure.cookies.clear()
    secure.cookies.set(session.COOKIE, mine, domain="testserver.local")
    assert "Sign out" not in secure.get("/").text
