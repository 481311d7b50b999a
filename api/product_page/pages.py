"""The page of a product, and the parts of its lists that HTMX loads."""

import asyncio
import logging
import secrets
from collections.abc import Mapping
from contextlib import suppress
from functools import partial
from typing import Any, TypeVar, cast

import psycopg
from litestar import route
from litestar.params import FromPath
from litestar.response import Template
from msgspec import Struct, structs

from alsolike.database import raise_unknown
from alsolike.errors import UnknownModelError
from alsolike.snapshot.reader import LocalSnapshot
from api.catalogue.cards import card, cards_by_id
from api.catalogue.categories import tree_of
from api.database.failures import FAILURES, DatabaseAwayError
from api.database.pool import Connection
from api.database.rounds import Round
from api.events import service as events
from api.events.schemas import NewEvent
from api.exchange import AnyRequest, mark_odd
from api.experiments.treatment import treat
from api.http.parameters import shown_products
from api.impressions.answers import click
from api.ladder.ladder import Steps
from api.ladder.requests import answer, write_beside
from api.pages.addresses import shared_picture, sign_in_url, whole_address
from api.pages.rendering import (
    READ,
    is_fragment,
    is_looked_at,
    render_page,
    render_partial,
)
from api.paging.more import more, page_count
from api.product_page import service
from api.product_page.structured_data import product_data
from api.recommendations import blocks, snapshot, store
from api.recommendations.questions import (
    ComplementsQuestion,
    SimilarQuestion,
    recommend_question,
)
from api.recommendations.schemas import (
    Complement,
    RecommendationRequest,
    RecommendedProduct,
    SimilarProduct,
)
from api.reviews.form import form_of
from api.reviews.store import own_review
from api.visitors.session import (
    Visitor,
    find_visitor,
    load_visitor,
    remembered_visitor,
    session_shopper,
    visitor_of,
)

logger = logging.getLogger("alsolike.web")

_RECOMMENDED_SIZE = 6
# Parameter that counts the pages of reviews.
_REVIEW_PAGES = "reviews_pages"

Listed = TypeVar("Listed", Complement, SimilarProduct)


class _Question(Struct, frozen=True):
    """What to read for a page, or for a part of it.

    Attributes
    ----------
    shown : list of str
        Similar products of the earlier pages.
    reviews : service.ReviewsQuestion
        Which of its reviews.
    view_id : str or None
        Id of the view to record; None: this is no further look at the product.
    size : int
        Similar products wanted.
    """

    request: AnyRequest
    product_id: str
    shown: list[str]
    reviews: service.ReviewsQuestion
    view_id: str | None
    size: int = blocks.BLOCK_SIZE


@route("/products/{product_id:str}", http_method=READ)
async def product(request: AnyRequest, product_id: FromPath[str]) -> Template:
    """Show a product with what goes with it, what is like it, its reviews and a personal block."""
    shown = shown_products(request)
    after = request.query_params.get("reviews_after")
    rating = service.read_rating(request.query_params.get(service.RATING))
    # Turning the pages of its lists is no further look at the product.
    is_part = is_fragment(request)
    pages = 1 if is_part else page_count(request)
    review_pages = 1 if is_part else page_count(request, _REVIEW_PAGES)
    is_first = pages == review_pages == 1 and not shown and not after and rating is None
    view_id = f"web-{secrets.token_hex(16)}" if is_first and is_looked_at(request) else None
    asked = service.ReviewsQuestion(
        product_id, after, rating, session_shopper(request), review_pages * service.REVIEWS_SIZE
    )
    question = _Question(request, product_id, shown, asked, view_id, pages * blocks.BLOCK_SIZE)
    if pages > 1 or review_pages > 1:
        mark_odd()
    if not is_part:
        context = await answer(request, _PAGE_STEPS, question)
        _switch_off(request, context)
        similar = cast("blocks.Block", context["similar"])
        _show(request, question, context)
        detail = cast("service.ProductDetail", context["product"])
        return render_page(
            request,
            "pages/product.html",
            canonical=whole_address(detail.url),
            page_picture=shared_picture(detail.image_url),
            structured_data=product_data(detail),
            more_reviews=more(
                request,
                context.pop("reviews_next_url"),
                service.REVIEWS_SIZE,
                is_part=False,
                name=_REVIEW_PAGES,
            ),
            more_similar=more(
                request, similar.next_url, blocks.BLOCK_SIZE, is_part=False, goes_on=False
            ),
            rating_bars=service.rating_bars(detail, rating),
            review_url=f"{detail.url}/review",
            sign_in_to_review=sign_in_url(f"{detail.url}/review"),
            **context,
        )
    await find_visitor(request)
    if after:
        reviews, next_url = await answer(request, _REVIEWS_STEPS, question)
        following = more(request, next_url, service.REVIEWS_SIZE, is_part=True, name=_REVIEW_PAGES)
        return render_partial(
            request,
            "partials/review_items.html",
            headers=following.headers,
            reviews=reviews,
            more_reviews=following,
        )
    block = await answer(request, _SIMILAR_STEPS, question)
    blocks.show_block(
        request,
        visitor_of(request),
        "product-similar",
        block,
        page_product_id=product_id,
        first=len(shown) + 1,
    )
    following = more(request, block.next_url, blocks.BLOCK_SIZE, is_part=True, goes_on=False)
    return render_partial(
        request,
        "partials/recommendation_items.html",
        headers=following.headers,
        block=block,
        more=following,
    )


