"""Reading and correcting what is kept of a shopper, and the receipt of an erasure."""

import tempfile
from collections.abc import Mapping
from datetime import datetime
from typing import IO
from uuid import UUID

from msgspec import Struct
from psycopg.rows import class_row, scalar_row

from alsolike.database import query
from alsolike.privacy.access import ROWS_AT_ONCE, Document, access_by_row
from alsolike.privacy.hashes import shopper_hash
from api.database.pool import Connection
from api.reviews.store import ReviewText

# Beyond so many bytes a document waits on the disk for its reader.
_MOST_IN_MEMORY = 1 << 20


class OwnReview(ReviewText, frozen=True, kw_only=True):
    """One of a shopper's reviews.

    Attributes
    ----------
    product_title : str or None
        None: the catalogue lost the product.
    """

    review_id: str
    product_id: str
    reviewed_at: datetime
    product_title: str | None


class Receipt(Struct, frozen=True):
    """The receipt of an erasure as it stands, which does not say whose it was.

    Attributes
    ----------
    counts : Mapping
        Rows that were deleted or cleaned, by table.
    waits_for : list of str
        What is still to be computed without them: `transform`, `embed`, `train`, `export`.
    completed_at : datetime or None
        When nothing waited any more.
    """

    erasure_id: UUID
    erased_at: datetime
    erased_before: datetime | None
    counts: Mapping[str, int]
    waits_for: list[str]
    completed_at: datetime | None


async def write_data(connection: Connection, shopper_id: str, seconds: float) -> IO[bytes]:
    """Write the document of what is kept of a shopper into a file without a name; at its start.

    The connection is free again before somebody reads it slowly.
    """
    document = Document()
    file = tempfile.SpooledTemporaryFile(_MOST_IN_MEMORY)  # noqa: SIM115  (it is the caller's)
    try:
        async with connection.transaction():
            await connection.execute(
                "select set_config('statement_timeout', %s, true)", [f"{seconds:.0f}s"]
            )
            async with connection.cursor("shopper_rows") as cursor:
                await cursor.execute(*access_by_row(shopper_id))
                while rows := await cursor.fetchmany(ROWS_AT_ONCE):
                    file.write("".join(document.add(*row) for row in rows).encode())
    except BaseException:
        file.close()
        raise
    file.write(document.end().encode())
    file.seek(0)
    return file


async def rename(connection: Connection, shopper_id: str, display_name: str | None) -> bool:
    """Change what a shopper is called; None: nothing. Whether they are known."""
    parameters = {
        "shopper_id": shopper_id,
        "shopper_hash": shopper_hash(shopper_id),
        "display_name": display_name,
    }
    cursor = await connection.execute(query("api/my_data/rename_shopper"), parameters)
    return await cursor.fetchone() is not None


async def own_reviews(
    connection: Connection, shopper_id: str, position: tuple[datetime, str] | None, limit: int
) -> list[OwnReview]:
    """Read a shopper's reviews, the latest first, those after a position."""
    reviewed_at, review_id = position or (None, None)
    cursor = connection.cursor(row_factory=class_row(OwnReview))
    parameters = {
        "shopper_id": shopper_id,
        "reviewed_at": reviewed_at,
        "review_id": review_id,
        "row_count": limit,
    }
    await cursor.execute(query("api/my_data/own_reviews"), parameters)
    return await cursor.fetchall()


async def own_review(connection: Connection, shopper_id: str, review_id: str) -> OwnReview | None:
    """Read a shopper's review; None for one that is unknown or somebody else's."""
    cursor = connection.cursor(row_factory=class_row(OwnReview))
    parameters = {"shopper_id": shopper_id, "review_id": review_id}
    await cursor.execute(query("api/my_data/own_review"), parameters)
    return await cursor.fetchone()


async def change_review(
    connection: Connection, shopper_id: str, review_id: str, review: ReviewText
) -> bool:
    """Change a shopper's review; whether it is theirs.

    The marts take it up with the next transform: the worker's next round encodes the product's
    text anew, if the shopper agreed to personalisation.
    """
    cursor = connection.cursor(row_factory=scalar_row)
    parameters = {
        "shopper_id": shopper_id,
        "shopper_hash": shopper_hash(shopper_id),
        "review_id": review_id,
        "rating": review.rating,
        "title": review.title,
        "body": review.body,
    }
    await cursor.execute(query("api/my_data/change_review"), parameters)
    return await cursor.fetchone() is not None


async def delete_review(connection: Connection, shopper_id: str, review_id: str) -> bool:
    """Delete a shopper's review; whether it was theirs. The marts lose it as by a change."""
    parameters = {"shopper_id": shopper_id, "review_id": review_id}
    cursor = await connection.execute(query("api/my_data/delete_review"), parameters)
    return await cursor.fetchone() is not None


async def receipt(connection: Connection, erasure_id: UUID) -> Receipt | None:
    """Read the receipt of an erasure; None for an unknown number."""
    cursor = connection.cursor(row_factory=class_row(Receipt))
    await cursor.execute(query("api/my_data/read_receipt"), {"erasure_id": erasure_id})
    return await cursor.fetchone()
