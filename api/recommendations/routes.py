"""Recommended products: for somebody, like a product, with it, for everybody."""

import math
from collections.abc import Sequence

from litestar import Router, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, JSONBody
from msgspec import Struct

from api.exchange import AnyRequest, mark_odd
from api.filters import ProductFilter
from api.http.caching import SHARED
from api.http.ids import path_id, trimmed
from api.http.keys import BROWSERS
from api.http.limits import limits_of
from api.http.links import same_address
from api.http.own_lists import check_session, check_shopper, own_shopper
from api.http.parameters import (
    FILTER_NAMES,
    After,
    DiversityLevel,
    Excluded,
    IsMeasured,
    ModelName,
    PlaceName,
    RowCount,
    ShownToSession,
    ShownToShopper,
    WithReasons,
    check_body,
    check_bounds,
    check_names,
)
from api.impressions.told import ListItem, note
from api.ladder.requests import ask
from api.paging.continuation import decode_continuation
from api.recommendations import service
from api.recommendations.currency import filter_in_one_currency, in_one_currency
from api.recommendations.objections import as_nobody, is_objected
from api.recommendations.questions import (
    ComplementsQuestion,
    PastQuestion,
    SimilarQuestion,
    TrendingQuestion,
    trending_list,
)
from api.recommendations.schemas import (
    BoughtProducts,
    Complements,
    RecommendationRequest,
    RecommendedProducts,
    SimilarLists,
    SimilarProducts,
    SimilarRequest,
    TrendingProducts,
    ViewedProducts,
)

# A list of up to so many rows is worth one request.
_ROWS_OF_A_REQUEST = 20
# A history of so many actions is longer than most.
_LONG_HISTORY = 50

_LIST_NAMES = FILTER_NAMES | {"k", "exclude", "place"}
_SESSION_NAMES = _LIST_NAMES | {"measurement"}
_COMPLEMENTS_NAMES = _SESSION_NAMES | {"shopper", "session"}
_TRENDING_NAMES = _COMPLEMENTS_NAMES | {"after"}
_SIMILAR_NAMES = _COMPLEMENTS_NAMES | {"model", "reasons"}
_RECOMMEND_NAMES = _LIST_NAMES | {"after", "diversity", "model", "reasons"}


class _ShownTo(Struct, frozen=True):
    """To whom a list is shown that goes by nobody."""

    shopper: str | None
    session: str | None
    is_measured: bool


@post(
    "/recommendations",
    summary="Products somebody may also like",
    operation_id="recommend",
    opt=BROWSERS,
    status_code=200,
    tags=["Lists"],
)
async def recommend(
    request: AnyRequest, data: JSONBody[RecommendationRequest]
) -> RecommendedProducts:
    """Give k products for a shopper, a session, a basket, or a history told in the request.

    Whatever of them is given counts together; with none of them popular products are given, and so
    they are with `Sec-GPC: 1`, unless the shopper agreed on the site in spite of that signal.
    `after` of the answer, sent with the same question, asks for the next page.
    """
    check_names(request, frozenset())
    await check_body(request, RecommendationRequest)
    check_bounds(data.filter, "filter.price_min")
    if data.filter is not None:
        data.filter = await in_one_currency(request, data.filter)
    if data.filter or data.candidates or len(data.history) + len(data.basket) > _LONG_HISTORY:
        mark_odd()
    data.shopper_id = own_shopper(data.shopper_id)
    check_session(data.session_id)
    found = await service.recommend(request, await as_nobody(request, data))
    found.shopper_id = data.shopper_id
    note(
        request,
        data.place,
        found.items,
        shopper_id=data.shopper_id,
        session_id=data.session_id,
        is_measured=data.measurement,
    )
    return found


@get(
    "/shoppers/{shopper_id:str}/recommendations",
    summary="Products a shopper may also like",
    operation_id="recommendProducts",
    opt=BROWSERS,
    tags=["Shoppers"],
)
async def recommend_products(
    request: AnyRequest,
    shopper_id: FromPath[str],
    product_filter: NamedDependency[ProductFilter],
    *,
    k: RowCount = 10,
    exclude: Excluded = None,
    diversity: DiversityLevel = None,
    reasons: WithReasons = True,
    after: After = None,
    model: ModelName = None,
    place: PlaceName = None,
) -> RecommendedProducts:
    """Give k products for a shopper, best first, each with the event that it is recommended by.

    What they bought (unless its like is bought again and again), hid or reviewed is left out, and
    what they looked at or put into a basket lately.
    Without the shopper's consent to personalisation their events are not looked at, and popular
    products are given; so they are to a shopper who is not known yet, and with `Sec-GPC: 1` unless
    the shopper agreed on the site in spite of that signal. `next` is the address of the
    next page, on which nothing comes again. 404 for an unknown model.
    """
    check_names(request, _RECOMMEND_NAMES)
    asked = RecommendationRequest(
        shopper_id=check_shopper(path_id(shopper_id, "shopper_id")),
        exclude=exclude or [],
        filter=product_filter,
        k=k,
        diversity=diversity,
        reasons=reasons,
        model=model,
        after=after,
    )
    found = await service.recommend(request, await as_nobody(request, asked))
    found.shopper_id = asked.shopper_id
    found.next = same_address(request, found.after)
    note(request, place, found.items, shopper_id=asked.shopper_id)
    return found


