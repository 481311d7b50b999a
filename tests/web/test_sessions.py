"""Sessions of the site's visitors: their ids, how long they last, and how they end."""

import hashlib
import re
import secrets
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from litestar import Request
from litestar.testing import TestClient

from alsolike.database import connect
from alsolike.privacy.erase import erase
from alsolike.settings import Settings
from api.app import create_app
from api.sessions.session import COOKIE
from api.sessions.store import PostgresStore
from tests.fixtures.waiting import wait_for
from tests.shop.database import execute, run
from tests.web.conftest import Client, wait_until_connected

DAY = 24 * 3600


def token(client: Client) -> str:
    found = re.search(r'name="_csrf_token" value="([^"]+)"', client.get("/").text)
    assert found is not None
    return found[1]


def send(client: Client, path: str, **form: str) -> Any:
    return client.post(path, data={"_csrf_token": token(client), **form})


def sign_in(client: Client, shopper_id: str = "agreed") -> str:
    assert send(client, "/sign-in", shopper_id=shopper_id).status_code == 303
    return client.cookies[COOKIE]


def is_signed_in(client: Client, session_id: str) -> bool:
    """Tell whether a browser with nothing but this cookie is signed in."""
    client.cookies.clear()
    page = client.get("/", headers={"cookie": f"{COOKIE}={session_id}"})
    assert page.status_code == 200
    return "Sign out" in page.text


def hashes() -> list[bytes]:
    return [bytes(row[0]) for row in run("select session_hash from ops.sessions")]


@pytest.fixture
def other(client: Client, settings: Settings) -> Iterator[Client]:
    """Give a second browser, which another process of the same site serves."""
    assert client
    with TestClient(create_app(settings)) as other:
        wait_until_connected(other)
        other.follow_redirects = False
        yield other


def test_a_stranger_has_neither_a_session_nor_its_cookie(client: Client) -> None:
    for path in ("/", "/products/knife-01", "/search?q=knife", "/sign-in"):
        client.get(path)
    send(client, "/sign-out")
    assert COOKIE not in client.cookies
    assert hashes() == []


def test_of_an_id_only_the_hash_is_kept(client: Client) -> None:
    session_id = sign_in(client)
    assert len(session_id) == 43
    assert hashes() == [hashlib.sha256(session_id.encode()).digest()]
    assert session_id not in str(run("select s::text from ops.sessions as s"))


@pytest.mark.parametrize("planted", ["f-_" * 14 + "0", "x", "null", "A" * 43, "a" * 5000])
def test_an_id_that_the_site_did_not_make_is_not_taken_over(client: Client, planted: str) -> None:
    client.cookies.set(COOKIE, planted, domain="testserver.local")
    assert "Sign out" not in client.get("/").text
    session_id = sign_in(client)
    assert session_id != planted
    assert not is_signed_in(client, planted)
    assert is_signed_in(client, session_id)


def test_signing_in_and_agreeing_give_another_id_and_the_former_opens_nothing(
    client: Client,
) -> None:
    send(client, "/personalise", agree="yes")
    anonymous = client.cookies[COOKIE]
    first = sign_in(client)
    second = sign_in(client, "plain")
    assert len({anonymous, first, second}) == 3
    assert hashes() == [hashlib.sha256(second.encode()).digest()]
    for former in (anonymous, first):
        assert not is_signed_in(client, former)
    assert is_signed_in(client, second)


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("/products/pan-01/hide", {}),
        ("/basket", {"product_id": "pan-01"}),
        ("/personalise", {"agree": "no"}),
        ("/checkout", {"order_id": f"web-{'0' * 32}", "digest": ""}),
    ],
)
def test_a_click_with_an_ended_session_neither_writes_nor_takes_the_newer_cookie(
    client: Client, path: str, form: dict[str, str]
) -> None:
    ended = sign_in(client)
    current = sign_in(client, "plain")
    form = {"_csrf_token": token(client), **form}
    del client.cookies[COOKIE]
    late = {"cookie": f"{COOKIE}={ended}"}
    answer = client.post(path, data=form, headers=_with(client, late))
    assert answer.status_code == 409
    assert "went on in another tab" in answer.text
    assert COOKIE not in str(answer.headers.get_list("set-cookie"))
    assert run("select * from raw.basket_lines") == []
    assert run("select * from recs.hides") == []
    assert len(hashes()) == 1

    # The newer cookie is there with the next page; it is kept.
    page = client.get("/", headers=_with(client, {"cookie": f"{COOKIE}={current}"}))
    assert "Sign out" in page.text


def test_a_session_that_is_really_over_is_dropped_with_the_next_page(client: Client) -> None:
    sign_in(client)
    execute("delete from ops.sessions")
    client.get("/")
    assert COOKIE in client.cookies
    assert send(client, "/basket", product_id="pan-01").status_code == 409
    client.get("/")
    assert COOKIE not in client.cookies
    assert send(client, "/basket", product_id="pan-01").status_code == 303
    assert run("select product_id from raw.basket_lines") == [("pan-01",)]


