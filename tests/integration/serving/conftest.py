"""A primary server with a small shop, and its snapshot on the disk."""

import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest

from alsolike.embedded.postgres import byte_order
from alsolike.migrate import migrate
from tests.integration.serving.servers import Server, server_folder
from tests.shop.kitchen import make_kitchen
from tests.shop.snapshots import keep_snapshot


@pytest.fixture(scope="module")
def folder(postgres_server: dict[str, str]) -> Iterator[Path]:
    """Give a folder for the servers of a module."""
    assert postgres_server, "the embedded server makes the user that servers run as"
    with server_folder() as path:
        yield path


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the site's home."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def primary(folder: Path, home: Path, s3_server: dict[str, str]) -> Iterator[Server]:
    """Run a server with the shop, a snapshot of which lies in the home."""
    server = Server(folder, "primary")
    server.create()
    server.start()
    with pytest.MonkeyPatch.context() as patch:
        variables = {
            **s3_server,
            "ALSOLIKE_HOME": str(home),
            "ALSOLIKE_S3_BUCKET": f"test-{secrets.token_hex(4)}",
            "PGHOST": str(server.socket),
            "PGUSER": "postgres",
            "PGDATABASE": "postgres",
        }
        for name, value in variables.items():
            patch.setenv(name, value)
        with server.connect() as connection:
            connection.execute("create database shop " + byte_order(connection.info.server_version))
        patch.setenv("PGDATABASE", "shop")
        migrate()
        make_kitchen()
        keep_snapshot()
    yield server
    server.stop("immediate")


@pytest.fixture(scope="module")
def variables(primary: Server, home: Path) -> dict[str, str]:
    """Return the variables with which the site finds the primary and the home."""
    return {
        "PGHOST": str(primary.socket),
        "PGUSER": "postgres",
        "PGDATABASE": "shop",
        "ALSOLIKE_HOME": str(home),
    }
