"""The simpler statements that answer where the first one failed, each with a limit of its own."""

from collections.abc import Mapping
from typing import Any, Literal

from alsolike.database import query
from api.catalogue.store import SimilarQuery
from api.database.pool import Connection
from api.recommendations.answers import Reason, RecommendedProduct, SimilarProduct, SimilarReason
from api.visitors.store import Taste

SimilarStatement = Literal[
    "api/recommendations/similar_neighbours", "api/recommendations/similar_popular"
]
RecommendedStatement = Literal[
    "api/recommendations/recommended_neighbours", "api/recommendations/recommended_popular"
]

_Row = tuple[Any, ...]


async def similar_products(
    connection: Connection,
    name: SimilarStatement,
    product_id: str,
    wanted: SimilarQuery,
) -> list[SimilarProduct] | None:
    """Find products to show with a product; None for an unknown one.

    Raises
    ------
    UnknownModelError
        There is no model of that name.
    """
    parameters = {
        "product_id": product_id,
        "k": wanted.k,
        "exclude": list(wanted.exclude),
        "filter": wanted.filter.as_json(),
        "candidates": wanted.candidates,
        "model": wanted.model,
    }
    rows = await _rows(connection, name, parameters)
    if not rows:
        return None
    # Why two products are alike is not looked up here: neighbours are, and the others are popular.
    kinds = {"neighbours": "alike", "popular": "popular"}
    return [
        SimilarProduct(
            *row, reason=SimilarReason(kinds[row[3]], None) if wanted.has_reasons else None
        )
        for row in rows
        if row[1] is not None
    ]


async def recommended_products(
    connection: Connection,
    name: RecommendedStatement,
    taste: Taste,
    k: int,
    model: str | None,
) -> list[RecommendedProduct]:
    """Find products for somebody.

    Raises
    ------
    UnknownModelError
        There is no model of that name.
    """
    parameters = {**taste.as_parameters(), "k": k, "model": model}
    return [
        RecommendedProduct(*row[:11], reason=Reason(*row[11:]) if taste.has_reasons else None)
        for row in await _rows(connection, name, parameters)
    ]


async def _rows(connection: Connection, name: str, parameters: Mapping[str, Any]) -> list[_Row]:
    cursor = await connection.execute(query(name), parameters)
    return await cursor.fetchall()