def _switch_off(request: AnyRequest, context: dict[str, Any]) -> None:
    """Empty the lists of everybody that an experiment does not show to the visitor."""
    for place, name in (("product-goes-with", "complements"), ("product-similar", "similar")):
        block = cast("blocks.Block", context[name])
        if block.items and treat(request, visitor_of(request), place).is_off:
            context[name] = structs.replace(block, items=[], next_url=None)


def _show(request: AnyRequest, question: _Question, context: Mapping[str, Any]) -> None:
    """Note the product's lists, and that the page was opened from a list if it was."""
    click(request, question.product_id)
    visitor = visitor_of(request)
    for place, name, first in (
        ("product-goes-with", "complements", 1),
        ("product-similar", "similar", len(question.shown) + 1),
        ("product-recommended", "recommended", 1),
    ):
        block = context[name]
        if block is not None:
            blocks.show_block(
                request, visitor, place, block, page_product_id=question.product_id, first=first
            )


async def _read_page(connection: Connection, question: _Question) -> dict[str, Any]:
    """Read the page in four rounds, or in two for a visitor who is not personalised.

    A site session takes one before. One more tells variants apart, where both lists have some.
    """
    request, product_id = question.request, question.product_id
    async with Round(connection) as first:
        loading = first.send(load_visitor(connection, request))
        detail = first.send(service.product_detail(connection, tree_of(request), product_id))
        variants = first.send(service.variants(connection, product_id))
        reviews = first.send(service.reviews(connection, question.reviews))
        is_bought = first.send(service.is_bought(connection, session_shopper(request), product_id))
        own = first.send(own_review(connection, session_shopper(request), product_id))
        with_it, like_it = _send_lists(first, connection, question)
    visitor = loading.result()
    complements = _wanted(with_it.result(), visitor)[: blocks.FEW_COMPLEMENTS]
    similar = await _apart(
        connection, complements, _wanted(like_it.result(), visitor), question.size
    )
    recommended: list[RecommendedProduct] = []
    if visitor.is_personalised:
        if question.view_id is not None:
            await _record_view(request, connection, visitor, product_id, question.view_id)
        on_page = [product_id, *blocks.product_ids(complements, similar), *visitor.exclude]
        recommended = await _recommended(request, connection, visitor, on_page)
    cards = await cards_by_id(connection, blocks.product_ids(complements, similar, recommended))
    page, next_url = reviews.result()
    return {
        "product": detail.result(),
        "variants": variants.result(),
        "complements": blocks.complements_block(complements, cards, product_id=product_id),
        "similar": blocks.similar_block(
            product_id,
            similar,
            cards,
            question.shown,
            category=_category_of(detail.result()),
            size=question.size,
        ),
        # Where it would say nothing new there is none.
        "recommended": blocks.recommended_block(recommended, cards) if recommended else None,
        "reviews": page,
        "reviews_next_url": next_url,
        "reviews_are_away": False,
        "is_bought": visitor.shopper_id is not None and is_bought.result(),
        "review_form": None if visitor.shopper_id is None else form_of(own.result()),
    }


def _page_of_snapshot(local: LocalSnapshot, question: _Question) -> dict[str, Any]:
    request, product_id = question.request, question.product_id
    _, excluded = remembered_visitor(request)
    detail = service.snapshot_detail(local, tree_of(request), product_id)
    return {
        "product": detail,
        "variants": [],
        "complements": blocks.complements_block([], {}),
        "similar": _similar_of_snapshot(local, question),
        "recommended": None,
        "reviews": [],
        "reviews_next_url": None,
        "reviews_are_away": detail.review_count > 0,
        "is_bought": product_id in excluded,
        "review_form": None,
    }


