"""What a shopper may also like, looked at, and may buy again."""

from litestar import Router, get
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath

from api.exchange import AnyRequest
from api.filters import ProductFilter
from api.http.ids import path_id, trimmed
from api.http.links import same_address
from api.http.parameters import (
    FILTER_NAMES,
    After,
    DiversityLevel,
    Excluded,
    ModelName,
    RowCount,
    WithReasons,
    check_names,
    product_filter,
)
from api.ladder.requests import answer, ladder_of
from api.recommendations import service as recommendations
from api.recommendations import steps
from api.recommendations.answers import BoughtProducts, RecommendedProducts, ViewedProducts
from api.recommendations.requests import RecommendationRequest

_LIST_NAMES = FILTER_NAMES | {"k", "exclude"}
_NAMES = _LIST_NAMES | {"after", "diversity", "model", "reasons"}


@get(
    "/shoppers/{shopper_id:str}/recommendations",
    summary="Products a shopper may also like",
    operation_id="recommendProducts",
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
) -> RecommendedProducts:
    """Give k products for a shopper, best first, each with the event that it is recommended by.

    What they bought (unless its like is bought again and again), hid or just looked at is left out.
    Without the shopper's consent to personalisation their events are not looked at, and popular
    products are given; so they are to a shopper who is not known yet. `next` is the address of the
    next page, on which nothing comes again. 404 for an unknown model.
    """
    check_names(request, _NAMES)
    shopper_id = path_id(shopper_id, "shopper_id")
    wanted = RecommendationRequest(
        shopper_id=shopper_id,
        exclude=trimmed(exclude),
        filter=product_filter,
        k=k,
        diversity=diversity,
        reasons=reasons,
        model=model,
        after=after,
    )
    found = await steps.recommend(request, recommendations.prepare(wanted))
    ladder_of(request).shoppers.note(shopper_id)
    found.next = same_address(request, found.after)
    return found


@get(
    "/shoppers/{shopper_id:str}/recently-viewed",
    summary="What a shopper looked at last",
    operation_id="recentlyViewedProducts",
)
async def recently_viewed(
    request: AnyRequest,
    shopper_id: FromPath[str],
    product_filter: NamedDependency[ProductFilter],
    k: RowCount = 10,
    exclude: Excluded = None,
) -> ViewedProducts:
    """Give the products that a consenting shopper looked at, the latest first.

    What they hid is left out. Of a shopper who is not known yet there is none.
    """
    check_names(request, _LIST_NAMES)
    shopper_id = path_id(shopper_id, "shopper_id")
    return await answer(
        request,
        steps.viewed_steps(
            shopper_id=shopper_id,
            session_id=None,
            k=k,
            exclude=trimmed(exclude),
            product_filter=product_filter,
        ),
        None,
        who=shopper_id,
    )


@get(
    "/shoppers/{shopper_id:str}/buy-again",
    summary="What a shopper may buy again",
    operation_id="buyAgainProducts",
)
async def buy_again(
    request: AnyRequest,
    shopper_id: FromPath[str],
    product_filter: NamedDependency[ProductFilter],
    k: RowCount = 10,
    exclude: Excluded = None,
) -> BoughtProducts:
    """Give what a consenting shopper bought and may be about to buy again, what is due first.

    Of categories that are bought again and again, or what they bought twice themselves. Of a
    shopper who is not known yet there is none.
    """
    check_names(request, _LIST_NAMES)
    shopper_id = path_id(shopper_id, "shopper_id")
    return await answer(
        request,
        steps.buy_again_steps(
            shopper_id=shopper_id, k=k, exclude=trimmed(exclude), product_filter=product_filter
        ),
        None,
        who=shopper_id,
    )


@get(
    "/sessions/{session_id:str}/recently-viewed",
    summary="What a session looked at last",
    operation_id="recentlyViewedInSession",
)
async def recently_viewed_in_session(
    request: AnyRequest,
    session_id: FromPath[str],
    product_filter: NamedDependency[ProductFilter],
    k: RowCount = 10,
    exclude: Excluded = None,
) -> ViewedProducts:
    """Give the products that an anonymous session looked at, the latest first."""
    check_names(request, _LIST_NAMES)
    session_id = path_id(session_id, "session_id")
    return await answer(
        request,
        steps.viewed_steps(
            shopper_id=None,
            session_id=session_id,
            k=k,
            exclude=trimmed(exclude),
            product_filter=product_filter,
        ),
        None,
        who=session_id,
    )


def shoppers_router() -> Router:
    """Return the routes of `/v1/shoppers` and `/v1/sessions`."""
    return Router(
        "/v1",
        route_handlers=[
            recommend_products,
            recently_viewed,
            buy_again,
            recently_viewed_in_session,
        ],
        dependencies={"product_filter": Provide(product_filter, sync_to_thread=False)},
        tags=["Shoppers"],
    )
