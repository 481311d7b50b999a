"""Why a list has a product: what of the visitor's own, or of the shop's, it follows from.

The explanation is found anew by the functions that make the lists, never taken from an address: so
it is true, and it is about the visitor who asks.
"""

from typing import Literal

from msgspec import Struct
from psycopg.rows import class_row

from alsolike.database import query
from api.catalogue.cards import ProductCard, cards_by_id
from api.catalogue.service import unknown_product
from api.database.pool import Connection
from api.recommendations import store
from api.recommendations.questions import (
    ComplementsQuestion,
    SimilarQuestion,
    recommend_question,
)
from api.recommendations.schemas import RecommendationRequest

Nearness = Literal["nearest", "near", "some"]

# Fewer people than these are no "often", and might be told apart.
_OFTEN = 5
# The last rank, among the neighbours of a product, of each word for it.
_NEAREST, _NEAR = 5, 20
_MOST_COMPLEMENTS = 100


class WhyQuestion(Struct, frozen=True, kw_only=True):
    """Asks why a list has a product.

    Attributes
    ----------
    shopper_id, session_id : str or None
        Whose list it is.
    like, goes_with : str or None
        The product that the list is about.
    of_basket : bool
        Whether it is the list of what goes with the visitor's basket. Without any of these it is
        the visitor's own list.
    """

    product_id: str
    shopper_id: str | None = None
    session_id: str | None = None
    like: str | None = None
    goes_with: str | None = None
    of_basket: bool = False


class Why(Struct, kw_only=True):
    """Why a list has a product.

    Attributes
    ----------
    kind : str
        `viewed`, `bought`, `reviewed`, `in_basket` or `asked_for`: the visitor's own action on
        `because`; `alike`, `bought_together` or `viewed_together`: like `because`; `pair` or
        `category`: goes with it; `basket`: goes with the basket; `popular`; `none`: the list would
        not have it now.
    because : ProductCard or None
        The product that it follows from.
    nearness : str or None
        How like `because` it is; None: not known.
    is_often_together : bool
        Whether shoppers often buy both.
    is_often_seen : bool
        Whether shoppers often look at both.
    count : int or None
        Of what is popular: views and purchases of the last two weeks, where there are enough.
    """

    product: ProductCard
    kind: str
    because: ProductCard | None = None
    nearness: Nearness | None = None
    is_often_together: bool = False
    is_often_seen: bool = False
    count: int | None = None


class _Nearness(Struct):
    neighbour_rank: int | None
    pair_kind: str | None
    pair_count: int | None


class _Found(Struct):
    kind: str
    because_id: str | None = None
    count: int | None = None


async def explain(connection: Connection, asked: WhyQuestion) -> Why:
    """Find why a list has a product.

    Raises
    ------
    UnknownProductError
        There is none of that id, or none that the list is about.
    """
    found = await _reason(connection, asked)
    ids = [one for one in (asked.product_id, found.because_id) if one is not None]
    cards = await cards_by_id(connection, ids)
    if asked.product_id not in cards:
        raise unknown_product(asked.product_id)
    because = cards.get(found.because_id or "")
    if because is None:
        is_about = found.because_id is not None
        kind = "popular" if is_about else found.kind
        count = found.count if (found.count or 0) >= _OFTEN else None
        return Why(product=cards[asked.product_id], kind=kind, count=count)
    near = await _nearness(connection, asked.product_id, because.product_id)
    is_often = (near.pair_count or 0) >= _OFTEN
    return Why(
        product=cards[asked.product_id],
        kind=found.kind,
        because=because,
        nearness=_in_words(near.neighbour_rank),
        is_often_together=is_often and near.pair_kind == "bought_together",
        is_often_seen=is_often and near.pair_kind == "viewed_together",
    )


async def _reason(connection: Connection, asked: WhyQuestion) -> _Found:
    if asked.of_basket:
        return _Found("basket")
    if asked.like is not None:
        found = await _similar_reason(connection, asked.product_id, asked.like)
    elif asked.goes_with is not None:
        found = await _complement_reason(connection, asked.product_id, asked.goes_with)
    else:
        found = await _own_reason(connection, asked)
    return found or _Found("none")


async def _similar_reason(connection: Connection, product_id: str, like: str) -> _Found | None:
    question = SimilarQuestion(product_id=like, k=1, candidates=[product_id], reasons=True)
    for similar in await store.similar(connection, question):
        reason = similar.reason
        if reason is not None and reason.kind == "popular":
            return _Found(reason.kind, count=reason.count)
        return _Found("alike" if reason is None else reason.kind, like)
    return None


async def _complement_reason(
    connection: Connection, product_id: str, goes_with: str
) -> _Found | None:
    question = ComplementsQuestion(product_id=goes_with, k=_MOST_COMPLEMENTS)
    found = await store.complements(connection, question)
    return next(
        (_Found(one.basis, goes_with) for one in found if one.product_id == product_id), None
    )


async def _own_reason(connection: Connection, asked: WhyQuestion) -> _Found | None:
    request = RecommendationRequest(
        shopper_id=asked.shopper_id,
        session_id=asked.session_id,
        k=1,
        candidates=[asked.product_id],
    )
    for recommended in await store.recommend(connection, recommend_question(request)):
        reason = recommended.reason
        if reason is None or reason.product_id is None:
            return _Found("popular", count=reason and reason.count)
        return _Found(reason.kind, reason.product_id)
    return None


async def _nearness(connection: Connection, product_id: str, because_id: str) -> _Nearness:
    cursor = connection.cursor(row_factory=class_row(_Nearness))
    parameters = {"product_id": product_id, "because_id": because_id}
    await cursor.execute(query("api/recommendations/nearness"), parameters)
    return await cursor.fetchone() or _Nearness(None, None, None)


def _in_words(neighbour_rank: int | None) -> Nearness | None:
    if neighbour_rank is None:
        return None
    if neighbour_rank <= _NEAREST:
        return "nearest"
    return "near" if neighbour_rank <= _NEAR else "some"
