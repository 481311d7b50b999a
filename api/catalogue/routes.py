"""Products, and the products like them."""

from typing import Annotated

from litestar import Router, get
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, QueryParameter

from api.catalogue.answers import Product, ProductPage
from api.catalogue.store import SimilarQuery
from api.filters import ProductFilter
from api.http.caching import SHARED
from api.http.ids import trimmed
from api.http.parameters import (
    FILTER_NAMES,
    CategoryFilter,
    Excluded,
    ModelName,
    RowCount,
    SearchWords,
    WithReasons,
    check_names,
    product_filter,
)
from api.ladder.requests import answer
from api.recommendations import steps
from api.recommendations.answers import Complements, SimilarProducts
from api.search import service as search
from api.search.query_vectors import query_vectors_of
from api.visitors.visitor import AnyRequest

_LIST_NAMES = frozenset({"category", "q", "after", "limit"})
_COMPLEMENT_NAMES = FILTER_NAMES | {"k", "exclude"}
_SIMILAR_NAMES = FILTER_NAMES | {"k", "exclude", "model", "reasons"}


@get("/", summary="List products, or search them", operation_id="listProducts")
async def list_products(
    request: AnyRequest,
    category: CategoryFilter = None,
    q: SearchWords = None,
    after: Annotated[
        str | None, QueryParameter(max_length=1000, description="Cursor; follow `next` instead.")
    ] = None,
    limit: RowCount = 20,
) -> ProductPage:
    """Give a page of the catalogue by product id, or with `q` by how well products match.

    A search goes by words and by meaning, and by words alone where their vector is not there in
    time: `by` says which. The answer's `next` is the address of the next page, null after the last
    one.
    """
    check_names(request, _LIST_NAMES)
    if q is None:
        return await answer(
            request, steps.product_page_steps(category=category, after=after, limit=limit), None
        )
    prepared = search.prepare(query_vectors_of(request), q, after)
    return await answer(
        request, steps.search_steps(prepared, category=category, after=after, limit=limit), None
    )


@get("/{product_id:str}", summary="Read a product", operation_id="readProduct")
async def read_product(request: AnyRequest, product_id: FromPath[str]) -> Product:
    """Give one product; 404 for an unknown one."""
    check_names(request, frozenset())
    return await answer(request, steps.PRODUCT_STEPS, product_id.strip())


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


def products_router() -> Router:
    """Return the routes of `/v1/products`."""
    return Router(
        "/v1/products",
        route_handlers=[list_products, read_product, similar_products, complements],
        dependencies={"product_filter": Provide(product_filter, sync_to_thread=False)},
        tags=["Products"],
        cache_control=SHARED,
    )
