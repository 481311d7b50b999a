"""Shoppers that a newcomer may try the shop as."""

from api.database.pool import Connection
from api.pages.addresses import CATEGORY_SEPARATOR
from api.visitors import store
from api.visitors.shown import DemoShopper

_SHOWN = 6
_CATEGORIES_IN_HINT = 3


async def demo_shoppers(connection: Connection) -> list[DemoShopper]:
    """Find a handful of them, each with what they looked at lately."""
    rows = await store.demo_shoppers(connection, _SHOWN)
    return [DemoShopper(*row[:2], hint=_hint(row[2] or [])) for row in rows]


def _hint(categories: list[str]) -> str:
    names = [path.rsplit(CATEGORY_SEPARATOR, 1)[-1] for path in categories[:_CATEGORIES_IN_HINT]]
    return f"Lately: {', '.join(names)}" if names else "Nothing looked at yet"
