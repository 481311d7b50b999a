"""Lists that are asked for with a body, and what is popular."""

import math

from litestar import Router, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import JSONBody

from api.exchange import AnyRequest, mark_odd
from api.filters import ProductFilter
from api.http.caching import SHARED
from api.http.ids import trimmed
from api.http.limits import limits_of
from api.http.links import same_address
from api.http.parameters import (
    FILTER_NAMES,
    After,
    Excluded,
    RowCount,
    check_body,
    check_names,
    product_filter,
)
from api.ladder.requests import answer, ladder_of
from api.paging.continuation import decode_page
from api.recommendations import service as recommendations
from api.recommendations import steps
from api.recommendations.answers import RecommendedProducts, SimilarLists, TrendingProducts
from api.recommendations.requests import RecommendationRequest, SimilarRequest

# A list of up to so many rows is worth one request.
_ROWS_OF_A_REQUEST = 20
# A history of so many actions is longer than most.
_LONG_HISTORY = 50

_TRENDING_NAMES = FILTER_NAMES | {"k", "exclude", "after"}


@post(
    "/recommendations",
    summary="Products somebody may also like",
    operation_id="recommend",
    status_code=200,
)
async def recommend(
    request: AnyRequest, data: JSONBody[RecommendationRequest]
) -> RecommendedProducts:
    """Give k products for a shopper, a session, a basket, or a history told in the request.

    Whatever of them is given counts together; with none of them popular products are given.
    `after` of the answer, sent with the same question, asks for the next page.
    """
    check_names(request, frozenset())
    await check_body(request, RecommendationRequest)
    asked = recommendations.prepare(data)
    if data.filter or data.candidates or len(data.history) + len(data.basket) > _LONG_HISTORY:
        mark_odd()
    found = await steps.recommend(request, asked)
    if data.shopper_id is not None:
        ladder_of(request).shoppers.note(data.shopper_id)
    return found


@post(
    "/similar",
    summary="Products like each of several",
    operation_id="similarProductsOfMany",
    status_code=200,
)
async def similar(request: AnyRequest, data: JSONBody[SimilarRequest]) -> SimilarLists:
    """Give the k products most like each of up to 100 products, in one answer.

    It counts as a request for each product, and for each 20 rows wanted of it.
    """
    check_names(request, frozenset())
    await check_body(request, SimilarRequest)
    cost = len(data.product_ids) * math.ceil(data.k / _ROWS_OF_A_REQUEST)
    limits_of(request).charge(cost)
    if cost > 1 or data.filter or data.candidates:
        mark_odd()
    return await answer(request, steps.similar_lists_steps(data), None)


@get(
    "/trending",
    summary="What is popular these days",
    operation_id="trendingProducts",
    cache_control=SHARED,
)
async def trending(
    request: AnyRequest,
    product_filter: NamedDependency[ProductFilter],
    k: RowCount = 10,
    exclude: Excluded = None,
    after: After = None,
) -> TrendingProducts:
    """Give the products that shoppers act on most, with a half-life of a week."""
    check_names(request, _TRENDING_NAMES)
    found = await answer(
        request,
        steps.trending_steps(
            k=k, exclude=trimmed(exclude), product_filter=product_filter, page=decode_page(after)
        ),
        None,
    )
    found.next = same_address(request, found.after)
    return found


def lists_router() -> Router:
    """Return the routes of `/v1` that are of no one product or shopper."""
    return Router(
        "/v1",
        route_handlers=[recommend, similar, trending],
        dependencies={"product_filter": Provide(product_filter, sync_to_thread=False)},
        tags=["Lists"],
    )
