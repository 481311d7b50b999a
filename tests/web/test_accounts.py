"""Accounts on the site: signing up and in, mailed links, passwords, sessions."""

import email
import hashlib
import re
from collections.abc import Iterator
from dataclasses import replace
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import httpx
import pytest
from argon2 import PasswordHasher
from click.testing import CliRunner
from litestar.testing import TestClient

from alsolike.cli import commands
from alsolike.database import connect
from alsolike.privacy.access import shopper_data
from alsolike.privacy.erase import erase
from alsolike.privacy.hashes import shopper_of
from alsolike.settings import Settings, load_settings
from api.app import create_app
from api.sessions.session import COOKIE
from tests.shop.database import execute, run
from tests.web.conftest import Client, wait_until_connected

EMAIL = "anna@example.com"
PASSWORD = "a long way to go"
SENT = "/account/mail-sent"


@pytest.fixture(autouse=True)
def mail(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give the folder that messages are written to."""
    monkeypatch.setenv("ALSOLIKE_SECRET", load_settings().secret)
    monkeypatch.setenv("ALSOLIKE_HOME", str(tmp_path))
    return tmp_path / "mail"


@pytest.fixture
def other(client: Client, settings: Settings) -> Iterator[Client]:
    """Give a second browser, which another process of the same site serves."""
    assert client
    with TestClient(create_app(settings)) as other:
        wait_until_connected(other)
        other.follow_redirects = False
        yield other


def send(client: Client, path: str, **form: str) -> httpx.Response:
    """Send a form with the token that every page gives out."""
    client.get("/")
    token = client.cookies.get("alsolike_csrf") or ""
    return client.post(path, data={"_csrf_token": token, **form})


def messages(mail: Path) -> list[EmailMessage]:
    files = sorted(mail.glob("*.eml"), key=lambda file: file.stat().st_mtime_ns)
    return [email.message_from_bytes(file.read_bytes(), policy=default) for file in files]  # type: ignore


def link(mail: Path) -> tuple[str, str]:
    """Return the path and the token of the latest message's link."""
    found = re.search(
        r"http://testserver\.local(/account/[a-z-]+)\?token=([\w-]+)", text(messages(mail)[-1])
    )
    assert found is not None
    return found[1], found[2]


def text(message: EmailMessage) -> str:
    return message.get_content()


def sign_up(client: Client, address: str = EMAIL, password: str = PASSWORD, **more: str) -> Any:
    return send(client, "/sign-up", email=address, password=password, **more)


def make_account(client: Client, mail: Path, address: str = EMAIL, name: str = "Anna") -> None:
    assert sign_up(client, address, name=name).status_code == 303
    path, token = link(mail)
    assert send(client, path, token=token, password=PASSWORD).status_code == 303


def sign_in(client: Client, address: str = EMAIL, password: str = PASSWORD, **more: str) -> Any:
    return send(client, "/sign-in", email=address, password=password, **more)


def is_signed_in(client: Client) -> bool:
    return "Sign out" in client.get("/").text


def accounts() -> list[tuple[str, str]]:
    return run("select shopper_id, email from ops.accounts order by email")


def test_an_address_that_is_confirmed_by_its_mail_is_an_account(client: Client, mail: Path) -> None:
    answer = sign_up(client, " Anna@Example.COM ", name="Anna")
    assert answer.headers["location"] == SENT
    page = client.get(SENT).text
    assert "A message to anna@example.com is on its way." in page
    assert str(mail) in page
    assert accounts() == []
    assert not is_signed_in(client)

    path, token = link(mail)
    assert path == "/account/confirm"
    page = client.get(path, params={"token": token}).text
    assert "anna@example.com" in page
    assert accounts() == []
    assert send(client, path, token=token, password=PASSWORD).headers["location"] == "/"
    [(shopper_id, address)] = accounts()
    assert address == "anna@example.com"
    assert re.fullmatch("[0-9a-f]{32}", shopper_id)
    assert run("select display_name from raw.shoppers where shopper_id = %s", (shopper_id,)) == [
        ("Anna",)
    ]
    page = client.get("/").text
    assert "Signed in as Anna." in page
    assert 'href="/account"' in page

    send(client, "/sign-out")
    assert not is_signed_in(client)
    assert sign_in(client, "ANNA@example.com").status_code == 303
    assert is_signed_in(client)


def test_the_link_alone_makes_no_account_of_a_strangers_password(
    client: Client, other: Client, mail: Path
) -> None:
    """Who signs up with somebody else's address gets no way into an account that they confirm."""
    sign_up(other, password="the stranger's own")
    path, token = link(mail)
    refused = send(client, path, token=token, password=PASSWORD)
    assert refused.status_code == 422
    assert "not the password that you chose" in refused.text
    assert accounts() == []
    # The owner signs up too, and confirms by their own mail: the stranger's link is over with it.
    sign_up(client)
    send(client, *link(mail)[:1], token=link(mail)[1], password=PASSWORD)
    assert len(accounts()) == 1
    assert send(other, path, token=token, password="the stranger's own").status_code == 404
    assert sign_in(other, password="the stranger's own").status_code == 422


def test_each_link_works_once_and_for_its_time(client: Client, mail: Path) -> None:
    sign_up(client)
    path, token = link(mail)
    assert client.get(path, params={"token": token}).status_code == 200
    execute("update ops.account_links set expires_at = now()")
    for answer in (
        client.get(path, params={"token": token}),
        send(client, path, token=token, password=PASSWORD),
    ):
        assert answer.status_code == 404
        assert "no longer works" in answer.text
    assert accounts() == []
    make_account(client, mail)
    path, token = link(mail)
    assert send(client, path, token=token, password=PASSWORD).status_code == 404
    for path in ("/account/confirm", "/account/claim", "/account/new-password"):
        assert client.get(path).status_code == 404
        assert client.get(path, params={"token": "яx"}).status_code == 404


@pytest.mark.parametrize("page", ["/account/claim", "/account/new-password"])
def test_a_link_opens_the_page_that_it_is_for_alone(client: Client, mail: Path, page: str) -> None:
    sign_up(client)
    token = link(mail)[1]
    assert client.get(page, params={"token": token}).status_code == 404
    assert send(client, page, token=token, password="another long one").status_code == 404
    assert accounts() == []


def test_of_tokens_and_passwords_only_hashes_are_kept(client: Client, mail: Path) -> None:
    sign_up(client)
    token = link(mail)[1]
    kept = str(run("select l::text from ops.account_links as l"))
    assert token not in kept
    assert PASSWORD not in kept
    assert "$argon2id$" in kept
    make_account(client, mail)
    kept = str(run("select a::text from ops.accounts as a"))
    assert PASSWORD not in kept
    assert "$argon2id$" in kept


def page_without_what_differs(page: str) -> str:
    return re.sub(r'value="[0-9a-f]{64,}"', "", page)


def test_signing_up_with_a_known_address_looks_as_with_another_one(
    client: Client, other: Client, mail: Path
) -> None:
    make_account(client, mail)
    known, unknown = sign_up(other), sign_up(other, "nobody@example.com")
    assert known.status_code == unknown.status_code == 303
    assert known.headers["location"] == unknown.headers["location"]
    assert known.content == unknown.content
    to_known, to_unknown = messages(mail)[-2:]
    assert (to_known["To"], to_unknown["To"]) == (EMAIL, "nobody@example.com")
    assert "already has an account" in text(to_known)
    assert "/account/new-password?" in text(to_known)
    assert "already has an account" not in text(to_unknown)
    # Nothing of the account changed.
    assert sign_in(other).status_code == 303


def test_signing_in_says_the_same_of_a_wrong_password_and_of_no_account(
    client: Client, other: Client, mail: Path
) -> None:
    make_account(client, mail)
    wrong = sign_in(other, password="another long one")
    unknown = sign_in(other, "nobody@example.com", "another long one")
    assert wrong.status_code == unknown.status_code == 422
    assert "The e-mail address or the password is wrong." in wrong.text
    assert page_without_what_differs(wrong.text).replace(
        EMAIL, "nobody@example.com"
    ) == page_without_what_differs(unknown.text)
    assert not is_signed_in(other)


def test_signing_in_computes_a_hash_for_an_unknown_address_too(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    verified: list[str] = []
    passwords = client.app.state.accounts.passwords
    hasher = passwords._hasher

    class Noting:
        def __getattr__(self, name: str) -> Any:
            return getattr(hasher, name)

        def verify(self, kept: str, password: str) -> bool:
            verified.append(kept)
            return hasher.verify(kept, password)

    monkeypatch.setattr(passwords, "_hasher", Noting())
    sign_in(client, "nobody@example.com")
    assert len(verified) == 1
    assert hasher.check_needs_rehash(verified[0]) is False


def test_a_reset_says_the_same_for_all_and_mails_owners_alone(
    client: Client, other: Client, mail: Path
) -> None:
    make_account(client, mail)
    before = len(messages(mail))
    known = send(other, "/account/reset", email=EMAIL)
    assert len(messages(mail)) == before + 1
    unknown = send(other, "/account/reset", email="nobody@example.com")
    assert len(messages(mail)) == before + 1
    assert known.status_code == unknown.status_code == 303
    assert known.headers["location"] == unknown.headers["location"] == SENT
    assert known.content == unknown.content


def test_another_password_by_mail_ends_every_session(
    client: Client, other: Client, mail: Path
) -> None:
    make_account(client, mail)
    send(other, "/account/reset", email=EMAIL)
    older = link(mail)
    send(other, "/account/reset", email=EMAIL)
    path, token = link(mail)
    assert EMAIL in other.get(path, params={"token": token}).text
    weak = send(other, path, token=token, password="short")
    assert weak.status_code == 422
    assert "at least 8 characters" in weak.text
    answer = send(other, path, token=token, password="a new way to go", next="/orders")
    assert answer.headers["location"] == "/orders"
    assert is_signed_in(other)
    assert not is_signed_in(client)
    assert send(other, path, token=token, password="once more, please").status_code == 404
    assert send(other, older[0], token=older[1], password="once more, please").status_code == 404
    assert sign_in(client).status_code == 422
    assert sign_in(client, password="a new way to go").status_code == 303


@pytest.mark.parametrize(
    ("password", "said"),
    [
        ("1234567", "at least 8 characters"),
        ("x" * 201, "at most 200 characters"),
        ("Anna@Example.com", "Do not use your e-mail address"),
        ("iloveyou", "Many people use this password"),
        ("Football", "Many people use this password"),
    ],
)
def test_a_password_that_is_tried_first_is_not_taken(
    client: Client, mail: Path, password: str, said: str
) -> None:
    refused = sign_up(client, password=password, name="Anna")
    assert refused.status_code == 422
    assert said in refused.text
    assert password not in refused.text
    for typed in ('value="anna@example.com"', 'value="Anna"', 'aria-invalid="true"'):
        assert typed in refused.text
    assert messages(mail) == []


@pytest.mark.parametrize("password", ["eight 88", "x" * 199 + "y", "слова и слова", " spaces "])
def test_any_other_password_is_taken(client: Client, mail: Path, password: str) -> None:
    assert sign_up(client, password=password).status_code == 303
    assert send(client, link(mail)[0], token=link(mail)[1], password=password).status_code == 303
    send(client, "/sign-out")
    assert sign_in(client, password=password).status_code == 303


@pytest.mark.parametrize(
    "address",
    ["", "anna", "anna@", "@example.com", "a b@example.com", "a@b@c", "a@example.com\nBcc: b@c.de",
     "a,b@example.com", "<a@example.com>", f"{'a' * 65}@example.com"],
)  # fmt: skip
def test_what_is_no_address_is_refused(client: Client, mail: Path, address: str) -> None:
    for path in ("/sign-up", "/account/reset", "/sign-in"):
        refused = send(client, path, email=address, password=PASSWORD)
        assert refused.status_code == 422
        assert 'id="email-error"' in refused.text
    assert messages(mail) == []


@pytest.mark.parametrize(
    "after", ["//elsewhere.example", "https://elsewhere.example", "/\\elsewhere.example", "x"]
)
def test_signing_in_leads_to_no_other_site(client: Client, mail: Path, after: str) -> None:
    sign_up(client, next=after)
    assert "elsewhere" not in text(messages(mail)[-1])
    path, token = link(mail)
    assert send(client, path, token=token, password=PASSWORD, next=after).headers["location"] == "/"
    assert sign_in(client, next=after).headers["location"] == "/"
    for page in ("/sign-in", "/sign-up", "/account/reset"):
        shown = client.get(page, params={"next": after}).text
        assert re.search(r'name="next"\s+value="/">', shown)


def test_signing_up_goes_on_where_it_began(client: Client, mail: Path) -> None:
    sign_up(client, next="/checkout")
    assert "next=%2Fcheckout" in text(messages(mail)[-1])
    path, token = link(mail)
    page = client.get(path, params={"token": token, "next": "/checkout"}).text
    assert 'name="next" value="/checkout"' in page


def test_each_way_in_gives_another_session(client: Client, mail: Path) -> None:
    planted = "A" * 43
    client.cookies.set(COOKIE, planted, domain="testserver.local")
    make_account(client, mail)
    ids = [client.cookies[COOKIE]]
    sign_in(client)
    ids.append(client.cookies[COOKIE])
    send(client, "/account/reset", email=EMAIL)
    send(client, link(mail)[0], token=link(mail)[1], password="a new way to go")
    ids.append(client.cookies[COOKIE])
    send(client, "/account/password", old_password="a new way to go", password=PASSWORD)
    ids.append(client.cookies[COOKIE])
    assert len({planted, *ids}) == 5
    assert len(run("select * from ops.sessions")) == 1


def test_a_form_without_the_pages_token_does_nothing(client: Client, mail: Path) -> None:
    make_account(client, mail)
    before = len(messages(mail))
    for path in (
        "/sign-in", "/sign-up", "/account/reset", "/account/confirm", "/account/claim",
        "/account/new-password", "/account/password", "/account/sessions/end",
        "/account/sign-out-everywhere",
    ):  # fmt: skip
        form = {"email": EMAIL, "password": PASSWORD, "old_password": PASSWORD}
        assert client.post(path, data=form).status_code == 403
        elsewhere = {"origin": "https://elsewhere.example"}
        assert client.post(path, data=form, headers=elsewhere).status_code == 403
    assert len(messages(mail)) == before
    assert is_signed_in(client)


def test_a_stranger_has_no_account_page(client: Client) -> None:
    assert client.get("/account").headers["location"] == "/sign-in?next=%2Faccount"
    for path in ("/account/password", "/account/sessions/end", "/account/sign-out-everywhere"):
        assert send(client, path).headers["location"] == "/sign-in?next=%2Faccount"


def test_a_shopper_who_was_chosen_has_no_password(client: Client) -> None:
    send(client, "/sign-in", shopper_id="agreed")
    page = client.get("/account").text
    assert "You chose this shopper of the demo." in page
    assert "old_password" not in page
    assert send(client, "/account/password").headers["location"] == "/sign-in?next=%2Faccount"


def test_who_has_an_account_is_not_chosen(client: Client, other: Client, mail: Path) -> None:
    send(other, "/sign-in", shopper_id="agreed")
    execute("insert into ops.accounts (shopper_id, email) values ('agreed', 'agreed@example.com')")
    assert not is_signed_in(other)
    refused = send(other, "/sign-in", shopper_id="agreed")
    assert refused.status_code == 422
    assert 'value="agreed"' not in client.get("/sign-in").text


def test_the_account_page_tells_and_ends_sessions(
    client: Client, other: Client, mail: Path
) -> None:
    make_account(client, mail)
    other.headers["User-Agent"] = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Firefox/145.0"
    sign_in(other)
    page = client.get("/account").text
    assert "anna@example.com" in page
    assert page.count("This browser") == 1
    assert "Firefox on Linux" in page
    assert "Unknown browser" in page
    assert re.search(r"Since \d+ \w+ \d{4}, \d\d:\d\d UTC, last used \d+ \w+ \d{4}", page)
    # Nothing else of what the browser said is kept.
    assert run("select data -> 'browser' from ops.sessions where data ? 'browser'") == [
        ({"browser": "Firefox", "system": "Linux"},)
    ]
    assert page.count('name="session"') == 2
    [theirs] = [
        found
        for found in re.findall(r'name="session"\s+value="([0-9a-f]{64})"', page)
        if found not in own_hash(client)
    ]
    answer = send(client, "/account/sessions/end", session=theirs)
    assert answer.headers["location"] == "/account"
    assert is_signed_in(client)
    assert not is_signed_in(other)
    # Again, a stranger's, and none at all are told apart by nothing.
    send(other, "/sign-in", shopper_id="agreed")
    for session in (theirs, own_hash(other), "x", ""):
        refused = send(client, "/account/sessions/end", session=session)
        assert refused.status_code == 404
        assert "no such session" in refused.text
    assert is_signed_in(other)


def own_hash(client: Client) -> str:
    return hashlib.sha256(client.cookies[COOKIE].encode()).hexdigest()


def test_the_own_session_can_be_ended_and_all_of_them(
    client: Client, other: Client, mail: Path
) -> None:
    make_account(client, mail)
    sign_in(other)
    send(client, "/account/sessions/end", session=own_hash(client))
    assert not is_signed_in(client)
    assert is_signed_in(other)
    sign_in(client)
    assert send(client, "/account/sign-out-everywhere").headers["location"] == "/"
    assert not is_signed_in(client)
    assert not is_signed_in(other)
    assert run("select * from ops.sessions") == []


def test_a_change_of_password_asks_the_old_one_and_ends_other_sessions(
    client: Client, other: Client, mail: Path
) -> None:
    make_account(client, mail)
    sign_in(other)
    refused = send(client, "/account/password", old_password="wrong", password="a new way to go")
    assert refused.status_code == 422
    assert "This is not your password." in refused.text
    refused = send(client, "/account/password", old_password=PASSWORD, password="short")
    assert refused.status_code == 422
    assert is_signed_in(other)
    answer = send(client, "/account/password", old_password=PASSWORD, password="a new way to go")
    assert answer.headers["location"] == "/account"
    assert is_signed_in(client)
    assert not is_signed_in(other)
    assert sign_in(other).status_code == 422
    assert sign_in(other, password="a new way to go").status_code == 303


def test_a_hash_of_other_parameters_is_made_anew_at_the_next_sign_in(
    client: Client, mail: Path
) -> None:
    make_account(client, mail)
    old = PasswordHasher(time_cost=1, memory_cost=64).hash(PASSWORD)
    execute(f"update ops.accounts set password_hash = '{old}'")
    assert sign_in(client).status_code == 303
    [(new,)] = run("select password_hash from ops.accounts")
    assert new != old
    assert not PasswordHasher().check_needs_rehash(new)
    assert sign_in(client).status_code == 303
    assert run("select password_hash from ops.accounts") == [(new,)]


def test_guessing_is_stopped_and_the_owner_stays(client: Client, other: Client, mail: Path) -> None:
    make_account(client, mail)
    answers = [sign_in(other, password=f"guess number {n}") for n in range(11)]
    assert [answer.status_code for answer in answers] == [422] * 10 + [429]
    stopped = answers[-1]
    assert 0 < int(stopped.headers["retry-after"]) <= 60
    assert "Too many attempts: wait" in stopped.text
    assert 'value="anna@example.com"' in stopped.text
    # The right password does not help any more, other accounts and the owner's session go on.
    assert sign_in(other).status_code == 429
    assert sign_in(other, "bob@example.com").status_code == 422
    assert is_signed_in(client)
    changed = send(client, "/account/password", old_password=PASSWORD, password="a new way to go")
    assert changed.status_code == 303


def test_attempts_grow_back_and_success_forgets_them(client: Client, mail: Path) -> None:
    make_account(client, mail)
    for n in range(9):
        sign_in(client, password=f"guess number {n}")
    assert sign_in(client).status_code == 303
    for n in range(10):
        assert sign_in(client, password=f"guess number {n}").status_code == 422
    assert sign_in(client).status_code == 429
    execute("update ops.account_attempts set free_at = free_at - interval '1 minute'")
    assert sign_in(client).status_code == 303


def test_one_address_guesses_at_few_accounts(client: Client) -> None:
    assert sign_in(client, "somebody@example.com").status_code == 422
    # As after many attempts.
    execute("update ops.account_attempts set free_at = free_at + interval '10 minutes'")
    assert sign_in(client, "else@example.com").status_code == 429


def test_two_processes_count_together(client: Client, other: Client) -> None:
    for n in range(10):
        browser = client if n % 2 else other
        assert sign_in(browser).status_code == 422
    assert sign_in(client).status_code == sign_in(other).status_code == 429


@pytest.mark.parametrize("path", ["/sign-up", "/account/reset"])
def test_an_address_gets_few_messages(client: Client, mail: Path, path: str) -> None:
    for _ in range(5):
        assert send(client, path, email=EMAIL, password=PASSWORD).status_code == 303
    refused = send(client, path, email=EMAIL, password=PASSWORD)
    assert refused.status_code == 429
    assert 60 < int(refused.headers["retry-after"]) <= 600
    assert "wait 10 minutes" in refused.text
    assert send(client, path, email="bob@example.com", password=PASSWORD).status_code == 303


def test_the_password_of_a_link_is_guessed_few_times(client: Client, mail: Path) -> None:
    sign_up(client)
    path, token = link(mail)
    answers = [send(client, path, token=token, password=f"guess {n}") for n in range(11)]
    assert [answer.status_code for answer in answers] == [422] * 10 + [429]
    assert send(client, path, token=token, password=PASSWORD).status_code == 429
    assert accounts() == []


def test_attempts_are_counted_without_a_name(client: Client) -> None:
    sign_in(client)
    sign_up(client)
    kept = str(run("select a::text from ops.account_attempts as a"))
    assert EMAIL not in kept
    assert "testclient" not in kept


def test_links_lead_to_this_site_whatever_host_is_asked_for(
    shop: dict[str, str], settings: Settings, mail: Path
) -> None:
    assert shop
    settings = load_settings()
    for allowed, origin, host, led in [
        (("*",), "", "elsewhere.example", None),
        (("*",), "", "192.0.2.1", None),
        (("testserver.local",), "", "192.0.2.1", None),
        (("testserver.local",), "", "testserver.local", "http://testserver.local/"),
        (("*",), "https://shop.example", "elsewhere.example", "https://shop.example/"),
    ]:
        browsers = replace(settings.browsers, public_origin=origin)
        app = create_app(replace(settings, allowed_hosts=allowed, browsers=browsers))
        with TestClient(app, base_url=f"http://{host}") as client:
            wait_until_connected(client)
            client.follow_redirects = False
            before = len(messages(mail))
            answer = send(client, "/account/reset", email="nobody@example.com")
            signed_up = sign_up(client, f"{before}-{host}@example.com")
            if led is None:
                assert answer.status_code == signed_up.status_code == 503
                assert "ALSOLIKE_PUBLIC_ORIGIN" in signed_up.text
                assert len(messages(mail)) == before
            else:
                assert answer.status_code == signed_up.status_code == 303
                assert f"{led}account/confirm?token=" in text(messages(mail)[-1])


def load_real_data() -> str:
    """Make it a real shop, with a customer of whom an export told the address; their id."""
    shopper_id = shopper_of("Real@Example.com", load_settings().shopper_key)
    assert shopper_id is not None
    execute("insert into ops.runs (command, started_at) values ('load', now())")
    execute(f"insert into raw.shoppers (shopper_id, display_name) values ('{shopper_id}', 'Rosa')")
    return shopper_id


def test_who_confirms_the_address_of_a_loaded_customer_is_that_customer(
    client: Client, mail: Path
) -> None:
    shopper_id = load_real_data()
    sign_up(client, "real@example.com", name="Somebody")
    assert accounts() == []
    path, token = link(mail)
    send(client, path, token=token, password=PASSWORD)
    assert accounts() == [(shopper_id, "real@example.com")]
    # What the shop calls them stays.
    assert "Signed in as Rosa." in client.get("/").text


def test_an_erased_customer_who_signs_up_is_somebody_new(client: Client, mail: Path) -> None:
    shopper_id = load_real_data()
    sign_up(client, "real@example.com")
    path, token = link(mail)
    with connect() as connection:
        erase(connection, shopper_id, source="command")
    assert send(client, path, token=token, password=PASSWORD).status_code == 404
    make_account(client, mail, "real@example.com")
    [(new_id, _)] = accounts()
    assert new_id != shopper_id


def test_an_erasure_leaves_nothing_of_an_account(client: Client, mail: Path) -> None:
    make_account(client, mail)
    send(client, "/account/reset", email=EMAIL)
    [(shopper_id, _)] = accounts()
    with connect() as connection:
        told = "".join(shopper_data(connection, shopper_id))
        assert EMAIL in told
        assert "argon2" not in told
        counts = erase(connection, shopper_id, source="command").counts
    assert counts["ops.accounts"] == counts["ops.account_links"] == counts["ops.sessions"] == 1
    assert not is_signed_in(client)
    assert EMAIL not in str(run("select l::text from ops.account_links as l"))
    assert sign_in(client).status_code == 422


def test_over_real_data_an_account_orders_and_stays_signed_in(client: Client, mail: Path) -> None:
    load_real_data()
    send(client, "/basket", product_id="knife-01")
    make_account(client, mail, "real@example.com")
    page = client.get("/checkout").text
    order_id = re.search(r'name="order_id" value="([^"]+)"', page)
    digest = re.search(r'name="digest" value="([^"]+)"', page)
    assert order_id is not None
    assert digest is not None
    placed = send(client, "/checkout", order_id=order_id[1], digest=digest[1])
    assert placed.headers["location"] == f"/orders/{order_id[1]}"
    assert "Thank you" in client.get(placed.headers["location"]).text
    send(client, "/products/pan-01/hide")
    assert "pan-01" in client.get("/hidden").text
    assert is_signed_in(client)
    execute("delete from ops.accounts")
    assert not is_signed_in(client)


def test_without_mail_being_sent_the_answer_is_the_same(
    client: Client, mail: Path, caplog: pytest.LogCaptureFixture
) -> None:
    mail.write_text("not a folder")
    assert sign_up(client).status_code == 303
    assert "A message could not be sent" in caplog.text
    assert EMAIL not in caplog.text


def test_while_the_database_is_away_nobody_signs_in_or_up(away: Client) -> None:
    token = re.search(r'name="_csrf_token" value="([^"]+)"', away.get("/sign-in").text)
    assert token is not None
    form = {"_csrf_token": token[1], "email": EMAIL, "password": PASSWORD}
    for path in ("/sign-in", "/sign-up", "/account/reset"):
        assert away.post(path, data=form).status_code == 503
    assert away.get("/account").status_code == 503


def invite(shopper_id: str, address: str, *more: str) -> str:
    result = CliRunner().invoke(commands, ["invite", shopper_id, address, *more])
    assert result.exit_code == 0, result.exception
    return result.output


def test_a_customer_who_is_invited_makes_their_account_by_the_link(
    client: Client, mail: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALSOLIKE_PUBLIC_ORIGIN", "http://testserver.local")
    said = invite("plain", "Plain@example.com")
    path, token = link(mail)
    assert str(mail) in said
    assert f"http://testserver.local{path}?token={token}" in said.splitlines()
    assert path == "/account/claim"
    page = client.get(path, params={"token": token}).text
    assert "plain@example.com" in page
    assert send(client, path, token=token, password="short").status_code == 422
    assert accounts() == []
    assert send(client, path, token=token, password=PASSWORD).status_code == 303
    assert accounts() == [("plain", "plain@example.com")]
    assert is_signed_in(client)
    assert send(client, path, token=token, password=PASSWORD).status_code == 404


@pytest.mark.parametrize(
    ("offered", "options", "subject"),
    [
        ("", [], "Your account is ready"),
        ("", ["--language", "DE"], "Ihr Konto ist bereit"),
        ("ru,en", [], "Ваша учётная запись готова"),
        ("ru,en", ["--language", "en"], "Your account is ready"),
    ],
    ids=["English", "German by option", "Russian by setting", "English by option"],
)
def test_an_invitation_is_in_the_shops_language_or_in_the_one_that_is_asked_for(
    client: Client,
    mail: Path,
    monkeypatch: pytest.MonkeyPatch,
    offered: str,
    options: list[str],
    subject: str,
) -> None:
    assert client
    monkeypatch.setenv("ALSOLIKE_PAGE_LANGUAGES", offered)
    monkeypatch.setenv("ALSOLIKE_PUBLIC_ORIGIN", "http://testserver.local")
    invite("plain", "plain@example.com", *options)
    assert messages(mail)[-1]["subject"] == subject
    assert link(mail)[0] == "/account/claim"


def test_there_is_no_invitation_in_a_language_that_the_site_does_not_have(
    client: Client, mail: Path
) -> None:
    assert client
    result = CliRunner().invoke(commands, ["invite", "plain", "a@example.com", "--language", "tlh"])
    assert "the site has en, de, ru" in str(result.exception)
    assert messages(mail) == []


@pytest.mark.parametrize(
    ("shopper_id", "address", "said"),
    [
        ("nobody", "nobody@example.com", "There is no shopper nobody"),
        ("agreed", "other@example.com", "have an account already"),
        ("plain", "agreed@example.com", "have an account already"),
        ("plain", "no address", "not an e-mail address"),
    ],
)
def test_who_cannot_be_invited_gets_no_mail(
    client: Client, mail: Path, shopper_id: str, address: str, said: str
) -> None:
    execute("insert into ops.accounts (shopper_id, email) values ('agreed', 'agreed@example.com')")
    result = CliRunner().invoke(commands, ["invite", shopper_id, address])
    assert said in str(result.exception)
    assert messages(mail) == []
    assert run("select * from ops.account_links") == []
