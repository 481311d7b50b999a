"""The circuit breakers: of all reads from the database, of writes, and of each step by itself."""

import asyncio
import logging
from collections.abc import Callable
from types import TracebackType
from typing import Literal, Protocol

from cachetools import TTLCache
from purgatory import AsyncCircuitBreakerFactory, ContextChanged, Event
from purgatory.domain.model import Context, OpenedState

from api.database.failures import is_away, is_slow
from api.ladder.tiers import DatabaseTier

logger = logging.getLogger("alsolike.ladder")

ServerCircuit = Literal["database", "primary"]
CircuitName = ServerCircuit | DatabaseTier

SERVERS: tuple[ServerCircuit, ...] = ("database", "primary")
CIRCUITS: tuple[CircuitName, ...] = (*SERVERS, "live", "neighbours", "popular")

# A database that is away is known at the first failure; a step may be slow for one odd request.
_AWAY_AFTER = 1
_SLOW_AFTER = 3
# Clients whose odd requests failed lately.
_MOST_CLIENTS = 1000
# Seconds until one request tries again; of a server it is the ladder's probe that does.
_SLOW_SECONDS = 5.0
_AWAY_SECONDS = 0.2


class OddFailures:
    """How often the odd requests of each client failed in a row, by step.

    A request that hardly another one is like may be slow by its own doing. Its failures say nothing
    of the step, so they count against its client's odd requests alone.
    """

    def __init__(self) -> None:
        self._counts: TTLCache[tuple[str, DatabaseTier], int] = TTLCache(
            _MOST_CLIENTS, _SLOW_SECONDS
        )

    def check(self, client: str, tier: DatabaseTier) -> None:
        """Tell whether the step is worth trying.

        Raises
        ------
        OpenedState
            It is not, for some seconds.
        """
        if self._counts.get((client, tier), 0) >= _SLOW_AFTER:
            raise OpenedState(tier)

    def note(self, client: str, tier: DatabaseTier, error: Exception | None) -> None:
        """Note how a try ended."""
        if error is None:
            self._counts.pop((client, tier), None)
        elif is_slow(error):
            self._counts[client, tier] = self._counts.get((client, tier), 0) + 1


class Breaker(Protocol):
    """One circuit; purgatory's own type of it is private."""

    context: Context

    async def __aenter__(self) -> object: ...

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
        /,
    ) -> None: ...


class Circuits:
    """The state of every circuit; `on_change` is told a circuit's name and its new state."""

    def __init__(self, on_change: Callable[[str, str], None]) -> None:
        self._on_change = on_change
        self._factory = AsyncCircuitBreakerFactory()
        self._factory.add_listener(self._note)
        self._breakers: dict[CircuitName, Breaker] = {}
        self._told: dict[str, str] = {}
        self.opened: dict[str, asyncio.Event] = {name: asyncio.Event() for name in SERVERS}

    async def make(self) -> None:
        """Make the circuits, all closed."""
        for name in CIRCUITS:
            is_server = name in SERVERS
            counts = is_away if is_server else is_slow
            self._breakers[name] = await self._factory.get_breaker(
                name,
                threshold=_AWAY_AFTER if is_server else _SLOW_AFTER,
                ttl=_AWAY_SECONDS if is_server else _SLOW_SECONDS,
                exclude=[(BaseException, _all_but(counts))],
            )
            self._on_change(name, "closed")

    def state(self, name: CircuitName) -> str:
        """Return `closed`, `opened`, or `half-opened` while somebody tries."""
        return self._breakers[name].context.state

    def is_closed(self, name: CircuitName) -> bool:
        """Tell whether everybody may pass."""
        return self._breakers[name].context.state == "closed"

    def through(self, name: CircuitName) -> Breaker:
        """Return the context in which to try.

        Raises
        ------
        OpenedState
            At once while somebody else tries; on entering while it is open.
        """
        breaker = self._breakers[name]
        if breaker.context.state == "half-opened":
            raise OpenedState(name)
        return breaker

    def _note(self, name: str, _kind: str, event: Event) -> None:
        if not isinstance(event, ContextChanged):
            return
        if name in self.opened:
            if event.state == "opened":
                self.opened[name].set()
            elif event.state == "closed":
                self.opened[name].clear()
        # Trying is no news until it succeeds.
        if event.state != "half-opened" and event.state != self._told.get(name):
            self._told[name] = event.state
            logger.warning("The circuit of %s is %s", name, event.state)
        self._on_change(name, event.state)


def _all_but(counts: Callable[[BaseException], bool]) -> Callable[[BaseException], bool]:
    return lambda error: not counts(error)
