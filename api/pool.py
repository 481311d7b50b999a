"""The app's connections to Postgres."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import psycopg
from psycopg_pool import AsyncConnectionPool

from alsolike.database import APP_ROLE
from alsolike.settings import Settings

Result = TypeVar("Result")
Connection = psycopg.AsyncConnection[tuple[Any, ...]]

# How long a write waits for a connection before it is answered with 503.
WAIT_SECONDS = 1.5
# How long a read does, which can be answered from elsewhere.
READ_WAIT_SECONDS = 0.5


class Database:
    """A pool of autocommit connections, each acting as the app's own role.

    One statement is one transaction, so a request costs no `begin` and `commit`; every write of
    the app is one statement.

    Parameters
    ----------
    settings : Settings
        The pool's size and the time limit of a statement; the address is libpq's `PG*` variables.
    """

    def __init__(self, settings: Settings) -> None:
        options = f"-c role={APP_ROLE} -c statement_timeout={settings.statement_timeout_ms}"
        self.pool: AsyncConnectionPool[Connection] = AsyncConnectionPool(
            "",
            kwargs={
                "autocommit": True,
                "options": options,
                "application_name": "alsolike-web",
                "connect_timeout": 5,
                # A server whose machine is gone says nothing: sent bytes that nobody confirms
                # end the connection after this many milliseconds, not after the kernel's minutes.
                "tcp_user_timeout": 3000,
            },
            connection_class=Connection,
            min_size=min(2, settings.pool_size),
            max_size=settings.pool_size,
            timeout=WAIT_SECONDS,
            # After this long without a server the pool tries again only when somebody asks: its
            # own pauses between attempts double, and would outlast the outage by minutes.
            reconnect_timeout=3.0,
            open=False,
        )

    async def open(self) -> None:
        """Start connecting, without waiting: the app starts with its database down."""
        await self.pool.open(wait=False)

    async def close(self) -> None:
        """Close every connection."""
        await self.pool.close()

    def pools(self) -> dict[str, AsyncConnectionPool[Connection]]:
        """Return the pools by name."""
        return {"read": self.pool}

    async def ping(self, seconds: float) -> None:
        """Ask the server for nothing, to see that it answers.

        Raises
        ------
        psycopg.OperationalError
            It does not, within so many seconds.
        """
        try:
            async with asyncio.timeout(seconds):
                async with self.pool.connection(seconds) as connection:
                    await connection.execute("select")
        except TimeoutError as error:
            message = "The database does not answer."
            raise psycopg.OperationalError(message) from error

    async def run(
        self, work: Callable[[Connection], Awaitable[Result]], *, wait: float = WAIT_SECONDS
    ) -> Result:
        """Do some work on a connection; once more if the connection turns out to be dead.

        The work must be safe to repeat: reads are, and a write carries its event's id.

        Parameters
        ----------
        wait : float
            Seconds until a connection must be had.

        Raises
        ------
        psycopg.OperationalError
            The database is away (`psycopg_pool.PoolTimeout` is one) or a statement took too long.
        """
        connection: Connection | None = None
        try:
            async with self.pool.connection(wait) as connection:
                return await work(connection)
        except psycopg.OperationalError:
            if connection is None or not connection.broken:
                raise
        # A restart of the server leaves dead connections in the pool: weed them all out at once.
        await self.pool.check()
        async with self.pool.connection(wait) as connection:
            return await work(connection)
