"""How recommendations work, and privacy. Both are there while the database is away."""

from collections.abc import Sequence

from litestar import route
from litestar.handlers import HTTPRouteHandler
from litestar.response import Template

from alsolike.settings import Settings
from api.exchange import AnyRequest
from api.pages.rendering import READ, render_page
from api.visitors.session import find_or_remember

_HOW_PATH = "/how-recommendations-work"
_PRIVACY_PATH = "/privacy"
ABOUT_PATHS = (_HOW_PATH, _PRIVACY_PATH)


def about_routes(settings: Settings) -> Sequence[HTTPRouteHandler]:
    """Return the routes of both pages.

    Parameters
    ----------
    settings : Settings
        Say how long sessions and anonymous visits are kept.
    """

    @route(_HOW_PATH, http_method=READ)
    async def how_recommendations_work(request: AnyRequest) -> Template:
        """Tell what decides the order of recommended products, and how to turn it off."""
        await find_or_remember(request)
        return render_page(request, "pages/how_recommendations_work.html")

    @route(_PRIVACY_PATH, http_method=READ)
    async def privacy(request: AnyRequest) -> Template:
        """Tell what is kept about shoppers, why, and how long."""
        await find_or_remember(request)
        return render_page(
            request,
            "pages/privacy.html",
            session_days=settings.keep_sessions_days,
            visit_days=settings.keep_session_views_days,
            impression_days=settings.keep_impressions_days,
        )

    return [how_recommendations_work, privacy]
