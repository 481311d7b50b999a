"""The tree of categories, kept in memory for some seconds: every page shows part of it."""

import asyncio
import logging
import time
from collections.abc import Mapping
from itertools import chain
from typing import Any, cast

from msgspec import Struct

from api.catalogue import store
from api.catalogue.cards import safe_image
from api.database.failures import FAILURES, DatabaseAwayError, first_line
from api.exchange import AnyRequest
from api.ladder.ladder import Ladder, Steps
from api.pages.addresses import CATEGORY_SEPARATOR, category_segments, category_url

logger = logging.getLogger("alsolike.web")

# The tree is read again after so many seconds, or so many times what reading it took: however large
# the catalogue is, it costs at most a fiftieth of the time.
_FRESH_SECONDS = 2.0
_FRESH_COSTS = 50
# A category that is not in the tree may be new: then these hold.
_RETRY_SECONDS = 0.25
_RETRY_COSTS = 5
# After the snapshot answered: when to ask the database again.
_SNAPSHOT_SECONDS = 5.0


_STEPS: Steps[None, list[tuple[list[str], int, str | None]]] = Steps(
    lambda connection, _: store.category_counts(connection),
    snapshot=lambda local, _: local.category_counts(),
)


class Category(Struct):
    """A category with the number of cards in it and below it, and a picture of one of them."""

    path: str
    name: str
    url: str
    count: int
    image_url: str | None = None


class CategoryTree:
    """Categories with the cards in and below them, read again every few seconds."""

    def __init__(self, ladder: Ladder) -> None:
        self._ladder = ladder
        self._by_path: dict[str, Category] = {}
        self._read_at = float("-inf")
        # Seconds that the last reading took.
        self._cost = 0.0
        self._is_of_snapshot = False
        self._reading = asyncio.Lock()

    async def refresh(self) -> None:
        """Read the tree again if it is not fresh; one request reads for all."""
        await self._refresh(max(_FRESH_SECONDS, _FRESH_COSTS * self._cost))

    async def _refresh(self, older_than: float) -> None:
        """Read the tree again if it is older than some seconds."""
        if self._is_of_snapshot:
            older_than = _SNAPSHOT_SECONDS
        if time.monotonic() - self._read_at < older_than:
            return
        async with self._reading:
            began = time.monotonic()
            if began - self._read_at < older_than:
                return
            found = await self._ladder.answer(_STEPS, None)
            self._read_at = time.monotonic()
            self._cost = self._read_at - began
            self._is_of_snapshot = found.tier == "snapshot"
            # What the database gave before is newer than the snapshot.
            if not self._is_of_snapshot or not self._by_path:
                self._by_path = _add_up(found.value)

    def top(self) -> list[Category]:
        """Return the top-level categories, as they were last read."""
        return [c for path, c in self._by_path.items() if CATEGORY_SEPARATOR not in path]

    def all(self) -> list[Category]:
        """Return every category, as they were last read."""
        return list(self._by_path.values())

    def children(self, path: str) -> list[Category]:
        """Return the categories one step below."""
        prefix = path + CATEGORY_SEPARATOR
        return [
            c
            for p, c in self._by_path.items()
            if p.startswith(prefix) and CATEGORY_SEPARATOR not in p.removeprefix(prefix)
        ]

    def breadcrumbs(self, path: str | None) -> list[Category]:
        """Return the way from the top to a category, with itself, even if the tree lacks it yet."""
        if path is None:
            return []
        names = path.split(CATEGORY_SEPARATOR)
        paths = (CATEGORY_SEPARATOR.join(names[: n + 1]) for n in range(len(names)))
        return [self._by_path.get(p) or _category(p) for p in paths]

    async def find(self, segments: str) -> Category | None:
        """Find a category by the part of its address after `/categories/`, already decoded."""
        await self.refresh()
        found = self._find(segments)
        if found is None:
            await self._refresh(max(_RETRY_SECONDS, _RETRY_COSTS * self._cost))
            found = self._find(segments)
        return found

    def _find(self, segments: str) -> Category | None:
        wanted = segments.strip("/")
        # A name's slash may also stand as it is, where no other category has that address.
        plain = (
            c for p, c in self._by_path.items() if p.replace(CATEGORY_SEPARATOR, "/") == wanted
        )
        exact = (c for p, c in self._by_path.items() if category_segments(p) == wanted)
        return next(chain(exact, plain), None)


def tree_of(request: AnyRequest) -> CategoryTree:
    """Return the app's categories."""
    return cast("CategoryTree", request.app.state.tree)


async def refresh_navigation(request: AnyRequest) -> None:
    """Read the categories for the navigation of a page; where they cannot be, the last ones stay.

    What a page is about is read by the page itself, which fails by itself.
    """
    try:
        await tree_of(request).refresh()
    except (*FAILURES, DatabaseAwayError) as error:
        logger.warning("The navigation shows old categories: %s", first_line(error))


def navigation_context(request: AnyRequest) -> Mapping[str, Any]:
    """Return what every template knows of the categories."""
    return {"nav": tree_of(request).top()}


def _add_up(counts: list[tuple[list[str], int, str | None]]) -> dict[str, Category]:
    """Sum up each category with all below it, those without products of their own included.

    A group of variants that is filed under several paths counts once in what they are both below.
    """
    totals: dict[str, int] = {}
    pictures: dict[str, str] = {}
    for paths, count, image_url in counts:
        for ancestor in dict.fromkeys(chain.from_iterable(map(_with_ancestors, paths))):
            totals[ancestor] = totals.get(ancestor, 0) + count
            if address := safe_image(image_url):
                pictures.setdefault(ancestor, address)
    return {path: _category(path, totals[path], pictures.get(path)) for path in sorted(totals)}


def _with_ancestors(path: str) -> list[str]:
    """Return a path after those of all that it is below."""
    names = path.split(CATEGORY_SEPARATOR)
    return [CATEGORY_SEPARATOR.join(names[:depth]) for depth in range(1, len(names) + 1)]


def _category(path: str, count: int = 0, image_url: str | None = None) -> Category:
    name = path.rsplit(CATEGORY_SEPARATOR, 1)[-1]
    return Category(path, name, category_url(path), count, image_url)
