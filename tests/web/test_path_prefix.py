"""Below a path prefix at a proxy, which strips it or keeps it, every address leads to the site."""

import re
from collections.abc import Iterator
from dataclasses import replace
from html import unescape
from urllib.parse import unquote

import pytest
from granian.utils.proxies import wrap_asgi_with_proxy_headers
from litestar import Litestar
from litestar.testing import TestClient
from litestar.types import ASGIApp, Receive, Scope, Send

from alsolike.errors import SettingError
from alsolike.settings import Settings, load_settings
from api.app import create_app

PREFIX = "/shop"
Client = TestClient[ASGIApp]

_ADDRESS = re.compile(r'(?:href|src|action|hx-get|hx-post)="([^"]*)"')
_PAGES = ["/shop", "/shop/", "/shop/products/knife-01", "/shop/search?q=knife", "/shop/sign-in"]


def proxy(app: ASGIApp, *, is_stripping: bool) -> ASGIApp:
    """Publish a site below the prefix, as a reverse proxy does; elsewhere is another site."""

    async def published(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            path = scope["path"]
            assert path == PREFIX or path.startswith(f"{PREFIX}/"), f"{path} is another site's"
            if is_stripping:
                scope["path"] = path.removeprefix(PREFIX) or "/"
                scope["raw_path"] = scope["raw_path"].removeprefix(PREFIX.encode()) or b"/"
        await app(scope, receive, send)

    return published


@pytest.fixture
def site(shop: dict[str, str], settings: Settings) -> Litestar:
    """Give the app below the prefix."""
    assert shop
    return create_app(replace(settings, path_prefix=PREFIX, are_pages_on=True))


@pytest.fixture(params=[True, False], ids=["strips", "keeps"])
def client(site: Litestar, request: pytest.FixtureRequest) -> Iterator[Client]:
    """Give a client of the proxy."""
    with TestClient(proxy(site, is_stripping=bool(request.param))) as client:
        client.follow_redirects = False
        yield client


# A canonical address is a whole one.
_OWN = "http://testserver.local"


def addresses(html: str) -> set[str]:
    found = {unescape(address).removeprefix(_OWN) for address in _ADDRESS.findall(html)}
    return {address for address in found if not address.startswith(("#", "data:", "https://"))}


def test_every_address_of_every_page_leads_to_the_site(client: Client) -> None:
    html = {"accept": "text/html"}
    waiting, seen = set(_PAGES), set()
    while waiting:
        address = waiting.pop()
        seen.add(address)
        answer = client.get(address, headers=html)
        # Some addresses take a form alone.
        assert answer.status_code in {200, 405}, address
        if answer.headers["content-type"].startswith("text/html") and len(seen) < 150:
            waiting |= addresses(answer.text) - seen
    assert {"/shop/static/site.css", "/shop/static/vendor/htmx/htmx.min.js"} <= seen
    assert any(address.startswith("/shop/categories/") for address in seen)
    assert all(address.startswith(PREFIX) for address in seen)


def test_an_error_leads_back_to_the_site(client: Client) -> None:
    answer = client.get("/shop/nowhere", headers={"accept": "text/html"})
    assert answer.status_code == 404
    assert "/shop/" in addresses(answer.text)


def test_signing_in_buying_and_consent_stay_on_the_site(client: Client) -> None:
    page = client.get("/shop/sign-in?next=/shop/products/knife-01")
    cookies = page.headers.get_list("set-cookie")
    assert cookies
    assert all("path=/shop;" in f"{cookie.lower()};" for cookie in cookies)

    def send(path: str, **form: str) -> str:
        answer = client.post(path, data={"_csrf_token": token(page.text), **form})
        assert answer.status_code == 303
        return answer.headers["location"]

    product = "/shop/products/knife-01"
    assert send("/shop/basket", product_id="knife-01") == product
    assert (
        client.get("/shop/checkout").headers["location"] == "/shop/sign-in?next=%2Fshop%2Fcheckout"
    )
    assert send("/shop/sign-in", shopper_id="agreed", next=product) == product
    assert "Shopper 1" in client.get(product).text
    assert send("/shop/basket/quantity", product_id="knife-01", quantity="2") == "/shop/basket"
    assert send("/shop/personalise", agree="yes", next=product) == product
    assert send("/shop/personalise", agree="yes", next="/another-site") == "/shop/"
    assert send("/shop/sign-out") == "/shop/"


def token(page: str) -> str:
    found = re.search(r'name="_csrf_token" value="([^"]+)"', page)
    assert found is not None
    return found[1]


def test_the_api_names_its_addresses_with_the_prefix(client: Client) -> None:
    listed = client.get("/shop/v1/products?limit=1")
    following = listed.json()["next"]
    assert following.startswith("/shop/v1/products?")
    assert listed.headers["link"] == f'<{following}>; rel="next"'
    assert client.get(following).status_code == 200
    similar = client.get("/shop/v1/trending?k=1").json()["next"]
    assert similar.startswith("/shop/v1/trending?")
    assert client.get(similar).status_code == 200
    assert client.get("/shop/v1/nothing").json()["instance"] == "/shop/v1/nothing"
    assert client.get("/shop/schema/openapi.json").json()["servers"] == [{"url": PREFIX}]


def test_an_id_with_a_slash_is_found(client: Client) -> None:
    answer = client.get("/shop/v1/products/a%2Fb%2525")
    assert answer.status_code == 404
    assert "a/b%25" in unquote(answer.text)


@pytest.mark.parametrize(("proto", "secure"), [("http", 0), ("https", 1)])
def test_over_https_cookies_are_for_https_alone(site: Litestar, proto: str, secure: int) -> None:
    behind_tls = wrap_asgi_with_proxy_headers(site, ["testclient"])
    with TestClient(behind_tls) as client:
        # Without the client's address the other header does not count.
        told = {"x-forwarded-for": "192.0.2.7", "x-forwarded-proto": proto}
        answer = client.get("/shop/", headers=told)
        cookies = answer.headers.get_list("set-cookie")
        assert cookies
        assert [cookie.lower().count("; secure") for cookie in cookies] == [secure] * len(cookies)


def test_the_prefix_is_no_address_of_the_sites_own(
    site: Litestar, monkeypatch: pytest.MonkeyPatch
) -> None:
    first_segments = {route.path.split("/")[1] for route in site.routes} - {""}
    assert first_segments
    for segment in first_segments:
        monkeypatch.setenv("ALSOLIKE_PATH_PREFIX", f"/{segment}/x")
        # No prefix begins with a dot, whatever is at such an address.
        said = "such as /shop" if segment.startswith(".") else "begin so"
        with pytest.raises(SettingError, match=said):
            load_settings()


@pytest.mark.parametrize(
    "given", ["shop", "https://shop.example/x", "/a b", "//x", "/a/../b", "/%20"]
)
def test_what_is_no_prefix_is_refused(given: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALSOLIKE_PATH_PREFIX", given)
    with pytest.raises(SettingError, match="such as /shop"):
        load_settings()


@pytest.mark.parametrize(("given", "read"), [("/shop/", "/shop"), ("/", ""), ("/a/b", "/a/b")])
def test_a_slash_at_the_end_does_not_count(
    given: str, read: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALSOLIKE_PATH_PREFIX", given)
    assert load_settings().path_prefix == read
