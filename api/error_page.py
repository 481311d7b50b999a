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
from api.pages.rendering import render_page
from api.problems.details import Problem
from api.recommendations.popular_now import popular_block
from api.visitors.session import shop_of

logger = logging.getLogger("alsolike.web")

# The database is away, too slow or busy: it is not asked for a decoration as well.
_OVERLOADED = frozenset({HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE})


class ErrorPage(Response[None]):
    """A page that tells of a problem and shows what is popular, where there are pages.

    Litestar's handlers of errors cannot wait, so what it shows is read while it is sent.
    """

    def __init__(self, problem: Problem, headers: Mapping[str, str]) -> None:
        super().__init__(None, status_code=problem.status)
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
            title=problem.title,
            detail=problem.detail,
            request_id=problem.request_id,
            popular=popular,
        )


async def _prepare(request: AnyRequest) -> None:
    """Read what the frame of a page shows: an address without a route was prepared by none."""
    try:
        await shop_of(request).refresh()
    except (*FAILURES, DatabaseAwayError) as error:
        logger.warning("A page of an error has no shop around it: %s", first_line(error))
    if shop_of(request).has_pages:
        await refresh_navigation(request)


class _Later(ASGIResponse):
    """An answer that some work sends."""

    def __init__(self, work: ASGIApp) -> None:
        super().__init__()
        self._work = work

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Do the work."""
        await self._work(scope, receive, send)
