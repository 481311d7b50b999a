"""What visitors and programs get while the database is away, slow or broken."""

import logging
import os
import re
import secrets
import shutil
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from litestar import Litestar
from litestar.testing import TestClient

from alsolike.database import connect
from alsolike.settings import load_settings
from alsolike.snapshot.local_file import LocalPointer, read_pointer, snapshot_folder
from api.app import create_app
from tests.fixtures.waiting import WITHIN_SECONDS, wait_for
from tests.shop.database import (
    bring_back,
    cloned_database,
    execute,
    lock,
    run,
    take_away,
    variables_set,
)
from tests.shop.kitchen import make_kitchen
from tests.shop.snapshots import keep_snapshot

Client = TestClient[Litestar]

HTML = {"accept": "text/html"}
READS = [
    "/v1/products/knife-05/similar",
    "/v1/products/knife-05/goes-with",
    "/v1/shoppers/agreed/recommendations",
]
PAGES = [
    "/",
    "/products/knife-05",
    "/categories/Kitchen/Pans%20&%20Pots",
    "/categories/Garden%20%2F%20Yard",
    "/search?q=spade",
    "/sign-in",
]
OTHERS = ["/v1/products", "/v1/products?q=spade", "/v1/products/knife-05", "/pictures/knife-05.svg"]


@pytest.fixture(scope="module")
def kept(
    postgres_server: dict[str, str],
    s3_server: dict[str, str],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[str, Path]]:
    """Make the shop with its neighbours, and a snapshot of it: its database, and the home."""
    home = tmp_path_factory.mktemp("kept")
    with cloned_database(postgres_server) as variables:
        settings = {
            "ALSOLIKE_HOME": str(home),
            "ALSOLIKE_S3_BUCKET": f"test-{secrets.token_hex(4)}",
        }
        with variables_set({**variables, **s3_server, **settings}):
            make_kitchen()
            keep_snapshot()
        yield variables["PGDATABASE"], home


@pytest.fixture
def shop(kept: tuple[str, Path], postgres_server: dict[str, str]) -> Iterator[dict[str, str]]:
    """Give the test a database of its own with the shop."""
    with cloned_database(postgres_server, kept[0]) as variables, variables_set(variables):
        yield variables


