"""The steps that ask the database: each is one statement, and all of a kind have one text."""

from collections.abc import Sequence
from typing import Any

from psycopg.rows import args_row, scalar_row

from alsolike.database import query
from api.database.pool import Connection
from api.recommendations.answers import (
    BoughtProduct,
    Complement,
    Reason,
    RecommendedProduct,
    SimilarProduct,
    SimilarReason,
    TrendingProduct,
    ViewedProduct,
)
from api.recommendations.questions import (
    BuyAgainQuestion,
    ComplementsQuestion,
    RecommendQuestion,
    SimilarListsQuestion,
    SimilarQuestion,
    TrendingQuestion,
    ViewedQuestion,
)

# Columns of a product before those of its reason.
_PRODUCT_COLUMNS = 11


async def recommend_live(
    connection: Connection, question: RecommendQuestion
) -> list[RecommendedProduct]:
    """Find what somebody may also like: what is popular for an unknown shopper."""
    return await _recommend(connection, question, "vectors")


async def recommend_from_neighbours(
    connection: Connection, question: RecommendQuestion
) -> list[RecommendedProduct]:
    """Find what somebody may also like among precomputed neighbours of what they acted on."""
    return await _recommend(connection, question, "neighbours")


async def recommend_popular(
    connection: Connection, question: RecommendQuestion
) -> list[RecommendedProduct]:
    """Find what is popular and may be shown to somebody."""
    return await _recommend(connection, question, "popular")


async def similar_live(connection: Connection, question: SimilarQuestion) -> list[SimilarProduct]:
    """Find the products most like a product."""
    return await _similar(connection, question, "vectors")


async def similar_from_neighbours(
    connection: Connection, question: SimilarQuestion
) -> list[SimilarProduct]:
    """Find the precomputed neighbours of a product."""
    return await _similar(connection, question, "neighbours")


async def similar_popular(
    connection: Connection, question: SimilarQuestion
) -> list[SimilarProduct]:
    """Find what is popular, in the category of a product first."""
    return await _similar(connection, question, "popular")


async def similar_lists(
    connection: Connection, question: SimilarListsQuestion
) -> dict[str, list[SimilarProduct]]:
    """Find the products most like each of several; unknown ones are left out.

    One statement for each, all of them in one round trip: with a list of products Postgres would
    plan anew for every request, which takes longer than to run it.
    """
    cursor = connection.cursor(row_factory=scalar_row)
    await cursor.execute(
        "select product_id from raw.products where product_id = any(%s)", [question.product_ids]
    )
    known = list(await cursor.fetchall())
    if not known:
        return {}
    cursor = connection.cursor()
    asked = ({**question.of(product_id).parameters(), "way": "vectors"} for product_id in known)
    await cursor.executemany(query("api/recommendations/similar"), asked, returning=True)
    results = [await result.fetchall() async for result in cursor.results()]
    return {
        product_id: [_similar_of_row(row, has_reason=question.reasons) for row in rows]
        for product_id, rows in zip(known, results, strict=True)
    }


async def complements(connection: Connection, question: ComplementsQuestion) -> list[Complement]:
    """Find what goes with a product, best first; nothing may."""
    cursor = connection.cursor(row_factory=args_row(Complement))
    await cursor.execute(query("api/recommendations/goes_with"), question.parameters())
    return await cursor.fetchall()


async def trending(connection: Connection, question: TrendingQuestion) -> list[TrendingProduct]:
    """Find what is popular these days, the most popular first."""
    cursor = connection.cursor(row_factory=args_row(TrendingProduct))
    await cursor.execute(query("api/recommendations/trending_products"), question.parameters())
    return await cursor.fetchall()


async def recently_viewed(connection: Connection, question: ViewedQuestion) -> list[ViewedProduct]:
    """Find what a consenting shopper, or an agreed session, looked at last."""
    cursor = connection.cursor(row_factory=args_row(ViewedProduct))
    await cursor.execute(query("api/recommendations/recently_viewed"), question.parameters())
    return await cursor.fetchall()


async def buy_again(connection: Connection, question: BuyAgainQuestion) -> list[BoughtProduct]:
    """Find what a consenting shopper may be about to buy again, what is due first."""
    cursor = connection.cursor(row_factory=args_row(BoughtProduct))
    await cursor.execute(query("api/recommendations/buy_again"), question.parameters())
    return await cursor.fetchall()


async def _recommend(
    connection: Connection, question: RecommendQuestion, way: str
) -> list[RecommendedProduct]:
    cursor = await connection.execute(
        query("api/recommendations/recommend"), {**question.parameters(), "way": way}
    )
    return [
        RecommendedProduct(
            *row[:_PRODUCT_COLUMNS],
            reason=Reason(*row[_PRODUCT_COLUMNS:]) if question.reasons else None,
        )
        for row in await cursor.fetchall()
    ]


async def _similar(
    connection: Connection, question: SimilarQuestion, way: str
) -> list[SimilarProduct]:
    cursor = await connection.execute(
        query("api/recommendations/similar"), {**question.parameters(), "way": way}
    )
    rows = await cursor.fetchall()
    return [_similar_of_row(row, has_reason=question.reasons) for row in rows]


def _similar_of_row(row: Sequence[Any], *, has_reason: bool) -> SimilarProduct:
    reason = SimilarReason(*row[_PRODUCT_COLUMNS:]) if has_reason else None
    return SimilarProduct(*row[:_PRODUCT_COLUMNS], reason=reason)
