"""The reads of the JSON API with all their steps: what is given where the first one fails.

What the request, the shopper or the stock rules out is left out on every step, as far as it can be
known there: on the last one that is the request's own exclusions, what was out of stock when the
snapshot was made, and what this process last knew of the shopper.
"""

from collections.abc import Sequence
from functools import partial

from alsolike.errors import UnknownModelError
from alsolike.snapshot.reader import LocalSnapshot
from api.catalogue import service as catalogue
from api.catalogue.answers import ProductPage
from api.catalogue.service import next_address, unknown_category, unknown_product
from api.catalogue.store import SimilarQuery
from api.database.pool import Connection
from api.filters import ProductFilter
from api.ladder.ladder import Ladder, Step, Steps
from api.ladder.requests import answer, ladder_of
from api.ladder.tiers import Tier
from api.paging.continuation import Page
from api.paging.keyset import decode_cursor, encode_cursor
from api.recommendations import fallbacks as store
from api.recommendations import service as recommendations
from api.recommendations import snapshot_answers as local_answers
from api.recommendations.answers import (
    BoughtProducts,
    Complements,
    RecommendedProduct,
    RecommendedProducts,
    SimilarLists,
    SimilarProducts,
    TrendingProducts,
    ViewedProducts,
)
from api.recommendations.requests import SimilarRequest
from api.recommendations.service import Asked
from api.search import service as search
from api.visitors.visitor import AnyRequest


def similar_steps(*, product_id: str, wanted: SimilarQuery) -> Steps[None, SimilarProducts]:
    """Return the ways to find the products most like a product."""

    def below(tier: Tier, name: store.SimilarStatement) -> Step[None, SimilarProducts]:
        async def work(connection: Connection, _question: None) -> SimilarProducts:
            items = await store.similar_products(connection, name, product_id, wanted)
            if items is None:
                raise unknown_product(product_id)
            if not items:
                await catalogue.check_category(connection, wanted.filter.category)
            return SimilarProducts(product_id, items, tier)

        return work

    def snapshot(local: LocalSnapshot, _question: None) -> SimilarProducts:
        items = local_answers.similar(local, product_id, wanted)
        _check_category(local, wanted.filter.category, is_empty=not items)
        return SimilarProducts(product_id, items, "snapshot")

    return Steps(
        lambda connection, _: recommendations.similar_products(connection, product_id, wanted),
        below("neighbours", "api/recommendations/similar_neighbours"),
        below("popular", "api/recommendations/similar_popular"),
        snapshot,
    )


def similar_lists_steps(request: SimilarRequest) -> Steps[None, SimilarLists]:
    """Return the ways to find the products most like each of several."""

    def snapshot(local: LocalSnapshot, _question: None) -> SimilarLists:
        wanted = recommendations.similar_query(request)
        known = {found.product_id for found in local.products(request.product_ids)}
        return SimilarLists(
            lists=[
                SimilarProducts(one, local_answers.similar(local, one, wanted), "snapshot")
                for one in request.product_ids
                if one in known
            ],
            unknown=[one for one in request.product_ids if one not in known],
            tier="snapshot",
        )

    return Steps(
        lambda connection, _: recommendations.similar_lists(connection, request), snapshot=snapshot
    )


async def recommend(request: AnyRequest, asked: Asked) -> RecommendedProducts:
    """Find what somebody may also like.

    Raises
    ------
    UnknownModelError
        There is none of the name that the request gives.
    """
    ladder = ladder_of(request)
    who = asked.request.shopper_id or asked.request.session_id
    try:
        return await answer(request, recommended_steps(ladder, asked), None, who=who)
    except UnknownModelError:
        if asked.request.model is not None:
            raise
        # The model of the first page was dropped since: the serving one goes on.
        asked = asked._replace(model=None)
        return await answer(request, recommended_steps(ladder, asked), None, who=who)


def recommended_steps(ladder: Ladder, asked: Asked) -> Steps[None, RecommendedProducts]:
    """Return the ways to find what somebody may also like.

    An unknown shopper, and of the local file every one, gets what is popular. The local file has
    one model and knows no other name: it answers by that one, whichever is asked for, and says so.
    """
    request, taste = asked.request, asked.taste

    def below(tier: Tier, name: store.RecommendedStatement) -> Step[None, RecommendedProducts]:
        async def work(connection: Connection, _question: None) -> RecommendedProducts:
            async def find(model: str | None) -> list[RecommendedProduct]:
                return await store.recommended_products(connection, name, taste, request.k, model)

            return await recommendations.answer(connection, asked, find, tier)

        return work

    def snapshot(local: LocalSnapshot, _question: None) -> RecommendedProducts:
        exclude = [*taste.exclude, *request.basket]
        if request.shopper_id is not None:
            exclude += ladder.shoppers.find(request.shopper_id).excluded
        items = local_answers.recommended(
            local, asked.told, request.k, taste.filter, exclude, taste.candidates
        )
        if not taste.has_reasons:
            for item in items:
                item.reason = None
        if not asked.shown:
            _check_category(local, taste.filter.category, is_empty=not items)
        return recommendations.finish(asked, items, "snapshot")

    return Steps(
        lambda connection, _: recommendations.recommended_products(connection, asked),
        below("neighbours", "api/recommendations/recommended_neighbours"),
        below("popular", "api/recommendations/recommended_popular"),
        snapshot,
    )


