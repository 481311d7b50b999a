"""Answering a read from the best step that can."""

import asyncio
import logging
import sqlite3
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Generic, NamedTuple, TypeVar

import psycopg

from alsolike.database import raise_unknown
from alsolike.settings import Settings
from alsolike.snapshot.reader import LocalSnapshot
from api.database.failures import FAILURES, DatabaseAwayError, first_line, is_away, is_crowded
from api.database.pool import GRACE_SECONDS, READ_WAIT_SECONDS, Connection, Database
from api.database.rounds import forget_prepared
from api.exchange import current_exchange
from api.ladder.circuits import Circuits, OddFailures, OpenedState, ServerCircuit
from api.ladder.known_shoppers import KnownShoppers, ReadShoppers
from api.ladder.local import LocalSnapshots
from api.ladder.read_your_writes import Positions
from api.ladder.tiers import DatabaseTier, Tier
from api.metrics import Metrics

logger = logging.getLogger("alsolike.ladder")

Question = TypeVar("Question")
Result = TypeVar("Result")
Work = Callable[[Connection], Awaitable[Result]]
Step = Callable[[Connection, Question], Awaitable[Result]]
SnapshotStep = Callable[[LocalSnapshot, Question], Result]

# Between two looks whether the database is back, and how long one of them may take.
_PROBE_SECONDS = 0.25
_PROBE_LIMIT_SECONDS = 3.0
# A look at one file's time is cheap enough to be often.
_WATCH_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Steps(Generic[Question, Result]):
    """The functions that can answer one kind of question, best first; None: that step cannot.

    Attributes
    ----------
    live : callable
        Asks the database; safe to repeat.
    neighbours, popular : callable
        Ask the database too. Each runs one statement, so that the ladder's limit travels with it.
    snapshot : callable
        Reads the local file, and keeps no reference to it.
    """

    live: Step[Question, Result]
    neighbours: Step[Question, Result] | None = None
    popular: Step[Question, Result] | None = None
    snapshot: SnapshotStep[Question, Result] | None = None


class Answer(NamedTuple, Generic[Result]):
    """What was found, and by which step."""

    value: Result
    tier: Tier


class Ladder:
    """The steps' circuits and limits, and the local snapshot.

    The metrics are told every answer and every change of a circuit.
    """

    def __init__(
        self,
        database: Database,
        settings: Settings,
        metrics: Metrics,
        read_shoppers: ReadShoppers,
    ) -> None:
        self.local = LocalSnapshots(settings.home)
        self.shoppers = KnownShoppers(database, read_shoppers)
        self.circuits = Circuits(self._note_change)
        self._odd = OddFailures()
        self._lower_limit_ms = settings.fallback_timeout_ms
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

    async def answer(
        self, steps: Steps[Question, Result], question: Question, position: str | None = None
    ) -> Answer[Result]:
        """Answer a question from the first step that can.

        Parameters
        ----------
        position : str, optional
            Where in the write-ahead log the reader's own last write ended.

        Raises
        ------
        DatabaseAwayError
            No step could, and none that needs the database was worth trying.
        UnknownModelError, UnknownProductError
            The question names a model or a product that there is not.
        Exception
            What the last step that was tried failed with, or what the request did wrong.
        """
        error: Exception = DatabaseAwayError()
        if not self.circuits.is_closed("primary"):
            position = None
        tiers: tuple[tuple[DatabaseTier, Step[Question, Result] | None], ...] = (
            ("live", steps.live),
            ("neighbours", steps.neighbours),
            ("popular", steps.popular),
        )
        for tier, step in tiers:
            if step is None or not self.circuits.is_closed("database"):
                continue
            try:
                work = self._work(tier, step, question)
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
                return self._answered("snapshot", steps.snapshot(local, question))
            except sqlite3.Error as raised:
                self.local.note_failure(raised)
        raise error

    def _answered(self, tier: Tier, value: Result) -> Answer[Result]:
        self._metrics.answered(tier)
        if tier != "live":
            logger.info("Answered from %s", tier)
        return Answer(value, tier)

    async def read(self, work: Work[Result], position: str | None = None) -> Result:
        """Do some work that reads, whether or not the steps of lists can answer.

        Raises
        ------
        DatabaseAwayError
            The database was away a moment ago.
        """
        if not self.circuits.is_closed("database"):
            raise DatabaseAwayError
        if not self.circuits.is_closed("primary"):
            position = None
        try:
            async with self.circuits.through("database"):
                return await self._run("live", work, position)
        except OpenedState as error:
            raise DatabaseAwayError from error

    @property
    def batch_seconds(self) -> float:
        """After so many seconds a write of many parts has to stop, to be answered in time."""
        return self._database.write_limit * 2 / 3

    async def write(
        self, work: Work[Result], *, limit: float | None = None
    ) -> tuple[Result, str | None]:
        """Do some work that writes; there is no other step, so at least nobody waits in vain.

        `limit`: seconds that it may take, if that is more than usual.

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
            return await self._database.write(work, limit=limit)

    def look(self) -> None:
        """Note in the metrics what is known by looking alone."""
        self._metrics.look(self._database.pools(), self.local.pointer())

    def _work(
        self, tier: DatabaseTier, step: Step[Question, Result], question: Question
    ) -> Work[Result]:
        """Return the work of a step; below live under a time limit that ends with it."""

        async def work(connection: Connection) -> Result:
            try:
                if tier == "live":
                    return await step(connection, question)
                # The limit and the step's statement travel together. What is sent before the
                # first rows are fetched is one transaction, and the setting is local to it.
                try:
                    async with connection.pipeline():
                        await connection.execute(
                            "select set_config('statement_timeout', %s::text, true)",
                            [self._lower_limit_ms],
                        )
                        return await step(connection, question)
                except psycopg.Error:
                    await forget_prepared(connection)
                    raise
            except psycopg.DatabaseError as error:
                raise_unknown(error)

        return work

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
