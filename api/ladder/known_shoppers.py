"""What the process last knew of shoppers, for the time when the database cannot be asked.

Kept in memory alone, for a minute after it was read, so that whoever is erased is forgotten
everywhere a minute later. While the database is away nobody can be erased, and time stands still.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence

from cachetools import TTLCache
from msgspec import Struct, structs

from api.database.failures import FAILURES, first_line
from api.database.pool import Connection, Database

logger = logging.getLogger("alsolike.ladder")

# Of those of some shoppers that exist: id, name, and the ids of what not to recommend to them.
ReadShoppers = Callable[
    [Connection, Sequence[str]], Awaitable[Iterable[tuple[str, str | None, list[str]]]]
]

_SHOPPERS = 10_000
_SECONDS = 60.0
# Shoppers are read together, so that however many there are, it is one statement a second.
_PAUSE_SECONDS = 1.0
_AT_ONCE = 500


class KnownShopper(Struct, frozen=True):
    """A shopper's name, and what not to recommend to them: what they bought or hid."""

    display_name: str | None = None
    excluded: frozenset[str] = frozenset()


class Clock:
    """Seconds that can be stopped."""

    def __init__(self) -> None:
        self._behind = 0.0
        self._stopped_at: float | None = None

    def __call__(self) -> float:
        """Return the seconds, without those for which it was stopped."""
        now = time.monotonic() if self._stopped_at is None else self._stopped_at
        return now - self._behind

    def stop(self) -> None:
        """Stand still."""
        if self._stopped_at is None:
            self._stopped_at = time.monotonic()

    def go_on(self) -> None:
        """Go on from where it stood."""
        if self._stopped_at is not None:
            self._behind += time.monotonic() - self._stopped_at
            self._stopped_at = None


class KnownShoppers:
    """The shoppers that were here within the last minute; read beside the requests, not in them."""

    def __init__(self, database: Database, read_shoppers: ReadShoppers) -> None:
        self.clock = Clock()
        self._database = database
        self._read_shoppers = read_shoppers
        self._known: TTLCache[str, KnownShopper] = TTLCache(
            maxsize=_SHOPPERS, ttl=_SECONDS, timer=self.clock
        )
        self._asked: dict[str, None] = {}
        # Whose consent changed while they may be being read.
        self._changed: set[str] = set()
        self._is_asked = asyncio.Event()

    def find(self, shopper_id: str | None) -> KnownShopper:
        """Return what is known of a shopper; of a stranger nothing."""
        if shopper_id is None:
            return KnownShopper()
        return self._known.get(shopper_id, KnownShopper())

    def note(self, shopper_id: str | None) -> None:
        """Have a shopper who is here read soon, unless they are known."""
        if shopper_id is None or shopper_id in self._known or len(self._asked) >= _SHOPPERS:
            return
        self._asked[shopper_id] = None
        self._is_asked.set()

    def forget(self, shopper_id: str) -> None:
        """Forget a shopper whose consent changed, and have them read anew."""
        self._known.pop(shopper_id, None)
        self._changed.add(shopper_id)
        self.note(shopper_id)

    def exclude(self, shopper_id: str | None, product_id: str) -> None:
        """Note what a shopper bought or hid just now, for as long as they are known."""
        if shopper_id is not None and (known := self._known.get(shopper_id)) is not None:
            excluded = known.excluded | {product_id}
            self._known[shopper_id] = structs.replace(known, excluded=excluded)

    async def keep_reading(self) -> None:
        """Read the shoppers that were asked for, for ever."""
        while True:
            await self._is_asked.wait()
            await asyncio.sleep(_PAUSE_SECONDS)
            await self.read()

    async def read(self) -> None:
        """Read the shoppers that were asked for until now."""
        wanted = list(self._asked)[:_AT_ONCE]
        for shopper_id in wanted:
            del self._asked[shopper_id]
        if not self._asked:
            self._is_asked.clear()
        self._changed.clear()
        try:
            rows = await self._database.run(lambda c: self._read_shoppers(c, wanted))
        except FAILURES as error:
            logger.info("Shoppers were not read: %s", first_line(error))
            return
        self._keep(rows)

    def _keep(self, rows: Iterable[tuple[str, str | None, list[str]]]) -> None:
        for shopper_id, display_name, product_ids in rows:
            if shopper_id in self._changed:
                continue
            self._known[shopper_id] = KnownShopper(display_name, frozenset(product_ids))
