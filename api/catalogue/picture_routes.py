"""Drawn pictures of products that have no photograph."""

from litestar import Response, Router, get
from litestar.params import FromPath

from api.catalogue.pictures import picture
from api.ladder.requests import answer
from api.recommendations.steps import PRODUCT_STEPS
from api.visitors.visitor import AnyRequest

_HEADERS = {
    "Cache-Control": "public, max-age=604800",
    # Opened on its own, a drawing may run nothing and load nothing.
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
}


@get("/{file_name:str}", include_in_schema=False)
async def product_picture(request: AnyRequest, file_name: FromPath[str]) -> Response[bytes]:
    """Give `<product_id>.svg`."""
    product_id = file_name.removesuffix(".svg")
    drawing = picture(await answer(request, PRODUCT_STEPS, product_id))
    return Response(drawing, headers=_HEADERS, media_type="image/svg+xml")


def pictures_router() -> Router:
    """Return the routes of `/pictures`."""
    return Router("/pictures", route_handlers=[product_picture])
