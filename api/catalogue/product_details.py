"""All that is known of one product."""

from datetime import datetime
from typing import Any

from psycopg.rows import args_row

from alsolike.database import query
from api.catalogue.store import CardRow
from api.database.pool import Connection


class DetailRow(CardRow):
    """What a product's page shows of it, in the order of `api/catalogue/sql/product_detail.sql`."""

    description: str | None
    attributes: dict[str, Any]
    created_at: datetime


async def product_detail(connection: Connection, product_id: str) -> DetailRow | None:
    """Read a product; None for an unknown one."""
    cursor = connection.cursor(row_factory=args_row(DetailRow))
    await cursor.execute(query("api/catalogue/product_detail"), {"product_id": product_id})
    return await cursor.fetchone()
