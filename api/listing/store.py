"""Pages of filtered lists, and how many cards a list has with the values of a filter.

Of a group of variants a list has one card.

What is chosen decides on the best plan, so the statements are not prepared.
"""

import json
import re
from collections.abc import Sequence
from math import isfinite
from typing import Any, Literal, NamedTuple

from msgspec import Struct
from psycopg.rows import class_row

from alsolike.database import query
from api.database.pool import Connection
from api.listing.choices import Choices

# Of a longer list only so many products are counted: what a filter's values take stays below a
# tenth of a second.
MOST_COUNTED = 5000
_MOST_VALUES = 40
_MOST_ATTRIBUTES = 4
_NUMBER = re.compile(r"-?[0-9]{1,30}(\.[0-9]{1,30})?")


class Listing(Struct, frozen=True, kw_only=True):
    """The products that filters choose among.

    Attributes
    ----------
    within : str or None
        Path of a category, itself and all below it.
    brand : str or None
        The one that all are of.
    product_ids, scores : sequence or None
        What a search found, and how well each matches; equally long.
    """

    within: str | None = None
    brand: str | None = None
    product_ids: Sequence[str] | None = None
    scores: Sequence[float] | None = None


class Position(NamedTuple):
    """Where a product stands in an order: its keys, ascending, and its id."""

    group: str
    first: float
    second: float
    product_id: str


class ListedProducts(NamedTuple):
    """A page of a list, and how many cards fit: of a page after the first, those left."""

    positions: list[Position]
    fitting: int


class Facet(Struct, frozen=True, kw_only=True):
    """A value of a filter, as `api/listing/sql/facets.sql` has it."""

    filter: Literal["all", "attribute", "brand", "category", "price", "rating", "stock"]
    value: str | None
    card_count: int
    name: str | None = None
    is_truth: bool = False
    lowest: float | None = None
    highest: float | None = None


async def listed_products(
    connection: Connection,
    listing: Listing,
    choices: Choices,
    limit: int,
    *,
    after: Position | None = None,
) -> ListedProducts:
    """Read a page of a list under the choices, in their order."""
    group, first, second, product_id = after or (None, None, None, None)
    parameters = {
        **_parameters(listing, choices),
        "order_name": choices.sort,
        "scores": None if listing.scores is None else list(listing.scores),
        "after_group": group,
        "after_first": first,
        "after_second": second,
        "after_id": product_id,
        "row_count": limit,
    }
    statement = query("api/listing/listed_products")
    cursor = await connection.execute(statement, parameters, prepare=False)
    rows = await cursor.fetchall()
    positions = [Position(row[1], row[2], row[3], row[0]) for row in rows]
    return ListedProducts(positions, rows[0][4] if rows else 0)


async def facets(connection: Connection, listing: Listing, choices: Choices) -> list[Facet]:
    """Count the cards of a list for each value that its filters offer."""
    cursor = connection.cursor(row_factory=class_row(Facet))
    parameters = {
        **_parameters(listing, choices),
        "most_counted": MOST_COUNTED,
        "most_values": _MOST_VALUES,
        "most_attributes": _MOST_ATTRIBUTES,
    }
    await cursor.execute(query("api/listing/facets"), parameters, prepare=False)
    return await cursor.fetchall()


def _parameters(listing: Listing, choices: Choices) -> dict[str, Any]:
    attributes = {
        name: [one for value in values for one in _alternatives(name, value)]
        for name, values in choices.attributes
    }
    return {
        "within": listing.within,
        "of_brand": listing.brand,
        "product_ids": None if listing.product_ids is None else list(listing.product_ids),
        "category": choices.category,
        "brands": list(choices.brands) or None,
        "currency": choices.currency,
        "price_min": choices.price_from,
        "price_max": choices.price_to,
        "attributes": json.dumps(attributes) if attributes else None,
        "least_rating": choices.rating,
        "in_stock": choices.in_stock,
    }


def _alternatives(name: str, value: str) -> list[dict[str, Any]]:
    """Return what attributes with a value contain: the address has no types, and shops lists."""
    meant: list[object] = [value]
    if value in {"true", "false"}:
        meant.append(value == "true")
    if _NUMBER.fullmatch(value) and isfinite(float(value)):
        meant.append(float(value) if "." in value else int(value))
    return [{name: form} for one in meant for form in (one, [one])]
