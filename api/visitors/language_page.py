"""The switch of the language at the foot of every page."""

from collections.abc import Mapping

from litestar import Response, post
from litestar.datastructures import Cookie
from litestar.handlers import HTTPRouteHandler

from alsolike.settings import Settings
from api.exchange import AnyRequest
from api.languages.choice import COOKIE
from api.languages.translate import Language
from api.languages.translate import gettext as _
from api.pages.addresses import came_from
from api.pages.rendering import redirect
from api.problems.errors import InvalidFieldError

_YEAR = 365 * 24 * 60 * 60


def language_route(settings: Settings, languages: Mapping[str, Language]) -> HTTPRouteHandler:
    """Return the route that keeps the choice of a language in a cookie, which names it alone."""

    @post("/language", status_code=200)
    async def choose_language(request: AnyRequest) -> Response[bytes]:
        """Show the pages in a language from now on; back to the page."""
        form = await request.form()
        language = languages.get(str(form.get("language", "")))
        if language is None:
            raise InvalidFieldError("language", _("This site has no such language."))
        answer = redirect(request, came_from(request, form.get("next")))
        answer.set_cookie(
            Cookie(
                COOKIE,
                value=language.tag,
                path=settings.path_prefix or "/",
                max_age=_YEAR,
                secure=settings.is_cookie_secure,
                httponly=True,
                samesite="lax",
            )
        )
        return answer

    return choose_language
