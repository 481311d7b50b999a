"""The icon where browsers look for it when a document names none, as for JSON and pictures."""

from litestar import get
from litestar.handlers import HTTPRouteHandler
from litestar.response import Redirect

from api.exchange import public_path
from api.theme.theme import Picture


def icon_route(icon: Picture | None) -> HTTPRouteHandler:
    """Return the route of the icon: the theme's, or alsolike's own."""
    path = "/static/icon.svg" if icon is None else f"/theme/{icon.name}"

    @get("/favicon.ico", include_in_schema=False)
    async def give_icon() -> Redirect:
        """Send to the icon that the pages name."""
        return Redirect(
            public_path(path),
            status_code=301,
            headers={"Cache-Control": "public, max-age=86400"},
        )

    return give_icon