@get(
    "/products/{product_id:str}/similar",
    summary="Products like a product",
    operation_id="similarProducts",
    opt=BROWSERS,
    tags=["Products"],
    cache_control=SHARED,
)
async def similar_products(
    request: AnyRequest,
    product_id: FromPath[str],
    product_filter: NamedDependency[ProductFilter],
    *,
    k: RowCount = 10,
    exclude: Excluded = None,
    model: ModelName = None,
    reasons: WithReasons = False,
    place: PlaceName = None,
    shopper: ShownToShopper = None,
    session: ShownToSession = None,
    measurement: IsMeasured = False,
) -> SimilarProducts:
    """Give the k products that are most like a product and fit the filter, best first.

    Always as many as there are, up to k: a product without a vector gets popular ones of its
    category. 404 for an unknown product or model.
    """
    check_names(request, _SIMILAR_NAMES)
    question = SimilarQuestion(
        product_id=product_id.strip(),
        k=k,
        exclude=trimmed(exclude),
        filter=product_filter,
        model=model,
        reasons=reasons,
    )
    found = await service.similar(request, question)
    _note_on_page(request, place, found.items, _ShownTo(shopper, session, measurement), product_id)
    return found


@post(
    "/similar",
    summary="Products like each of several",
    operation_id="similarProductsOfMany",
    status_code=200,
    tags=["Lists"],
)
async def similar(request: AnyRequest, data: JSONBody[SimilarRequest]) -> SimilarLists:
    """Give the k products most like each of up to 100 products, in one answer.

    It counts as a request for each product, and for each 20 rows wanted of it.
    """
    check_names(request, frozenset())
    await check_body(request, SimilarRequest)
    check_bounds(data.filter, "filter.price_min")
    if data.filter is not None:
        data.filter = await in_one_currency(request, data.filter)
    cost = len(data.product_ids) * math.ceil(data.k / _ROWS_OF_A_REQUEST)
    limits_of(request).charge(cost)
    if cost > 1 or data.filter or data.candidates:
        mark_odd()
    shopper_id = own_shopper(data.shopper_id)
    check_session(data.session_id)
    found = await service.similar_lists(request, data)
    for one in found.lists:
        note(
            request,
            data.place,
            one.items,
            shopper_id=shopper_id,
            session_id=data.session_id,
            is_measured=data.measurement,
            page_product_id=one.product_id,
        )
    return found


@get(
    "/products/{product_id:str}/goes-with",
    summary="What goes with a product",
    operation_id="complements",
    opt=BROWSERS,
    tags=["Products"],
    cache_control=SHARED,
)
async def complements(
    request: AnyRequest,
    product_id: FromPath[str],
    product_filter: NamedDependency[ProductFilter],
    *,
    k: RowCount = 10,
    exclude: Excluded = None,
    place: PlaceName = None,
    shopper: ShownToShopper = None,
    session: ShownToSession = None,
    measurement: IsMeasured = False,
) -> Complements:
    """Give up to k products that go with a product, best first; there may be none.

    First those that are bought in one order with it more often than chance has it (`basis` is
    `pair`), then those of categories that are bought with its own (`category`). 404 for an unknown
    product.
    """
    check_names(request, _COMPLEMENTS_NAMES)
    question = ComplementsQuestion(
        product_id=product_id.strip(), k=k, exclude=trimmed(exclude), filter=product_filter
    )
    items, tier = await ask(request, service.COMPLEMENTS_STEPS, question)
    _note_on_page(request, place, items, _ShownTo(shopper, session, measurement), product_id)
    return Complements(question.product_id, items, tier)


@get(
    "/trending",
    summary="What is popular these days",
    operation_id="trendingProducts",
    opt=BROWSERS,
    tags=["Lists"],
    cache_control=SHARED,
)
async def trending(
    request: AnyRequest,
    product_filter: NamedDependency[ProductFilter],
    *,
    k: RowCount = 10,
    exclude: Excluded = None,
    after: After = None,
    place: PlaceName = None,
    shopper: ShownToShopper = None,
    session: ShownToSession = None,
    measurement: IsMeasured = False,
) -> TrendingProducts:
    """Give the products that shoppers act on most, with a half-life of a week."""
    check_names(request, _TRENDING_NAMES)
    page = decode_continuation(after, trending_list(product_filter))
    question = TrendingQuestion(
        k=k, exclude=[*trimmed(exclude), *page.shown], filter=product_filter, page=page
    )
    found = await service.trending(request, question)
    found.next = same_address(request, found.after)
    _note_on_page(request, place, found.items, _ShownTo(shopper, session, measurement), None)
    return found


