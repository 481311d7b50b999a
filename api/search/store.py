"""Searches, and the light copy of the encoder that they turn words into vectors with."""

from collections.abc import Sequence
from typing import NamedTuple

from alsolike.database import query
from alsolike.query_encoder import QueryEncoderRow
from api.database.pool import Connection


class SearchRow(NamedTuple):
    """A page of what a search finds, in the order of `api/search/sql/search_products.sql`.

    Attributes
    ----------
    is_by_vector : bool
        Whether the query's vector was compared, besides its words.
    product_ids, scores : list
        Best first; equally long.
    """

    is_by_vector: bool
    product_ids: list[str]
    scores: list[float]


async def search_products(
    connection: Connection,
    words: str,
    vector: tuple[int, str] | None,
    category: str | None,
    after: tuple[float, str] | None,
    limit: int,
) -> SearchRow:
    """Find a page of the products that match.

    Parameters
    ----------
    vector : tuple, optional
        The encoder's id and the query's vector.
    after : tuple, optional
        Score and id of the last product of the page before.
    """
    encoder_id, written = vector or (None, None)
    after_score, after_id = after or (None, None)
    parameters = {
        "words": words,
        "query": written,
        "encoder_id": encoder_id,
        "category": category,
        "after_score": after_score,
        "after_id": after_id,
        "row_count": limit,
    }
    cursor = await connection.execute(query("api/search/search_products"), parameters)
    row = await cursor.fetchone()
    if row is None:
        return SearchRow(is_by_vector=False, product_ids=[], scores=[])
    return SearchRow(*row)


async def words_that_find(connection: Connection, words: Sequence[str]) -> list[str]:
    """Tell which words find something when they stand alone."""
    cursor = await connection.execute(query("api/search/words_that_find"), {"words": list(words)})
    return [row[0] for row in await cursor.fetchall()]


async def query_encoder(connection: Connection) -> QueryEncoderRow | None:
    """Find the query encoder of the serving model; None where there is none."""
    cursor = await connection.execute(query("api/search/serving_query_encoder"))
    row = await cursor.fetchone()
    return None if row is None else QueryEncoderRow(*row)


async def query_encoder_piece(
    connection: Connection, encoder_id: int, name: str, position: int
) -> bytes | None:
    """Read a piece of a file of a query encoder; None after the last one."""
    parameters = {"encoder_id": encoder_id, "name": name, "position": position}
    cursor = await connection.execute(
        query("api/search/query_encoder_piece"), parameters, binary=True
    )
    row = await cursor.fetchone()
    return None if row is None else bytes(row[0])
