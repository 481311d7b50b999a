"""Whether the pages are on, and whether a visitor may choose who they are.

Choosing a shopper needs no password, so only the demo shop allows it, whose shoppers are made up;
and not where an identity provider says who shoppers are, for then some of them are not.
Over real data people sign in to their own accounts.
"""

import asyncio
import time
from contextlib import suppress

from psycopg.rows import scalar_row

from alsolike.database import query
from alsolike.settings import Settings
from api.database.failures import FAILURES, DatabaseAwayError
from api.database.pool import Connection
from api.ladder.ladder import Ladder, Steps

# A load may begin, or a demo be made, while the site runs.
_FRESH_SECONDS = 1.0


async def _is_demo_shop(connection: Connection, _: None) -> bool:
    """Tell whether the demo made this shop, and nothing was loaded into it since."""
    cursor = connection.cursor(row_factory=scalar_row)
    await cursor.execute(query("api/visitors/is_demo_shop"))
    return bool(await cursor.fetchone())


_STEPS = Steps(_is_demo_shop, snapshot=lambda local, _: local.pointer.is_demo_shop)


class Shop:
    """What kind of shop this is; looked up again once a second while pages are asked for."""

    def __init__(self, ladder: Ladder, settings: Settings) -> None:
        self._ladder = ladder
        self.has_pages = settings.are_pages_on
        self.has_provider = bool(settings.oidc)
        self.button = settings.oidc.button
        self._is_demo = False
        self._read_at = float("-inf")
        self._reading = asyncio.Lock()

    @property
    def can_choose(self) -> bool:
        """Whether a visitor may choose a shopper, as of the last look."""
        return self._is_demo and not self.has_provider

    async def refresh(self) -> None:
        """Look again if the last look is a second old; one request looks for all.

        Where it cannot be told, it is what it was; at first, no shop to choose a shopper in.
        """
        if not self.has_pages or time.monotonic() - self._read_at < _FRESH_SECONDS:
            return
        async with self._reading:
            if time.monotonic() - self._read_at < _FRESH_SECONDS:
                return
            with suppress(*FAILURES, DatabaseAwayError):
                self._is_demo = (await self._ladder.answer(_STEPS, None)).value
            self._read_at = time.monotonic()
