"""A primary and a replica of it: who is asked for what, and what happens when one is gone."""

import asyncio
import logging
import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import cast

import httpx
import psycopg
import pytest

from alsolike.settings import load_settings
from api.database.pool import Connection, Database
from tests.fixtures.site import serving
from tests.fixtures.waiting import wait_for
from tests.integration.serving.servers import Server, StopMode, load
from tests.shop.database import variables_set

PATHS = [
    "/v1/products/knife-05/similar",
    "/v1/shoppers/agreed/recommendations",
    "/products/knife-05",
    "/",
]


@pytest.fixture(scope="module")
def replica(folder: Path, primary: Server) -> Iterator[Server]:
    """Run a replica of the primary."""
    server = Server(folder, "replica")
    server.copy(primary)
    server.start()
    yield server
    server.stop("immediate")


@pytest.fixture(scope="module")
def site(
    primary: Server,
    replica: Server,
    variables: dict[str, str],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[str]:
    """Serve the shop from both."""
    hosts = {**variables, "PGHOST": f"{primary.socket},{replica.socket}"}
    with serving(hosts, tmp_path_factory.mktemp("site") / "log.txt") as address:
        yield address


@pytest.fixture
def client(site: str) -> Iterator[httpx.Client]:
    """Give a client that keeps cookies."""
    with httpx.Client(base_url=site, timeout=30) as client:
        yield client


@pytest.fixture
def behind(replica: Server) -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    """Let the replica stand still, as one that lags does."""
    with replica.connect("shop") as connection:
        connection.execute("select pg_wal_replay_pause()")
        wait_for(
            lambda: (
                connection.execute("select pg_get_wal_replay_pause_state()").fetchone()
                == ("paused",)
            )
        )
        yield connection
        connection.execute("select pg_wal_replay_resume()")


def view(event_id: str, product_id: str, **who: str) -> dict[str, str]:
    return {"event_id": event_id, "kind": "view", "product_id": product_id, **who}


def reasons(response: httpx.Response) -> set[str | None]:
    assert response.status_code == 200, response.text
    return {item["reason"]["event_id"] for item in response.json()["items"]}


def last_read(server: Server) -> datetime | None:
    """Tell when a server was last asked for similar products by a connection that is open."""
    with server.connect() as connection:
        row = connection.execute(
            "select max(query_start) from pg_stat_activity"
            " where application_name = 'alsolike-web' and query like '%%similar_products%%'"
        ).fetchone()
    assert row is not None
    return cast("datetime | None", row[0])


def test_reads_go_to_the_replica_and_writes_to_the_primary(
    client: httpx.Client, primary: Server, replica: Server
) -> None:
    before = last_read(primary), last_read(replica)
    assert client.get(PATHS[0]).status_code == 200
    assert last_read(primary) == before[0]
    assert last_read(replica) != before[1]
    written = client.post("/v1/events", json=view("one", "pan-03", shopper_id="agreed"))
    assert written.status_code == 201
    with primary.connect("shop") as connection:
        found = connection.execute("select view_id from raw.views").fetchall()
    assert ("one",) in found


def test_one_sees_what_one_did_while_the_replica_lags(
    client: httpx.Client, behind: psycopg.Connection[tuple[object, ...]]
) -> None:
    written = client.post("/v1/events", json=view("two", "spade-03", shopper_id="plain"))
    assert written.status_code == 201
    assert behind.execute("select 1 from raw.views where view_id = 'two'").fetchone() is None
    assert "two" in reasons(client.get("/v1/shoppers/plain/recommendations"))


def test_a_position_travels_from_one_process_to_the_next(
    client: httpx.Client,
    primary: Server,
    behind: psycopg.Connection[tuple[object, ...]],
) -> None:
    assert behind
    written = client.post("/v1/events", json=view("three", "pan-07", session_id="visit"))
    position = written.headers["alsolike-position"]
    assert re.fullmatch("[0-9A-F]+/[0-9A-F]+", position)
    before = last_read(primary)
    assert client.get(PATHS[0]).status_code == 200
    for nonsense in ("", "x", "0/0/0", "1/2' or true", "FFFFFFFFF/0"):
        answer = client.get(PATHS[0], headers={"alsolike-position": nonsense})
        assert answer.status_code == 200
    assert last_read(primary) == before, "who wrote nothing reads from the replica"
    assert client.get(PATHS[0], headers={"alsolike-position": position}).status_code == 200
    assert last_read(primary) != before
    numbers = client.get("/metrics").text
    assert 'alsolike_pool_connections{pool="write",state="idle"}' in numbers


def test_a_visitor_sees_what_they_did_while_the_replica_lags(
    client: httpx.Client, behind: psycopg.Connection[tuple[object, ...]]
) -> None:
    token = re.search(r'name="_csrf_token" value="([^"]+)"', client.get("/sign-in").text)
    assert token is not None
    form = {"_csrf_token": token[1]}
    assert client.post("/sign-in", data={**form, "shopper_id": "agreed"}).status_code == 303
    shown = re.findall(r'data-product="([^"]+)"', client.get("/").text)
    hidden = client.post(f"/products/{shown[0]}/hide", data={**form, "next": "/"})
    assert hidden.status_code == 303
    assert shown[0] not in re.findall(r'data-product="([^"]+)"', client.get("/").text)


def test_a_read_that_the_replica_ends_is_asked_of_the_primary(
    primary: Server,
    replica: Server,
    variables: dict[str, str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO, "alsolike.web")
    with replica.connect() as connection:
        connection.execute("alter system set max_standby_streaming_delay = 0")
        connection.execute("select pg_reload_conf()")
    with primary.connect("shop") as connection:
        connection.execute("create table public.short_lived as select 1 as number")
        connection.execute("grant select on public.short_lived to alsolike_app")

    def is_reading() -> bool:
        with replica.connect() as connection:
            found = connection.execute(
                "select from pg_stat_activity where query like '%%short_lived%%'"
                " and pid <> pg_backend_pid() and wait_event = 'PgSleep'"
            )
            return found.fetchone() is not None

    def clean_up() -> None:
        wait_for(is_reading)
        with primary.connect("shop") as connection:
            connection.execute("delete from public.short_lived")
            connection.execute("vacuum public.short_lived")

    async def read(connection: Connection) -> object:
        found = await connection.execute("select pg_is_in_recovery()")
        if await found.fetchone() == (False,):
            return "the primary"
        cleaning = asyncio.to_thread(clean_up)
        reading = connection.execute("select pg_sleep(600) from public.short_lived")
        await asyncio.gather(cleaning, reading)
        return "the replica"

    async def ask() -> object:
        database = Database(load_settings())
        await database.open()
        try:
            return await database.run(read, wait=20)
        finally:
            await database.close()

    hosts = {**variables, "PGHOST": f"{primary.socket},{replica.socket}"}
    with variables_set({**hosts, "ALSOLIKE_STATEMENT_TIMEOUT_MS": "600000"}):
        wait_for(lambda: _may_read(replica))
        assert asyncio.run(ask()) == "the primary"
    assert "conflict with recovery" in caplog.text


def _may_read(replica: Server) -> bool:
    """Tell whether the replica knows the table and the grant on it."""
    with replica.connect("shop") as connection:
        found = connection.execute(
            "select coalesce(has_table_privilege('alsolike_app',"
            " to_regclass('public.short_lived'), 'select'), false)"
        )
        return found.fetchone() == (True,)


@pytest.mark.parametrize("mode", ["fast", "immediate"])
def test_the_replica_is_killed_and_reads_go_on(
    site: str, primary: Server, replica: Server, mode: StopMode
) -> None:
    with load(site, PATHS) as visitors:
        visitors.wait_for(PATHS, "live", 3)
        replica.stop(mode)
        visitors.wait_for(PATHS, "live", 20)
        replica.start()
        visitors.wait_for(PATHS, "live", 3)
    assert {status for _, status, *_ in visitors.answers} == {200}


@pytest.mark.parametrize("mode", ["fast", "immediate"])
def test_the_primary_is_killed_and_reads_go_on(
    site: str, client: httpx.Client, primary: Server, replica: Server, mode: StopMode
) -> None:
    event = view(f"primary {mode}", "pan-05", shopper_id="agreed")
    with load(site, PATHS) as visitors:
        visitors.wait_for(PATHS, "live", 3)
        primary.stop(mode)
        # A product page records the look at it, and is shown without that.
        visitors.wait_for(PATHS, "live", 20)
        assert client.post("/v1/events", json=event).status_code == 503
        refused = client.post("/v1/events", json=event)
        assert refused.status_code == 503
        assert int(refused.headers["retry-after"]) > 0
        visitors.wait_for(PATHS, "live", 3)
        primary.start()
        wait_for(lambda: client.post("/v1/events", json=event).status_code in {200, 201})
        visitors.wait_for(PATHS, "live", 3)
    assert {status for _, status, *_ in visitors.answers} == {200}


def test_both_are_gone_and_the_snapshot_answers(
    site: str, primary: Server, replica: Server
) -> None:
    with load(site, PATHS) as visitors:
        visitors.wait_for(PATHS, "live", 3)
        replica.stop()
        primary.stop()
        visitors.wait_for(PATHS, "snapshot", 10)
        primary.start()
        visitors.wait_for(PATHS, "live", 3)
        replica.start()
    assert {status for _, status, *_ in visitors.answers} == {200}
