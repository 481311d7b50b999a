"""Products, and the products like them."""

from functools import partial
from typing import Annotated

from litestar import Router, get
from litestar.params import FromPath, QueryParameter

from api.http.caching import SHARED
from api.rendering import database_of
from api.routes.parameters import (
    CategoryFilter,
    Excluded,
    ModelName,
    RowCount,
    SearchWords,
    check_names,
)
from api.services import catalogue
from api.structs import Complements, Product, ProductPage, SimilarProducts
from api.visitor import AnyRequest

_LIST_NAMES = frozenset({"category", "q", "after", "limit"})
_COMPLEMENT_NAMES = frozenset({"k", "exclude"})
_SIMILAR_NAMES = frozenset({"k", "category", "exclude", "model"})


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

    The answer's `next` is the address of the next page, null after the last one.
    """
    check_names(request, _LIST_NAMES)
    return await database_of(request).run(
        partial(catalogue.product_page, category=category, q=q, after=after, limit=limit)
    )


@get("/{product_id:str}", summary="Read a product", operation_id="readProduct")
async def read_product(request: AnyRequest, product_id: FromPath[str]) -> Product:
    """Give one product; 404 for an unknown one."""
    check_names(request, frozenset())
    return await database_of(request).run(partial(catalogue.product, product_id=product_id))


@get("/{product_id:str}/similar", summary="Products like a product", operation_id="similarProducts")
async def similar_products(
    request: AnyRequest,
    product_id: FromPath[str],
    k: RowCount = 10,
    category: CategoryFilter = None,
    exclude: Excluded = None,
    model: ModelName = None,
) -> SimilarProducts:
    """Give the k products in stock that are most like a product, best first.

    404 for an unknown product or model. A product without a vector gets popular ones of its
    category.
    """
    check_names(request, _SIMILAR_NAMES)
    return await database_of(request).run(
        partial(
            catalogue.similar_products,
            product_id=product_id,
            k=k,
            exclude=exclude or [],
            category=category,
            model=model,
        )
    )


@get("/{product_id:str}/goes-with", summary="What goes with a product", operation_id="complements")
async def complements(
    request: AnyRequest,
    product_id: FromPath[str],
    k: RowCount = 10,
    exclude: Excluded = None,
) -> Complements:
    """Give up to k products in stock that are bought in one order with a product, best first.

    Only what meets it more often than chance has it: there may be none. 404 for an unknown product.
    """
    check_names(request, _COMPLEMENT_NAMES)
    return await database_of(request).run(
        partial(catalogue.complements, product_id=product_id, k=k, exclude=exclude or [])
    )


def products_router() -> Router:
    """Return the routes of `/v1/products`."""
    return Router(
        "/v1/products",
        route_handlers=[list_products, read_product, similar_products, complements],
        tags=["Products"],
        cache_control=SHARED,
    )
