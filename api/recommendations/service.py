"""Recommended products for the JSON API: like a product, with it, for somebody, for everybody."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import msgspec

from api.catalogue import store
from api.catalogue.service import check_category, unknown_product
from api.database.pool import Connection
from api.filters import ProductFilter
from api.ladder.tiers import Tier
from api.paging.continuation import Page, decode_page, encode_page
from api.problems.errors import InvalidFieldError
from api.recommendations.answers import (
    BoughtProducts,
    Complements,
    RecommendedProduct,
    RecommendedProducts,
    SimilarLists,
    SimilarProducts,
    TrendingProduct,
    TrendingProducts,
    ViewedProducts,
)
from api.recommendations.requests import Action, RecommendationRequest, SimilarRequest
from api.visitors import store as shopper_store


async def similar_products(
    connection: Connection, product_id: str, wanted: store.SimilarQuery
) -> SimilarProducts:
    """Find the products most like a product.

    Raises
    ------
    UnknownProductError, UnknownModelError
        There is none of that id or name.
    InvalidFieldError
        There is no such category.
    """
    (items,) = await store.similar_products(connection, [product_id], wanted)
    if items is None:
        raise unknown_product(product_id)
    if not items:
        await check_category(connection, wanted.filter.category)
    return SimilarProducts(product_id, items)


def similar_query(request: SimilarRequest) -> store.SimilarQuery:
    """Return what a request wants of each of its products."""
    return store.SimilarQuery(
        k=request.k,
        exclude=request.exclude,
        filter=request.filter or ProductFilter(),
        candidates=request.candidates,
        model=request.model,
        has_reasons=request.reasons,
    )


async def similar_lists(connection: Connection, request: SimilarRequest) -> SimilarLists:
    """Find the products most like each of several; unknown ones are told, not refused."""
    wanted = similar_query(request)
    found = await store.similar_products(connection, request.product_ids, wanted)
    pairs = list(zip(request.product_ids, found, strict=True))
    if not any(items for _, items in pairs):
        await check_category(connection, wanted.filter.category)
    return SimilarLists(
        lists=[SimilarProducts(one, items) for one, items in pairs if items is not None],
        unknown=[one for one, items in pairs if items is None],
    )


async def complements(
    connection: Connection,
    product_id: str,
    k: int,
    exclude: Sequence[str],
    product_filter: ProductFilter,
) -> Complements:
    """Find what goes with a product."""
    items = await store.complements(connection, product_id, k, exclude, product_filter)
    return Complements(product_id, items)


class Told(NamedTuple):
    """An action that the request tells of; what lies in the basket is of kind `basket`."""

    kind: str
    product_id: str
    acted_at: datetime


class Asked(NamedTuple):
    """A question that is ready to be answered by any step.

    Attributes
    ----------
    taste : Taste
        What to go by and what to leave out, what earlier pages showed included.
    told : list of Told
        The history and the basket of the request, as the taste has them too.
    model : str or None
        Which is to answer; None: the serving one.
    until : float
        Seconds since 1970 of the first page.
    shown : list of str
        Ids of the products of the earlier pages.
    """

    request: RecommendationRequest
    taste: shopper_store.Taste
    told: list[Told]
    model: str | None
    until: float
    shown: list[str]


def prepare(request: RecommendationRequest) -> Asked:
    """Read the mark of the page and the history.

    Raises
    ------
    InvalidFieldError
        `after` is no mark of ours, or an action lies in the future.
    """
    page = decode_page(request.after)
    until = datetime.now(UTC) if page is None else datetime.fromtimestamp(page.until, UTC)
    shown = [] if page is None else page.shown
    told = _told(request.history, request.basket, until)
    taste = shopper_store.Taste(
        shopper_id=request.shopper_id,
        session_id=request.session_id,
        history=_as_json(told),
        candidates=request.candidates,
        exclude=[*request.exclude, *shown],
        filter=request.filter or ProductFilter(),
        diversity=request.diversity,
        has_reasons=request.reasons,
        # An event of this very moment counts on the first page.
        until=None if page is None else until,
    )
    model = request.model or (None if page is None else page.model)
    return Asked(request, taste, told, model, until.timestamp(), shown)


def finish(asked: Asked, items: list[RecommendedProduct], tier: Tier) -> RecommendedProducts:
    """Count the ranks on from the earlier pages, and mark where the next one goes on."""
    after = None
    if len(items) == asked.request.k:
        ids = [item.product_id for item in items]
        after = encode_page(Page(asked.until, items[-1].model, [*asked.shown, *ids]))
    for item in items:
        item.rank += len(asked.shown)
    return RecommendedProducts(asked.request.shopper_id, items, after, next=None, tier=tier)


async def recommended_products(connection: Connection, asked: Asked) -> RecommendedProducts:
    """Find what somebody may also like.

    Raises
    ------
    UnknownModelError
        There is none of that name.
    InvalidFieldError
        There is no such category.
    """

    async def find(model: str | None) -> list[RecommendedProduct]:
        return await shopper_store.recommended_products(
            connection, asked.taste, asked.request.k, model
        )

    return await answer(connection, asked, find, "live")


async def answer(
    connection: Connection,
    asked: Asked,
    find: Callable[[str | None], Awaitable[list[RecommendedProduct]]],
    tier: Tier,
) -> RecommendedProducts:
    """Answer from a step that asks the database, by what is the same on every one of them.

    Parameters
    ----------
    find : callable
        Finds the products by the name of a model, None: the serving one.

    Raises
    ------
    UnknownModelError
        There is none of the name that the request gives.
    InvalidFieldError
        There is no such category.
    """
    items = await find(asked.model)
    if not items and not asked.shown:
        await check_category(connection, asked.taste.filter.category)
    return finish(asked, items, tier)


async def trending_products(
    connection: Connection,
    k: int,
    exclude: Sequence[str],
    product_filter: ProductFilter,
    page: Page | None,
) -> TrendingProducts:
    """Find what is popular these days.

    Raises
    ------
    InvalidFieldError
        There is no such category.
    """
    shown = [] if page is None else page.shown
    items = await store.trending_products(connection, k, [*exclude, *shown], product_filter)
    if not items and page is None:
        await check_category(connection, product_filter.category)
    return finish_trending(items, k, page, "live")


def finish_trending(
    items: list[TrendingProduct], k: int, page: Page | None, tier: Tier
) -> TrendingProducts:
    """Count the ranks on from the earlier pages, and mark where the next one goes on."""
    shown = [] if page is None else page.shown
    mark = None
    if len(items) == k:
        until = datetime.now(UTC).timestamp()
        mark = encode_page(Page(until, None, [*shown, *(item.product_id for item in items)]))
    for item in items:
        item.rank += len(shown)
    return TrendingProducts(items, mark, next=None, tier=tier)


async def recently_viewed(
    connection: Connection,
    shopper_id: str | None,
    session_id: str | None,
    k: int,
    exclude: Sequence[str],
    product_filter: ProductFilter,
) -> ViewedProducts:
    """Find what a shopper or a session looked at last; nothing for an unknown one."""
    items = await shopper_store.recently_viewed(
        connection, shopper_id, session_id, k, exclude, product_filter
    )
    return ViewedProducts(items)


async def buy_again(
    connection: Connection,
    shopper_id: str,
    k: int,
    exclude: Sequence[str],
    product_filter: ProductFilter,
) -> BoughtProducts:
    """Find what a shopper may be about to buy again; nothing for an unknown one."""
    items = await shopper_store.buy_again(connection, shopper_id, k, exclude, product_filter)
    return BoughtProducts(shopper_id, items)


def _told(history: Sequence[Action], basket: Sequence[str], now: datetime) -> list[Told]:
    """Date what the request tells of.

    An action without a time is a little later than the one before it, and the last one a little
    earlier than now.
    """
    moment = timedelta(milliseconds=1)
    told: list[Told] = []
    for place, action in enumerate(history):
        acted_at = action.occurred_at or now - moment * (len(history) - place + len(basket))
        if acted_at > now + timedelta(minutes=5):
            field = f"history[{place}].occurred_at"
            raise InvalidFieldError(field, "Lies in the future.")
        told.append(Told(action.kind, action.product_id, acted_at))
    for place, product_id in enumerate(basket):
        told.append(Told("basket", product_id, now - moment * (len(basket) - place)))
    return told


def _as_json(told: Sequence[Told]) -> str | None:
    """Write what the request tells of as `recs.recent_actions` reads it; None for nothing."""
    if not told:
        return None
    rows = [{**one._asdict(), "acted_at": one.acted_at.isoformat()} for one in told]
    return msgspec.json.encode(rows).decode()
