"""The app's connections to Postgres: one pool, or with replicas one to read and one to write.

`PGHOST=a,b` names several hosts. Reads then prefer a standby, any of them, and go to the primary
where there is none; writes go to the host that takes them.
"""

import asyncio
import logging
import os
import socket
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from typing import Any, TypeVar, cast

import psycopg
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from alsolike.database import query
from alsolike.settings import Settings
from api.database.connections import AppConnection, Attempts
from api.database.failures import DatabaseBusyError, TookTooLongError, first_line, is_standby_ending
from api.database.shares import Shares
from api.exchange import AnyRequest, timed_as_database

Result = TypeVar("Result")
Connection = psycopg.AsyncConnection[tuple[Any, ...]]
Pool = AsyncConnectionPool[Connection]

logger = logging.getLogger("alsolike.web")

# How long a write waits for a connection before it is answered with 503.
WAIT_SECONDS = 1.5
# How long a read does, which can be answered from elsewhere.
READ_WAIT_SECONDS = 0.5

# Seconds that a piece of work may take beyond the time limit of one statement.
GRACE_SECONDS = 0.25

# Seconds after which a connection ends, so that a standby that comes back gets its share again.
_LIFETIME_SECONDS = 300.0


class _NotReplayedError(Exception):
    """The standby has not replayed the reader's last write yet."""


class Database:
    """Pools of autocommit connections, each acting as the app's own role.

    One statement is one transaction, so a request costs no `begin` and `commit`; every write of
    the app is one statement.

    Parameters
    ----------
    settings : Settings
        The pool's size and the time limit of a statement; the address is libpq's `PG*` variables.

    Attributes
    ----------
    has_replicas : bool
        Whether there are several hosts.
    write_limit : float
        Seconds that a write may take: what one statement may, and a little.
    """

    def __init__(self, settings: Settings) -> None:
        self.has_replicas = settings.has_several_hosts
        self.write_limit = settings.statement_timeout_ms / 1000 + GRACE_SECONDS
        if self.has_replicas:
            self._reads = _SharedPool(
                settings, target_session_attrs="prefer-standby", load_balance_hosts="random"
            )
            self._writes = _SharedPool(settings, target_session_attrs="read-write")
        else:
            self._reads = self._writes = _SharedPool(settings)

    async def open(self) -> None:
        """Start connecting, without waiting: the app starts with its database down."""
        for pool in self.pools().values():
            await pool.open(wait=False)

    async def close(self) -> None:
        """Close every connection."""
        for pool in self.pools().values():
            await pool.close()

    def pools(self) -> dict[str, Pool]:
        """Return the pools by name."""
        if self.has_replicas:
            return {"read": self._reads.pool, "write": self._writes.pool}
        return {"read": self._reads.pool}

    @property
    def why_away(self) -> str | None:
        """Why no connection can be made, without the names of hosts and users; None: it can."""
        return self._reads.attempts.reason or self._writes.attempts.reason

    async def probe(
        self, work: Callable[[Connection], Awaitable[Result]], seconds: float
    ) -> Result:
        """Do some work of our own that reads; it counts against no client's share.

        Raises
        ------
        psycopg.OperationalError, TookTooLongError
            The server does not answer within so many seconds.
        """
        return await self._reads.run_once(work, seconds, seconds)

    async def ping(self, seconds: float, *, is_writing: bool = False) -> None:
        """Run an empty statement, to see that the server answers.

        Raises
        ------
        psycopg.OperationalError
            It does not, within so many seconds.
        """
        pool = (self._writes if is_writing else self._reads).pool
        try:
            async with asyncio.timeout(seconds), pool.connection(seconds) as connection:
                await connection.execute("select")
        except TimeoutError as error:
            message = "The database does not answer."
            raise psycopg.OperationalError(message) from error

    @timed_as_database
    async def run(
        self,
        work: Callable[[Connection], Awaitable[Result]],
        *,
        wait: float = WAIT_SECONDS,
        limit: float | None = None,
        position: str | None = None,
    ) -> Result:
        """Do some work that reads; once more if the connection turns out to be dead.

        Parameters
        ----------
        wait : float
            Seconds until a connection must be had.
        limit : float, optional
            Seconds until all of the work must be done, whether the server says anything or not.
        position : str, optional
            Where in the write-ahead log the reader's own last write ended: a standby that is not
            there yet is not asked.

        Raises
        ------
        psycopg.OperationalError
            The database is away (`psycopg_pool.PoolTimeout` is one) or a statement took too long.
        TookTooLongError
            The limit was reached.
        ShareUsedUpError, DatabaseBusyError
            The client's own requests, or everybody's, hold the connections.
        """
        if not self.has_replicas:
            return await self._reads.run(work, wait, limit)
        guarded = work if position is None else _if_replayed(work, position)
        try:
            return await self._reads.run(guarded, wait, limit)
        except _NotReplayedError:
            logger.info("A standby has not reached %s yet: the primary is asked", position)
        except psycopg.OperationalError as error:
            if not is_standby_ending(error):
                raise
            logger.info("A standby ended a read (%s): the primary is asked", first_line(error))
        try:
            return await self._writes.run(work, wait, limit)
        except psycopg.OperationalError:
            # Without the primary, what a standby knows is the best there is.
            return await self._reads.run(work, wait, limit)

    @timed_as_database
    async def write(
        self, work: Callable[[Connection], Awaitable[Result]], *, limit: float | None = None
    ) -> tuple[Result, str | None]:
        """Do some work that writes; once more if the connection turns out to be dead.

        It is done once more, too, if what it had found was deleted before it wrote: then it finds
        that there is none. The work must be safe to repeat: a write carries its event's id.

        Parameters
        ----------
        limit : float, optional
            Seconds until all of the work must be done; by default what one statement may take, and
            a little.

        Returns
        -------
        tuple
            The result, and where in the write-ahead log it ended; None without replicas.

        Raises
        ------
        psycopg.OperationalError
            The primary is away or a statement took too long.
        TookTooLongError
            All of the work took longer than one statement may, and a little.
        ShareUsedUpError, DatabaseBusyError
            The client's own requests, or everybody's, hold the connections.
        """
        limit = limit or self.write_limit

        async def work_again(connection: Connection) -> Result:
            try:
                return await work(connection)
            except psycopg.errors.ForeignKeyViolation:
                return await work(connection)

        if not self.has_replicas:
            return await self._writes.run(work_again, WAIT_SECONDS, limit), None

        async def work_and_tell(connection: Connection) -> tuple[Result, str | None]:
            result = await work_again(connection)
            cursor = await connection.execute(query("api/database/write_position"))
            row = await cursor.fetchone()
            return result, None if row is None else str(row[0])

        return await self._writes.run(work_and_tell, WAIT_SECONDS, limit)


