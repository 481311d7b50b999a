"""Answering a read from the best step that can."""

import asyncio
import logging
import sqlite3
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Generic, NamedTuple, TypeVar

import psycopg

from alsolike.settings import Settings
from alsolike.snapshot.reader import LocalSnapshot
from api.database.failures import FAILURES, DatabaseAwayError, first_line, is_away, is_crowded
from api.database.pool import GRACE_SECONDS, READ_WAIT_SECONDS, Connection, Database
from api.http.exchange import current_exchange
from api.ladder.circuits import Circuits, OddFailures, OpenedState, ServerCircuit
from api.ladder.known_shoppers import RememberedShoppers
from api.ladder.local import LocalSnapshots
from api.ladder.read_your_writes import Positions
from api.ladder.tiers import DatabaseTier, Tier
from api.metrics.registry import Metrics

logger = logging.getLogger("alsolike.ladder")

Result = TypeVar("Result")
Work = Callable[[Connection], Awaitable[Result]]

# Between two looks whether the database is back, and how long one of them may take.
_PROBE_SECONDS = 0.25
_PROBE_LIMIT_SECONDS = 3.0
# A look at one file's time is cheap enough to be often.
_WATCH_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Steps(Generic[Result]):
    """The ways to answer one read, best first; None where a step has no answer to it.

    Attributes
    ----------
    live, neighbours, popular : callable
        On a connection; safe to repeat.
    snapshot : callable
        From the local file, which it must not keep.
    """

    live: Work[Result]
    neighbours: Work[Result] | None = None
    popular: Work[Result] | None = None
    snapshot: Callable[[LocalSnapshot], Result] | None = None


class Answer(NamedTuple, Generic[Result]):
    """What was found, and by which step."""

    value: Result
    tier: Tier


