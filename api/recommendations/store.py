"""The steps that ask the database: each is one statement, and all of a kind have one text."""

from typing import Any, Literal, TypeVar

from msgspec import Struct
from psycopg.rows import BaseRowFactory, args_row, class_row, scalar_row

from alsolike.database import query
from api.database.pool import Connection
from api.recommendations.questions import (
    ComplementsQuestion,
    PastQuestion,
    RecommendQuestion,
    SimilarQuestion,
    TrendingQuestion,
    similar_question,
)
from api.recommendations.schemas import (
    BoughtProduct,
    Complement,
    ExplainedProduct,
    Reason,
    RecommendedProduct,
    SimilarProduct,
    SimilarReason,
    SimilarRequest,
    TrendingProduct,
    ViewedProduct,
)

Explained = TypeVar("Explained", bound=ExplainedProduct[Any])
# How products are found.
Way = Literal["vectors", "neighbours", "popular"]


async def recommend(
    connection: Connection, question: RecommendQuestion, *, way: Way = "vectors"
) -> list[RecommendedProduct]:
    """Find what somebody may also like; what is popular for an unknown shopper."""
    rows = _explained(RecommendedProduct, Reason, has_reasons=question.reasons)
    cursor = connection.cursor(row_factory=rows)
    parameters = {**question.parameters(), "way": way}
    await cursor.execute(query("api/recommendations/recommend"), parameters)
    return await cursor.fetchall()


async def recommend_from_neighbours(
    connection: Connection, question: RecommendQuestion
) -> list[RecommendedProduct]:
    """Find what somebody may also like among stored neighbours."""
    return await recommend(connection, question, way="neighbours")


async def recommend_popular(
    connection: Connection, question: RecommendQuestion
) -> list[RecommendedProduct]:
    """Find what is popular and may be shown to somebody."""
    return await recommend(connection, question, way="popular")


async def similar(
    connection: Connection, question: SimilarQuestion, *, way: Way = "vectors"
) -> list[SimilarProduct]:
    """Find the products most like a product."""
    rows = _explained(SimilarProduct, SimilarReason, has_reasons=question.reasons)
    cursor = connection.cursor(row_factory=rows)
    parameters = {**question.parameters(), "way": way}
    await cursor.execute(query("api/recommendations/similar"), parameters)
    return await cursor.fetchall()


async def similar_from_neighbours(
    connection: Connection, question: SimilarQuestion
) -> list[SimilarProduct]:
    """Find the stored neighbours of a product."""
    return await similar(connection, question, way="neighbours")


async def similar_popular(
    connection: Connection, question: SimilarQuestion
) -> list[SimilarProduct]:
    """Find what is popular, in the category of a product first."""
    return await similar(connection, question, way="popular")


async def similar_lists(
    connection: Connection, asked: SimilarRequest
) -> dict[str, list[SimilarProduct]]:
    """Find the products most like each of several; unknown and hidden ones are left out.

    One statement for each, all of them in one round trip: with a list of products Postgres would
    plan anew for every request, which takes longer than to run it.
    """
    ids = connection.cursor(row_factory=scalar_row)
    await ids.execute(
        "select product_id from raw.products where product_id = any(%s) and not is_hidden",
        [asked.product_ids],
    )
    known = list(await ids.fetchall())
    if not known:
        return {}
    rows = _explained(SimilarProduct, SimilarReason, has_reasons=asked.reasons)
    cursor = connection.cursor(row_factory=rows)
    await cursor.executemany(
        query("api/recommendations/similar"),
        [
            {**similar_question(product_id, asked).parameters(), "way": "vectors"}
            for product_id in known
        ],
        returning=True,
    )
    results = [await result.fetchall() async for result in cursor.results()]
    return dict(zip(known, results, strict=True))


async def complements(connection: Connection, question: ComplementsQuestion) -> list[Complement]:
    """Find what goes with a product, best first; nothing may."""
    cursor = connection.cursor(row_factory=class_row(Complement))
    await cursor.execute(query("api/recommendations/goes_with"), question.parameters())
    return await cursor.fetchall()


async def trending(connection: Connection, question: TrendingQuestion) -> list[TrendingProduct]:
    """Find what is popular these days, the most popular first."""
    cursor = connection.cursor(row_factory=class_row(TrendingProduct))
    await cursor.execute(query("api/recommendations/trending_products"), question.parameters())
    return await cursor.fetchall()


async def commonest_currency(connection: Connection, _question: None) -> str | None:
    """Find the currency of most products; None where most have none."""
    cursor = connection.cursor(row_factory=scalar_row)
    await cursor.execute(query("api/recommendations/commonest_currency"))
    return await cursor.fetchone()


async def recently_viewed(connection: Connection, question: PastQuestion) -> list[ViewedProduct]:
    """Find what a consenting shopper, or an agreed session, looked at last."""
    cursor = connection.cursor(row_factory=class_row(ViewedProduct))
    await cursor.execute(query("api/recommendations/recently_viewed"), question.parameters())
    return await cursor.fetchall()


async def buy_again(connection: Connection, question: PastQuestion) -> list[BoughtProduct]:
    """Find what a consenting shopper may be about to buy again, what is due first."""
    cursor = connection.cursor(row_factory=class_row(BoughtProduct))
    await cursor.execute(query("api/recommendations/buy_again"), question.parameters())
    return await cursor.fetchall()


def _explained(
    kind: type[Explained], reason: type[Struct], *, has_reasons: bool
) -> BaseRowFactory[Explained]:
    """Make products of rows: the columns are the fields of the product, then those of the reason.

    Names that stand here need not be read from every answer.
    """
    others = {"reason", "impression_id"}
    fields = [name for name in kind.__struct_fields__ if name not in others]

    def product(*values: Any) -> Explained:
        why = reason(*values[len(fields) :]) if has_reasons else None
        return kind(**dict(zip(fields, values, strict=False)), reason=why)

    return args_row(product)
