"""Over real data nobody chooses who they are; people sign in to accounts. Pages may be off."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner
from litestar import Litestar
from litestar.testing import TestClient

from alsolike.api_keys import read_api_keys
from alsolike.cli import commands
from alsolike.database import connect
from alsolike.runs import recorded_run
from alsolike.settings import Settings, load_settings
from api.app import create_app
from tests.fixtures.waiting import wait_for
from tests.shop.database import take_away
from tests.shop.snapshots import keep_snapshot

Client = TestClient[Litestar]

HTML = {"accept": "text/html,*/*;q=0.8"}
KEY = "k" * 16
PAGES = [
    "/",
    "/products/knife-01",
    "/products/none",
    "/categories/Kitchen",
    "/search?q=knife",
    "/sign-in",
]
FORMS = [
    ("/sign-in", {"shopper_id": "agreed"}),
    ("/sign-out", {}),
    ("/personalise", {"agree": "yes"}),
    ("/basket", {"product_id": "knife-01"}),
    ("/basket/quantity", {"product_id": "knife-01", "quantity": "2"}),
    ("/checkout", {"order_id": f"web-{'0' * 32}", "digest": ""}),
    ("/orders/one/return", {"purchase_id": "one"}),
    ("/orders/one/again", {}),
    ("/products/knife-01/hide", {}),
]


def visit(settings: Settings, cookies: httpx.Cookies | None = None) -> Client:
    """Return a client of an app of its own, with the cookies of another one."""
    client = TestClient(create_app(settings), cookies=cookies)
    client.follow_redirects = False
    return client


def load(folder: Path) -> None:
    """Load a customer, as who runs the shop does."""
    (folder / "shoppers.csv").write_text("shopper_id,display_name\nreal,Rosalind Real\n")
    result = CliRunner().invoke(commands, ["load", str(folder), "--consent", "personalisation"])
    assert result.exit_code == 0, result.output


def send(client: Client, path: str, **form: str) -> httpx.Response:
    """Send a form with the token that every page gives out."""
    client.get("/")
    token = client.cookies.get("alsolike_csrf") or ""
    return client.post(path, data={"_csrf_token": token, **form}, headers=HTML)


def sign_in(client: Client, shopper_id: str) -> None:
    assert send(client, "/sign-in", shopper_id=shopper_id).status_code == 303
    assert "Sign out" in client.get("/").text


def purchases() -> int:
    with connect() as connection:
        return len(connection.execute("select 1 from raw.purchases").fetchall())


@pytest.fixture
def real(shop: dict[str, str], tmp_path: Path) -> dict[str, str]:
    """Give a shop that was the demo's before a customer was loaded into it."""
    load(tmp_path)
    return shop


@pytest.fixture
def closed(real: dict[str, str]) -> Iterator[Client]:
    """Give a client of an app on real data without pages, with API keys."""
    assert real
    settings = replace(load_settings(), are_pages_on=False, api_keys=read_api_keys([KEY]))
    with visit(settings) as client:
        yield client


@pytest.fixture
def opened(real: dict[str, str]) -> Iterator[Client]:
    """Give a client of an app on real data."""
    assert real
    with visit(load_settings()) as client:
        yield client


@pytest.mark.parametrize("path", PAGES)
def test_without_pages_a_visitor_is_told_what_this_is(closed: Client, path: str) -> None:
    page = closed.get(path, headers=HTML)
    assert page.status_code == 404
    assert page.headers["content-type"].startswith("text/html")
    assert "has no pages" in page.text
    assert "ALSOLIKE_PAGES" in page.text
    assert re.findall(r'<a[^>]*href="([^"]+)"', page.text) == ["#content"]
    assert "<form" not in page.text
    for name in ("Shopper 1", "Rosalind", "Kitchen", "A knife"):
        assert name not in page.text
    problem = closed.get(path, headers={"accept": "application/json"})
    assert problem.status_code == problem.json()["status"] == 404
    assert "ALSOLIKE_PAGES" in problem.json()["detail"]


@pytest.mark.parametrize(("path", "form"), FORMS)
def test_without_pages_no_form_is_taken(closed: Client, path: str, form: dict[str, str]) -> None:
    assert send(closed, path, **form).status_code in {403, 404}
    assert purchases() == 0


def test_without_pages_the_api_and_health_answer(closed: Client) -> None:
    assert closed.get("/health/live").status_code == 200
    assert closed.get("/health/ready").status_code == 200
    assert closed.get("/v1/trending").status_code == 401
    for path in ("/v1/trending", "/v1/shoppers/agreed/recommendations"):
        answer = closed.get(path, headers={"x-api-key": KEY})
        assert len(answer.json()["items"]) == 10
    assert closed.get("/schema/openapi.json").status_code == 200
    assert closed.get("/nowhere", headers=HTML).status_code == 404


