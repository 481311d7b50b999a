"""Reviews of a product, without who wrote them."""

from datetime import datetime

from msgspec import Struct
from psycopg.rows import args_row

from alsolike.database import query
from api.database.pool import Connection


class ReviewRow(Struct):
    """A review, in the order of `api/catalogue/sql/product_reviews.sql`."""

    review_id: str
    rating: int
    reviewed_at: datetime
    title: str | None
    body: str | None
    is_verified: bool


async def product_reviews(
    connection: Connection, product_id: str, after: tuple[datetime, str] | None, limit: int
) -> list[ReviewRow]:
    """Read a page of a product's reviews, newest first."""
    cursor = connection.cursor(row_factory=args_row(ReviewRow))
    after_time, after_id = after or (None, None)
    parameters = {
        "product_id": product_id,
        "after_time": after_time,
        "after_id": after_id,
        "row_count": limit,
    }
    await cursor.execute(query("api/catalogue/product_reviews"), parameters)
    return await cursor.fetchall()
