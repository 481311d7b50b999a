"""Which methods a path has, where Litestar would tell those of its first handler alone."""

from litestar import HttpMethod, Response, route
from litestar.handlers import HTTPRouteHandler

from api.exchange import AnyRequest


def telling_methods(*paths: str) -> HTTPRouteHandler:
    """Return the handler of OPTIONS for paths of a router.

    It has to be the router's first: Litestar makes one of its own otherwise.
    """

    @route(list(paths), http_method=[HttpMethod.OPTIONS], include_in_schema=False)
    async def tell_methods(request: AnyRequest) -> Response[None]:
        """Tell which methods a path has."""
        path = request.scope["path_template"]
        (methods,) = [route.methods for route in request.app.routes if route.path_format == path]
        return Response(None, status_code=204, headers={"Allow": ", ".join(sorted(methods))})

    return tell_methods
