"""The products of the sitemap, read by key."""

from msgspec import Struct
from psycopg.rows import scalar_row

from alsolike.database import query
from api.database.pool import Connection


class PartQuestion(Struct, frozen=True):
    """Asks for the next products of a part of the sitemap.

    Attributes
    ----------
    after : str
        Id of the product before; empty: from the first.
    until : str or None
        Id of the last product of the part; None: the part ends with the catalogue.
    row_count : int
    """

    after: str
    until: str | None
    row_count: int


async def part_ends(connection: Connection, row_count: int) -> list[str]:
    """Find the last product of each full part of so many products."""
    cursor = connection.cursor(row_factory=scalar_row)
    await cursor.execute(query("api/sitemap/part_ends"), {"row_count": row_count})
    return await cursor.fetchall()


async def part_products(connection: Connection, question: PartQuestion) -> list[str]:
    """Read the next products of a part."""
    cursor = connection.cursor(row_factory=scalar_row)
    parameters = {
        "after": question.after,
        "until": question.until,
        "row_count": question.row_count,
    }
    await cursor.execute(query("api/sitemap/part_products"), parameters)
    return await cursor.fetchall()


async def brands(connection: Connection, row_count: int) -> list[str]:
    """Read the brands that shown products have, in order."""
    cursor = connection.cursor(row_factory=scalar_row)
    await cursor.execute(query("api/sitemap/brands"), {"row_count": row_count})
    return await cursor.fetchall()
