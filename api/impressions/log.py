"""Keeps what was shown, seen and clicked on until it is written, in batches, beside the answers.

An answer never waits for it. While the database is slow or away it is kept, up to a bound; beyond
that the oldest rows are dropped, and counted.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from functools import partial
from typing import Final, TypeVar, cast

import psycopg

from api.database.failures import FAILURES, first_line
from api.database.pool import Connection, Database
from api.exchange import AnyRequest
from api.impressions import store
from api.impressions.rows import Exposure, Mark, ShownList
from api.metrics import Metrics

Result = TypeVar("Result")

logger = logging.getLogger("alsolike.web")

# Rows that are kept while they cannot be written: about 10 MB.
MOST_KEPT: Final = 20_000
# Rows of one statement.
_MOST_AT_ONCE: Final = 2_000
_PAUSE_SECONDS: Final = 0.5
_LONGEST_PAUSE_SECONDS: Final = 30.0
_WRITE_SECONDS: Final = 5.0
# An impression may wait to be written by another process; then it is found at a later try.
_MOST_TRIES: Final = 20


class ImpressionLog:
    """The rows of one process that wait to be written.

    Parameters
    ----------
    is_writable : callable
        Whether the database takes writes now.
    most : int
        Rows that are kept at most.
    """

    def __init__(
        self,
        database: Database,
        metrics: Metrics,
        is_writable: Callable[[], bool],
        most: int = MOST_KEPT,
    ) -> None:
        self._database = database
        self._metrics = metrics
        self._is_writable = is_writable
        self._most = most
        self._lists: deque[ShownList] = deque()
        self._marks: deque[Mark] = deque()
        self._exposures: deque[Exposure] = deque()
        self._kept = 0
        self._has_some = asyncio.Event()

    @property
    def kept(self) -> int:
        """How many rows wait."""
        return self._kept + len(self._marks) + len(self._exposures)

    def show(self, shown: ShownList) -> None:
        """Keep a list, and drop the oldest if there are too many."""
        self._lists.append(shown)
        self._kept += len(shown.products)
        dropped = 0
        while self._kept > self._most and self._lists:
            oldest = len(self._lists.popleft().products)
            self._kept -= oldest
            dropped += oldest
        self._metrics.impressions("dropped", dropped)
        self._has_some.set()

    def mark(self, mark: Mark) -> None:
        """Keep that something was seen or clicked on, and drop the oldest if there are too many."""
        self._marks.append(mark)
        if len(self._marks) > self._most:
            self._marks.popleft()
            self._metrics.impressions("dropped", 1)
        self._has_some.set()

    def expose(self, exposure: Exposure) -> None:
        """Keep that somebody was given an arm, and drop the oldest if there are too many."""
        self._exposures.append(exposure)
        if len(self._exposures) > self._most:
            self._exposures.popleft()
            self._metrics.impressions("dropped", 1)
        self._has_some.set()

    async def keep_writing(self) -> None:
        """Write what waits, for ever; after a failure later and later."""
        pause = _PAUSE_SECONDS
        while True:
            await self._has_some.wait()
            await asyncio.sleep(pause)
            failed = not await self.write()
            pause = min(2 * pause, _LONGEST_PAUSE_SECONDS) if failed else _PAUSE_SECONDS

    async def finish(self, seconds: float = 2.0) -> None:
        """Write what waits before the process ends."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while self.kept and await self.write():
                    pass

    async def write(self) -> bool:
        """Write what waits: who was given an arm, then what was shown, then what was seen of it.

        Returns
        -------
        bool
            Whether it is written; False leaves it for later.
        """
        self._has_some.clear()
        done = (
            self._is_writable()
            and await self._write_exposures()
            and await self._write_lists()
            and await self._write_marks()
        )
        if not done:
            self._has_some.set()
        return done

    async def _write_exposures(self) -> bool:
        while self._exposures:
            count = min(len(self._exposures), _MOST_AT_ONCE)
            taken = [self._exposures.popleft() for _ in range(count)]
            try:
                await self._run(partial(store.write_exposures, exposures=taken))
            except FAILURES as error:
                logger.warning("Exposures wait to be written: %s", first_line(error))
                self._exposures.extendleft(reversed(taken))
                return False
            except psycopg.Error:
                logger.exception("%s exposures cannot be written", count)
                self._metrics.impressions("dropped", count)
        return True

    async def _write_lists(self) -> bool:
        while self._lists:
            taken = self._next_lists()
            rows = sum(len(one.products) for one in taken)
            try:
                await self._run(partial(store.write_shown, lists=taken))
            except FAILURES as error:
                logger.warning("Impressions wait to be written: %s", first_line(error))
                self._lists.extendleft(reversed(taken))
                self._kept += rows
                return False
            except psycopg.Error:
                # The same rows would fail again.
                logger.exception("%s impressions cannot be written", rows)
                self._metrics.impressions("dropped", rows)
            else:
                self._metrics.impressions("written", rows)
        return True

    async def _write_marks(self) -> bool:
        # Those that are put back meanwhile wait for the next time.
        for _ in range(0, len(self._marks), _MOST_AT_ONCE):
            taken = [self._marks.popleft() for _ in range(min(len(self._marks), _MOST_AT_ONCE))]
            try:
                missing = await self._run(partial(store.write_marks, marks=taken))
            except FAILURES as error:
                logger.warning("Clicks on lists wait to be written: %s", first_line(error))
                self._marks.extendleft(reversed(taken))
                return False
            except psycopg.Error:
                logger.exception("%s clicks on lists cannot be written", len(taken))
                self._metrics.impressions("dropped", len(taken))
            else:
                self._look_again(missing)
        return True

    async def _run(self, work: Callable[[Connection], Awaitable[Result]]) -> Result:
        result, _position = await self._database.write(work, limit=_WRITE_SECONDS)
        return result

    def _next_lists(self) -> list[ShownList]:
        """Take the oldest lists, with so many rows as one statement writes."""
        taken: list[ShownList] = []
        rows = 0
        while self._lists and rows < _MOST_AT_ONCE:
            taken.append(self._lists.popleft())
            rows += len(taken[-1].products)
        self._kept -= rows
        return taken

    def _look_again(self, missing: Sequence[Mark]) -> None:
        """Keep the marks whose impressions are not there yet."""
        for mark in missing:
            mark.tries += 1
            if mark.tries < _MOST_TRIES:
                self.mark(mark)


def log_of(request: AnyRequest) -> ImpressionLog:
    """Return the app's log of impressions."""
    return cast("ImpressionLog", request.app.state.impressions)