def test_who_is_over_may_sign_in_and_out(client: Client) -> None:
    sign_in(client)
    execute("delete from ops.sessions")
    assert "Sign out" not in client.get("/").text
    session_id = sign_in(client)
    execute("delete from ops.sessions")
    assert send(client, "/sign-out").status_code == 303
    assert COOKIE not in client.cookies
    assert not is_signed_in(client, session_id)


def test_what_changes_no_right_keeps_the_id(client: Client) -> None:
    session_id = sign_in(client, "silent")
    send(client, "/products/pan-01/hide")
    send(client, "/basket", product_id="pan-02")
    assert client.cookies[COOKIE] == session_id


def test_clicks_at_once_lose_none_and_no_session_survives_its_end(client: Client) -> None:
    sign_in(client, "silent")
    products = [f"pan-{n:02}" for n in range(8)]
    form = {"_csrf_token": token(client)}
    with ThreadPoolExecutor(8) as together:
        list(together.map(lambda p: client.post(f"/products/{p}/hide", data=form), products))
    [(hidden,)] = run("select data -> 'hidden' from ops.sessions")
    assert sorted(hidden) == products

    session_id = client.cookies[COOKIE]
    paths = ["/sign-out", *(f"/products/{one}/unhide" for one in products)]
    with ThreadPoolExecutor(9) as together:
        list(together.map(lambda path: client.post(path, data=form), paths))
    assert hashes() == []
    assert not is_signed_in(client, session_id)


def test_pages_of_a_session_survive_a_locked_table(hasty: Client) -> None:
    sign_in(hasty)
    for table in ("ops.sessions", "recs.hides"):
        for _ in range(8):
            with connect() as connection:
                connection.execute(f"lock table {table} in access exclusive mode".encode())
                hasty.get("/search?q=pan")
            assert hasty.get("/search?q=pan").status_code == 200
    wait_for(lambda: "Sign out" in hasty.get("/").text)
    for _ in range(12):
        assert hasty.get("/basket").status_code == 200
        assert "Sign out" in hasty.get("/").text


def test_who_signs_out_is_signed_out_wherever_the_cookie_was_copied_to(client: Client) -> None:
    session_id = sign_in(client)
    answer = send(client, "/sign-out")
    assert COOKIE not in client.cookies
    assert any(
        cookie.startswith((f'{COOKIE}=""; ', f"{COOKIE}=; "))
        for cookie in answer.headers.get_list("set-cookie")
    )
    assert hashes() == []
    assert not is_signed_in(client, session_id)


def test_a_withdrawn_consent_leaves_nothing(client: Client) -> None:
    send(client, "/personalise", agree="yes")
    assert len(hashes()) == 1
    send(client, "/personalise", agree="no")
    assert hashes() == []
    assert COOKIE not in client.cookies


def test_looking_around_writes_no_session(client: Client) -> None:
    sign_in(client)
    written = run("select xmin::text from ops.sessions")
    for path in ("/", "/products/knife-01", "/categories/Kitchen"):
        answer = client.get(path)
        assert COOKIE not in str(answer.headers.get_list("set-cookie"))
    assert run("select xmin::text from ops.sessions") == written


def test_an_expired_session_is_refused(client: Client) -> None:
    session_id = sign_in(client)
    execute("update ops.sessions set expires_at = now()")
    assert not is_signed_in(client, session_id)


def test_a_session_lasts_from_the_last_visit_on(client: Client, settings: Settings) -> None:
    sign_in(client)
    execute("update ops.sessions set expires_at = expires_at - interval '25 hours'")
    answer = client.get("/")
    lasts = settings.keep_sessions_days * DAY
    assert f"Max-Age={lasts}" in str(answer.headers.get_list("set-cookie"))
    [(seconds,)] = run("select extract(epoch from expires_at - now())::integer from ops.sessions")
    assert lasts - 600 < seconds <= lasts


def test_the_cookie_is_for_this_site_and_no_script(
    shop: dict[str, str], settings: Settings
) -> None:
    assert shop
    app = create_app(replace(settings, is_cookie_secure=True, path_prefix="/shop"))
    with TestClient(app, base_url="https://testserver.local") as client:
        wait_until_connected(client)
        client.follow_redirects = False
        page = client.get("/shop/").text
        found = re.search(r'name="_csrf_token" value="([^"]+)"', page)
        assert found is not None
        answer = client.post(
            "/shop/sign-in", data={"_csrf_token": found[1], "shopper_id": "agreed"}
        )
        cookies = answer.headers.get_list("set-cookie")
        assert {cookie.partition("=")[0] for cookie in cookies} == {COOKIE, "alsolike_notes"}
        for cookie in cookies:
            flags = {flag.strip().lower() for flag in cookie.split(";")[1:]}
            assert {"httponly", "secure", "samesite=lax", "path=/shop"} <= flags
            assert not any(flag.startswith("domain") for flag in flags)


def test_an_erased_shopper_has_no_session(client: Client) -> None:
    session_id = sign_in(client, "plain")
    with connect() as connection:
        assert erase(connection, "plain", source="command").counts["ops.sessions"] == 1
    assert hashes() == []
    assert not is_signed_in(client, session_id)


