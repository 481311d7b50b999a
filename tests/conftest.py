"""Fixtures that every test may use: real Postgres with pgvector, a real S3 server.

One embedded server of each kind runs for the whole session in a temporary home. Each test that
asks for `database` gets its own database, cloned from a migrated template, so tests share nothing.
"""

import os
import secrets
import tempfile
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest

from alsolike.embedded.postgres import embedded_postgres
from alsolike.embedded.s3 import embedded_s3
from alsolike.settings import Settings, load_settings
from tests.shop.database import TEMPLATE, cloned_database, make_template

# The major version of the test server: 18, or 16.
VERSION = "ALSOLIKE_POSTGRES_VERSION"

# What is tried on the oldest Postgres too: migrations, pipeline, worker, serving.
OLDEST = (
    "integration/embed/test_embed_all.py",
    "integration/loading/test_folder.py",
    "integration/loading/test_returns.py",
    "integration/privacy/test_erase.py",
    "integration/search/test_search_products.py",
    "integration/snapshot/test_worker_snapshot.py",
    "integration/test_installations.py",
    "integration/test_migrations.py",
    "integration/test_recommend_functions.py",
    "integration/test_role_limits.py",
    "web/test_api.py",
    "web/test_catalogue_changes.py",
    "web/test_lists.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests of those modules."""
    for item in items:
        if item.path.relative_to(Path(__file__).parent).as_posix() in OLDEST:
            item.add_marker("oldest")


@pytest.fixture(scope="session", autouse=True)
def clean_environment() -> Iterator[Path]:
    """Run with a home of our own and none of the caller's settings.

    The home is not below pytest's own temporary folder: as root the server runs as another user,
    and every other pytest session that starts closes that folder to it.
    """
    with (
        tempfile.TemporaryDirectory(prefix="alsolike-", ignore_cleanup_errors=True) as folder,
        pytest.MonkeyPatch.context() as patch,
    ):
        home = Path(folder)
        for name in list(os.environ):
            # The version of the server is what one runs the tests with, not of the shop.
            if name.startswith(("PG", "AWS_", "ALSOLIKE_")) and name != VERSION:
                patch.delenv(name)
        patch.setenv("ALSOLIKE_HOME", str(home))
        patch.setenv("HF_HUB_OFFLINE", "1")
        # What the test client calls the site.
        patch.setenv("ALSOLIKE_ALLOWED_HOSTS", "testserver.local,localhost")
        patch.setenv("AWS_EC2_METADATA_DISABLED", "true")
        yield home


@pytest.fixture(scope="session")
def postgres_server(clean_environment: Path) -> Iterator[dict[str, str]]:
    """Run one server with a migrated template database; its `PG*` variables."""
    version = load_settings().postgres_version
    with embedded_postgres(clean_environment / "postgres", version) as variables:
        make_template(variables)
        yield variables


@pytest.fixture
def empty_database(
    postgres_server: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[dict[str, str]]:
    """Give the test a database without a schema; its `PG*` variables are set."""
    yield from _database(postgres_server, monkeypatch, "template0")


@pytest.fixture
def database(
    postgres_server: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[dict[str, str]]:
    """Give the test a migrated database without data; its `PG*` variables are set."""
    yield from _database(postgres_server, monkeypatch, TEMPLATE)


@pytest.fixture(scope="session")
def s3_server(clean_environment: Path) -> Iterator[dict[str, str]]:
    """Run one S3 server; its `AWS_*` variables."""
    with embedded_s3(clean_environment / "s3", "alsolike") as variables:
        yield variables


@pytest.fixture
def s3(s3_server: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> str:
    """Give the test a bucket of its own; its name. The `AWS_*` variables are set."""
    bucket = f"test-{secrets.token_hex(4)}"
    for name, value in s3_server.items():
        monkeypatch.setenv(name, value)
    # Through the server: it keeps a listing for a second and would miss a folder made behind it.
    boto3.Session().client("s3").create_bucket(Bucket=bucket)
    monkeypatch.setenv("ALSOLIKE_S3_BUCKET", bucket)
    return bucket


@pytest.fixture
def settings() -> Settings:
    """Read the settings as they are now; name it after `database` and `s3`."""
    return load_settings()


def _database(
    server: dict[str, str], monkeypatch: pytest.MonkeyPatch, template: str
) -> Iterator[dict[str, str]]:
    with cloned_database(server, template) as variables:
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        yield variables
