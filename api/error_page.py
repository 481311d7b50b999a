"""The page of an error, which still recommends."""

import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from litestar import Litestar, Response
from litestar.response.base import ASGIResponse
from litestar.types import ASGIApp, Receive, Scope, Send

from api.catalogue.categories import refresh_navigation
from api.database.failures import FAILURES, DatabaseAwayError, first_line
from api.exchange import AnyRequest
from api.languages.translate import gettext as _
from api.languages.translate import marked, translated
from api.pages.addresses import came_from
from api.pages.rendering import READ, render_page
from api.problems.details import Problem
from api.recommendations.popular_now import popular_block
from api.sessions.session import sessions_of
from api.visitors.session import find_or_remember, shop_of

logger = logging.getLogger("alsolike.web")

# The database is away, too slow or busy: it is not asked for a decoration as well.
_OVERLOADED = frozenset({HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE})


_TITLES: Mapping[int, str] = {
    HTTPStatus.BAD_REQUEST: marked("This address or form cannot be read"),
    HTTPStatus.FORBIDDEN: marked("This is not allowed"),
    HTTPStatus.NOT_FOUND: marked("We cannot find this page"),
    HTTPStatus.METHOD_NOT_ALLOWED: marked("This page cannot do that"),
    HTTPStatus.CONFLICT: marked("This has changed in the meantime"),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: marked("This is too large"),
    HTTPStatus.TOO_MANY_REQUESTS: marked("Too many requests at once"),
    HTTPStatus.INTERNAL_SERVER_ERROR: marked("Something went wrong"),
    HTTPStatus.SERVICE_UNAVAILABLE: marked("The shop is unavailable for a moment"),
}


# What Litestar and errors of ours say of themselves, as far as shoppers meet it.
_DETAILS = (
    marked("Something went wrong on our side."),
    marked("The database took too long to answer."),
    marked("The database cannot be reached."),
    marked("Every connection to the database is in use: try again."),
    marked("Your other requests are still being answered: send fewer at a time."),
    marked("Is not UTF-8."),
    marked("Is above price_max."),
)

# What the API says to programs, and the pages to people.
_PLAINER = {"Holds a NUL character.": marked("Has a character that cannot be used here.")}


class ErrorPage(Response[None]):
    """A page that tells of a problem and shows what is popular, where there are pages.

    Litestar's handlers of errors cannot wait, so what it shows is read while it is sent.

    Parameters
    ----------
    is_of_stale_form : bool
        Whether a form was refused that is good again once its page is opened anew: the page links
        back there.
    """

    def __init__(
        self, problem: Problem, headers: Mapping[str, str], *, is_of_stale_form: bool = False
    ) -> None:
        super().__init__(None, status_code=problem.status)
        self._is_of_stale_form = is_of_stale_form
        self._problem = problem
        self._headers = headers

    def to_asgi_response(
        self, app: Litestar | None, request: AnyRequest, **given: Any
    ) -> ASGIResponse:
        """Return what reads, renders and sends the page."""

        async def answer(scope: Scope, receive: Receive, send: Send) -> None:
            page = await self._render(request)
            send_it = page.to_asgi_response(app, request, **given)  # pyright: ignore[reportUnknownMemberType]
            await send_it(scope, receive, send)

        return _Later(answer)

    async def _render(self, request: AnyRequest) -> Response[Any]:
        problem = self._problem
        is_asking = problem.status not in _OVERLOADED
        if is_asking:
            await _prepare(request)
        has_pages = shop_of(request).has_pages
        popular = await popular_block(request, is_asking=is_asking) if has_pages else None
        return render_page(
            request,
            "pages/error.html",
            status_code=problem.status,
            headers=self._headers,
            status=problem.status,
            title=self._title(),
            detail=_detail(problem),
            request_id=problem.request_id,
            popular=popular,
            again=came_from(request, None) if self._is_of_stale_form else None,
        )

    def _title(self) -> str:
        if self._is_of_stale_form:
            return _("This form has expired")
        return translated(_TITLES.get(self._problem.status, self._problem.title))


def _detail(problem: Problem) -> str | None:
    """Return what a problem says beyond its title, in the language of the page.

    That there is no such id says less than the page's own words, and the database says it in
    English.
    """
    if problem.detail == problem.title or (
        problem.status == HTTPStatus.NOT_FOUND and problem.errors
    ):
        return None
    detail = translated(problem.detail)
    for error in problem.errors or ():
        plainer = _PLAINER.get(error.message, error.message)
        detail = detail.replace(error.message, translated(plainer))
    return detail


async def _prepare(request: AnyRequest) -> None:
    """Read what the frame of a page shows: an address without a route was prepared by none."""
    try:
        await shop_of(request).refresh()
    except (*FAILURES, DatabaseAwayError) as error:
        logger.warning("A page of an error has no shop around it: %s", first_line(error))
    if not shop_of(request).has_pages:
        return
    await refresh_navigation(request)
    if "session" not in request.scope and request.method in READ:
        await sessions_of(request).look(request)
        await find_or_remember(request)


class _Later(ASGIResponse):
    """An answer that some work sends."""

    def __init__(self, work: ASGIApp) -> None:
        super().__init__()
        self._work = work

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Do the work."""
        await self._work(scope, receive, send)
