"""Sign-ins beside a new password and beside an erasure: neither leaves a session behind."""

import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from litestar.testing import TestClient

from alsolike.database import connect, query
from alsolike.privacy.erase import erase
from alsolike.privacy.hashes import shopper_hash
from alsolike.settings import Settings, load_settings
from api.accounts import pages
from api.accounts.store import token_hash
from api.app import create_app
from api.sessions.store import hash_of
from api.visitors.session import sign_in
from tests.fixtures.waiting import wait_for
from tests.shop.database import add_rows, execute, run
from tests.web.conftest import Client, wait_until_connected

EMAIL, OLD, NEW = "anna@example.com", "a long way to go", "a new way to go"
TOKEN = "the link's token"


@pytest.fixture(autouse=True)
def account(client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make an account, with a link by which it gets another password."""
    assert client
    monkeypatch.setenv("ALSOLIKE_SECRET", load_settings().secret)
    monkeypatch.setenv("ALSOLIKE_HOME", str(tmp_path))
    add_rows("raw.shoppers", [{"shopper_id": "anna", "display_name": "Anna"}])
    kept = {"shopper_id": "anna", "email": EMAIL, "password_hash": PasswordHasher().hash(OLD)}
    add_rows("ops.accounts", [kept])
    add_link()


@pytest.fixture
def other(client: Client, settings: Settings) -> Iterator[Client]:
    """Give a second browser, which another process of the same site serves."""
    assert client
    with TestClient(create_app(settings)) as other:
        wait_until_connected(other)
        other.follow_redirects = False
        yield other


def add_link() -> None:
    link = {"purpose": "reset", "shopper_id": "anna", "email": EMAIL}
    hashed = {"token_hash": token_hash(TOKEN), "expires_at": "infinity"}
    add_rows("ops.account_links", [{**link, **hashed}])


def send(client: Client, path: str, **form: str) -> Any:
    client.get("/privacy")
    return client.post(path, data={"_csrf_token": client.cookies["alsolike_csrf"], **form})


def enter(client: Client, password: str = OLD) -> Any:
    return send(client, "/sign-in", email=EMAIL, password=password)


def reset(client: Client) -> Any:
    return send(client, "/account/new-password", token=TOKEN, password=NEW)


def sessions() -> list[bytes]:
    return [bytes(row[0]) for row in run("select session_hash from ops.sessions")]


def erase_anna() -> None:
    with connect() as connection:
        erase(connection, "anna", source="command")


def meanwhile(client: Client, monkeypatch: pytest.MonkeyPatch, happens: Callable[[], None]) -> None:
    """Let something happen once a password was checked, before the session is written."""
    passwords = client.app.state.accounts.passwords
    verify = passwords.verify

    async def verified(kept: str | None, password: str) -> bool:
        is_right = await verify(kept, password)
        happens()
        return is_right

    monkeypatch.setattr(passwords, "verify", verified)


def test_a_former_password_opens_nothing_though_it_was_right_a_moment_ago(
    client: Client, other: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    statuses: list[int] = []
    meanwhile(client, monkeypatch, lambda: statuses.append(reset(other).status_code))
    answer = enter(client)
    assert statuses == [303]
    assert answer.status_code == 409
    assert "Sign in again." in answer.text
    assert len(sessions()) == 1
    assert client.get("/account").headers["location"].startswith("/sign-in")
    assert other.get("/account").status_code == 200


def test_a_sign_in_under_way_is_waited_for_and_ended_by_a_new_password(client: Client) -> None:
    [(kept,)] = run("select password_hash from ops.accounts")
    session = {"session_hash": hash_of("s"), "seconds": 60.0, "old_hash": None}
    account = {"shopper_id": "anna", "password_hash": kept}
    with ThreadPoolExecutor(1) as threads, connect() as entering:
        assert entering.execute(query("api/sessions/hold_account"), account).rowcount == 1
        data = {"data": '{"shopper_id": "anna", "by": "account"}'}
        entering.execute(query("api/sessions/replace_session"), {**session, **data})
        waiting = threads.submit(reset, client)
        blocked = "select count(*) from pg_stat_activity where %s = any(pg_blocking_pids(pid))"
        pid = (entering.info.backend_pid,)
        wait_for(lambda: run(blocked, pid) == [(1,)])
        entering.commit()
        assert waiting.result().status_code == 303
    assert hash_of("s") not in sessions()
    assert len(sessions()) == 1


def test_a_password_that_is_made_anew_at_a_sign_in_is_the_accounts(client: Client) -> None:
    weak = PasswordHasher(time_cost=1, memory_cost=64).hash(OLD)
    execute(f"update ops.accounts set password_hash = '{weak}'")
    assert enter(client).status_code == 303
    assert run("select password_hash from ops.accounts") != [(weak,)]
    assert client.get("/account").status_code == 200


def test_an_erasure_leaves_no_session_of_a_sign_in_under_way(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    meanwhile(client, monkeypatch, erase_anna)
    assert enter(client).status_code == 409
    assert sessions() == []


def test_nobody_is_chosen_who_was_just_erased(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def entering(request: Any, shopper_id: str, **more: Any) -> None:
        with connect() as connection:
            erase(connection, shopper_id, source="command")
        await sign_in(request, shopper_id, **more)

    monkeypatch.setattr(pages, "sign_in", entering)
    assert send(client, "/sign-in", shopper_id="agreed").status_code == 409
    assert sessions() == []


def test_an_erasure_waits_for_a_sign_in_and_ends_its_session(client: Client) -> None:
    assert client
    session = {"session_hash": hash_of("s"), "seconds": 60.0, "old_hash": None}
    shopper = {"shopper_id": "anna", "shopper_hash": shopper_hash("anna")}
    with ThreadPoolExecutor(1) as threads, connect() as entering:
        held = entering.execute(query("api/sessions/hold_shopper"), shopper).fetchone()
        assert held == (True,)
        data = {"data": '{"shopper_id": "anna", "by": "account"}'}
        entering.execute(query("api/sessions/replace_session"), {**session, **data})
        waiting = threads.submit(erase_anna)
        blocked = "select count(*) from pg_stat_activity where %s = any(pg_blocking_pids(pid))"
        pid = (entering.info.backend_pid,)
        wait_for(lambda: run(blocked, pid) == [(1,)])
        entering.commit()
        waiting.result()
    assert sessions() == []


def test_a_session_of_nobody_ends_with_the_next_page(client: Client) -> None:
    enter(client)
    assert len(sessions()) == 1
    execute("delete from raw.shoppers where shopper_id = 'anna'")
    assert client.get("/account").headers["location"].startswith("/sign-in")
    assert sessions() == []


def test_a_mailed_link_is_over_once_the_owner_has_chosen_a_password(
    client: Client, other: Client
) -> None:
    enter(client)
    # To sign in alone spends none.
    assert other.get("/account/new-password", params={"token": TOKEN}).status_code == 200
    wrong = send(client, "/account/password", old_password="not this one", password=NEW)
    assert wrong.status_code == 422
    assert other.get("/account/new-password", params={"token": TOKEN}).status_code == 200
    changed = send(client, "/account/password", old_password=OLD, password=NEW)
    assert changed.status_code == 303
    assert reset(other).status_code == 404
    assert run("select count(*) from ops.account_links") == [(0,)]
    assert enter(other, NEW).status_code == 303


def test_as_much_is_written_for_an_address_without_an_account(client: Client) -> None:
    execute("delete from ops.account_links")
    for written, address in enumerate((EMAIL, "nobody@example.com"), start=1):
        assert send(client, "/account/reset", email=address).status_code == 303
        assert run("select count(*) from ops.account_links") == [(written,)]
    rows = run("select email, shopper_id, expires_at < now() + '2 hours' from ops.account_links")
    assert [row for row in rows if row[0] == EMAIL] == [(EMAIL, "anna", True)]
    [(email, shopper_id, is_over_soon)] = [row for row in rows if row[0] != EMAIL]
    # It names nobody.
    assert (email, is_over_soon) == ("", True)
    assert re.fullmatch("[0-9a-f]{32}", shopper_id)
