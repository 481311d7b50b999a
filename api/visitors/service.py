"""What shoppers consent to, and shoppers that a newcomer may try the shop as."""

from collections.abc import Mapping

from msgspec import Struct

from alsolike.purposes import Purpose
from api.database.pool import Connection
from api.http.ids import is_placeholder, not_a_shopper
from api.languages.translate import gettext as _
from api.pages.addresses import CATEGORY_SEPARATOR
from api.visitors import store
from api.visitors.schemas import Shopper

DEMO_SHOPPERS = 6
"""How many shoppers are offered to try the shop as."""
_CATEGORIES_IN_HINT = 3


class DemoShopper(Struct):
    """A shopper to try the shop as."""

    shopper_id: str
    display_name: str
    hint: str


async def record_consent(
    connection: Connection,
    shopper_id: str,
    decisions: Mapping[Purpose, bool],
    *,
    readmits: bool,
    display_name: str | None = None,
) -> Shopper:
    """Record what a shopper decides about purposes; an unknown shopper is made.

    `readmits` says that one who was erased is made anew; nothing is recorded of one otherwise.

    Raises
    ------
    InvalidFieldError
        The id is unknown, and a placeholder.
    """
    is_placeholder_id = is_placeholder(shopper_id)
    recorded = await store.record_consent(
        connection,
        shopper_id,
        decisions,
        source="api",
        may_make=not is_placeholder_id,
        readmits=readmits,
        display_name=display_name,
    )
    if is_placeholder_id and not recorded.has_shopper:
        raise not_a_shopper(shopper_id)
    return Shopper(
        shopper_id,
        personalisation=recorded.personalisation,
        measurement=recorded.measurement,
    )


async def demo_shoppers(connection: Connection, _question: None) -> list[DemoShopper]:
    """Find a handful of shoppers, each with what they looked at lately."""
    rows = await store.demo_shoppers(connection, DEMO_SHOPPERS)
    return [DemoShopper(*row[:2], hint=lately(row[2] or [])) for row in rows]


def lately(categories: list[str]) -> str:
    """Say what somebody looked at lately, from the categories, the latest first."""
    names = [path.rsplit(CATEGORY_SEPARATOR, 1)[-1] for path in categories[:_CATEGORIES_IN_HINT]]
    if not names:
        return _("Nothing looked at yet")
    return _("Looked at last: %(categories)s", categories=", ".join(names))
