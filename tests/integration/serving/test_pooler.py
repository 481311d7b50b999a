"""Behind PgBouncer: the site acts as its role or does not serve; commands say what they need."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import TypeVar

import httpx
import pytest
from litestar.testing import TestClient

from alsolike.app_role import set_app_password
from alsolike.cli import run as run_command
from alsolike.database import APP_ROLE, connect
from alsolike.errors import SharedSessionError
from alsolike.migrate import migrate
from alsolike.settings import load_settings
from alsolike.transform import transform
from api.app import create_app
from api.database.pool import Connection, Database
from tests.fixtures.pgbouncer import pgbouncer
from tests.fixtures.site import serving
from tests.integration.serving.servers import server_folder
from tests.shop.database import variables_set
from tests.shop.kitchen import make_kitchen

Result = TypeVar("Result")

PATHS = [
    "/v1/products/knife-01/similar",
    "/v1/products?limit=3",
    "/v1/shoppers/agreed/recommendations",
    "/products/knife-01",
    "/",
    "/search?q=knife",
]
OPTIONS_REFUSED = ""
OPTIONS_IGNORED = "ignore_startup_parameters = options,extra_float_digits"


@pytest.fixture
def folder() -> Iterator[Path]:
    """Give a folder with a short path."""
    with server_folder() as folder:
        yield folder


@pytest.fixture
def shop(database: dict[str, str]) -> dict[str, str]:
    """Give the shop, with the limits that a migration gives the roles in its database."""
    make_kitchen()
    migrate()
    return database


def ask(work: Callable[[Connection], Awaitable[Result]]) -> Result:
    """Do some work on the app's own pool, with the settings as they are."""

    async def run() -> Result:
        database = Database(load_settings())
        await database.open()
        try:
            return await database.run(work, wait=10)
        finally:
            await database.close()

    return asyncio.run(run())


async def acting_as(connection: Connection) -> tuple[object, ...] | None:
    cursor = await connection.execute("select current_user, current_setting('statement_timeout')")
    return await cursor.fetchone()


def refusal() -> str:
    """Return why `/health/ready` says that the database is away."""
    with TestClient(create_app(load_settings())) as client:
        response = client.get("/health/ready")
        assert response.status_code == 503
        return str(response.json()["detail"])


@pytest.mark.parametrize("more", [OPTIONS_REFUSED, OPTIONS_IGNORED], ids=["refused", "ignored"])
def test_pages_and_events_through_shared_connections(
    shop: dict[str, str], folder: Path, tmp_path: Path, more: str
) -> None:
    users = {APP_ROLE: "app's"}
    pages = {"ALSOLIKE_PAGES": "true"}
    with (
        pgbouncer(folder, shop, users, pool_mode="transaction", more=more) as pooled,
        serving({**pooled, **pages}, tmp_path / "log.txt") as address,
        httpx.Client(base_url=address) as client,
    ):
        for number in range(12):
            for path in PATHS:
                answer = client.get(path)
                assert answer.status_code == 200, (path, answer.text)
                assert answer.headers.get("alsolike-tier") == "live", path
            event = {"event_id": f"e{number}", "kind": "view", "product_id": "knife-01"}
            written = client.post("/v1/events", json={**event, "shopper_id": "agreed"})
            assert written.status_code == 201, written.text
        assert client.get("/health/ready").json()["status"] == "ready"
    assert "Prepared" not in (tmp_path / "log.txt").read_text()


def test_the_role_and_its_limit_hold_on_shared_connections(
    shop: dict[str, str], folder: Path
) -> None:
    users = {APP_ROLE: "app's"}
    with pgbouncer(folder, shop, users, pool_mode="transaction") as pooled, variables_set(pooled):
        assert ask(acting_as) == (APP_ROLE, "2s")


