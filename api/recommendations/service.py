"""Recommended products, for the JSON API and for the pages alike."""

from collections.abc import Sequence

from msgspec import structs

from alsolike.errors import UnknownModelError
from api.catalogue.service import unknown_category
from api.exchange import AnyRequest
from api.ladder.requests import answer, ask, ladder_of
from api.paging.continuation import Continuation, encode_continuation
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
from api.recommendations.questions import (
    BuyAgainQuestion,
    ComplementsQuestion,
    RecommendQuestion,
    SimilarListsQuestion,
    SimilarQuestion,
    TrendingQuestion,
    ViewedQuestion,
)
from api.recommendations.steps import (
    BUY_AGAIN_STEPS,
    CATEGORY_STEPS,
    COMPLEMENTS_STEPS,
    RECOMMEND_STEPS,
    SIMILAR_LISTS_STEPS,
    SIMILAR_STEPS,
    TRENDING_STEPS,
    VIEWED_STEPS,
)


async def recommend(request: AnyRequest, question: RecommendQuestion) -> RecommendedProducts:
    """Find what somebody may also like; what is popular for an unknown shopper.

    Raises
    ------
    UnknownModelError
        There is none of the name that the request gives.
    InvalidFieldError
        There is no such category.
    """
    try:
        items, tier = await ask(request, RECOMMEND_STEPS, question, who=question.who)
    except UnknownModelError:
        if question.is_model_required:
            raise
        # The model of the first page was dropped since: the serving one goes on.
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


async def similar_lists(request: AnyRequest, question: SimilarListsQuestion) -> SimilarLists:
    """Find the products most like each of several; unknown ones are told, not refused."""
    found, tier = await ask(request, SIMILAR_LISTS_STEPS, question)
    if not any(found.values()):
        await _check_category(request, question.filter.category)
    return SimilarLists(
        [SimilarProducts(one, found[one], tier) for one in question.product_ids if one in found],
        unknown=[one for one in question.product_ids if one not in found],
        tier=tier,
    )


async def complements(request: AnyRequest, question: ComplementsQuestion) -> Complements:
    """Find what goes with a product; nothing may.

    Raises
    ------
    UnknownProductError
        There is none of that id.
    """
    items, tier = await ask(request, COMPLEMENTS_STEPS, question)
    return Complements(question.product_id, items, tier)


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


async def recently_viewed(request: AnyRequest, question: ViewedQuestion) -> ViewedProducts:
    """Find what a shopper or a session looked at last; nothing for an unknown one."""
    who = question.shopper_id or question.session_id
    items, tier = await ask(request, VIEWED_STEPS, question, who=who)
    return ViewedProducts(items, tier)


async def buy_again(request: AnyRequest, question: BuyAgainQuestion) -> BoughtProducts:
    """Find what a shopper may be about to buy again; nothing for an unknown one."""
    items, tier = await ask(request, BUY_AGAIN_STEPS, question, who=question.shopper_id)
    return BoughtProducts(question.shopper_id, items, tier)


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
    return encode_continuation(Continuation(page.until, model, shown))


async def _check_category(request: AnyRequest, category: str | None) -> None:
    """Tell a mistyped category from one that has nothing to give."""
    if category is not None and not await answer(request, CATEGORY_STEPS, category):
        raise unknown_category(category)
