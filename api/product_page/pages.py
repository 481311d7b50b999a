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
from api.recommendations import blocks, snapshot_blocks
from api.recommendations.shown import Block
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
        complements = await blocks.complements_block(connection, product_id)
        apart = [item.product.product_id for item in complements.items]
        similar = await blocks.similar_block(connection, product_id, apart, shown)
        reviews, reviews_next_url = await service.reviews(connection, product_id, after)
        return {
            "product": detail,
            "complements": complements,
            "similar": similar,
            "recommended": await _recommended(
                connection, visitor, product_id, complements, similar
            ),
            "reviews": reviews,
            "reviews_next_url": reviews_next_url,
            "is_bought": await service.is_bought(connection, visitor, product_id),
        }

    def snapshot(local: LocalSnapshot, _question: None) -> dict[str, Any]:
        _, excluded = remembered_visitor(request)
        return {
            "product": service.snapshot_detail(local, tree_of(request), product_id),
            "complements": snapshot_blocks.no_complements(),
            "similar": snapshot_blocks.similar_block(local, product_id, shown),
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
        complements = await blocks.complements_block(connection, product_id)
        apart = [item.product.product_id for item in complements.items]
        return await blocks.similar_block(connection, product_id, apart, shown)

    def similar_in_snapshot(local: LocalSnapshot, _: None) -> Block:
        remembered_visitor(request)
        return snapshot_blocks.similar_block(local, product_id, shown)

    if after:
        reviews, next_url = await answer(request, Steps(more_reviews, snapshot=no_reviews), None)
        return render_partial(
            request, "partials/review_items.html", reviews=reviews, reviews_next_url=next_url
        )
    block = await answer(request, Steps(more_similar, snapshot=similar_in_snapshot), None)
    return render_partial(request, "partials/recommendation_items.html", block=block)


async def _recommended(
    connection: Connection, visitor: Visitor, product_id: str, *others: Block
) -> Block | None:
    """Make the personal block of a product's page; None where it would say nothing new."""
    if not visitor.is_personalised:
        return None
    apart = [item.product.product_id for block in others for item in block.items]
    exclude = [product_id, *apart]
    block = await blocks.recommended_block(connection, visitor, exclude, size=_RECOMMENDED_SIZE)
    return block if block.is_personal else None


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
