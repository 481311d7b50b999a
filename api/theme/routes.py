"""The theme's colours and pictures, under names that tell their content."""

from litestar import Response, Router, get
from litestar.datastructures import CacheControlHeader
from litestar.handlers import HTTPRouteHandler

from api.theme.theme import Picture, Theme

PATH = "/theme"

_KEPT = CacheControlHeader(public=True, max_age=31_536_000, immutable=True)
# A picture that is opened by itself runs no script of its own.
_NOTHING = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox"}


def theme_router(theme: Theme) -> Router:
    """Return the routes of what the theme has."""
    pictures = [picture for picture in (theme.logo, theme.icon) if picture is not None]
    routes = [_route(picture) for picture in pictures]
    if theme.css:
        routes.append(_route(Picture(theme.css, "text/css", theme.css_name)))
    return Router(PATH, route_handlers=routes, include_in_schema=False)


def _route(picture: Picture) -> HTTPRouteHandler:
    @get(f"/{picture.name}", cache_control=_KEPT)
    async def give() -> Response[bytes]:
        """Give the file."""
        return Response(picture.content, media_type=picture.media_type, headers=_NOTHING)

    return give
