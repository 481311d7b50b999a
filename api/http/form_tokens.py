"""The token that proves a form came from a page of ours, in the browser that sends it.

The browser has the token in a cookie too, and both have to be the same (double submit). The cookie
lasts as long as a session does after its last page: a form that was open for a while is still good.
"""

from typing import Any

from litestar import Request
from litestar.config.csrf import CSRFConfig
from litestar.datastructures import Cookie, MutableScopeHeaders
from litestar.enums import RequestEncodingType, ScopeType
from litestar.exceptions import PermissionDeniedException
from litestar.middleware.csrf import CSRFMiddleware, generate_csrf_token
from litestar.types import ASGIApp, Message, Receive, Scope, Send
from litestar.utils.scope.state import ScopeState

from alsolike.settings import Settings
from api.http.cookies import cookie_name
from api.http.pairs import read_form
from api.languages.translate import gettext as _

COOKIE = "alsolike_csrf"

_READS = frozenset({"GET", "HEAD", "OPTIONS"})
_DAY = 24 * 3600


class StaleFormError(PermissionDeniedException):
    """A form has no token, or another one than the browser's cookie."""


class FormTokens(CSRFMiddleware):
    """Lets a form through only with its token; a page gets one.

    Unlike Litestar's own it renews the cookie with every page, and replaces one that it did not
    make, as after `ALSOLIKE_SECRET` changed.

    Parameters
    ----------
    secret : str
        Signs the tokens.
    """

    def __init__(self, app: ASGIApp, settings: Settings, secret: str) -> None:
        super().__init__(app, CSRFConfig(secret=secret))
        self._name = cookie_name(
            COOKIE, path_prefix=settings.path_prefix, is_secure=settings.is_cookie_secure
        )
        self._path = settings.path_prefix or "/"
        self._is_secure = settings.is_cookie_secure
        self._seconds = settings.keep_sessions_days * _DAY

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Give a page its token, or check that of a form.

        Raises
        ------
        StaleFormError
            The token is not the browser's.
        """
        if scope["type"] != ScopeType.HTTP:
            await self.app(scope, receive, send)
            return
        request = Request[Any, Any, Any](scope, receive)
        kept = request.cookies.get(self._name)
        if request.method in _READS:
            is_kept = kept is not None and self._csrf_tokens_match(kept, kept)
            token = kept if kept and is_kept else generate_csrf_token(self.config.secret)
            ScopeState.from_scope(scope).csrf_token = token
            # A part of a page is put into one that has the token.
            is_renewed = not is_kept or request.headers.get("hx-request") != "true"
            await self.app(scope, receive, self._giving(token, send) if is_renewed else send)
            return
        # Nothing is read of the form of whoever cannot have it from here.
        given = await self._given(request) if kept else None
        if not given or not kept or not self._csrf_tokens_match(given, kept):
            message = _(
                "The page was open for too long, or your browser no longer has the cookie that "
                "belongs to it. Nothing was changed. Open the page again, and repeat what you did."
            )
            raise StaleFormError(message)
        ScopeState.from_scope(scope).csrf_token = given
        await self.app(scope, receive, send)

    async def _given(self, request: Request[Any, Any, Any]) -> str | None:
        """Return the token that a request sends, and read its form."""
        header = request.headers.get(self.config.header_name)
        if request.content_type[0] != RequestEncodingType.URL_ENCODED:
            return header
        form = read_form(await request.body())
        ScopeState.from_scope(request.scope).form = {**form}
        given = header or form.get("_csrf_token")
        return given if isinstance(given, str) else None

    def _giving(self, token: str, send: Send) -> Send:
        """Add the cookie to an answer."""
        cookie = Cookie(
            key=self._name,
            value=token,
            max_age=self._seconds,
            path=self._path,
            secure=self._is_secure,
            httponly=True,
            samesite="lax",
        ).to_header(header="")

        async def send_cookie(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableScopeHeaders.from_message(message).add("Set-Cookie", cookie)
            await send(message)

        return send_cookie