def trending_steps(
    *, k: int, exclude: Sequence[str], product_filter: ProductFilter, page: Page | None
) -> Steps[None, TrendingProducts]:
    """Return the ways to find what is popular these days."""

    def snapshot(local: LocalSnapshot, _question: None) -> TrendingProducts:
        shown = [] if page is None else page.shown
        items = local_answers.trending(local, k, product_filter, [*exclude, *shown])
        if page is None:
            _check_category(local, product_filter.category, is_empty=not items)
        return recommendations.finish_trending(items, k, page, "snapshot")

    live = partial(
        recommendations.trending_products,
        k=k,
        exclude=exclude,
        product_filter=product_filter,
        page=page,
    )
    return Steps(lambda connection, _: live(connection), snapshot=snapshot)


def viewed_steps(
    *,
    shopper_id: str | None,
    session_id: str | None,
    k: int,
    exclude: Sequence[str],
    product_filter: ProductFilter,
) -> Steps[None, ViewedProducts]:
    """Return the ways to find what was looked at last; a snapshot knows nothing of that."""
    live = partial(
        recommendations.recently_viewed,
        shopper_id=shopper_id,
        session_id=session_id,
        k=k,
        exclude=exclude,
        product_filter=product_filter,
    )
    return Steps(
        lambda connection, _: live(connection),
        snapshot=lambda _local, _: ViewedProducts([], "snapshot"),
    )


def buy_again_steps(
    *, shopper_id: str, k: int, exclude: Sequence[str], product_filter: ProductFilter
) -> Steps[None, BoughtProducts]:
    """Return the ways to find what may be bought again; a snapshot knows nothing of that."""
    live = partial(
        recommendations.buy_again,
        shopper_id=shopper_id,
        k=k,
        exclude=exclude,
        product_filter=product_filter,
    )
    return Steps(
        lambda connection, _: live(connection),
        snapshot=lambda _local, _: BoughtProducts(shopper_id, [], "snapshot"),
    )


def complements_steps(
    *, product_id: str, k: int, exclude: Sequence[str], product_filter: ProductFilter
) -> Steps[None, Complements]:
    """Return the ways to find what goes with a product; of a snapshot nothing is known to."""

    def snapshot(local: LocalSnapshot, _question: None) -> Complements:
        local_answers.product(local, product_id)
        return Complements(product_id, [], "snapshot")

    live = partial(
        recommendations.complements,
        product_id=product_id,
        k=k,
        exclude=exclude,
        product_filter=product_filter,
    )
    return Steps(lambda connection, _: live(connection), snapshot=snapshot)


PRODUCT_STEPS = Steps(catalogue.product, snapshot=local_answers.product)


def product_page_steps(
    *, category: str | None, after: str | None, limit: int
) -> Steps[None, ProductPage]:
    """Return the ways to read a page of the catalogue."""

    def snapshot(local: LocalSnapshot, _question: None) -> ProductPage:
        position = decode_cursor(after, tuple[str])
        found = local.list_products(category, position and position[0], limit + 1)
        _check_category(local, category, is_empty=not found)
        end = encode_cursor((found[limit - 1].product_id,)) if len(found) > limit else None
        items = [local_answers.as_product(product) for product in found[:limit]]
        return ProductPage(items, end and next_address(category, None, end, limit))

    live = partial(catalogue.product_page, category=category, after=after, limit=limit)
    return Steps(lambda connection, _: live(connection), snapshot=snapshot)


def search_steps(
    prepared: search.Search, *, category: str | None, after: str | None, limit: int
) -> Steps[None, ProductPage]:
    """Return the ways to read a page of a search; a snapshot has words alone."""

    def snapshot(local: LocalSnapshot, _question: None) -> ProductPage:
        found, end = local_answers.find(local, prepared.words, category, after, limit)
        _check_category(local, category, is_empty=not found)
        items = [local_answers.as_product(product) for product in found]
        following = end and next_address(category, prepared.words, end, limit)
        return ProductPage(items, following, by="text")

    live = partial(search.product_page, search=prepared, category=category, limit=limit)
    return Steps(lambda connection, _: live(connection), snapshot=snapshot)


def _check_category(local: LocalSnapshot, category: str | None, *, is_empty: bool) -> None:
    if is_empty and category is not None and not local.has_category(category):
        raise unknown_category(category)
