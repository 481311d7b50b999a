"""The app's connections to Postgres."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import psycopg
from psycopg_pool import AsyncConnectionPool

from alsolike.database import APP_ROLE
from alsolike.settings import Settings
from api.http.exchange import timed_as_database

Result = TypeVar("Result")
Connection = psycopg.AsyncConnection[tuple[Any, ...]]

# How long a request waits for a connection before it is answered with 503.
WAIT_SECONDS = 1.5


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

    @timed_as_database
    async def run(self, work: Callable[[Connection], Awaitable[Result]]) -> Result:
        """Do some work on a connection; once more if the connection turns out to be dead.

        The work must be safe to repeat: reads are, and a write carries its event's id.

        Raises
        ------
        psycopg.OperationalError
            The database is away (`psycopg_pool.PoolTimeout` is one) or a statement took too long.
        """
        connection: Connection | None = None
        try:
            async with self.pool.connection() as connection:
                return await work(connection)
        except psycopg.OperationalError:
            if connection is None or not connection.broken:
                raise
        # A restart of the server leaves dead connections in the pool: weed them all out at once.
        await self.pool.check()
        async with self.pool.connection() as connection:
            return await work(connection)