def test_other_sessions_of_a_shopper_can_be_ended(client: Client, other: Client) -> None:
    mine, theirs = sign_in(client), sign_in(other)
    store = PostgresStore(_request(client))

    async def use() -> None:
        found = await store.of_shopper("agreed")
        assert [one.session_hash for one in found] == [
            hashlib.sha256(session_id.encode()).digest() for session_id in (theirs, mine)
        ]
        await store.delete_of_shopper("agreed", but=mine)

    _run(client, use)
    assert is_signed_in(client, mine)
    assert not is_signed_in(other, theirs)


def test_the_store_keeps_litestars_promises(client: Client) -> None:
    store = PostgresStore(_request(client))

    async def use() -> None:
        assert await store.get("none") is None
        assert await store.expires_in("none") is None
        assert not await store.exists("none")
        await store.delete("none")
        await store.set("a", b'{"n": 1}', 100)
        await store.set("b", '{"n": 2}')
        assert await store.get("a", renew_for=1000) == b'{"n": 1}'
        assert 990 <= (await store.expires_in("a") or 0) <= 1000
        assert await store.exists("b")
        await store.set("a", b"{}", 100)
        assert await store.get("a") == b"{}"
        assert 90 <= (await store.expires_in("a") or 0) <= 100
        await store.delete("a")
        assert await store.get("a") is None
        await store.delete_all()
        assert not await store.exists("b")

    _run(client, use)


def test_an_ended_session_does_not_come_back_by_a_renewal(client: Client) -> None:
    store = PostgresStore(_request(client))

    async def use() -> None:
        await store.set("a", b"{}", 100)
        execute("update ops.sessions set expires_at = now()")
        await store.renew("a", 100)
        assert await store.get("a") is None

    _run(client, use)


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "https://elsewhere.example"},
        {"origin": "null"},
        {"origin": "http://testserver.local.elsewhere.example"},
        {"origin": "http://[", "sec-fetch-site": "cross-site"},
        {"origin": "http://["},
        {"sec-fetch-site": "cross-site", "origin": "http://testserver.local"},
    ],
)
def test_what_another_site_sends_is_refused_even_with_a_token(
    client: Client, headers: dict[str, str]
) -> None:
    form = {"_csrf_token": token(client), "shopper_id": "agreed"}
    answer = client.post("/sign-in", data=form, headers=headers)
    assert answer.status_code == 403
    assert "another site" in answer.text
    assert hashes() == []


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "same-origin"},
        {"sec-fetch-site": "none"},
        {"origin": "http://testserver.local"},
        # A proxy in front may have changed the scheme.
        {"origin": "https://TESTSERVER.local"},
        # Such a proxy may also name another host to us; the browser knows.
        {"origin": "https://shop.example", "sec-fetch-site": "same-origin"},
    ],
)
def test_what_our_own_pages_send_is_taken(client: Client, headers: dict[str, str]) -> None:
    form = {"_csrf_token": token(client), "shopper_id": "agreed"}
    assert client.post("/sign-in", data=form, headers=headers).status_code == 303


def test_behind_a_proxy_the_public_origin_counts(shop: dict[str, str], settings: Settings) -> None:
    assert shop
    browsers = replace(settings.browsers, public_origin="https://shop.example")
    with TestClient(create_app(replace(settings, browsers=browsers))) as client:
        wait_until_connected(client)
        client.follow_redirects = False
        form = {"_csrf_token": token(client), "shopper_id": "agreed"}
        own, other = "https://shop.example", "http://testserver.local"
        assert client.post("/sign-in", data=form, headers={"origin": other}).status_code == 403
        assert client.post("/sign-in", data=form, headers={"origin": own}).status_code == 303


def test_a_token_of_another_browser_is_refused(client: Client, other: Client) -> None:
    form = {"_csrf_token": token(other), "shopper_id": "agreed"}
    client.get("/")
    for path in ("/sign-in", "/sign-out", "/personalise", "/basket"):
        assert client.post(path, data=form).status_code == 403
        assert client.post(path, data={**form, "_csrf_token": ""}).status_code == 403
    assert hashes() == []


def test_while_the_database_is_away_nothing_is_written_in_a_strangers_name(
    away: Client,
) -> None:
    away.cookies.set(COOKIE, secrets.token_urlsafe(32))
    assert away.get("/").status_code == 503
    assert away.post("/sign-out").status_code == 503


def _with(client: Client, headers: dict[str, str]) -> dict[str, str]:
    """Add the client's cookies to those of some headers."""
    others = [f"{cookie.name}={cookie.value}" for cookie in client.cookies.jar]
    return {"cookie": "; ".join([headers["cookie"], *others])}


def _request(client: Client) -> Request[Any, Any, Any]:
    return Request({"type": "http", "litestar_app": client.app, "state": {}, "headers": []})  # pyright: ignore[reportArgumentType]


def _run(client: Client, work: Any) -> None:
    with client.portal() as portal:
        portal.call(work)
