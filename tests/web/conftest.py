"""The kitchen shop, and clients of the app on it."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from alsolike.settings import Settings, load_settings
from alsolike.snapshot.local_file import snapshot_folder
from api.app import create_app
from tests.fixtures.steps import AWAY
from tests.shop.database import cloned_database, execute, run, variables_set
from tests.shop.kitchen import make_kitchen

Client = TestClient[Litestar]


def wait_until_connected(client: Client) -> None:
    """Wait for the app's first connections, which a busy machine may make slowly.

    A write waits for a connection for a second and a half, and is then refused.
    """

    async def wait() -> None:
        for pool in client.app.state.database.pools().values():
            await pool.wait(60.0)

    with client.portal() as portal:
        portal.call(wait)


@pytest.fixture
def shop(database: dict[str, str]) -> dict[str, str]:
    """Give the test the shop in a database of its own."""
    make_kitchen()
    return database


@pytest.fixture
def app(shop: dict[str, str], settings: Settings) -> Litestar:
    """Give the app on the shop; a slow machine makes no statement of it fail."""
    assert shop
    return create_app(replace(settings, statement_timeout_ms=10_000, fallback_timeout_ms=10_000))


@pytest.fixture
def client(app: Litestar) -> Iterator[Client]:
    """Give a client of the app that keeps cookies and follows no redirect."""
    with TestClient(app) as client:
        wait_until_connected(client)
        client.follow_redirects = False
        yield client


@pytest.fixture
def hasty(shop: dict[str, str], settings: Settings) -> Iterator[Client]:
    """Give a client of an app that soon gives up a statement."""
    assert shop
    hasty = replace(settings, statement_timeout_ms=400, fallback_timeout_ms=200)
    with TestClient(create_app(hasty)) as client:
        wait_until_connected(client)
        client.follow_redirects = False
        yield client


@pytest.fixture(scope="session")
def reader(postgres_server: dict[str, str]) -> Iterator[Client]:
    """Give a client of one shop that all tests which change nothing share.

    The pool's one connection is opened here, while the variables point to that shop.
    """
    with cloned_database(postgres_server) as variables:
        with variables_set({**variables, "ALSOLIKE_POOL_SIZE": "1"}):
            make_kitchen()
            client = TestClient(create_app(load_settings()))
            client.follow_redirects = False
            client.__enter__()
            assert client.get("/health/ready").status_code == 200
        yield client
        client.__exit__(None, None, None)


@pytest.fixture
def away(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    """Give a client of an app whose database is not there: nothing listens on port 1."""
    monkeypatch.setenv("PGHOST", "127.0.0.1")
    monkeypatch.setenv("PGPORT", "1")
    with TestClient(create_app(settings)) as client:
        client.follow_redirects = False
        yield client


@pytest.fixture
def site(
    kept: tuple[str, Path],
    postgres_server: dict[str, str],
    tmp_path: Path,
) -> Iterator[Client]:
    """Give a client of an app on a copy of the module's shop `kept`, with its snapshot."""
    shutil.copytree(snapshot_folder(kept[1]), snapshot_folder(tmp_path))
    settings = {
        "ALSOLIKE_HOME": str(tmp_path),
        # A slow machine makes no step fail that is there.
        "ALSOLIKE_STATEMENT_TIMEOUT_MS": "10000",
        "ALSOLIKE_FALLBACK_TIMEOUT_MS": "10000",
    }
    with (
        cloned_database(postgres_server, kept[0]) as variables,
        variables_set({**variables, **settings}),
        TestClient(create_app(load_settings())) as client,
    ):
        wait_until_connected(client)
        client.follow_redirects = False
        yield client


@pytest.fixture
def only(site: Client) -> Callable[[str], AbstractContextManager[Any]]:
    """Give a function whose block the named step is the first to answer in."""

    @contextmanager
    def from_step(tier: str) -> Iterator[None]:
        functions = [
            run("select pg_get_functiondef(%s::regproc)", (f"recs.{name}",))[0][0]
            for name in ("recommend_with_reasons", "similar_products")
        ]
        away = ", ".join(f"'{way}'" for way in AWAY[tier])
        for text in functions if away else ():
            fails = f"if p_way in ({away}) then raise undefined_function; end if;"
            execute(text.replace("\nbegin\n", f"\nbegin\n{fails}\n", 1))
        # Steps that keep failing are not tried any more.
        for _ in range(4):
            for path in ("/v1/products/knife-05/similar", "/v1/shoppers/agreed/recommendations"):
                assert site.get(path).headers["alsolike-tier"] == tier
        yield
        for text in functions:
            execute(text)

    return from_step
