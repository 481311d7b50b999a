"""The ladder: which step answers when which fails, and who has to wait for it."""

import asyncio
import logging
import re
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import Any, cast

import psycopg
import pytest
from psycopg.pq import TransactionStatus
from psycopg_pool import PoolTimeout

from alsolike.errors import UnknownProductError
from alsolike.settings import load_settings
from api.database.failures import DatabaseAwayError, TookTooLongError, is_away
from api.exchange import Exchange, current_exchange
from api.ladder import circuits
from api.ladder import ladder as ladder_module
from api.ladder.known_shoppers import Clock
from api.ladder.ladder import Answer, Ladder, Steps
from api.ladder.tiers import TIERS
from api.metrics import Metrics

AWAY = PoolTimeout("no connection")
LOST = psycopg.OperationalError("server closed the connection unexpectedly")
SLOW = psycopg.errors.QueryCanceled("canceling statement due to statement timeout")
DAMAGED = psycopg.errors.IndexCorrupted("index is damaged")
NO_TABLE = psycopg.errors.UndefinedTable('relation "x" does not exist')


class FakeConnection:
    """Takes the ladder's own statement, which limits the time of the next one."""

    # psycopg prepares nothing on it.
    prepare_threshold = None
    info = SimpleNamespace(transaction_status=TransactionStatus.IDLE)

    @asynccontextmanager
    async def pipeline(self) -> AsyncGenerator[None]:
        yield

    async def execute(self, *_: Any) -> None:
        """Do nothing."""


class FakeDatabase:
    """Runs work without a connection, and answers a ping if it is up."""

    has_replicas = False

    def __init__(self) -> None:
        self.is_up = True
        self.pings = 0
        self.pinged = asyncio.Event()

    async def run(self, work: Callable[[Any], Awaitable[Any]], **_: Any) -> Any:
        return await work(FakeConnection())

    async def write(self, work: Callable[[Any], Awaitable[Any]], **_: Any) -> tuple[Any, None]:
        return await work(FakeConnection()), None

    async def ping(self, _seconds: float, **_: Any) -> None:
        self.pings += 1
        self.pinged.set()
        if not self.is_up:
            raise AWAY

    def pools(self) -> dict[str, Any]:
        return {}


class FakeLocal:
    """A local snapshot that answers with its own name."""

    pointer = None

    def close(self) -> None:
        """Do nothing."""


class Tries:
    """Steps that note who was asked, and fail as they are told."""

    def __init__(self, **errors: Exception | float) -> None:
        self.errors = errors
        self.asked: list[str] = []

    @property
    def steps(self) -> Steps[str, str]:
        def step(name: str) -> Callable[[Any, str], Awaitable[str]]:
            async def work(_connection: Any, _question: str) -> str:
                self.asked.append(name)
                error = self.errors.get(name)
                if isinstance(error, Exception):
                    raise error
                if error is not None:
                    await asyncio.sleep(error)
                return name

            return work

        return Steps(
            step("live"), step("neighbours"), step("popular"), lambda _local, _: "snapshot"
        )


async def no_shoppers(*_: Any) -> list[Any]:
    """Know nobody."""
    return []


def climb(
    test: Callable[[Ladder, FakeDatabase], Awaitable[None]],
    monkeypatch: pytest.MonkeyPatch,
    *,
    has_snapshot: bool = True,
) -> Metrics:
    """Run a test on a ladder over a fake database; what was counted."""
    monkeypatch.setattr(ladder_module, "_PROBE_SECONDS", 0.001)
    metrics = Metrics(TIERS)

    async def run() -> None:
        database = FakeDatabase()
        ladder = Ladder(cast("Any", database), load_settings(), metrics, no_shoppers)
        async with ladder.running():
            if has_snapshot:
                ladder.local.current = cast("Any", FakeLocal())
            await test(ladder, database)

    asyncio.run(run())
    return metrics


def number(metrics: Metrics, series: str) -> float:
    """Return the value of a series as /metrics tells it."""
    found = re.search(rf"^{re.escape(series)} (\S+)$", metrics.text().decode(), re.MULTILINE)
    assert found is not None, series
    return float(found[1])


