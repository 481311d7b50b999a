"""The page of a product, and the parts of its lists that HTMX loads."""

import logging
import secrets
from functools import partial
from typing import Any

import psycopg
from litestar import HttpMethod, route
from litestar.params import FromPath
from litestar.response import Template

from alsolike.snapshot.reader import LocalSnapshot
from api.catalogue.cards import cards_by_id, snapshot_card
from api.catalogue.categories import tree_of
from api.database.failures import FAILURES, DatabaseAwayError
from api.database.pool import Connection
from api.events import service as events
from api.events.schemas import NewEvent
from api.exchange import AnyRequest
from api.http.parameters import shown_products
from api.ladder.ladder import Steps
from api.ladder.requests import answer, write_beside
from api.pages.rendering import READ, is_fragment, render_page, render_partial
from api.product_page import service
from api.recommendations import blocks, store
from api.recommendations.answers import Complement, RecommendedProduct, SimilarProduct
from api.recommendations.questions import (
    ComplementsQuestion,
    SimilarQuestion,
    recommend_question,
)
from api.recommendations.shown import Block
from api.recommendations.snapshot import similar_from_snapshot
from api.visitors.session import Visitor, load_visitor, remembered_visitor

logger = logging.getLogger("alsolike.web")

_RECOMMENDED_SIZE = 6


@route("/products/{product_id:str}", http_method=READ)
async def product(request: AnyRequest, product_id: FromPath[str]) -> Template:
    """Show a product with what goes with it, what is like it, its reviews and a personal block."""
    if is_fragment(request):
        return await _product_part(request, product_id)
    shown = shown_products(request)
    after = request.query_params.get("reviews_after")
    # Turning the pages of its lists is no further look at the product.
    is_counted = not shown and not after and _is_looked_at(request)
    view_id = f"web-{secrets.token_hex(16)}"

    async def work(connection: Connection, _: None) -> dict[str, Any]:
        visitor = await load_visitor(request, connection)
        detail = await service.product_detail(connection, tree_of(request), product_id)
        if is_counted and visitor.is_personalised:
            await _record_view(request, connection, visitor, product_id, view_id)
        complements, similar = await _lists(connection, product_id, shown)
        recommended = await _recommended(
            connection, visitor, [product_id, *blocks.product_ids(complements, similar)]
        )
        cards = await cards_by_id(connection, blocks.product_ids(complements, similar, recommended))
        reviews, reviews_next_url = await service.reviews(connection, product_id, after)
        return {
            "product": detail,
            "complements": blocks.complements_block(complements, cards),
            "similar": blocks.similar_block(product_id, similar, cards, shown),
            # Where it would say nothing new there is none.
            "recommended": blocks.recommended_block(recommended, cards) if recommended else None,
            "reviews": reviews,
            "reviews_next_url": reviews_next_url,
            "is_bought": await service.is_bought(connection, visitor, product_id),
        }

    def snapshot(local: LocalSnapshot, _question: None) -> dict[str, Any]:
        _, excluded = remembered_visitor(request)
        return {
            "product": service.snapshot_detail(local, tree_of(request), product_id),
            "complements": blocks.complements_block([], {}),
            "similar": _similar_in_snapshot(local, product_id, shown),
            "recommended": None,
            "reviews": [],
            "reviews_next_url": None,
            "is_bought": product_id in excluded,
        }

    context = await answer(request, Steps(work, snapshot=snapshot), None)
    return render_page(request, "pages/product.html", **context)


async def _product_part(request: AnyRequest, product_id: str) -> Template:
    """Give more of one of the lists on a product's page: reviews, or similar products."""
    after = request.query_params.get("reviews_after")
    shown = shown_products(request)

    async def more_reviews(
        connection: Connection, _: None
    ) -> tuple[list[service.Review], str | None]:
        await load_visitor(request, connection)
        return await service.reviews(connection, product_id, after)

    def no_reviews(_local: LocalSnapshot, _: None) -> tuple[list[service.Review], str | None]:
        remembered_visitor(request)
        return [], None

    async def more_similar(connection: Connection, _: None) -> Block:
        await load_visitor(request, connection)
        _complements, similar = await _lists(connection, product_id, shown)
        cards = await cards_by_id(connection, blocks.product_ids(similar))
        return blocks.similar_block(product_id, similar, cards, shown)

    def similar_in_snapshot(local: LocalSnapshot, _: None) -> Block:
        remembered_visitor(request)
        return _similar_in_snapshot(local, product_id, shown)

    if after:
        reviews, next_url = await answer(request, Steps(more_reviews, snapshot=no_reviews), None)
        return render_partial(
            request, "partials/review_items.html", reviews=reviews, reviews_next_url=next_url
        )
    block = await answer(request, Steps(more_similar, snapshot=similar_in_snapshot), None)
    return render_partial(request, "partials/recommendation_items.html", block=block)


async def _lists(
    connection: Connection, product_id: str, shown: list[str]
) -> tuple[list[Complement], list[SimilarProduct]]:
    """Find what goes with a product, and more products that are like it."""
    complements = await store.complements(
        connection, ComplementsQuestion(product_id=product_id, k=blocks.COMPLEMENTS_SIZE)
    )
    apart = [one.product_id for one in complements]
    similar = SimilarQuestion(product_id=product_id, k=blocks.BLOCK_SIZE, exclude=[*apart, *shown])
    return complements, await store.similar_live(connection, similar)


def _similar_in_snapshot(local: LocalSnapshot, product_id: str, shown: list[str]) -> Block:
    question = SimilarQuestion(product_id=product_id, k=blocks.BLOCK_SIZE, exclude=shown)
    similar = similar_from_snapshot(local, question)
    products = local.products(blocks.product_ids(similar))
    cards = {product.product_id: snapshot_card(product) for product in products}
    return blocks.similar_block(product_id, similar, cards, shown)


async def _recommended(
    connection: Connection, visitor: Visitor, exclude: list[str]
) -> list[RecommendedProduct]:
    """Find the personal block of a product's page; nothing where it would say nothing new."""
    if not visitor.is_personalised:
        return []
    question = recommend_question(
        shopper_id=visitor.shopper_id,
        session_id=visitor.session_id,
        exclude=exclude,
        k=_RECOMMENDED_SIZE,
    )
    found = await store.recommend_live(connection, question)
    return found if any(one.source == "personal" for one in found) else []


async def _record_view(
    request: AnyRequest, connection: Connection, visitor: Visitor, product_id: str, view_id: str
) -> None:
    """Record that the page is looked at; the page is shown even if that fails."""
    event = NewEvent(
        event_id=view_id,
        kind="view",
        product_id=product_id,
        shopper_id=visitor.shopper_id,
        session_id=visitor.session_id,
    )
    try:
        await write_beside(request, connection, partial(events.record, event=event))
    except (psycopg.Error, DatabaseAwayError, *FAILURES):
        if connection.broken:
            raise
        logger.warning("A view of %s was not recorded", product_id, exc_info=True)


def _is_looked_at(request: AnyRequest) -> bool:
    """Tell a person's look from a look ahead of the browser."""
    headers = request.headers
    purpose = headers.get("sec-purpose", "") + headers.get("purpose", "")
    return request.method == HttpMethod.GET and "prefetch" not in purpose
