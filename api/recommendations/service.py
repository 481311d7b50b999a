"""Recommended products, for the JSON API and for the pages alike."""

from collections.abc import Sequence

from msgspec import structs

from alsolike.errors import UnknownModelError
from alsolike.snapshot.reader import LocalSnapshot
from api.catalogue.service import unknown_category
from api.catalogue.store import has_category
from api.exchange import AnyRequest
from api.ladder.ladder import Steps
from api.ladder.requests import answer, ask, ladder_of
from api.paging.continuation import Continuation, encode_continuation
from api.recommendations import snapshot, store
from api.recommendations.questions import SimilarQuestion, TrendingQuestion, recommend_question
from api.recommendations.schemas import (
    RecommendationRequest,
    RecommendedProduct,
    RecommendedProducts,
    SimilarLists,
    SimilarProducts,
    SimilarRequest,
    TrendingProduct,
    TrendingProducts,
)

# The steps that answer each question, best first. Every one leaves out what the request, the
# shopper or the stock rules out, as far as it can know.
RECOMMEND_STEPS = Steps(
    live=store.recommend,
    neighbours=store.recommend_from_neighbours,
    popular=store.recommend_popular,
    snapshot=snapshot.recommend,
)
SIMILAR_STEPS = Steps(
    live=store.similar,
    neighbours=store.similar_from_neighbours,
    popular=store.similar_popular,
    snapshot=snapshot.similar,
)
SIMILAR_LISTS_STEPS = Steps(store.similar_lists, snapshot=snapshot.similar_lists)
COMPLEMENTS_STEPS = Steps(store.complements, snapshot=snapshot.no_complements)
TRENDING_STEPS = Steps(store.trending, snapshot=snapshot.trending)
# What shoppers did is not in the snapshot.
VIEWED_STEPS = Steps(store.recently_viewed, snapshot=lambda _local, _question: [])
BUY_AGAIN_STEPS = Steps(store.buy_again, snapshot=lambda _local, _question: [])
CATEGORY_STEPS = Steps(
    has_category, has_category, has_category, snapshot=LocalSnapshot.has_category
)


async def recommend(
    request: AnyRequest, asked: RecommendationRequest, *, model: str | None = None
) -> RecommendedProducts:
    """Find what somebody may also like; what is popular for an unknown shopper.

    Parameters
    ----------
    model : str, optional
        Which is to answer where the request and its page name none; the serving one does if there
        is none of that name.

    Raises
    ------
    UnknownModelError
        There is none of the name that the request gives.
    InvalidFieldError
        There is no such category, or a field cannot be used; see `recommend_question`.
    """
    # A shopper's wish to hide a product counts with and without consent.
    left_out = ladder_of(request).shoppers.find(asked.shopper_id).excluded
    question = recommend_question(asked, left_out)
    question = structs.replace(question, model=question.model or model)
    try:
        items, tier = await ask(request, RECOMMEND_STEPS, question, who=question.who)
    except UnknownModelError:
        if question.is_model_required:
            raise
        # The model of the first page, or of an experiment, was dropped: the serving one goes on.
        question = structs.replace(question, model=None)
        items, tier = await ask(request, RECOMMEND_STEPS, question, who=question.who)
    if not items and question.page.is_first:
        await _check_category(request, question.filter.category)
    ladder_of(request).shoppers.note(question.shopper_id)
    model = items[-1].model if items else None
    after = _go_on(question.page, model, items, question.k)
    return RecommendedProducts(question.shopper_id, items, after, next=None, tier=tier)


async def similar(request: AnyRequest, question: SimilarQuestion) -> SimilarProducts:
    """Find the products most like a product.

    Raises
    ------
    UnknownProductError, UnknownModelError
        There is none of that id or name.
    InvalidFieldError
        There is no such category.
    """
    items, tier = await ask(request, SIMILAR_STEPS, question)
    if not items:
        await _check_category(request, question.filter.category)
    return SimilarProducts(question.product_id, items, tier)


async def similar_lists(request: AnyRequest, asked: SimilarRequest) -> SimilarLists:
    """Find the products most like each of several; unknown ones are told, not refused."""
    found, tier = await ask(request, SIMILAR_LISTS_STEPS, asked)
    if asked.filter is not None and not any(found.values()):
        await _check_category(request, asked.filter.category)
    return SimilarLists(
        [SimilarProducts(one, found[one], tier) for one in asked.product_ids if one in found],
        unknown=[one for one in asked.product_ids if one not in found],
        tier=tier,
    )


async def trending(request: AnyRequest, question: TrendingQuestion) -> TrendingProducts:
    """Find what is popular these days.

    Raises
    ------
    InvalidFieldError
        There is no such category.
    """
    items, tier = await ask(request, TRENDING_STEPS, question)
    if not items and question.page.is_first:
        await _check_category(request, question.filter.category)
    after = _go_on(question.page, None, items, question.k)
    return TrendingProducts(items, after, next=None, tier=tier)


def _go_on(
    page: Continuation,
    model: str | None,
    items: Sequence[RecommendedProduct] | Sequence[TrendingProduct],
    k: int,
) -> str | None:
    """Count the ranks on from the earlier pages; return the token of the next one."""
    for item in items:
        item.rank += len(page.shown)
    if len(items) < k:
        return None
    shown = [*page.shown, *(item.product_id for item in items)]
    return encode_continuation(Continuation(page.until, model, shown, page.of))


async def _check_category(request: AnyRequest, category: str | None) -> None:
    """Tell a mistyped category from one that has nothing to give."""
    if category is not None and not await answer(request, CATEGORY_STEPS, category):
        raise unknown_category(category)