def test_nobody_chooses_a_shopper_over_real_data(opened: Client) -> None:
    for path in PAGES:
        page = opened.get(path, headers=HTML)
        assert page.status_code == (404 if "none" in path else 200)
        assert "/sign-in" in page.text
        assert "Choose a shopper" not in page.text
        assert "Shopper 1" not in page.text
    for shopper_id in ("agreed", "real"):
        refused = send(opened, "/sign-in", shopper_id=shopper_id)
        assert refused.status_code == 404
        assert "You cannot choose a shopper here" in refused.text
    send(opened, "/basket", product_id="knife-01")
    answer = send(opened, "/checkout", order_id=f"web-{'0' * 32}", digest="")
    assert answer.headers["location"] == "/sign-in?next=%2Fcheckout"
    assert purchases() == 0


def test_a_visitor_without_a_name_may_still_agree(opened: Client) -> None:
    assert send(opened, "/personalise", agree="yes").status_code == 303
    opened.get("/products/spade-03")
    assert "Because you viewed" in opened.get("/").text


def test_a_cookie_of_the_demo_signs_nobody_in_over_real_data(
    client: Client, tmp_path: Path
) -> None:
    sign_in(client, "agreed")
    load(tmp_path)
    with visit(load_settings(), client.cookies) as later:
        page = later.get("/")
        assert page.status_code == 200
        assert "Sign out" not in page.text
        assert "Shopper 1" not in page.text
        send(later, "/basket", product_id="knife-01")
        send(later, "/checkout", order_id=f"web-{'0' * 32}", digest="")
        assert purchases() == 0


def test_a_load_counts_while_the_site_runs(client: Client, tmp_path: Path) -> None:
    sign_in(client, "agreed")
    load(tmp_path)
    # At once for who signs in or is signed in, and soon for the form.
    assert send(client, "/sign-in", shopper_id="real").status_code != 303
    assert "Shopper 1" not in client.get("/").text
    wait_for(lambda: "Choose a shopper" not in client.get("/sign-in").text)


def test_a_load_counts_from_its_beginning_however_it_ends(shop: dict[str, str]) -> None:
    assert shop
    with recorded_run("load", {}), visit(load_settings()) as client:
        assert "Choose a shopper" not in client.get("/sign-in").text
    with pytest.raises(RuntimeError), recorded_run("load", {}):
        raise RuntimeError
    with visit(load_settings()) as client:
        assert "Choose a shopper" not in client.get("/sign-in").text


@pytest.mark.usefixtures("database")
def test_in_a_shop_that_nobody_made_there_is_nobody_to_choose() -> None:
    with visit(load_settings()) as client:
        page = client.get("/sign-in", headers=HTML)
        assert page.status_code == 200
        assert "Choose a shopper" not in page.text
        # They come with the demo, without a start.
        with recorded_run("demo", {}):
            pass
        wait_for(lambda: "Choose a shopper" in client.get("/sign-in").text)


def test_pages_can_be_off_over_the_demo_too(shop: dict[str, str]) -> None:
    assert shop
    with visit(replace(load_settings(), are_pages_on=False)) as client:
        assert client.get("/", headers=HTML).status_code == 404
        assert client.get("/v1/trending").status_code == 200


def test_without_a_database_the_snapshot_says_what_the_shop_was(
    client: Client, s3: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shop: dict[str, str]
) -> None:
    assert s3
    sign_in(client, "agreed")
    monkeypatch.setenv("ALSOLIKE_SECRET", load_settings().secret)
    monkeypatch.setenv("ALSOLIKE_HOME", str(tmp_path))
    keep_snapshot()
    load(tmp_path)
    keep_snapshot()
    take_away(shop)
    with visit(replace(load_settings(), are_pages_on=False), client.cookies) as later:
        page = later.get("/", headers=HTML)
        assert page.status_code == 404
        assert "has no pages" in page.text
        assert later.get("/v1/trending").json()["tier"] == "snapshot"
    with visit(load_settings(), client.cookies) as later:
        page = later.get("/", headers=HTML)
        assert page.headers["alsolike-tier"] == "snapshot"
        assert "Sign out" not in page.text
        assert "Choose a shopper" not in later.get("/sign-in", headers=HTML).text


def test_without_a_database_and_a_snapshot_pages_wait(away: Client) -> None:
    for path in PAGES:
        if path != "/sign-in":
            assert away.get(path, headers=HTML).status_code == 503
    # Who they are is not asked before they say so.
    assert away.get("/sign-in", headers=HTML).status_code == 200
