"""The shop's own name, logo, colours and texts on the pages."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from alsolike.settings import Settings
from api.app import create_app
from tests.web.conftest import wait_until_connected

EXAMPLE = Path(__file__).resolve().parents[2] / "web" / "themes" / "orchard"

Client = TestClient[Litestar]


@pytest.fixture
def orchard(shop: dict[str, str], settings: Settings) -> Iterator[Client]:
    """Give a client of the shop in the example's look, below a prefix."""
    assert shop
    app = create_app(replace(settings, theme_folder=EXAMPLE, path_prefix="/shop"))
    with TestClient(app) as client:
        wait_until_connected(client)
        client.follow_redirects = False
        yield client


def test_every_page_has_the_shops_name_logo_and_colours(orchard: Client) -> None:
    home = orchard.get("/shop/").text
    assert "<h1>Good things grow together.</h1>" in home
    assert '<meta property="og:site_name" content="Orchard">' in home
    assert 'content="#fbf7f4"' in home
    for path in ("/shop/", "/shop/products/knife-01", "/shop/search?q=knife", "/shop/nowhere"):
        page = orchard.get(path, headers={"accept": "text/html"}).text
        title = re.search(r"<title>(.*?)</title>", page, re.DOTALL)
        assert title is not None
        assert "Orchard" in title[1]
        assert "alsolike" not in re.sub(r'"[^"]*"', "", page).lower()
        (logo,) = re.findall(r'<img src="(/shop/theme/logo-[0-9a-f]+\.svg)"', page)
        (icon,) = re.findall(r'<link rel="icon"\s+href="(/shop/theme/icon-[^"]+)"', page)
        (css,) = re.findall(r'<link rel="stylesheet" href="(/shop/theme/[0-9a-f]+\.css)">', page)
        assert page.index("site.css") < page.index(css)

    answers = [orchard.get(address) for address in (logo, icon, css)]
    types = [answer.headers["content-type"].partition(";")[0] for answer in answers]
    assert types == ["image/svg+xml", "image/svg+xml", "text/css"]
    assert all("immutable" in answer.headers["cache-control"] for answer in answers)
    assert answers[0].content == (EXAMPLE / "logo.svg").read_bytes()
    assert "--accent: #a12b1f" in answers[2].text
    assert orchard.get("/shop/favicon.ico").headers["location"] == icon


def test_the_theme_speaks_the_readers_language(orchard: Client) -> None:
    german = orchard.get("/shop/", headers={"accept-language": "de"}).text
    assert "Gutes wächst zusammen." in german
    assert '<a href="https://shop.example/impressum">Impressum</a>' in german
    assert "Imprint" not in german
    # A language that the theme does not have reads its English.
    french = orchard.get("/shop/", headers={"accept-language": "fr"}).text
    assert "Good things grow together." in french


def test_without_a_theme_nothing_of_one_is_there(client: Client) -> None:
    page = client.get("/").text
    assert "/theme/" not in page
    assert client.get("/theme/logo.svg").status_code == 404
    assert client.get("/favicon.ico").headers["location"] == "/static/icon.svg"
