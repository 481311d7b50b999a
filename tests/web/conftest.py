"""The kitchen shop, and clients of the app on it."""

from collections.abc import Iterator

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from alsolike.settings import Settings, load_settings
from api.app import create_app
from tests.shop.database import cloned_database, variables_set
from tests.shop.kitchen import make_kitchen


@pytest.fixture
def shop(database: dict[str, str]) -> dict[str, str]:
    """Give the test the shop in a database of its own."""
    make_kitchen()
    return database


@pytest.fixture
def app(shop: dict[str, str], settings: Settings) -> Litestar:
    """Give the app on the shop."""
    assert shop
    return create_app(settings)


@pytest.fixture
def client(app: Litestar) -> Iterator[TestClient[Litestar]]:
    """Give a client of the app that keeps cookies and follows no redirect."""
    with TestClient(app) as client:
        client.follow_redirects = False
        yield client


@pytest.fixture(scope="session")
def reader(postgres_server: dict[str, str]) -> Iterator[TestClient[Litestar]]:
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
def away(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient[Litestar]]:
    """Give a client of an app whose database is not there: nothing listens on port 1."""
    monkeypatch.setenv("PGHOST", "127.0.0.1")
    monkeypatch.setenv("PGPORT", "1")
    with TestClient(create_app(settings)) as client:
        client.follow_redirects = False
        yield client
