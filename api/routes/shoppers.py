"""What shoppers may also like."""

from litestar import Router, get
from litestar.params import FromPath

from api.ladder.requests import answer, ladder_of
from api.routes.parameters import (
    CategoryFilter,
    Excluded,
    ModelName,
    Offset,
    RowCount,
    check_names,
)
from api.services import steps
from api.structs import RecommendedProducts
from api.visitor import AnyRequest

_NAMES = frozenset({"k", "offset", "category", "exclude", "model"})


@get(
    "/{shopper_id:str}/recommendations",
    summary="Products a shopper may also like",
    operation_id="recommendProducts",
)
async def recommend_products(
    request: AnyRequest,
    shopper_id: FromPath[str],
    k: RowCount = 10,
    offset: Offset = 0,
    category: CategoryFilter = None,
    exclude: Excluded = None,
    model: ModelName = None,
) -> RecommendedProducts:
    """Give k products for a shopper, best first, each with the event that it is recommended by.

    What they bought, hid or just looked at is left out. Without the shopper's consent to
    personalisation their events are not looked at, and popular products are given. 404 for an
    unknown shopper or model.
    """
    check_names(request, _NAMES)
    ladder = ladder_of(request)
    found = await answer(
        request,
        steps.recommended_steps(
            ladder,
            shopper_id=shopper_id,
            k=k,
            offset=offset,
            exclude=exclude or [],
            category=category,
            model=model,
        ),
        who=shopper_id,
    )
    ladder.shoppers.note(shopper_id)
    return found


def shoppers_router() -> Router:
    """Return the routes of `/v1/shoppers`."""
    return Router("/v1/shoppers", route_handlers=[recommend_products], tags=["Shoppers"])
