"""The script of the custom element `<also-like>`, under a name that tells its content."""

import hashlib

from litestar import Response, get
from litestar.datastructures import CacheControlHeader
from litestar.handlers import HTTPRouteHandler

from api.http.keys import BROWSERS
from api.pages.rendering import WEB

ELEMENT = WEB / "static" / "also-like.js"


def element_name(content: bytes) -> str:
    """Return the name of the script: with other content it has another one."""
    return f"also-like.{hashlib.sha256(content).hexdigest()[:12]}.js"


def element_route() -> HTTPRouteHandler:
    """Return the route of the script; pages of other sites may check its integrity."""
    content = ELEMENT.read_bytes()

    @get(
        f"/static/{element_name(content)}",
        opt=BROWSERS,
        include_in_schema=False,
        cache_control=CacheControlHeader(public=True, max_age=31_536_000, immutable=True),
    )
    async def give_element() -> Response[bytes]:
        """Give the script."""
        return Response(content, media_type="text/javascript")

    return give_element
