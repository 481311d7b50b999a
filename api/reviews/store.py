"""Reading and writing what a shopper thinks of a product: one review of each by each."""

from typing import Literal

from msgspec import Struct
from psycopg.rows import class_row

from alsolike.database import query
from alsolike.privacy.hashes import shopper_hash
from api.database.pool import Connection


class ReviewText(Struct, frozen=True):
    """What a review says.

    Attributes
    ----------
    rating : int
        Stars, 1 to 5.
    title, body : str or None
        Without blanks around them; None: nothing was written.
    """

    rating: int
    title: str | None
    body: str | None


class Written(Struct, frozen=True):
    """What became of a review.

    Attributes
    ----------
    has_product : bool
        Whether the product is shown; nothing is written otherwise.
    has_shopper : bool
        Whether the shopper is known; nothing is written otherwise.
    outcome : 'new', 'changed' or 'same'
    """

    has_product: bool
    has_shopper: bool
    outcome: Literal["new", "changed", "same"]


async def own_review(
    connection: Connection, shopper_id: str | None, product_id: str
) -> ReviewText | None:
    """Read what a shopper wrote about a product; None where they did not, or without a shopper."""
    if shopper_id is None:
        return None
    cursor = connection.cursor(row_factory=class_row(ReviewText))
    parameters = {"shopper_id": shopper_id, "product_id": product_id}
    await cursor.execute(query("api/reviews/own_review"), parameters)
    return await cursor.fetchone()


async def write_review(
    connection: Connection, shopper_id: str, product_id: str, review: ReviewText
) -> Written:
    """Write a shopper's review of a product, or change the one that they have.

    The marts take it up with the next transform: the worker's next round encodes the product's
    text anew, if the shopper agreed to personalisation.
    """
    cursor = connection.cursor(row_factory=class_row(Written))
    parameters = {
        "shopper_id": shopper_id,
        "shopper_hash": shopper_hash(shopper_id),
        "product_id": product_id,
        "rating": review.rating,
        "title": review.title,
        "body": review.body,
    }
    await cursor.execute(query("api/reviews/write_review"), parameters)
    written = await cursor.fetchone()
    assert written is not None  # noqa: S101  (the statement always gives one row)
    return written