def test_another_login_is_refused_where_it_cannot_take_the_role(
    shop: dict[str, str],
    folder: Path,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:
    users = {shop["PGUSER"]: "owner's"}
    with (
        pgbouncer(folder, shop, users, pool_mode="transaction", more=OPTIONS_IGNORED) as pooled,
        variables_set({**pooled, "ALSOLIKE_PORT": "1"}),
    ):
        reason = refusal()
        assert f"log in as {APP_ROLE}" in reason
        assert shop["PGUSER"] not in reason
        told = [line.message for line in caplog.records if "cannot be connected to" in line.message]
        assert len(told) == 1
        assert run_command(["serve"]) == 1
        error = capsys.readouterr().err
        assert f"log in as {APP_ROLE}" in error
        assert error.count("\n") == 1


def test_a_wrong_password_is_told(shop: dict[str, str], folder: Path) -> None:
    users = {APP_ROLE: "app's"}
    with (
        pgbouncer(folder, shop, users, pool_mode="transaction") as pooled,
        variables_set({**pooled, "PGPASSWORD": "another"}),
    ):
        assert "password authentication failed" in refusal()


@pytest.mark.parametrize(
    ("limit", "said"), [("0", "has none"), ("1min", "is 60000 ms")], ids=["none", "too-long"]
)
def test_without_the_time_limit_of_the_role_the_site_does_not_serve(
    shop: dict[str, str], folder: Path, limit: str, said: str
) -> None:
    name = shop["PGDATABASE"]
    with connect() as connection:
        connection.execute(
            f"alter role {APP_ROLE} in database {name} set statement_timeout = '{limit}'".encode()
        )
    users = {APP_ROLE: "app's"}
    with pgbouncer(folder, shop, users, pool_mode="transaction") as pooled, variables_set(pooled):
        reason = refusal()
        assert said in reason
        assert "set statement_timeout = '2000ms'" in reason


def test_a_pooler_that_keeps_sessions_is_like_none(shop: dict[str, str], folder: Path) -> None:
    users = {shop["PGUSER"]: "owner's"}
    with (
        pgbouncer(folder, shop, users, pool_mode="session", pool_size=10) as pooled,
        variables_set({**pooled, "ALSOLIKE_POOLER": "session"}),
    ):
        assert ask(acting_as) == (APP_ROLE, "2s")
        assert migrate() != "base"
        summary = transform(select="stg_products", with_tests=False, report=lambda *_: None)
        assert summary.nodes == {"success": 1}


@pytest.mark.parametrize(
    "command",
    [
        ["migrate"],
        ["load", "."],
        ["transform"],
        ["embed"],
        ["neighbours"],
        ["train"],
        ["export"],
        ["worker"],
    ],
    ids=" ".join,
)
def test_a_command_says_that_it_needs_a_session(
    shop: dict[str, str],
    folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    command: list[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    users = {shop["PGUSER"]: "owner's"}
    with pgbouncer(folder, shop, users, pool_mode="transaction") as pooled, variables_set(pooled):
        assert run_command(command) == 1
    error = capsys.readouterr().err
    assert "session of its own" in error
    assert error.count("\n") == 1


def test_a_session_of_a_command_leaves_nothing_on_a_shared_connection(
    shop: dict[str, str], folder: Path
) -> None:
    users = {shop["PGUSER"]: "owner's"}
    with (
        pgbouncer(folder, shop, users, pool_mode="transaction", pool_size=1) as pooled,
        variables_set(pooled),
        connect(needs_session=False, autocommit=True) as connection,
    ):
        # All who share the server connection see this.
        connection.execute("set statement_timeout = '12345ms'")
        with pytest.raises(SharedSessionError), connect():
            pass
        assert connection.execute("show statement_timeout").fetchone() == ("12345ms",)


def test_a_pooler_that_is_told_of_need_not_be_seen(
    shop: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert shop
    monkeypatch.setenv("ALSOLIKE_POOLER", "transaction")
    assert f"log in as {APP_ROLE}" in refusal()
    with pytest.raises(SharedSessionError), connect():
        pass
    monkeypatch.setenv("PGUSER", APP_ROLE)
    assert ask(acting_as) == (APP_ROLE, "2s")


def test_a_login_that_may_not_act_as_the_app_is_refused(
    shop: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert shop
    monkeypatch.setenv("PGUSER", "alsolike_analyst")
    reason = refusal()
    assert f"may not act as {APP_ROLE}" in reason


def test_a_server_without_the_role_is_waited_for(
    shop: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.database.connections.APP_ROLE", "alsolike_nobody")
    assert shop
    assert "run `alsolike migrate`" in refusal()


def test_a_migration_gives_the_role_a_password_without_sending_it(shop: dict[str, str]) -> None:
    assert shop
    try:
        set_app_password("a-secret-of-the-app")
        with connect() as connection:
            kept = connection.execute(
                "select rolpassword from pg_authid where rolname = %s", (APP_ROLE,)
            ).fetchone()
        assert kept is not None
        assert str(kept[0]).startswith("SCRAM-SHA-256$")
    finally:
        with connect() as connection:
            connection.execute(f"alter role {APP_ROLE} password null".encode())
