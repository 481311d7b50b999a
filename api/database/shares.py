"""How many of the pool's connections one client may use at a time.

One client can send any number of requests at once. Without a bound they would hold every
connection, and other requests would time out as if the database were away.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from msgspec import Struct

from alsolike.errors import AlsolikeError
from api.exchange import Exchange, current_exchange

# A request that costs as much as so many ordinary ones is a large one.
LARGE_COST = 10
# One in so many connections of the pool: that share no single client can use up, and it is the
# share of all large requests together.
_ONE_IN = 4
# Longer than for others: large requests queue for each other, and take seconds.
_LARGE_WAIT_SECONDS = 2.0


class ShareUsedUpError(AlsolikeError):
    """Your other requests are still being answered: send fewer at a time."""


class _Client(Struct):
    """What one client uses at this moment.

    Attributes
    ----------
    connections : asyncio.Semaphore
        Places for its requests.
    large : asyncio.Semaphore
        One place for a large one of them.
    users : int
        Requests that hold a place or wait for one.
    """

    connections: asyncio.Semaphore
    large: asyncio.Semaphore
    users: int = 0


class Shares:
    """Each client's share of one pool of so many connections.

    A client may use three quarters of the connections. Its large requests are answered one after
    the other, and those of all clients together have a quarter.
    """

    def __init__(self, size: int) -> None:
        self._most = max(1, size - max(1, size // _ONE_IN))
        self._large = asyncio.Semaphore(max(1, size // _ONE_IN))
        self._clients: dict[str, _Client] = {}

    @asynccontextmanager
    async def of_request(self, wait: float) -> AsyncGenerator[None]:
        """Hold a place for the request that is being answered; work of our own needs none.

        Parameters
        ----------
        wait : float
            Seconds until a place must be had.

        Raises
        ------
        ShareUsedUpError
            The client's other requests hold all of its places.
        """
        exchange = current_exchange.get()
        if exchange is None or not exchange.client:
            yield
            return
        client = self._clients.get(exchange.client)
        if client is None:
            client = _Client(asyncio.Semaphore(self._most), asyncio.Semaphore(1))
            self._clients[exchange.client] = client
        client.users += 1
        places = self._places(client, exchange)
        held: list[asyncio.Semaphore] = []
        try:
            try:
                async with asyncio.timeout(_LARGE_WAIT_SECONDS if len(places) > 1 else wait):
                    for place in places:
                        await place.acquire()
                        held.append(place)
            except TimeoutError as error:
                raise ShareUsedUpError from error
            yield
        finally:
            for place in held:
                place.release()
            client.users -= 1
            if not client.users:
                self._clients.pop(exchange.client, None)

    def _places(self, client: _Client, exchange: Exchange) -> list[asyncio.Semaphore]:
        """Return what a request must acquire, in an order that cannot deadlock."""
        if exchange.cost < LARGE_COST:
            return [client.connections]
        # The client's own place first, so that it has one request at most in the queue of all.
        return [client.large, self._large, client.connections]