@pytest.mark.parametrize(
    ("errors", "tier", "asked"),
    [
        ({}, "live", ["live"]),
        ({"live": SLOW}, "neighbours", ["live", "neighbours"]),
        ({"live": TookTooLongError()}, "neighbours", ["live", "neighbours"]),
        ({"live": DAMAGED}, "neighbours", ["live", "neighbours"]),
        ({"live": NO_TABLE, "neighbours": SLOW}, "popular", ["live", "neighbours", "popular"]),
        (
            {"live": SLOW, "neighbours": SLOW, "popular": SLOW},
            "snapshot",
            ["live", "neighbours", "popular"],
        ),
        ({"live": AWAY}, "snapshot", ["live"]),
        ({"live": LOST}, "snapshot", ["live"]),
        ({"live": SLOW, "neighbours": LOST}, "snapshot", ["live", "neighbours"]),
    ],
)
def test_the_first_step_that_can_answers(
    errors: dict[str, Exception],
    tier: str,
    asked: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tries = Tries(**errors)

    async def test(ladder: Ladder, _database: FakeDatabase) -> None:
        assert await ladder.answer(tries.steps, "?") == (tier, tier)

    metrics = climb(test, monkeypatch)
    assert tries.asked == asked
    assert number(metrics, f'alsolike_answers_total{{tier="{tier}"}}') == 1
    for failed in errors:
        assert number(metrics, f'alsolike_tier_failures_total{{tier="{failed}"}}') == 1


@pytest.mark.parametrize(
    "error", [UnknownProductError(), ValueError("ours"), psycopg.DataError("a NUL")]
)
def test_what_the_request_did_wrong_is_no_reason_to_step_down(
    error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries = Tries(live=error)

    async def test(ladder: Ladder, _database: FakeDatabase) -> None:
        for _ in range(10):
            with pytest.raises(type(error)):
                await ladder.answer(tries.steps, "?")
        assert ladder.circuits.is_closed("live")

    climb(test, monkeypatch)
    assert tries.asked == ["live"] * 10


def test_without_a_snapshot_the_last_failure_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    async def test(ladder: Ladder, database: FakeDatabase) -> None:
        database.is_up = False
        tries = Tries(live=SLOW, neighbours=AWAY)
        with pytest.raises(PoolTimeout):
            await ladder.answer(tries.steps, "?")
        with pytest.raises(DatabaseAwayError):
            await ladder.answer(tries.steps, "?")

    climb(test, monkeypatch, has_snapshot=False)


def test_a_slow_step_is_left_out_after_three_failures_and_tried_by_one_request(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(circuits, "_SLOW_SECONDS", 0.05)

    async def test(ladder: Ladder, _database: FakeDatabase) -> None:
        tries = Tries(live=SLOW)
        for _ in range(3):
            assert (await ladder.answer(tries.steps, "?")).tier == "neighbours"
        assert ladder.circuits.state("live") == "opened"
        before = len(tries.asked)
        assert (await ladder.answer(tries.steps, "?")).tier == "neighbours"
        assert tries.asked[before:] == ["neighbours"], "nobody waits for the slow step"

        async with asyncio.timeout(5):
            # Until somebody tries it again, and it is slow for them alone.
            tries = Tries(live=0.2)
            answers: list[Answer[str]] = []
            while not tries.asked.count("live"):
                answers = await asyncio.gather(*(ladder.answer(tries.steps, "?") for _ in range(8)))
        assert sorted(answer.tier for answer in answers) == ["live", *["neighbours"] * 7]
        assert tries.asked.count("live") == 1
        assert ladder.circuits.state("live") == "closed"

    climb(test, monkeypatch)


def test_an_odd_request_opens_no_circuit_and_may_close_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(circuits, "_SLOW_SECONDS", 0.05)

    async def test(ladder: Ladder, _database: FakeDatabase) -> None:
        odd = Exchange("1", client="somebody", is_odd=True)
        token = current_exchange.set(odd)
        tries = Tries(live=SLOW)
        for _ in range(5):
            assert (await ladder.answer(tries.steps, "?")).tier == "neighbours"
        assert ladder.circuits.is_closed("live")
        assert tries.asked.count("live") == 3, "its client goes without for a while"
        odd.client = "another"
        assert (await ladder.answer(Tries().steps, "?")).tier == "live"
        current_exchange.reset(token)
        for _ in range(3):
            await ladder.answer(tries.steps, "?")
        assert ladder.circuits.state("live") == "opened"
        current_exchange.set(odd)
        async with asyncio.timeout(5):
            while True:
                if (await ladder.answer(Tries().steps, "?")).tier == "live":
                    break
                await asyncio.sleep(0)
        assert ladder.circuits.is_closed("live")

    climb(test, monkeypatch)


def test_one_failure_between_answers_opens_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    async def test(ladder: Ladder, _database: FakeDatabase) -> None:
        for _ in range(5):
            await ladder.answer(Tries(live=SLOW).steps, "?")
            await ladder.answer(Tries(live=SLOW).steps, "?")
            await ladder.answer(Tries().steps, "?")
        assert ladder.circuits.is_closed("live")

    climb(test, monkeypatch)


def test_while_the_database_is_away_only_the_probe_asks_for_it(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING, "alsolike.ladder")

    async def test(ladder: Ladder, database: FakeDatabase) -> None:
        database.is_up = False
        await ladder.answer(Tries(live=LOST).steps, "?")
        async with asyncio.timeout(5):
            while database.pings < 3:
                tries = Tries()
                assert (await ladder.answer(tries.steps, "?")).tier == "snapshot"
                assert tries.asked == []
                await asyncio.sleep(0)
            database.is_up = True
            while True:
                if (await ladder.answer(Tries().steps, "?")).tier == "live":
                    break
                await asyncio.sleep(0)
        pings = database.pings
        for _ in range(100):
            await asyncio.sleep(0)
        assert database.pings == pings, "nobody looks for a database that is there"

    metrics = climb(test, monkeypatch)
    assert number(metrics, 'alsolike_circuit_state{circuit="database"}') == 0
    told = [record.message for record in caplog.records if "circuit" in record.message]
    assert told == ["The circuit of database is opened", "The circuit of database is closed"]


def test_writes_fail_at_once_while_the_primary_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    async def test(ladder: Ladder, database: FakeDatabase) -> None:
        async def lost(_connection: Any) -> None:
            raise LOST

        async def done(_connection: Any) -> str:
            return "written"

        database.is_up = False
        with pytest.raises(psycopg.OperationalError):
            await ladder.write(lost)
        with pytest.raises(DatabaseAwayError):
            await ladder.write(done)
        assert (await ladder.answer(Tries().steps, "?")).tier == "live", "reads have their own"
        database.is_up = True
        async with asyncio.timeout(5):
            while True:
                if ladder.circuits.is_closed("primary"):
                    break
                await asyncio.sleep(0)
        assert await ladder.write(done) == ("written", None)

    climb(test, monkeypatch)


def test_a_request_that_is_given_up_leaves_the_circuit_as_it_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def test(ladder: Ladder, _database: FakeDatabase) -> None:
        for _ in range(5):
            request = asyncio.ensure_future(ladder.answer(Tries(live=60.0).steps, "?"))
            await asyncio.sleep(0.001)
            request.cancel()
            with pytest.raises(asyncio.CancelledError):
                await request
        assert ladder.circuits.is_closed("live")

    climb(test, monkeypatch)


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (AWAY, True),
        (LOST, True),
        (psycopg.errors.AdminShutdown(), True),
        (psycopg.errors.CannotConnectNow(), True),
        (psycopg.errors.ConnectionFailure(), True),
        (SLOW, False),
        (psycopg.errors.LockNotAvailable(), False),
        (psycopg.errors.OutOfMemory(), False),
        (TookTooLongError(), False),
        (ValueError(), False),
    ],
)
def test_a_database_that_is_slow_is_not_away(error: Exception, expected: bool) -> None:
    assert is_away(error) is expected


def test_the_clock_of_what_is_remembered_can_stand_still(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr("api.ladder.known_shoppers.time.monotonic", lambda: now)
    clock = Clock()
    clock.stop()
    now = 1000.0
    assert clock() == 100
    clock.stop()
    clock.go_on()
    now = 1010.0
    assert clock() == 110
    clock.go_on()
    assert clock() == 110
