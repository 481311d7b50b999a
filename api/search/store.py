"""Searches, and the light copy of the encoder that they turn words into vectors with."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Literal, NamedTuple

from msgspec import Struct
from psycopg.rows import class_row

from alsolike.database import query
from alsolike.query_encoder import QueryEncoderRow
from api.database.pool import Connection

FoundBy = Literal["id", "all", "beginning", "similar", "some", "any", "exact"]


# The least score of a product that has the words.
LEAST_OF_MATCH = 1.0


class SearchRow(NamedTuple):
    """A page of what a search finds, in the order of `api/search/sql/search_products.sql`.

    Attributes
    ----------
    is_by_vector : bool
        Whether the query's vector was compared, besides its words.
    product_ids, scores : list
        Best first; equally long.
    found_by : str or None
        What of the words products have, as `recs.search_products` says; None: nothing, so all
        that is found is only near by meaning.
    left_out : list of str
        Where products have some of the words: those that they lack, in lower case, without accents.
    """

    is_by_vector: bool
    product_ids: list[str]
    scores: list[float]
    found_by: FoundBy | None
    left_out: list[str]

    @property
    def match_count(self) -> int:
        """How many of the products, the first ones, have the words: others are near in meaning."""
        return sum(score >= LEAST_OF_MATCH for score in self.scores)


class SuggestedRow(Struct, frozen=True):
    """A product that comes to mind, as `api/search/sql/suggestions.sql` has it."""

    product_id: str
    title: str
    price: Decimal | None
    sale_price: Decimal | None
    currency: str | None
    image_url: str | None


async def search_products(
    connection: Connection,
    words: str,
    vector: tuple[int, str] | None,
    category: str | None,
    after: tuple[float, str] | None,
    limit: int,
    *,
    has_one_of_group: bool = True,
) -> SearchRow:
    """Find a page of the products that match.

    Parameters
    ----------
    vector : tuple, optional
        The encoder's id and the query's vector.
    after : tuple, optional
        Score and id of the last product of the page before.
    has_one_of_group : bool
        Whether of a group of variants there is one, or all that are found.
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
        "has_one_of_group": has_one_of_group,
    }
    cursor = await connection.execute(query("api/search/search_products"), parameters)
    row = await cursor.fetchone()
    if row is None:
        return SearchRow(is_by_vector=False, product_ids=[], scores=[], found_by=None, left_out=[])
    return SearchRow(*row)


async def words_that_find(connection: Connection, words: Sequence[str]) -> list[str]:
    """Tell which words find something when they stand alone."""
    cursor = await connection.execute(query("api/search/words_that_find"), {"words": list(words)})
    return [row[0] for row in await cursor.fetchall()]


async def suggested_products(connection: Connection, words: str, limit: int) -> list[SuggestedRow]:
    """Find the products that come to mind while a query is being typed, best first."""
    cursor = connection.cursor(row_factory=class_row(SuggestedRow))
    parameters = {"words": words, "row_count": limit}
    await cursor.execute(query("api/search/suggestions"), parameters)
    return await cursor.fetchall()


async def corrections(
    connection: Connection, words: str, joined: str | None, *, least_letters: int, limit: int
) -> list[tuple[str | None, str, list[str]]]:
    """Find words of the catalogue in the place of those that no product has.

    Parameters
    ----------
    joined : str or None
        The query in lower case, without accents and spaces; None: it has no spaces.
    least_letters : int
        Shorter words are left as they are.
    limit : int
        Words for each at most.

    Returns
    -------
    list of tuple
        The word in lower case without accents, None for the whole query, the catalogue's, and the
        stems of that; the nearest first.
    """
    parameters = {
        "words": words,
        "joined": joined,
        "least_letters": least_letters,
        "row_count": limit,
    }
    cursor = await connection.execute(query("api/search/corrections"), parameters)
    return [(row[0], row[1], row[2]) for row in await cursor.fetchall()]


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
