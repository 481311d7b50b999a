"""Pages of errors, which still recommend."""

import logging
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from alsolike.settings import Settings
from api.app import create_app
from tests.fixtures.steps import kept_shop
from tests.fixtures.waiting import wait_for
from tests.shop.database import execute, run
from tests.shop.kitchen import make_kitchen, make_kitchen_marts

Client = TestClient[Litestar]
HTML = {"accept": "text/html"}


def shelf(page: str) -> list[str]:
    """Return the products of "Popular now"."""
    section = re.search(r'<section class="section"\s+id="popular".*?</section>', page, re.DOTALL)
    if section is None:
        return []
    return re.findall(r'<li class="card"\s+data-product="([^"]+)"', section.group(0))


class Clock:
    """A clock that goes on when it is told to."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def shop_client(shop: dict[str, str], settings: Settings, clock: Clock) -> Iterator[Client]:
    """Give a client of an app whose popular products age by the test's clock."""
    assert shop
    with TestClient(create_app(settings, clock=clock)) as client:
        client.follow_redirects = False
        yield client


@pytest.mark.parametrize("path", ["/nowhere", "/products/none", "/categories/Nowhere"])
def test_a_page_that_is_not_there_shows_what_is_popular(reader: Client, path: str) -> None:
    page = reader.get(path, headers=HTML)
    assert page.status_code == 404
    assert len(shelf(page.text)) == 12
    # The frame is whole as well.
    assert 'aria-label="Categories"' in page.text
    answer = reader.get(path, headers={"accept": "application/json"})
    assert "knife" not in answer.text


def test_the_list_is_read_once_a_minute(shop_client: Client, clock: Clock) -> None:
    first = shelf(shop_client.get("/nowhere", headers=HTML).text)
    run("update raw.products set is_hidden = true where product_id = %s", (first[0],))
    clock.now = 59
    assert shelf(shop_client.get("/nowhere", headers=HTML).text) == first
    clock.now = 61
    later = shelf(shop_client.get("/nowhere", headers=HTML).text)
    assert first[0] not in later
    assert len(later) == 12


def test_an_error_of_ours_shows_it_too(shop_client: Client) -> None:
    popular = shelf(shop_client.get("/nowhere", headers=HTML).text)
    execute(
        "drop function recs.demo_shoppers(integer);"
        " create function recs.demo_shoppers(p_k integer) returns table"
        " (shopper_id text, display_name text, categories text[]) language plpgsql as"
        " $$ begin raise exception 'made to fail' using errcode = 'XX000'; end $$"
    )
    page = shop_client.get("/sign-in", headers=HTML)
    assert page.status_code == 500
    assert shelf(page.text) == popular


def test_where_even_that_fails_the_page_stands_without(
    shop_client: Client, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    execute("alter table raw.products rename to gone")
    with caplog.at_level(logging.WARNING, "alsolike.web"):
        page = shop_client.get("/nowhere", headers=HTML)
        again = shop_client.get("/nowhere", headers=HTML)
    assert page.status_code == again.status_code == 404
    assert shelf(page.text) == []
    assert "Back to the shop" in page.text
    said = [one for one in caplog.messages if "shows no popular products" in one]
    # The second page did not try again at once.
    assert len(said) == 1
    execute("alter table raw.gone rename to products")
    clock.now = 6
    assert len(shelf(shop_client.get("/nowhere", headers=HTML).text)) == 12


def test_a_shopper_does_not_see_there_what_they_hid(shop_client: Client) -> None:
    page = shop_client.get("/sign-in").text
    token = re.search(r'name="_csrf_token" value="([^"]+)"', page)
    assert token is not None
    form = {"_csrf_token": token.group(1), "shopper_id": "agreed"}
    assert shop_client.post("/sign-in", data=form).status_code == 303
    hidden = shelf(shop_client.get("/products/none", headers=HTML).text)[0]
    form = {"_csrf_token": token.group(1), "next": "/"}
    assert shop_client.post(f"/products/{hidden}/hide", data=form).status_code == 303
    # The process reads what a shopper hid beside their requests.
    wait_for(lambda: hidden not in shelf(shop_client.get("/products/none", headers=HTML).text))


def test_without_pages_an_error_recommends_nothing(
    shop: dict[str, str], settings: Settings
) -> None:
    assert shop
    with TestClient(create_app(replace(settings, are_pages_on=False))) as client:
        page = client.get("/nowhere", headers=HTML).text
    assert shelf(page) == []
    assert "knife" not in page
    assert "Kitchen" not in page
    assert "/privacy" not in page


@pytest.fixture(scope="module")
def kept(
    postgres_server: dict[str, str],
    s3_server: dict[str, str],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[str, Path]]:
    """Make the shop and a snapshot of it: its database, and the home."""

    def make() -> None:
        make_kitchen()
        make_kitchen_marts()

    with kept_shop(postgres_server, s3_server, tmp_path_factory.mktemp("kept"), make) as kept:
        yield kept


@pytest.mark.parametrize("path", ["/nowhere", "/products/none"])
def test_without_the_database_the_snapshot_tells_what_is_popular(
    kept: tuple[str, Path], monkeypatch: pytest.MonkeyPatch, settings: Settings, path: str
) -> None:
    monkeypatch.setenv("PGHOST", "127.0.0.1")
    monkeypatch.setenv("PGPORT", "1")
    with TestClient(create_app(replace(settings, home=kept[1], are_pages_on=True))) as client:
        page = client.get(path, headers=HTML)
    assert page.status_code == 404
    assert len(shelf(page.text)) == 12
    assert "Shown as of" in page.text


def test_an_error_of_a_database_that_is_away_asks_it_for_nothing_more(
    kept: tuple[str, Path], monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    monkeypatch.setenv("PGHOST", "127.0.0.1")
    monkeypatch.setenv("PGPORT", "1")
    with TestClient(create_app(replace(settings, home=kept[1], are_pages_on=True))) as client:
        page = client.get("/sign-in")
        token = re.search(r'name="_csrf_token" value="([^"]+)"', page.text)
        assert token is not None
        form = {"_csrf_token": token.group(1), "shopper_id": "agreed"}
        answer = client.post("/sign-in", data=form, headers=HTML)
    assert answer.status_code == 503
    assert len(shelf(answer.text)) == 12


@pytest.mark.parametrize("path", ["/nowhere", "/products/pan-01/nowhere", "/products/none"])
def test_a_page_that_is_not_there_knows_who_is_signed_in(shop_client: Client, path: str) -> None:
    page = shop_client.get("/sign-in").text
    token = re.search(r'name="_csrf_token" value="([^"]+)"', page)
    assert token is not None
    form = {"_csrf_token": token.group(1), "shopper_id": "agreed"}
    assert "Sign in</a>" in shop_client.get(path, headers=HTML).text
    assert shop_client.post("/sign-in", data=form).status_code == 303
    form = {"_csrf_token": token.group(1), "product_id": "pan-01"}
    assert shop_client.post("/basket", data=form).status_code == 303
    answer = shop_client.get(path, headers=HTML)
    assert answer.status_code == 404
    assert "Shopper 1 · knives" in answer.text
    assert "Sign in</a>" not in answer.text
    assert re.search(r'class="basket-link__count">1<', answer.text, re.DOTALL)
    assert all(
        "_csrf_token" in one
        for one in re.findall(r'<form[^>]*method="post".*?</form>', answer.text, re.DOTALL)
    )