def database_of(request: AnyRequest) -> Database:
    """Return the app's database."""
    return cast("Database", request.app.state.database)


class _SharedPool:
    """A pool of which each client has a share."""

    def __init__(self, settings: Settings, **hosts: str) -> None:
        self.attempts = Attempts()
        self.pool = _pool(settings, self.attempts, hosts)
        self._shares = Shares(settings.pool_size)
        self._size = settings.pool_size
        self._in_use = 0
        self._checks: set[asyncio.Future[None]] = set()

    async def run(
        self,
        work: Callable[[Connection], Awaitable[Result]],
        wait: float,
        limit: float | None,
    ) -> Result:
        """Do some work; once more if the connection turns out to be dead."""
        async with self._shares.of_request(wait):
            connection: Connection | None = None

            async def noted(given: Connection) -> Result:
                nonlocal connection
                connection = given
                return await work(given)

            try:
                return await self.run_once(noted, wait, limit)
            except psycopg.OperationalError:
                if connection is None or not connection.broken:
                    raise
            await self._weed_out(wait)
            return await self.run_once(work, wait, limit)

    async def run_once(
        self,
        work: Callable[[Connection], Awaitable[Result]],
        wait: float,
        limit: float | None,
    ) -> Result:
        """Do some work on one connection."""
        try:
            async with self.pool.connection(wait) as connection:
                self._in_use += 1
                try:
                    return await _within(limit, connection, work)
                finally:
                    self._in_use -= 1
        except PoolTimeout as error:
            if self._in_use < self._size:
                raise
            # The pool is full and all of it is in use: the server is not away.
            raise DatabaseBusyError from error

    async def _weed_out(self, seconds: float) -> None:
        """Drop dead connections: a restart of the server leaves the pool full of them.

        A server that hangs does not answer the check either, so the check goes on by itself after
        some seconds.
        """
        check = asyncio.ensure_future(self.pool.check())
        self._checks.add(check)
        check.add_done_callback(self._checks.discard)
        await asyncio.wait([check], timeout=seconds)


def _pool(settings: Settings, attempts: Attempts, hosts: Mapping[str, str]) -> Pool:
    return AsyncConnectionPool(
        "",
        kwargs={
            "application_name": "alsolike-web",
            "connect_timeout": 5,
            # Milliseconds until sent bytes must be acknowledged: a machine that is gone says
            # nothing, and the kernel would wait for minutes.
            "tcp_user_timeout": 3000,
            "settings": settings,
            "attempts": attempts,
            **hosts,
        },
        connection_class=AppConnection,
        min_size=min(2, settings.pool_size),
        max_size=settings.pool_size,
        timeout=WAIT_SECONDS,
        max_lifetime=_LIFETIME_SECONDS if hosts else 3600.0,
        # Seconds of attempts; then the pool tries again when somebody asks. Its own pauses double
        # and would outlast an outage by minutes.
        reconnect_timeout=3.0,
        open=False,
    )


async def _within(
    limit: float | None, connection: Connection, work: Callable[[Connection], Awaitable[Result]]
) -> Result:
    """Do some work, and hang up on a server that lets it take too long.

    The server ends a statement that takes too long. A server that hangs, or whose machine is gone,
    does not, and it would not answer a request to cancel either. So we shut the connection down,
    which costs no more than a timer where all is well.
    """
    if limit is None:
        return await work(connection)
    is_over = False

    def hang_up() -> None:
        nonlocal is_over
        is_over = True
        # On a copy of the descriptor: libpq closes its own.
        with (
            suppress(OSError, psycopg.Error),
            socket.socket(fileno=os.dup(connection.pgconn.socket)) as line,
        ):
            line.shutdown(socket.SHUT_RDWR)

    timer = asyncio.get_running_loop().call_later(limit, hang_up)
    try:
        return await work(connection)
    except psycopg.OperationalError as error:
        if is_over:
            raise TookTooLongError from error
        raise
    finally:
        timer.cancel()


def _if_replayed(
    work: Callable[[Connection], Awaitable[Result]], position: str
) -> Callable[[Connection], Awaitable[Result]]:
    """Do some work only on a server that has reached a position of the write-ahead log."""

    async def check_and_work(connection: Connection) -> Result:
        cursor = await connection.execute(
            query("api/database/has_replayed"), {"position": position}
        )
        row = await cursor.fetchone()
        if row is None or not row[0]:
            raise _NotReplayedError
        return await work(connection)

    return check_and_work
