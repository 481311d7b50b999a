"""The pages that shoppers look at, and the parts of them that HTMX loads.

A page and its parts share one address: "load more" links work without JavaScript, where they give
the next page whole.
"""

import logging
import secrets
from functools import partial
from typing import Any

import psycopg
from litestar import HttpMethod, route
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Template

from alsolike.snapshot.reader import LocalSnapshot
from api.catalogue import product_pages, snapshot_pages
from api.catalogue.shown import ProductCard, Review
from api.database.failures import FAILURES, DatabaseAwayError
from api.database.pool import Connection
from api.events import service as events
from api.events.events import NewEvent
from api.ladder.ladder import Steps
from api.ladder.requests import answer, write_beside
from api.pages.rendering import is_fragment, render_page, render_partial, tree_of
from api.problems.errors import InvalidFieldError
from api.recommendations import blocks
from api.recommendations.shown import Block
from api.search import service as searches
from api.search.query_vectors import query_vectors_of
from api.visitors.shown import Visitor
from api.visitors.visitor import AnyRequest, load_visitor, remembered_visitor

logger = logging.getLogger("alsolike.web")

_READ = [HttpMethod.GET, HttpMethod.HEAD]
_MOST_EXCLUDED = 500
_RECOMMENDED_SIZE = 6
_LONGEST_QUERY = 200


@route("/", http_method=_READ)
async def home(request: AnyRequest) -> Template:
    """Show "You may also like" and the categories."""
    shown = _shown(request)
    tree = tree_of(request)

    async def work(connection: Connection, _question: None) -> Block:
        visitor = await load_visitor(request, connection)
        return await blocks.recommended_block(connection, visitor, shown=shown)

    def snapshot(local: LocalSnapshot, _question: None) -> Block:
        _, excluded = remembered_visitor(request)
        return snapshot_pages.popular_block(local, list(excluded), shown)

    steps = Steps(work, snapshot=snapshot)
    if is_fragment(request):
        block = await answer(request, steps, None)
        return render_partial(request, "partials/recommendation_items.html", block=block)
    await tree.refresh()
    block = await answer(request, steps, None)
    return render_page(request, "pages/home.html", block=block, categories=tree.top())


@route("/products/{product_id:str}", http_method=_READ)
async def product(request: AnyRequest, product_id: FromPath[str]) -> Template:
    """Show a product with what goes with it, what is like it, its reviews and a personal block."""
    if is_fragment(request):
        return await _product_part(request, product_id)
    shown = _shown(request)
    after = request.query_params.get("reviews_after")
    # Turning the pages of its lists is no further look at the product.
    is_counted = not shown and not after and _is_looked_at(request)
    view_id = f"web-{secrets.token_hex(16)}"
    await tree_of(request).refresh()

    async def work(connection: Connection, _question: None) -> dict[str, Any]:
        visitor = await load_visitor(request, connection)
        detail = await product_pages.product_detail(connection, tree_of(request), product_id)
        if is_counted and visitor.is_personalised:
            await _record_view(request, connection, visitor, product_id, view_id)
        complements = await blocks.complements_block(connection, product_id)
        apart = [item.product.product_id for item in complements.items]
        similar = await blocks.similar_block(connection, product_id, apart, shown)
        reviews, reviews_next_url = await product_pages.reviews(connection, product_id, after)
        return {
            "product": detail,
            "complements": complements,
            "similar": similar,
            "recommended": await _recommended(
                connection, visitor, product_id, complements, similar
            ),
            "reviews": reviews,
            "reviews_next_url": reviews_next_url,
            "is_bought": await product_pages.is_bought(connection, visitor, product_id),
        }

    def snapshot(local: LocalSnapshot, _question: None) -> dict[str, Any]:
        _, excluded = remembered_visitor(request)
        return {
            "product": snapshot_pages.product_detail(local, tree_of(request), product_id),
            "complements": snapshot_pages.no_complements(),
            "similar": snapshot_pages.similar_block(local, product_id, shown),
            "recommended": None,
            "reviews": [],
            "reviews_next_url": None,
            "is_bought": product_id in excluded,
        }

    context = await answer(request, Steps(work, snapshot=snapshot), None)
    return render_page(request, "pages/product.html", **context)


@route("/categories/{segments:path}", http_method=_READ)
async def category(request: AnyRequest, segments: FromPath[str]) -> Template:
    """Show a category's products, newest first."""
    tree = tree_of(request)
    found = await tree.find(segments)
    if found is None:
        message = "There is no such category."
        raise NotFoundException(message)
    after = request.query_params.get("after")

    async def work(connection: Connection, _question: None) -> tuple[list[ProductCard], str | None]:
        await load_visitor(request, connection)
        return await product_pages.category_page(connection, found, after)

    def snapshot(local: LocalSnapshot, _question: None) -> tuple[list[ProductCard], str | None]:
        remembered_visitor(request)
        return snapshot_pages.category_page(local, found, after)

    products, next_url = await answer(request, Steps(work, snapshot=snapshot), None)
    if is_fragment(request):
        return render_partial(
            request, "partials/product_items.html", products=products, next_url=next_url
        )
    return render_page(
        request,
        "pages/category.html",
        category=found,
        breadcrumbs=tree.breadcrumbs(found.path),
        children=tree.children(found.path),
        products=products,
        next_url=next_url,
    )


@route("/search", http_method=_READ)
async def search(request: AnyRequest) -> Template:
    """Show the products that match some words, or what they mean."""
    q = str(request.query_params.get("q", "")).strip()[:_LONGEST_QUERY]
    after = request.query_params.get("after")

    prepared = searches.prepare(query_vectors_of(request), q, after)

    async def work(connection: Connection, _question: None) -> searches.CardPage:
        await load_visitor(request, connection)
        return await searches.card_page(connection, prepared)

    def snapshot(local: LocalSnapshot, _question: None) -> searches.CardPage:
        remembered_visitor(request)
        return snapshot_pages.search_page(local, q, after)

    if not is_fragment(request):
        await tree_of(request).refresh()
    found = await answer(request, Steps(work, snapshot=snapshot), None)
    if is_fragment(request):
        return render_partial(
            request, "partials/product_items.html", products=found.products, next_url=found.next_url
        )
    return render_page(request, "pages/search.html", query=q, **found._asdict())


async def _product_part(request: AnyRequest, product_id: str) -> Template:
    """Give more of one of the lists on a product's page: reviews, or similar products."""
    after = request.query_params.get("reviews_after")
    shown = _shown(request)

    async def more_reviews(
        connection: Connection, _question: None
    ) -> tuple[list[Review], str | None]:
        await load_visitor(request, connection)
        return await product_pages.reviews(connection, product_id, after)

    def no_reviews(_local: LocalSnapshot, _question: None) -> tuple[list[Review], str | None]:
        remembered_visitor(request)
        return [], None

    async def more_similar(connection: Connection, _question: None) -> Block:
        await load_visitor(request, connection)
        complements = await blocks.complements_block(connection, product_id)
        apart = [item.product.product_id for item in complements.items]
        return await blocks.similar_block(connection, product_id, apart, shown)

    def similar_in_snapshot(local: LocalSnapshot, _question: None) -> Block:
        remembered_visitor(request)
        return snapshot_pages.similar_block(local, product_id, shown)

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


def _shown(request: AnyRequest) -> list[str]:
    shown = [str(product_id) for product_id in request.query_params.getall("exclude", [])]
    if len(shown) > _MOST_EXCLUDED:
        raise InvalidFieldError("exclude", f"More than {_MOST_EXCLUDED} products.")
    return shown
