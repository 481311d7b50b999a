"""A small shop, served by the real command, and a real browser to visit it with."""

import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import psycopg
import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect, sync_playwright
from psycopg import sql

from alsolike.migrate import migrate
from alsolike.runs import recorded_run

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# No update, sync or sandbox helper of the browser's own may reach for the network.
CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
DESKTOP: ViewportSize = {"width": 1280, "height": 900}
STARTS_WITHIN_SECONDS = 60

SHELVES = {
    "tent": "Outdoors > Tents",
    "mug": "Kitchen > Mugs",
    "pen": "Office > Pens",
    "seed": "Garden > Seeds",
}
PRODUCTS_PER_SHELF = 10
DIMENSION = 8


@dataclass
class Visit:
    """A page of the shop in a browser of its own, and what went wrong on it.

    Attributes
    ----------
    has_scripts : bool
        Whether the browser runs JavaScript.
    complaints : list of str
        Console errors, script errors, answers of 400 and above, requests beyond the loopback.
    """

    page: Page
    site: str
    has_scripts: bool
    complaints: list[str] = field(default_factory=list)

    def open(self, path: str) -> None:
        """Go to a page of the shop."""
        self.page.goto(self.site + path)

    def block(self) -> list[str]:
        """Return the ids of the products that the first page recommends, in order."""
        cards = self.page.locator("#recommendations .card")
        expect(cards.first).to_be_visible()
        ids = [card.get_attribute("data-product") for card in cards.all()]
        return [product_id for product_id in ids if product_id]

    def sign_in(self, shopper_id: str) -> None:
        """Sign in through the page that lists the shoppers."""
        self.open("/sign-in")
        self.page.locator(f"button[name=shopper_id][value='{shopper_id}']").click()
        expect(self.page.get_by_role("button", name="Sign out")).to_be_visible()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Run a headless Chromium.

    It lives for one module rather than the session: Playwright's event loop runs as long as it
    does, and code of later tests could not start its own.
    """
    path = next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)
    if path is None:
        reason = f"no browser on this machine (looked for {', '.join(CHROMIUM_NAMES)})"
        if os.environ.get("CI", "").lower() in {"1", "true"}:
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=CHROMIUM_ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def shop(postgres_server: dict[str, str]) -> Iterator[dict[str, str]]:
    """Make a database with 40 products on 4 shelves; its `PG*` variables.

    The vectors of a shelf lie close together and far from the other shelves.
    """
    name = f"test_shop_{secrets.token_hex(6)}"
    server = {**postgres_server, "PGDATABASE": "postgres"}
    with _connect(server) as connection:
        connection.execute(sql.SQL("create database {}").format(sql.Identifier(name)))
    variables = {**postgres_server, "PGDATABASE": name}
    with pytest.MonkeyPatch.context() as patch:
        for key, value in variables.items():
            patch.setenv(key, value)
        migrate()
        # As `alsolike demo` does: the pages are for looking at its shop.
        with recorded_run("demo", {"products": len(SHELVES) * PRODUCTS_PER_SHELF}):
            pass
    with _connect(variables) as connection:
        _fill(connection)
    yield variables
    with _connect(server) as connection:
        connection.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))


@pytest.fixture(scope="module")
def site(shop: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve the shop with `alsolike serve`; its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    log = tmp_path_factory.mktemp("site") / "log.txt"
    with (
        log.open("w") as output,
        subprocess.Popen(
            [sys.executable, "-m", "alsolike", "serve"],
            cwd=ROOT,
            env={**os.environ, **shop, "ALSOLIKE_PORT": str(port)},
            stdout=output,
            stderr=subprocess.STDOUT,
        ) as process,
    ):
        try:
            _wait_until_it_answers(process, address, log)
            yield address
        finally:
            process.terminate()
            process.wait(STARTS_WITHIN_SECONDS)


@pytest.fixture(params=[True, False], ids=["scripts", "no-scripts"])
def visit(browser: Browser, site: str, request: pytest.FixtureRequest) -> Iterator[Visit]:
    """Give the test a fresh visit, once with and once without JavaScript.

    At the end nothing may have gone wrong in the browser.
    """
    with browser.new_context(viewport=DESKTOP, java_script_enabled=bool(request.param)) as context:
        visit = Visit(context.new_page(), site, has_scripts=bool(request.param))
        _watch(visit)
        yield visit
    assert visit.complaints == []


@pytest.fixture
def shopper(shop: dict[str, str]) -> Iterator[str]:
    """Make a consenting shopper without a history; the id."""
    shopper_id = f"shopper-{secrets.token_hex(4)}"
    with _connect(shop) as connection:
        connection.execute(
            "insert into raw.shoppers (shopper_id, display_name) values (%s, %s)",
            [shopper_id, f"Shopper {shopper_id[-8:]} · just arrived"],
        )
        connection.execute(
            "insert into raw.consents (shopper_id, purpose, is_granted, source) "
            "values (%s, 'personalisation', true, 'test')",
            [shopper_id],
        )
        yield shopper_id
        connection.execute("delete from raw.shoppers where shopper_id = %s", [shopper_id])


@pytest.fixture
def purchases_of(shop: dict[str, str]) -> Callable[[str], list[str]]:
    """Give a function that reads which products a shopper bought."""

    def read(shopper_id: str) -> list[str]:
        with _connect(shop) as connection:
            rows = connection.execute(
                "select product_id from raw.purchases where shopper_id = %s", [shopper_id]
            ).fetchall()
        return [row[0] for row in rows]

    return read


def _watch(visit: Visit) -> None:
    page, complain = visit.page, visit.complaints.append
    page.on("console", lambda said: complain(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: complain(f"script error: {error}"))
    page.on(
        "request",
        lambda request: (
            complain(f"left the loopback: {request.url}")
            if urlsplit(request.url).hostname not in {"127.0.0.1", None}
            else None
        ),
    )
    page.on(
        "response",
        lambda response: (
            complain(f"{response.status} {response.url}") if response.status >= 400 else None
        ),
    )


def _wait_until_it_answers(process: subprocess.Popen[bytes], address: str, log: Path) -> None:
    last = time.monotonic() + STARTS_WITHIN_SECONDS
    while time.monotonic() < last:
        with suppress(OSError), urllib.request.urlopen(f"{address}/health/ready"):  # noqa: S310
            return
        # Waits for the end of the process, so that a failed start is noticed at once.
        with suppress(subprocess.TimeoutExpired):
            process.wait(0.05)
            break
    pytest.fail(f"`alsolike serve` did not start:\n{log.read_text()}")


def _fill(connection: psycopg.Connection[Any]) -> None:
    rng = np.random.default_rng(1)
    encoder = connection.execute(
        "insert into recs.encoders (name, sha256, dimension) values ('test', 'none', %s) "
        "returning encoder_id",
        [DIMENSION],
    ).fetchone()
    assert encoder is not None
    model = connection.execute(
        "select recs.add_model('average', 'average', %s, %s, '{}')", [encoder[0], DIMENSION]
    ).fetchone()
    assert model is not None
    for shelf, (word, category) in enumerate(SHELVES.items()):
        for number in range(1, PRODUCTS_PER_SHELF + 1):
            product_id = f"{word}-{number:02}"
            # Without a history the newest are popular: the shelves take turns.
            age = f"{number * len(SHELVES) + shelf} hours"
            connection.execute(
                "insert into raw.products (product_id, title, description, category, brand, price,"
                " currency, image_url, attributes, created_at) values (%s, %s, %s, %s, 'Plainly',"
                " %s, 'EUR', %s, %s, now() - %s::interval)",
                [
                    product_id,
                    f"Plain {word} number {number}",
                    f"One plain {word}, as it should be.",
                    category,
                    number + 0.5,
                    None if number % 2 else "/static/icon.svg",
                    f'{{"colour": "grey", "number": {number}}}',
                    age,
                ],
            )
            vector = rng.normal(scale=0.05, size=DIMENSION)
            vector[shelf] = 1
            vector /= np.linalg.norm(vector)
            connection.execute(
                "insert into recs.product_vectors (model_id, product_id, embedding) "
                "values (%s, %s, %s::halfvec)",
                [model[0], product_id, str(vector.tolist())],
            )
    connection.execute("select recs.build_vector_index(%s)", [model[0]])
    connection.execute("insert into recs.serving_model (model_id) values (%s)", [model[0]])


def _connect(variables: dict[str, str]) -> psycopg.Connection[Any]:
    return psycopg.connect(
        host=variables["PGHOST"],
        port=int(variables["PGPORT"]),
        user=variables["PGUSER"],
        dbname=variables["PGDATABASE"],
        autocommit=True,
    )
