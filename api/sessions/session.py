"""The session of a request: read before the handler, replaced when what it holds changes.

A session with nothing in it has neither a row nor a cookie. Each change gives it another id, and
the former one is refused from then on: an id that somebody planted or overheard before a sign-in
opens nothing after it. An id that we did not make is refused like one that has expired.

While the database is away a session is what this process last read of it, within a minute; one it
does not know is empty, and its cookie stays. What writes is refused then.
"""

import logging
import re
import secrets
from collections.abc import Callable, Mapping
from typing import Any, cast

import msgspec
from cachetools import TTLCache
from litestar import HttpMethod, Request
from litestar.datastructures import Cookie, MutableScopeHeaders
from litestar.types import ASGIApp, Message, Receive, Scope, Send
from msgspec import Struct

from alsolike.settings import Settings
from api.database.failures import FAILURES, DatabaseAwayError, first_line
from api.exchange import AnyRequest
from api.sessions.store import PostgresStore

logger = logging.getLogger("alsolike.web")

COOKIE = "alsolike_session"

_STATE = "held_session"
_READ_METHODS = frozenset({HttpMethod.GET, HttpMethod.HEAD})
# 32 random bytes, as `secrets.token_urlsafe` writes them.
_FORM = re.compile(r"[A-Za-z0-9_-]{43}")
_DAY = 24 * 3600
_REMEMBERED = 10_000
_REMEMBERED_SECONDS = 60.0


class _Held(Struct):
    """A request's session.

    Attributes
    ----------
    session_id : str or None
        Of a session that was found.
    answer : str or None
        The cookie to answer with: an id, empty to drop it; None leaves it as it is.
    """

    session_id: str | None = None
    answer: str | None = None


class Sessions:
    """The sessions of the site's visitors.

    Parameters
    ----------
    clock : callable
        Seconds; stands still while the database is away.
    """

    def __init__(self, settings: Settings, clock: Callable[[], float]) -> None:
        self.seconds = settings.keep_sessions_days * _DAY
        self._path = settings.path_prefix or "/"
        self._is_secure = settings.is_cookie_secure
        # By the id, which leaves this process in no other way than to its browser.
        self._known: TTLCache[str, dict[str, Any]] = TTLCache(
            maxsize=_REMEMBERED, ttl=_REMEMBERED_SECONDS, timer=clock
        )

    def middleware(self, app: ASGIApp) -> ASGIApp:
        """Give every request its session, as `request.session`."""

        async def call(scope: Scope, receive: Receive, send: Send) -> None:
            request = Request[Any, Any, Any](scope)
            held = _Held()
            scope["state"][_STATE] = held
            scope["session"] = await self._load(request, held)

            async def send_cookie(message: Message) -> None:
                if message["type"] == "http.response.start" and held.answer is not None:
                    headers = MutableScopeHeaders.from_message(message)
                    headers.add("Set-Cookie", self._cookie(held.answer))
                await send(message)

            await app(scope, receive, send_cookie)

        return call

    async def _load(self, request: AnyRequest, held: _Held) -> dict[str, Any]:
        session_id = request.cookies.get(COOKIE, "")
        if not _FORM.fullmatch(session_id):
            return {}
        store = PostgresStore(request)
        try:
            row = await store.read(session_id)
        except (*FAILURES, DatabaseAwayError):
            if request.method not in _READ_METHODS:
                raise
            known = self._known.get(session_id)
            if known is None:
                return {}
            held.session_id = session_id
            return dict(known)
        if row is None:
            # The cookie stays: another tab may have got a newer one in the meantime.
            self._known.pop(session_id, None)
            return {}
        data = cast("dict[str, Any]", msgspec.json.decode(row.data))
        held.session_id = session_id
        self._known[session_id] = data
        if self.seconds - row.seconds_left > _DAY:
            await self._renew(store, session_id, held)
        return dict(data)

    async def _renew(self, store: PostgresStore, session_id: str, held: _Held) -> None:
        """Let a session last longer, once a day; the page is shown even if that fails."""
        try:
            await store.renew(session_id, self.seconds)
        except (*FAILURES, DatabaseAwayError) as error:
            logger.warning("A session was not renewed: %s", first_line(error))
        else:
            held.answer = session_id

    async def replace(self, request: AnyRequest, data: Mapping[str, Any]) -> None:
        """Let the request's session hold something else, under another id.

        Raises
        ------
        DatabaseAwayError, psycopg.Error
            It could not be written; the session is as it was.
        """
        held = _held(request)
        store = PostgresStore(request)
        if data:
            session_id = secrets.token_urlsafe(32)
            await store.replace(
                held.session_id, session_id, msgspec.json.encode(data), self.seconds
            )
        else:
            session_id = None
            if held.session_id is not None:
                await store.delete(held.session_id)
        if held.session_id is not None:
            self._known.pop(held.session_id, None)
        if session_id is not None or COOKIE in request.cookies:
            held.answer = session_id or ""
        held.session_id = session_id
        request.scope["session"] = dict(data)

    async def sign_out_elsewhere(self, request: AnyRequest, shopper_id: str) -> None:
        """End the sessions of a shopper but the one of the request."""
        await PostgresStore(request).delete_of_shopper(shopper_id, but=_held(request).session_id)

    def _cookie(self, session_id: str) -> str:
        return Cookie(
            key=COOKIE,
            value=session_id,
            max_age=self.seconds if session_id else 0,
            path=self._path,
            secure=self._is_secure,
            httponly=True,
            samesite="lax",
        ).to_header(header="")


def sessions_of(request: AnyRequest) -> Sessions:
    """Return the app's sessions."""
    return cast("Sessions", request.app.state.sessions)


def _held(request: AnyRequest) -> _Held:
    return cast("_Held", request.scope["state"][_STATE])
