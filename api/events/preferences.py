"""More like this, less like this: what shoppers and visitors who agreed want of their lists."""

from typing import Literal

from msgspec import Struct
from psycopg.rows import class_row, scalar_row

from alsolike.database import query
from alsolike.privacy.hashes import shopper_hash
from api.catalogue.service import unknown_product
from api.database.pool import Connection
from api.visitors.session import Visitor

Direction = Literal[-1, 1]
MORE: Direction = 1
LESS: Direction = -1

# Of a person; the oldest is forgotten beyond them.
MOST_PREFERENCES = 100


class Preference(Struct):
    """A product that somebody wants more like, direction 1, or less like, -1."""

    product_id: str
    direction: int


class _Outcome(Struct):
    has_product: bool
    is_kept: bool


async def state_preference(
    connection: Connection, visitor: Visitor, product_id: str, direction: Direction
) -> bool:
    """Keep a wish; tell whether it is kept: of a visitor who is not personalised it is not.

    Raises
    ------
    UnknownProductError
        There is none of that id.
    """
    shopper_id = visitor.shopper_id
    cursor = connection.cursor(row_factory=class_row(_Outcome))
    parameters = {
        "product_id": product_id,
        "shopper_id": shopper_id,
        "session_id": visitor.session_id,
        "shopper_hash": None if shopper_id is None else shopper_hash(shopper_id),
        "direction": direction,
        "most": MOST_PREFERENCES,
    }
    await cursor.execute(query("api/events/state_preference"), parameters)
    outcome = await cursor.fetchone()
    if outcome is None or not outcome.has_product:
        raise unknown_product(product_id)
    return outcome.is_kept


async def take_back_preference(connection: Connection, visitor: Visitor, product_id: str) -> bool:
    """Forget a wish; tell whether there was one."""
    cursor = connection.cursor(row_factory=scalar_row)
    parameters = {"product_id": product_id, **_person(visitor)}
    await cursor.execute(query("api/events/take_back_preference"), parameters)
    return await cursor.fetchone() is not None


async def preferences(connection: Connection, visitor: Visitor) -> list[Preference]:
    """Read the wishes of somebody, the latest first."""
    cursor = connection.cursor(row_factory=class_row(Preference))
    await cursor.execute(query("api/events/preferences"), _person(visitor))
    return await cursor.fetchall()


def _person(visitor: Visitor) -> dict[str, str | None]:
    return {"shopper_id": visitor.shopper_id, "session_id": visitor.session_id}