@get(
    "/shoppers/{shopper_id:str}/recently-viewed",
    summary="What a shopper looked at last",
    operation_id="recentlyViewedProducts",
    opt=BROWSERS,
    tags=["Shoppers"],
)
async def recently_viewed(
    request: AnyRequest,
    shopper_id: FromPath[str],
    product_filter: NamedDependency[ProductFilter],
    *,
    k: RowCount = 10,
    exclude: Excluded = None,
    place: PlaceName = None,
) -> ViewedProducts:
    """Give the products that a consenting shopper looked at, the latest first.

    What they hid is left out. Of a shopper who is not known yet there is none, and none with
    `Sec-GPC: 1` unless they agreed on the site in spite of that signal.
    """
    check_names(request, _LIST_NAMES)
    shopper_id = check_shopper(path_id(shopper_id, "shopper_id"))
    if await is_objected(request, shopper_id):
        return ViewedProducts([])
    question = PastQuestion(
        shopper_id=shopper_id, k=k, exclude=trimmed(exclude), filter=product_filter
    )
    items, tier = await ask(request, service.VIEWED_STEPS, question, who=shopper_id)
    note(request, place, items, shopper_id=shopper_id)
    return ViewedProducts(items, tier)


@get(
    "/sessions/{session_id:str}/recently-viewed",
    summary="What a session looked at last",
    operation_id="recentlyViewedInSession",
    tags=["Shoppers"],
)
async def recently_viewed_in_session(
    request: AnyRequest,
    session_id: FromPath[str],
    product_filter: NamedDependency[ProductFilter],
    *,
    k: RowCount = 10,
    exclude: Excluded = None,
    place: PlaceName = None,
    measurement: IsMeasured = False,
) -> ViewedProducts:
    """Give the products that an anonymous session looked at, the latest first.

    There is none with `Sec-GPC: 1`.
    """
    check_names(request, _SESSION_NAMES)
    session_id = path_id(session_id, "session_id")
    if await is_objected(request, None):
        return ViewedProducts([])
    question = PastQuestion(
        session_id=session_id, k=k, exclude=trimmed(exclude), filter=product_filter
    )
    items, tier = await ask(request, service.VIEWED_STEPS, question, who=session_id)
    note(request, place, items, session_id=session_id, is_measured=measurement)
    return ViewedProducts(items, tier)


@get(
    "/shoppers/{shopper_id:str}/buy-again",
    summary="What a shopper may buy again",
    operation_id="buyAgainProducts",
    opt=BROWSERS,
    tags=["Shoppers"],
)
async def buy_again(
    request: AnyRequest,
    shopper_id: FromPath[str],
    product_filter: NamedDependency[ProductFilter],
    *,
    k: RowCount = 10,
    exclude: Excluded = None,
    place: PlaceName = None,
) -> BoughtProducts:
    """Give what a consenting shopper bought and may be about to buy again, what is due first.

    Of categories that are bought again and again, or what they bought twice themselves. Of a
    shopper who is not known yet there is none, and none with `Sec-GPC: 1` unless they agreed on the
    site in spite of that signal.
    """
    check_names(request, _LIST_NAMES)
    shopper_id = check_shopper(path_id(shopper_id, "shopper_id"))
    if await is_objected(request, shopper_id):
        return BoughtProducts(shopper_id, [])
    question = PastQuestion(
        shopper_id=shopper_id, k=k, exclude=trimmed(exclude), filter=product_filter
    )
    items, tier = await ask(request, service.BUY_AGAIN_STEPS, question, who=shopper_id)
    note(request, place, items, shopper_id=shopper_id)
    return BoughtProducts(shopper_id, items, tier)


def _note_on_page(
    request: AnyRequest,
    place: str | None,
    items: Sequence[ListItem],
    shown_to: _ShownTo,
    product_id: str | None,
) -> None:
    """Note a list that goes by nobody, if the caller says where it is shown."""
    shopper, session = shown_to.shopper, shown_to.session
    check_session(session)
    note(
        request,
        place,
        items,
        shopper_id=own_shopper(None if shopper is None else path_id(shopper, "shopper")),
        session_id=None if session is None else path_id(session, "session"),
        is_measured=shown_to.is_measured,
        page_product_id=product_id,
    )


def recommendations_router() -> Router:
    """Return the routes of `/v1` that recommend."""
    return Router(
        "/v1",
        route_handlers=[
            recommend,
            recommend_products,
            similar_products,
            similar,
            complements,
            trending,
            recently_viewed,
            recently_viewed_in_session,
            buy_again,
        ],
        dependencies={"product_filter": Provide(filter_in_one_currency)},
    )
