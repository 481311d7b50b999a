"""Accounts on the site: signing up and in, mailed links, passwords, sessions."""

import email
import re
from collections.abc import Iterator
from dataclasses import replace
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import httpx
import pytest
from litestar.testing import TestClient

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
