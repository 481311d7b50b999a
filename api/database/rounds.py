"""Several statements in one round trip to the server."""

import asyncio
from collections.abc import Coroutine
from functools import partial
from types import TracebackType
from typing import Any, Self, TypeVar, cast

import psycopg
from psycopg.pq import TransactionStatus

from api.database.pool import Connection

Result = TypeVar("Result")
Row = TypeVar("Row")


class Round:
    """Sends the statements of several reads together, in a pipeline, and waits for all of them.

    The server runs them one after the other, as one transaction: where one fails, all fail. Each
    read runs one statement; what it returns may be awaited once the block has ended. Nothing else
    uses the connection during the block.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._pipeline = connection.pipeline()
        self._has_results = asyncio.Event()
        self._tasks: list[asyncio.Task[Any]] = []

    async def __aenter__(self) -> Self:
        await self._pipeline.__aenter__()
        factory = partial(_PatientCursor[Any], self._has_results)
        self._connection.cursor_factory = cast("type[psycopg.AsyncCursor[Any]]", factory)
        return self

    def send(self, reading: Coroutine[Any, Any, Result]) -> asyncio.Task[Result]:
        """Add a read."""
        task = asyncio.ensure_future(reading)
        self._tasks.append(task)
        return task

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        # Now every read has its place in the queue for the connection, before the pipeline's end.
        await asyncio.sleep(0)
        errors: list[BaseException] = []
        try:
            await self._pipeline.__aexit__(kind, error, trace)
        except psycopg.Error as raised:
            errors.append(raised)
        except asyncio.CancelledError:
            for task in self._tasks:
                task.cancel()
            raise
        finally:
            self._connection.cursor_factory = psycopg.AsyncCursor
            self._has_results.set()
        results = await asyncio.gather(*self._tasks, return_exceptions=True)
        errors += [one for one in results if isinstance(one, BaseException)]
        if errors:
            await forget_prepared(self._connection)
        if errors and error is None:
            # The server's own word, rather than that the statements behind it were not run.
            raise next((one for one in errors if getattr(one, "sqlstate", None)), errors[0])


async def forget_prepared(connection: Connection) -> None:
    """Let psycopg prepare all statements anew, after something failed in a pipeline.

    It counts a statement as prepared as soon as that is sent. Behind a failed one, or where it
    fails itself, the server has none of that name, and every later use of the connection would
    fail. Of a command that drops prepared statements psycopg takes notice itself, but only when it
    meets it for the first time or prepares it; so this is prepared at once. A connection that
    cannot be put in order is closed, and the pool makes another one.
    """
    status = connection.info.transaction_status
    if status == TransactionStatus.IDLE and connection.prepare_threshold is not None:
        try:
            await connection.execute("deallocate all", prepare=True)
        except psycopg.Error:
            await connection.close()


class _PatientCursor(psycopg.AsyncCursor[Row]):
    """A cursor that asks for no result before the whole round's are there: that would be a trip."""

    def __init__(self, has_results: asyncio.Event, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._has_results = has_results

    async def fetchone(self) -> Row | None:
        """Return the next row."""
        await self._has_results.wait()
        return await super().fetchone()

    async def fetchall(self) -> list[Row]:
        """Return all rows."""
        await self._has_results.wait()
        return await super().fetchall()
