"""The pages that explain recommendations and privacy."""

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from alsolike.settings import Settings
from api.about.pages import ABOUT_PATHS
from api.app import create_app
from api.visitors.choices import CHOICES_PATH
from tests.shop.database import execute

Client = TestClient[Litestar]


def token_of(page: str) -> str:
    found = re.search(r'name="_csrf_token" value="([^"]+)"', page)
    assert found is not None
    return found.group(1)


@pytest.fixture
def open_shop(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    """Give a client of an app with pages that has neither a database nor a snapshot."""
    monkeypatch.setenv("PGHOST", "127.0.0.1")
    monkeypatch.setenv("PGPORT", "1")
    app = create_app(replace(settings, are_pages_on=True, keep_session_views_days=1))
    with TestClient(app) as client:
        client.follow_redirects = False
        yield client


@pytest.mark.parametrize("path", [*ABOUT_PATHS, CHOICES_PATH])
def test_every_page_leads_there(reader: Client, path: str) -> None:
    for page in ("/", "/products/knife-01", "/nowhere", *ABOUT_PATHS):
        assert f'href="{path}"' in reader.get(page).text


@pytest.mark.parametrize("path", ABOUT_PATHS)
def test_its_button_switches_personalisation_on_and_off_and_leads_back(
    client: Client, path: str
) -> None:
    for agree, after in (("yes", "This visit is personalised"), ("no", "is not personalised")):
        page = client.get(path).text
        assert f'name="agree" value="{agree}"' in " ".join(page.split())
        form = {"_csrf_token": token_of(page), "agree": agree, "next": path}
        response = client.post("/personalise", data=form, headers={"referer": "/elsewhere"})
        assert response.headers["location"] == path
        assert after in client.get(path).text


@pytest.mark.parametrize("path", ABOUT_PATHS)
def test_it_is_there_without_database_and_snapshot(open_shop: Client, path: str) -> None:
    response = open_shop.get(path)
    assert response.status_code == 200
    assert "Switch personalisation on" in response.text
    assert open_shop.head(path).status_code == 200


def test_the_choices_are_there_without_database_and_snapshot(open_shop: Client) -> None:
    page = open_shop.get(CHOICES_PATH).text
    assert "Now: no, because you have not decided yet." in page
    # A no is kept by the browser alone.
    form = {"_csrf_token": token_of(page), "agree": "no", "next": CHOICES_PATH}
    assert open_shop.post("/personalise", data=form).status_code == 303
    assert "Now: no.<" in open_shop.get(CHOICES_PATH).text


def test_a_signed_in_shopper_reads_it_while_nobody_can_be_looked_up(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    form = {"_csrf_token": token_of(client.get("/sign-in").text), "shopper_id": "agreed"}
    assert client.post("/sign-in", data=form).status_code == 303
    assert "Switch personalisation off" in client.get("/privacy").text

    # As after a broken migration.
    execute("alter table raw.shoppers rename to gone")
    assert client.get("/privacy").status_code == 200
    assert "A visitor was not looked up" in caplog.text


def test_privacy_tells_the_retention_that_is_set(reader: Client, open_shop: Client) -> None:
    assert re.search(r"<td>\s*365 days, or until you withdraw\s*</td>", reader.get("/privacy").text)
    assert re.search(r"<td>\s*1 day, or until you withdraw\s*</td>", open_shop.get("/privacy").text)
    assert "30 days after your last page" in " ".join(reader.get("/privacy").text.split())


def test_privacy_names_every_cookie(client: Client) -> None:
    page = client.get("/sign-in")
    form = {"_csrf_token": token_of(page.text), "shopper_id": "agreed"}
    client.post("/sign-in", data=form)
    text = client.get("/privacy").text
    assert set(client.cookies) == {"alsolike_session", "alsolike_csrf"}
    assert all(name in text for name in client.cookies)