class Ladder:
    """The steps' circuits and limits, and the local snapshot.

    Parameters
    ----------
    database : Database
        Where all steps but the last look.
    settings : Settings
        The home folder, and the time limits of statements.
    metrics : Metrics
        Told every answer and every change of a circuit.
    """

    def __init__(self, database: Database, settings: Settings, metrics: Metrics) -> None:
        self.local = LocalSnapshots(settings.home)
        self.shoppers = RememberedShoppers(database)
        self.circuits = Circuits(self._note_change)
        self._odd = OddFailures()
        self.lower_limit_ms = settings.fallback_timeout_ms
        self._database = database
        self._metrics = metrics
        lower = GRACE_SECONDS + settings.fallback_timeout_ms / 1000
        # A page has several statements: their limits add up, so the whole has one as well.
        self._limits: dict[DatabaseTier, float] = {
            "live": GRACE_SECONDS + settings.statement_timeout_ms / 1000,
            "neighbours": lower,
            "popular": lower,
        }
        self.positions = Positions()
        self.has_replicas = database.has_replicas

    @asynccontextmanager
    async def running(self) -> AsyncGenerator[None]:
        """Watch the database and the disk while the block runs."""
        await self.circuits.make()
        await self.local.refresh()
        watches = [
            asyncio.create_task(watching)
            for watching in (
                self._watch(),
                self.shoppers.keep_reading(),
                self._probe("database"),
                self._probe("primary"),
            )
        ]
        try:
            yield
        finally:
            for watch in watches:
                watch.cancel()
            await asyncio.gather(*watches, return_exceptions=True)
            self.local.close()

    async def answer(self, steps: Steps[Result], position: str | None = None) -> Answer[Result]:
        """Answer from the first step that can.

        Parameters
        ----------
        position : str, optional
            Where in the write-ahead log the reader's own last write ended.

        Raises
        ------
        DatabaseAwayError
            No step could, and none that needs the database was worth trying.
        Exception
            What the last step that was tried failed with, or what the request did wrong.
        """
        error: Exception = DatabaseAwayError()
        if not self.circuits.is_closed("primary"):
            position = None
        ways: tuple[tuple[DatabaseTier, Work[Result] | None], ...] = (
            ("live", steps.live),
            ("neighbours", steps.neighbours),
            ("popular", steps.popular),
        )
        for tier, work in ways:
            if work is None or not self.circuits.is_closed("database"):
                continue
            try:
                return self._answered(tier, await self._try(tier, work, position))
            except OpenedState:
                continue
            except FAILURES as raised:
                error = raised
                if is_crowded(raised):
                    logger.info("No connection for the step %s: %s", tier, first_line(raised))
                    break
                logger.warning("The step %s failed: %s", tier, first_line(raised))
                self._metrics.failed(tier)
                if is_away(raised):
                    break
        local = self.local.current
        if steps.snapshot is not None and local is not None:
            try:
                return self._answered("snapshot", steps.snapshot(local))
            except sqlite3.Error as raised:
                self.local.note_failure(raised)
        raise error

    def _answered(self, tier: Tier, value: Result) -> Answer[Result]:
        self._metrics.answered(tier)
        if tier != "live":
            logger.info("Answered from %s", tier)
        return Answer(value, tier)

    async def write(self, work: Work[Result]) -> tuple[Result, str | None]:
        """Do some work that writes; there is no other step, so at least nobody waits in vain.

        Returns
        -------
        tuple
            The result, and where in the write-ahead log it ended; None without replicas.

        Raises
        ------
        DatabaseAwayError
            The primary was away a moment ago.
        """
        if not self.circuits.is_closed("primary"):
            raise DatabaseAwayError
        async with self.circuits.through("primary"):
            return await self._database.write(work)

    def look(self) -> None:
        """Note in the metrics what is known by looking alone."""
        self._metrics.look(self._database.pools(), self.local.pointer())

    async def _try(self, tier: DatabaseTier, work: Work[Result], position: str | None) -> Result:
        exchange = current_exchange.get()
        # Where the circuit is not closed, an odd request may be the one that tries, like any other.
        if exchange is not None and exchange.is_odd and self.circuits.is_closed(tier):
            return await self._try_apart(exchange.client, tier, work, position)
        async with self.circuits.through("database"), self.circuits.through(tier):
            return await self._run(tier, work, position)

    async def _try_apart(
        self, client: str, tier: DatabaseTier, work: Work[Result], position: str | None
    ) -> Result:
        """Try a step for an odd request: its failure leaves the circuit of the step as it is."""
        self._odd.check(client, tier)
        try:
            async with self.circuits.through("database"):
                found = await self._run(tier, work, position)
        except FAILURES as error:
            self._odd.note(client, tier, error)
            raise
        self._odd.note(client, tier, None)
        return found

    async def _run(self, tier: DatabaseTier, work: Work[Result], position: str | None) -> Result:
        return await self._database.run(
            work, wait=READ_WAIT_SECONDS, limit=self._limits[tier], position=position
        )

    async def _watch(self) -> None:
        """Look for a newer snapshot, and at the pool for the other processes' sake, for ever."""
        while True:
            await asyncio.sleep(_WATCH_SECONDS)
            await self.local.refresh()
            self.look()

    async def _probe(self, name: ServerCircuit) -> None:
        """While a server is away, look for it, so that no request has to."""
        while True:
            await self.circuits.opened[name].wait()
            await asyncio.sleep(_PROBE_SECONDS)
            try:
                async with self.circuits.through(name):
                    await self._database.ping(_PROBE_LIMIT_SECONDS, is_writing=name == "primary")
            except (OpenedState, psycopg.Error) as error:
                logger.debug("The %s is still away: %s", name, first_line(error))

    def _note_change(self, name: str, state: str) -> None:
        self._metrics.circuit(name, state)
        if name == "database":
            if state == "closed":
                self.shoppers.clock.go_on()
            else:
                self.shoppers.clock.stop()