@pytest.fixture
def snapshot(
    kept: tuple[str, Path], shop: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> LocalPointer:
    """Keep the snapshot of the shop in a home of the test's own."""
    monkeypatch.setenv("ALSOLIKE_HOME", str(tmp_path))
    shutil.copytree(snapshot_folder(kept[1]), snapshot_folder(tmp_path))
    pointer = read_pointer(snapshot_folder(tmp_path))
    assert pointer is not None
    return pointer


@pytest.fixture
def site(snapshot: LocalPointer) -> Iterator[Client]:
    """Give a client of an app that has the snapshot."""
    assert snapshot
    with TestClient(create_app(load_settings())) as client:
        client.follow_redirects = False
        yield client


def tier(response: httpx.Response) -> str | None:
    assert response.status_code == 200, response.text
    found = response.headers.get("alsolike-tier")
    if response.headers["content-type"] == "application/json" and "tier" in response.json():
        assert response.json()["tier"] == found
    return found


def ids(response: httpx.Response) -> list[str]:
    assert response.status_code == 200, response.text
    return [item["product_id"] for item in response.json()["items"]]


# The site's connections.
SESSIONS = """
    select pid from pg_stat_activity
    where application_name = 'alsolike-web' and datname = current_database()
    order by pid
"""


def number(site: Client, series: str) -> float:
    """Return what the site has counted."""
    found = re.search(rf"^{re.escape(series)} (\S+)$", site.get("/metrics").text, re.MULTILINE)
    return 0.0 if found is None else float(found[1])


def waits_for(table: str, seconds: float) -> bool:
    """Ask Postgres whether a statement of the site has waited so long for a lock on a table."""
    rows = run(
        "select count(*) from pg_stat_activity as a inner join pg_locks as l on a.pid = l.pid "
        "where a.application_name = 'alsolike-web' and a.datname = current_database() "
        "and not l.granted and l.relation = %s::regclass "
        "and clock_timestamp() - l.waitstart > %s * interval '1 second'",
        (table, seconds),
    )
    return rows != [(0,)]


def post(client: Client, path: str, **data: str) -> httpx.Response:
    """Send a form as the page that shows it would."""
    token = re.search(r'name="_csrf_token" value="([^"]+)"', client.get("/sign-in").text)
    assert token is not None
    return client.post(path, data={"_csrf_token": token[1], **data})


def test_without_a_database_every_read_is_answered_from_the_snapshot_and_comes_back(
    site: Client, shop: dict[str, str]
) -> None:
    paths = [*READS, *PAGES, *OTHERS]
    assert {path: tier(site.get(path)) for path in paths} == dict.fromkeys(paths, "live")
    take_away(shop)
    assert {path: tier(site.get(path)) for path in paths} == dict.fromkeys(paths, "snapshot")
    tried = 'alsolike_tier_failures_total{tier="live"}'
    before = number(site, tried)
    for path in paths:
        assert tier(site.get(path)) == "snapshot"
    assert number(site, tried) == before, "nobody waits for a database that is away"
    bring_back(shop)
    wait_for(lambda: tier(site.get(READS[0])) == "live")
    assert {path: tier(site.get(path)) for path in paths} == dict.fromkeys(paths, "live")


def test_an_app_that_starts_without_a_database_has_the_snapshot(
    snapshot: LocalPointer, shop: dict[str, str]
) -> None:
    take_away(shop)
    with TestClient(create_app(load_settings())) as client:
        assert tier(client.get("/v1/products/pan-03/similar")) == "snapshot"
        page = client.get("/products/pan-03", headers=HTML)
        assert tier(page) == "snapshot"
        assert "Kitchen" in page.text, "the categories are the snapshot's"
        told = client.get("/health/ready").json()
        assert "is not currently accepting connections" in told.pop("reason")
        assert told == {
            "status": "degraded",
            "database": "away",
            "schema": "unknown",
            "model": snapshot.model,
        }


def test_the_snapshot_shows_the_same_products(site: Client, shop: dict[str, str]) -> None:
    paths = ["/v1/products/knife-05", "/v1/products?limit=100", "/pictures/knife-05.svg"]
    before = [site.get(path).content for path in paths]
    near = ids(site.get("/v1/products/knife-05/similar?k=20"))
    category = site.get("/categories/Kitchen", headers=HTML).text
    cards = re.findall(r'data-product="([^"]+)"', category)
    take_away(shop)
    assert [site.get(path).content for path in paths] == before
    assert set(ids(site.get("/v1/products/knife-05/similar?k=20"))) == set(near)
    page = site.get("/categories/Kitchen", headers=HTML)
    assert tier(page) == "snapshot"
    assert re.findall(r'data-product="([^"]+)"', page.text) == cards
    following = re.search(r'hx-get="([^"]*after=[^"]*)"', page.text)
    assert following is not None
    second = site.get(following[1].replace("&amp;", "&"), headers=HTML)
    assert not set(re.findall(r'data-product="([^"]+)"', second.text)) & set(cards)


def test_a_page_says_that_it_is_of_the_past(
    site: Client, shop: dict[str, str], snapshot: LocalPointer
) -> None:
    assert "Shown as of" not in site.get("/", headers=HTML).text
    take_away(shop)
    page = site.get("/", headers=HTML)
    assert f"Shown as of {snapshot.created_at.day} {snapshot.created_at:%B %Y, %H:%M}" in page.text
    assert "Popular right now" in page.text
    # Their number is in the snapshot, and they are not.
    product = site.get("/products/knife-01", headers=HTML).text
    assert "7 reviews" in product
    assert "Nobody has reviewed this" not in product


def test_what_writes_is_refused_at_once_with_when_to_try_again(
    site: Client, shop: dict[str, str]
) -> None:
    event = {"event_id": "1", "kind": "view", "product_id": "pan-01", "shopper_id": "agreed"}
    take_away(shop)
    assert site.post("/v1/events", json=event).status_code == 503
    assert number(site, 'alsolike_circuit_state{circuit="primary"}') == 2
    response = site.post("/v1/events", json=event)
    assert response.status_code == 503
    assert int(response.headers["retry-after"]) > 0
    assert response.json()["detail"] == "The database cannot be reached."
    bring_back(shop)
    wait_for(lambda: site.post("/v1/events", json=event).status_code in {200, 201})


def test_who_signed_in_stays_so_through_an_outage(site: Client, shop: dict[str, str]) -> None:
    assert post(site, "/sign-in", shopper_id="agreed").status_code == 303
    assert "Shopper 1" in site.get("/", headers=HTML).text
    take_away(shop)
    assert "Sign out" in site.get("/", headers=HTML).text
    assert "Sign out" in site.get("/products/pan-03", headers=HTML).text
    bring_back(shop)
    wait_for(lambda: tier(site.get("/")) == "live")
    assert "Shopper 1" in site.get("/", headers=HTML).text


LOCKS: list[tuple[str, list[str]]] = [
    ("neighbours", ["recs.product_vectors"]),
    ("popular", ["recs.product_vectors", "recs.neighbours"]),
    ("snapshot", ["recs.product_vectors", "recs.neighbours", "raw.products"]),
]


@pytest.mark.parametrize(("expected", "locked"), LOCKS)
@pytest.mark.parametrize("path", [READS[0], READS[2]])
def test_a_slow_statement_steps_down_within_its_limit(
    snapshot: LocalPointer,
    monkeypatch: pytest.MonkeyPatch,
    path: str,
    expected: str,
    locked: list[str],
) -> None:
    execute(
        "insert into raw.views (view_id, product_id, viewed_at, shopper_id)"
        " values ('v', 'pan-02', now(), 'agreed')"
    )
    monkeypatch.setenv("ALSOLIKE_STATEMENT_TIMEOUT_MS", "150")
    monkeypatch.setenv("ALSOLIKE_FALLBACK_TIMEOUT_MS", "100")
    with TestClient(create_app(load_settings())) as site:
        assert tier(site.get(path)) == "live"
        with lock(*locked):
            # The locks are held all the time: only a limit ends the wait for them.
            first = site.get(path)
            assert tier(first) == expected
            answers = [site.get(path) for _ in range(3)]
            assert {tier(answer) for answer in answers} == {expected}
            assert len(ids(first)) == 10
            assert number(site, 'alsolike_circuit_state{circuit="live"}') == 2
            # A slow step is not tried again and again: three failures, then its circuit is open.
            assert number(site, 'alsolike_tier_failures_total{tier="live"}') == 3
            assert tier(site.get(path)) == expected


def test_a_step_below_keeps_its_own_limit_and_leaves_the_connections_as_it_was(
    snapshot: LocalPointer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALSOLIKE_STATEMENT_TIMEOUT_MS", "100")
    monkeypatch.setenv("ALSOLIKE_FALLBACK_TIMEOUT_MS", "30000")
    monkeypatch.setenv("ALSOLIKE_POOL_SIZE", "1")
    with TestClient(create_app(load_settings())) as site, ThreadPoolExecutor(1) as visitor:
        with lock("recs.product_vectors"), lock("recs.neighbours") as neighbours:
            answer = visitor.submit(site.get, READS[0])
            # Several times the limit of the step above it.
            wait_for(lambda: waits_for("recs.neighbours", 0.3))
            neighbours.rollback()
            assert tier(answer.result(WITHIN_SECONDS)) == "neighbours"
        before = run(SESSIONS)
        with lock("raw.products"):
            assert tier(site.get("/v1/products/knife-05")) == "snapshot"
        # The server kept the limit of the step above: over a longer one the site had hung up.
        assert run(SESSIONS) == before


def test_a_server_that_hangs_is_hung_up_on(
    snapshot: LocalPointer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALSOLIKE_STATEMENT_TIMEOUT_MS", "200")
    monkeypatch.setenv("ALSOLIKE_POOL_SIZE", "1")
    with TestClient(create_app(load_settings())) as site, connect(autocommit=True) as connection:
        assert tier(site.get(READS[0])) == "live"
        pids = connection.execute(SESSIONS).fetchall()
        for (pid,) in pids:
            os.kill(pid, signal.SIGSTOP)
        try:
            # Its time limit is the server's to keep, and this one keeps nothing.
            assert tier(site.get(READS[0])) == "neighbours"
            assert tier(site.get(READS[0])) == "live", "over a new connection"
        finally:
            for (pid,) in pids:
                os.kill(pid, signal.SIGCONT)


def test_a_write_does_not_wait_for_a_server_that_hangs(
    snapshot: LocalPointer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALSOLIKE_STATEMENT_TIMEOUT_MS", "200")
    monkeypatch.setenv("ALSOLIKE_POOL_SIZE", "1")
    event = {"event_id": "1", "kind": "purchase", "product_id": "pan-01", "shopper_id": "agreed"}
    with TestClient(create_app(load_settings())) as site, connect(autocommit=True) as connection:
        assert tier(site.get(READS[0])) == "live"
        pids = connection.execute(SESSIONS).fetchall()
        for (pid,) in pids:
            os.kill(pid, signal.SIGSTOP)
        try:
            refused = site.post("/v1/events", json=event)
            assert refused.status_code == 503
            assert refused.headers["retry-after"] == "1"
            assert "too long" in refused.json()["detail"]
        finally:
            for (pid,) in pids:
                os.kill(pid, signal.SIGCONT)
        assert site.post("/v1/events", json={**event, "event_id": "2"}).status_code == 201


@pytest.mark.usefixtures("snapshot")
def test_why_no_connection_can_be_made_is_told_once_and_without_secrets(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with monkeypatch.context() as patch:
        patch.setenv("PGUSER", "no-such-user")
        patch.setenv("PGPASSWORD", "a-word-that-is-secret")
        with TestClient(create_app(load_settings())) as site:
            for path in (*READS, *PAGES):
                assert tier(site.get(path)) == "snapshot"
            ready = site.get("/health/ready").json()
    assert ready["status"] == "degraded"
    assert 'role "…" does not exist' in ready["reason"]
    told = [record for record in caplog.records if "does not exist" in record.getMessage()]
    assert [record.levelname for record in told] == ["ERROR"]
    assert 'role "no-such-user" does not exist' in told[0].getMessage()
    assert "no-such-user" not in str(ready)
    assert "secret" not in caplog.text + str(ready)


@pytest.mark.parametrize(
    "path",
    [
        "/search?q=a%00b",
        "/search?q=%22",
        "/search?q=%22%20%22",
        "/search?q=a*%20OR%20(b",
        "/v1/products?q=NEAR(%22",
        f"/v1/trending?attributes=%7B%22a%22:{'%5B' * 300}{'%5D' * 300}%7D",
        f"/v1/trending?attributes=%7B%22a%22:{'%5B' * 160}{'%5D' * 160}%7D",
        "/v1/trending?attributes=%7B%22a%22:%22%5Cu0000%22%7D",
    ],
)
def test_no_request_takes_the_snapshot_from_everybody(
    site: Client, shop: dict[str, str], caplog: pytest.LogCaptureFixture, path: str
) -> None:
    take_away(shop)
    assert tier(site.get("/")) == "snapshot"
    for accept in ("text/html", "application/json"):
        assert site.get(path, headers={"accept": accept}).status_code in {200, 400}
    assert tier(site.get("/")) == "snapshot"
    # Whichever step answers is told below that level.
    warned = [one.getMessage() for one in caplog.records if one.levelno >= logging.WARNING]
    assert [message for message in warned if "snapshot" in message] == []


def test_an_error_of_the_snapshot_that_is_no_damage_is_one_requests(
    site: Client, shop: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    take_away(shop)
    assert tier(site.get("/v1/products/knife-05")) == "snapshot"
    # An id that SQLite takes for none: no statement of ours is known to fail by itself.
    local = site.app.state.ladder.local.current
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(local, "products", lambda _: local._rows("products_by_id", {}))
        assert site.get("/v1/products/knife-05").status_code == 503
    assert "A request failed at the local snapshot" in caplog.text
    assert tier(site.get("/v1/products/knife-05")) == "snapshot"


def test_a_snapshot_that_can_be_read_again_is_opened_again(
    site: Client,
    shop: dict[str, str],
    snapshot: LocalPointer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("api.ladder.local._AGAIN_SECONDS", 0.02)
    path = snapshot_folder(load_settings().home) / snapshot.file
    content = path.read_bytes()
    path.chmod(0o644)
    take_away(shop)
    with path.open("r+b") as file:
        file.write(b"\x00" * len(content))
    wait_for(lambda: site.get(READS[0]).status_code == 503)
    with path.open("r+b") as file:
        file.write(content)
    wait_for(lambda: site.get(READS[0]).status_code == 200)
    assert tier(site.get("/")) == "snapshot"


TIERS: list[tuple[str, list[str]]] = [("live", []), *LOCKS]


@pytest.mark.parametrize(("expected", "locked"), TIERS)
def test_exclusions_hold_on_every_step(
    snapshot: LocalPointer,
    shop: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    expected: str,
    locked: list[str],
) -> None:
    monkeypatch.setenv("ALSOLIKE_STATEMENT_TIMEOUT_MS", "150")
    monkeypatch.setenv("ALSOLIKE_FALLBACK_TIMEOUT_MS", "100")
    execute(
        "insert into raw.views (view_id, product_id, viewed_at, shopper_id)"
        " values ('v', 'knife-05', now(), 'agreed')"
    )
    with TestClient(create_app(load_settings())) as site:
        ladder = site.app.state.ladder
        assert site.get("/v1/shoppers/agreed/recommendations").status_code == 200
        wait_for(lambda: "agreed" in ladder.shoppers._known)
        for kind, product_id in (("purchase", "knife-06"), ("hide", "knife-04")):
            event = {"event_id": kind, "kind": kind, "product_id": product_id}
            written = site.post("/v1/events", json={**event, "shopper_id": "agreed"})
            assert written.status_code == 201
        asked = {"exclude": ["knife-07", "spade-28"], "k": 100}
        with lock(*locked):
            near = site.get("/v1/products/knife-05/similar", params=asked)
            personal = site.get("/v1/shoppers/agreed/recommendations", params=asked)
            filtered = site.get(
                "/v1/products/knife-05/similar", params={**asked, "category": "Garden / Yard"}
            )
        for response in (near, personal, filtered):
            assert tier(response) == expected
            found = ids(response)
            assert len(found) == len(set(found))
            # What the request leaves out, and what is out of stock.
            assert not {"knife-07", "spade-28", "knife-29", "pan-29", "spade-29"} & set(found)
        # 90 products, 3 out of stock: every one that is eligible is given.
        assert len(ids(near)) == 90 - 3 - 2 - 1
        assert "knife-05" not in ids(near)
        assert not {"knife-06", "knife-04"} & set(ids(personal))
        # The file does not know what they looked at just now.
        seen = 0 if expected == "snapshot" else 1
        assert len(ids(personal)) == 90 - 3 - 2 - 2 - seen
        assert len(ids(filtered)) == 28
        ranks = [item["rank"] for item in personal.json()["items"]]
        assert ranks == list(range(1, len(ranks) + 1))


def test_a_neighbour_below_is_recommended_for_the_event_behind_it(
    snapshot: LocalPointer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALSOLIKE_STATEMENT_TIMEOUT_MS", "100")
    execute(
        "insert into raw.views (view_id, product_id, viewed_at, shopper_id) values"
        " ('v1', 'knife-05', now(), 'agreed'), ('v2', 'knife-05', now(), 'silent')"
    )
    with TestClient(create_app(load_settings())) as site, lock("recs.product_vectors"):
        response = site.get("/v1/shoppers/agreed/recommendations")
        assert tier(response) == "neighbours"
        assert len(ids(response)) == 10
        for item in response.json()["items"]:
            assert item["product_id"].startswith("knife")
            assert item["reason"] == {
                "kind": "viewed",
                "event_id": "v1",
                "product_id": "knife-05",
                "count": None,
            }
        silent = site.get("/v1/shoppers/silent/recommendations").json()["items"]
        assert {item["source"] for item in silent} == {"popular"}, "no consent, no taste"
        first = site.get("/v1/shoppers/agreed/recommendations?k=30")
        pages = [*ids(first), *ids(site.get(first.json()["next"]))]
        assert len(pages) == len(set(pages)) == 60


def test_the_snapshot_tells_what_is_unknown(
    snapshot: LocalPointer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALSOLIKE_STATEMENT_TIMEOUT_MS", "100")
    expected, locked = LOCKS[-1]
    with TestClient(create_app(load_settings())) as site, lock(*locked):
        for _ in range(4):
            assert tier(site.get("/v1/products/knife-05/similar")) == expected
        assert site.get("/v1/products/nothing/similar").status_code == 404
        assert site.get("/v1/products/nothing").status_code == 404
        assert site.get("/products/nothing", headers=HTML).status_code == 404
        assert site.get("/categories/nothing", headers=HTML).status_code == 404
        assert site.get("/v1/products?category=nothing").status_code == 400
        assert site.get("/v1/products?after=nothing").status_code == 400


def damage(path: Path) -> None:
    """Turn one bit of a file."""
    path.chmod(0o644)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def cut(path: Path) -> None:
    """Leave half of a file, as a writer does that was killed."""
    path.chmod(0o644)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


@pytest.mark.parametrize(
    ("spoil", "is_told"),
    [
        (lambda folder, pointer: damage(folder / pointer.file), True),
        (lambda folder, pointer: cut(folder / pointer.file), True),
        (lambda folder, pointer: (folder / pointer.file).unlink(), True),
        (lambda folder, _: cut(folder / "current.json"), True),
        (lambda folder, _: (folder / "current.json").write_bytes(b""), True),
        (lambda folder, _: (folder / "current.json").unlink(), False),
    ],
)
def test_a_spoilt_file_is_one_line_and_no_crash(
    snapshot: LocalPointer,
    shop: dict[str, str],
    caplog: pytest.LogCaptureFixture,
    spoil: Callable[[Path, LocalPointer], None],
    is_told: bool,
) -> None:
    caplog.set_level(logging.ERROR)
    spoil(snapshot_folder(load_settings().home), snapshot)
    with TestClient(create_app(load_settings())) as site:
        assert tier(site.get(READS[0])) == "live"
        take_away(shop)
        # The page to sign in on has nothing of the database.
        pages = [path for path in PAGES if path != "/sign-in"]
        for path in (*READS, *pages, *OTHERS):
            response = site.get(path)
            assert response.status_code == 503
            assert int(response.headers["retry-after"]) > 0
        assert site.get("/health/ready").status_code == 503
    told = [record for record in caplog.records if "snapshot" in record.message]
    assert len(told) == is_told
    for record in told:
        assert "run `alsolike fetch` again" in record.message
        assert record.exc_info is None


def test_a_file_that_is_spoilt_while_it_is_read_is_given_up(
    site: Client, shop: dict[str, str], snapshot: LocalPointer, caplog: pytest.LogCaptureFixture
) -> None:
    path = snapshot_folder(load_settings().home) / snapshot.file
    path.chmod(0o644)
    with path.open("r+b") as file:
        file.write(b"\x00" * path.stat().st_size)
    take_away(shop)
    assert site.get(READS[0]).status_code == 503
    assert "cannot be read any more" in caplog.text
    assert site.get(READS[0]).status_code == 503
    assert caplog.text.count("cannot be read any more") == 1


def test_a_newer_snapshot_is_noticed_and_a_damaged_one_is_not_taken(
    site: Client, shop: dict[str, str], s3: str, caplog: pytest.LogCaptureFixture
) -> None:
    execute("update raw.products set title = 'A sharper knife' where product_id = 'knife-05'")
    newer = keep_snapshot()
    ladder = site.app.state.ladder
    wait_for(lambda: ladder.local.pointer() == newer)
    take_away(shop)
    wait_for(lambda: tier(site.get("/v1/products/knife-05")) == "snapshot")
    assert site.get("/v1/products/knife-05").json()["title"] == "A sharper knife"
    (snapshot_folder(load_settings().home) / "current.json").write_bytes(b"half of a")
    wait_for(lambda: "cannot be read" in caplog.text)
    assert site.get("/v1/products/knife-05").json()["title"] == "A sharper knife"


def test_what_is_counted_has_few_labels_and_no_ids(site: Client, shop: dict[str, str]) -> None:
    for n in range(3):
        site.get(f"/v1/products/knife-0{n}/similar")
    site.get("/v1/products/nothing")
    site.get("/no/such/page/somewhere", headers={"accept": "application/json"})
    # Middleware refuses these, before any route.
    wrong_type = {"Content-Type": "text/plain"}
    assert site.post("/v1/recommendations", content="k", headers=wrong_type).status_code == 415
    assert site.get("/v1/products", headers={"Host": "elsewhere.example"}).status_code == 421
    take_away(shop)
    site.get("/products/pan-01")
    response = site.get("/metrics")
    assert response.headers["content-type"].startswith("text/plain")
    numbers = response.text
    for line in (
        'alsolike_requests_total{route="/v1/products/{product_id}/similar",status="200"} 3.0',
        'alsolike_requests_total{route="/v1/products/{product_id}",status="404"} 1.0',
        'alsolike_requests_total{route="unknown",status="404"} 1.0',
        'alsolike_requests_total{route="/v1/recommendations",status="415"} 1.0',
        'alsolike_requests_total{route="/v1/products",status="421"} 1.0',
        'alsolike_request_seconds_count{route="/v1/products/{product_id}/similar"} 3.0',
        'alsolike_answers_total{tier="live"} 3.0',
        # The page, its categories, and whether there are pages at all.
        'alsolike_answers_total{tier="snapshot"} 3.0',
        'alsolike_circuit_state{circuit="database"} 2.0',
        'alsolike_pool_waiting{pool="read"}',
        'alsolike_pool_connections{pool="read",state="used"}',
        "alsolike_snapshot_created_timestamp_seconds 1",
    ):
        assert line in numbers, line
    assert not re.search("knife|pan-01|somewhere", numbers)
