"""A product, and a drawn picture of one that has no photograph."""

from collections.abc import Callable, Mapping
from typing import Any, cast

from litestar import Response, Router, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from api.catalogue import service
from api.catalogue.change_routes import put_product, put_products, remove_product, remove_products
from api.catalogue.schemas import Product
from api.exchange import AnyRequest
from api.http.caching import SHARED
from api.http.methods import telling_methods
from api.http.parameters import check_names
from api.ladder.ladder import Steps
from api.ladder.requests import answer

# Draws a product as SVG, by its id, category, title and attributes.
DrawPicture = Callable[[str, str, str, Mapping[str, Any]], str]

_PRODUCT_STEPS = Steps(service.product, snapshot=service.snapshot_product)
# Each decides other details of a drawing.
_VIEWS = frozenset("23456789")
_PICTURE_HEADERS = {
    "Cache-Control": "public, max-age=604800",
    # Opened on its own, a drawing may run nothing and load nothing.
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
}


@get(
    "/{product_id:str}",
    summary="Read a product",
    operation_id="readProduct",
    cache_control=SHARED,
)
async def read_product(request: AnyRequest, product_id: FromPath[str]) -> Product:
    """Give one product; 404 for an unknown one."""
    check_names(request, frozenset())
    return await answer(request, _PRODUCT_STEPS, product_id.strip())


@get("/{file_name:str}", include_in_schema=False)
async def draw_product(request: AnyRequest, file_name: FromPath[str]) -> Response[bytes]:
    """Give `<product_id>.svg`; with a number of `view`, another picture of the same product."""
    product = await answer(request, _PRODUCT_STEPS, file_name.removesuffix(".svg"))
    draw = cast("DrawPicture", request.app.state.draw_picture)
    view = request.query_params.get("view", "")
    name = f"{product.product_id} {view}" if view in _VIEWS else product.product_id
    drawing = draw(name, product.category or "", product.title, product.attributes)
    return Response(drawing.encode(), headers=_PICTURE_HEADERS, media_type="image/svg+xml")


def products_router(*lists: HTTPRouteHandler) -> Router:
    """Return the routes of `/v1/products`, with those that list products."""
    return Router(
        "/v1/products",
        route_handlers=[
            telling_methods("/", "/{product_id:str}"),
            *lists,
            read_product,
            put_products,
            remove_products,
            put_product,
            remove_product,
        ],
        tags=["Products"],
    )


def pictures_router() -> Router:
    """Return the routes of `/pictures`."""
    return Router("/pictures", route_handlers=[draw_product])