async def _read_similar(connection: Connection, question: _Question) -> blocks.Block:
    request = question.request
    visitor = await load_visitor(connection, request)
    async with Round(connection) as first:
        detail = first.send(
            service.product_detail(connection, tree_of(request), question.product_id)
        )
        with_it, like_it = _send_lists(first, connection, question)
    complements = _wanted(with_it.result(), visitor)[: blocks.FEW_COMPLEMENTS]
    similar = await _apart(
        connection, complements, _wanted(like_it.result(), visitor), question.size
    )
    cards = await cards_by_id(connection, blocks.product_ids(similar))
    category = _category_of(detail.result())
    return blocks.similar_block(
        question.product_id,
        similar,
        cards,
        question.shown,
        category=category,
        size=question.size,
    )


def _similar_of_snapshot(local: LocalSnapshot, question: _Question) -> blocks.Block:
    visitor, excluded = remembered_visitor(question.request)
    size = question.size + blocks.COMPLEMENTS_SIZE
    found = snapshot.similar(
        local,
        SimilarQuestion(product_id=question.product_id, k=size, exclude=question.shown),
    )
    wanted = [one for one in _wanted(found, visitor) if one.product_id not in excluded]
    similar = wanted[: question.size]
    products = local.products(blocks.product_ids(similar))
    cards = {product.product_id: card(product) for product in products}
    own = service.snapshot_detail(local, tree_of(question.request), question.product_id)
    return blocks.similar_block(
        question.product_id,
        similar,
        cards,
        question.shown,
        category=_category_of(own),
        size=question.size,
    )


_PAGE_STEPS = Steps(_read_page, snapshot=_page_of_snapshot)
_REVIEWS_STEPS: Steps[_Question, service.ReviewPage] = Steps(
    lambda connection, asked: service.reviews(connection, asked.reviews),
    snapshot=lambda _local, _question: ([], None),
)
_SIMILAR_STEPS = Steps(_read_similar, snapshot=_similar_of_snapshot)


def _category_of(detail: service.ProductDetail) -> str | None:
    return detail.breadcrumbs[-1].path if detail.breadcrumbs else None


def _send_lists(
    first: Round, connection: Connection, question: _Question
) -> tuple[asyncio.Task[list[Complement]], asyncio.Task[list[SimilarProduct]]]:
    """Ask what goes with a product, and for so many like it that those need not be among them."""
    size = question.size + blocks.COMPLEMENTS_SIZE
    similar = SimilarQuestion(product_id=question.product_id, k=size, exclude=question.shown)
    complements = ComplementsQuestion(product_id=question.product_id, k=blocks.COMPLEMENTS_SIZE)
    return (
        first.send(store.complements(connection, complements)),
        first.send(store.similar(connection, similar)),
    )


def _wanted(rows: list[Listed], visitor: Visitor) -> list[Listed]:
    return [one for one in rows if not visitor.is_unwanted(one.product_id)]


async def _apart(
    connection: Connection,
    complements: list[Complement],
    similar: list[SimilarProduct],
    size: int,
) -> list[SimilarProduct]:
    """Leave out of the similar products what goes with the product, and variants of that."""
    ids = {one.product_id for one in complements}
    apart = [one for one in similar if one.product_id not in ids]
    # Two variants that are both shown have each other.
    in_groups = [[one.product_id for one in rows if one.variants] for rows in (complements, apart)]
    if all(in_groups):
        groups = await service.variant_groups(connection, [*in_groups[0], *in_groups[1]])
        taken = {groups[one] for one in in_groups[0] if one in groups}
        apart = [one for one in apart if groups.get(one.product_id) not in taken]
    return apart[:size]


async def _recommended(
    request: AnyRequest, connection: Connection, visitor: Visitor, exclude: list[str]
) -> list[RecommendedProduct]:
    """Find the personal block of a product's page; nothing where it would say nothing new."""
    treatment = treat(request, visitor, "product-recommended")
    if treatment.is_off:
        return []
    asked = RecommendationRequest(
        shopper_id=visitor.shopper_id,
        session_id=visitor.session_id,
        exclude=exclude,
        k=_RECOMMENDED_SIZE,
        diversity=treatment.diversity,
    )
    question = recommend_question(asked)
    try:
        found = await store.recommend(connection, structs.replace(question, model=treatment.model))
    except psycopg.Error as error:
        with suppress(UnknownModelError):
            raise_unknown(error)
        # The model of an experiment was dropped: the serving one answers.
        found = await store.recommend(connection, question)
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
