"""Products like a product, and products that go with it."""

from litestar import Router, get
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath

from api.catalogue.store import SimilarQuery
from api.exchange import AnyRequest
from api.filters import ProductFilter
from api.http.caching import SHARED
from api.http.ids import trimmed
from api.http.parameters import (
    FILTER_NAMES,
    Excluded,
    ModelName,
    RowCount,
    WithReasons,
    check_names,
    product_filter,
)
from api.ladder.requests import answer
from api.recommendations import steps
from api.recommendations.answers import Complements, SimilarProducts

_COMPLEMENT_NAMES = FILTER_NAMES | {"k", "exclude"}
_SIMILAR_NAMES = FILTER_NAMES | {"k", "exclude", "model", "reasons"}


@get("/{product_id:str}/similar", summary="Products like a product", operation_id="similarProducts")
async def similar_products(
    request: AnyRequest,
    product_id: FromPath[str],
    product_filter: NamedDependency[ProductFilter],
    *,
    k: RowCount = 10,
    exclude: Excluded = None,
    model: ModelName = None,
    reasons: WithReasons = False,
) -> SimilarProducts:
    """Give the k products that are most like a product and fit the filter, best first.

    Always as many as there are, up to k: a product without a vector gets popular ones of its
    category. 404 for an unknown product or model.
    """
    check_names(request, _SIMILAR_NAMES)
    wanted = SimilarQuery(
        k=k, exclude=trimmed(exclude), filter=product_filter, model=model, has_reasons=reasons
    )
    return await answer(
        request,
        steps.similar_steps(product_id=product_id.strip(), wanted=wanted),
        None,
    )


@get("/{product_id:str}/goes-with", summary="What goes with a product", operation_id="complements")
async def complements(
    request: AnyRequest,
    product_id: FromPath[str],
    product_filter: NamedDependency[ProductFilter],
    k: RowCount = 10,
    exclude: Excluded = None,
) -> Complements:
    """Give up to k products that are bought in one order with a product, best first.

    Only what meets it more often than chance has it: there may be none. 404 for an unknown product.
    """
    check_names(request, _COMPLEMENT_NAMES)
    return await answer(
        request,
        steps.complements_steps(
            product_id=product_id.strip(),
            k=k,
            exclude=trimmed(exclude),
            product_filter=product_filter,
        ),
        None,
    )


def product_lists_router() -> Router:
    """Return the routes of `/v1/products` that recommend."""
    return Router(
        "/v1/products",
        route_handlers=[similar_products, complements],
        dependencies={"product_filter": Provide(product_filter, sync_to_thread=False)},
        tags=["Products"],
        cache_control=SHARED,
    )
