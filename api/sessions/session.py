"""The session of a request: read before the handler, replaced when what it holds changes.

A session with nothing in it has neither a row nor a cookie. Whenever somebody signs in or out, or
agrees, it gets another id, and the former one is refused from then on: an id that somebody planted
or overheard before a sign-in opens nothing after it. An id that we did not make is refused like one
that has expired.

A browser may send two requests at once, and the first may end the session that the second names. So
a request with an ended session changes nothing in a stranger's name, and its cookie stays, for a
newer one may be on its way. It is told to repeat what it did; where the next page still comes with
the ended session, that is dropped.

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
from litestar.exceptions import ClientException
from litestar.types import ASGIApp, Message, Receive, Scope, Send
from msgspec import Struct

from alsolike.settings import Settings
from api.database.failures import FAILURES, DatabaseAwayError, first_line
from api.database.pool import Connection
from api.exchange import AnyRequest
from api.http.cookies import cookie_name
from api.http.notes import notes_of
from api.ladder.ladder import Work
from api.languages.translate import gettext as _
from api.sessions.store import (
    PostgresStore,
    ShopperGoneError,
    SignedInSession,
    hash_of,
    hold_session,
)

logger = logging.getLogger("alsolike.web")

COOKIE = "alsolike_session"

# Key of who is signed in.
SHOPPER = "shopper_id"
# Key of the list of products that a visitor hid.
HIDDEN = "hidden"
# The oldest is shown again beyond them.
MOST_HIDDEN = 200
# Key of the list of searches of a visitor who agreed to personalisation, the latest first.
SEARCHES = "searches"

_STATE = "held_session"
_OVER = "session_over"
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
    is_over : bool
        Whether the cookie names a session that is over, or never was.
    answer : str or None
        The cookie to answer with: an id, empty to drop it; None leaves it as it is.
    is_of_nobody : bool
        Whether it names a shopper who was not found.
    """

    session_id: str | None = None
    is_over: bool = False
    answer: str | None = None
    is_of_nobody: bool = False


class SessionOverError(ClientException):
    """The request's session ended before it could be changed."""

    status_code = 409


class Sessions:
    """The sessions of the site's visitors.

    Parameters
    ----------
    clock : callable
        Seconds; stands still while the database is away.
    """

    def __init__(self, settings: Settings, clock: Callable[[], float]) -> None:
        self.seconds = settings.keep_sessions_days * _DAY
        self._name = cookie_name(
            COOKIE, path_prefix=settings.path_prefix, is_secure=settings.is_cookie_secure
        )
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
                if message["type"] == "http.response.start":
                    if held.is_of_nobody:
                        await self._end_of_nobody(request, held)
                    if held.answer is not None:
                        headers = MutableScopeHeaders.from_message(message)
                        headers.add("Set-Cookie", self._cookie(held.answer))
                await send(message)

            await app(scope, receive, send_cookie)

        return call

    async def look(self, request: AnyRequest) -> None:
        """Give a request that has no route its session; nothing is answered about its cookie."""
        held = _Held()
        request.scope["state"][_STATE] = held
        request.scope["session"] = await self._load(request, held, is_renewed=False)

    async def _load(
        self, request: AnyRequest, held: _Held, *, is_renewed: bool = True
    ) -> dict[str, Any]:
        session_id = request.cookies.get(self._name, "")
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
            self._known.pop(session_id, None)
            held.is_over = True
            # Of a page that was asked for after the browser was told.
            if notes_of(request).pop(_OVER, None) == hash_of(session_id).hex():
                held.answer = ""
            return {}
        data = cast("dict[str, Any]", msgspec.json.decode(row.data))
        held.session_id = session_id
        self._known[session_id] = data
        if is_renewed and self.seconds - row.seconds_left > _DAY:
            await self._renew(store, session_id, held)
        return dict(data)

    async def _renew(self, store: PostgresStore, session_id: str, held: _Held) -> None:
        """Let a session last longer, once a day; the page is shown even if that fails.

        Of one that another request ended meanwhile the browser is not told: it has a newer cookie.
        """
        try:
            if await store.renew(session_id, self.seconds):
                held.answer = session_id
        except (*FAILURES, DatabaseAwayError) as error:
            logger.warning("A session was not renewed: %s", first_line(error))

    def let_go(self, request: AnyRequest) -> None:
        """Let the request be a stranger's: the shopper of its session was not found.

        The session ends with the answer where there is no such shopper.
        """
        request.session.clear()
        _held(request).is_of_nobody = True

    async def _end_of_nobody(self, request: AnyRequest, held: _Held) -> None:
        """End the session of somebody who was erased; the page is shown even if that fails."""
        if held.session_id is None:
            return
        try:
            await PostgresStore(request).delete_of_nobody(held.session_id)
        except (*FAILURES, DatabaseAwayError) as error:
            logger.warning("A session was not ended: %s", first_line(error))

    def check(self, request: AnyRequest) -> None:
        """Refuse a request whose session is over, before it writes anything.

        Raises
        ------
        SessionOverError
            It is over.
        """
        if _held(request).is_over:
            raise self._over(request)

    async def hold(self, request: AnyRequest, connection: Connection) -> None:
        """Keep the request's session, if it has one, from ending before the transaction does.

        Raises
        ------
        SessionOverError
            It ended in the meantime.
        """
        session_id = _held(request).session_id
        if session_id is not None and not await hold_session(connection, session_id):
            raise self._over(request)

    async def replace(
        self,
        request: AnyRequest,
        data: Mapping[str, Any],
        *,
        is_new: bool = False,
        password_hash: str | None = None,
        also: Work[None] | None = None,
    ) -> None:
        """Let the request's session hold something else, under another id.

        Parameters
        ----------
        is_new : bool
            Whether it begins whatever became of the former one, as somebody signs in.
        password_hash : str, optional
            Of the password by which they do: it has to be the account's still.
        also : callable, optional
            Work of the same transaction, once the former session is over; of a session that holds
            something.

        Raises
        ------
        SessionOverError
            The session ended in the meantime, or its shopper was erased.
        ShopperGoneError
            Who signs in was erased, or has another password.
        DatabaseAwayError, psycopg.Error
            It could not be written; the session is as it was.
        """
        if not is_new:
            self.check(request)
        held = _held(request)
        store = PostgresStore(request)
        session_id = None
        if data:
            session_id = secrets.token_urlsafe(32)
            value = msgspec.json.encode(data)
            try:
                is_begun = await store.replace(
                    held.session_id,
                    session_id,
                    value,
                    self.seconds,
                    is_new=is_new,
                    shopper_id=data.get(SHOPPER),
                    password_hash=password_hash,
                    also=also,
                )
            except ShopperGoneError:
                if is_new:
                    raise
                is_begun = False
            if not is_begun:
                raise self._over(request)
        elif held.session_id is not None:
            await store.delete(held.session_id)
        if held.session_id is not None:
            self._known.pop(held.session_id, None)
        if session_id is not None or self._name in request.cookies:
            held.answer = session_id or ""
        if session_id is not None:
            self._known[session_id] = dict(data)
        held.session_id = session_id
        held.is_over = held.is_of_nobody = False
        request.scope["session"] = dict(data)

    async def change(
        self,
        request: AnyRequest,
        data: Mapping[str, Any],
        *,
        hide: str | None = None,
        show: str | None = None,
    ) -> None:
        """Change what does not say who the visitor is; the session keeps its id.

        Parameters
        ----------
        data : Mapping
            The keys to write.
        hide, show : str, optional
            Product to add to its key `hidden`, or to take from it.

        Raises
        ------
        SessionOverError
            The session ended in the meantime.
        DatabaseAwayError, psycopg.Error
            It could not be written; the session is as it was.
        """
        held = _held(request)
        if held.session_id is None:
            if show is None:
                hidden = {} if hide is None else {HIDDEN: [hide]}
                await self.replace(request, {**data, **hidden})
            return
        store = PostgresStore(request)
        found = await store.change(held.session_id, data, hide=hide, show=show, most=MOST_HIDDEN)
        if found is None:
            raise self._over(request)
        session = cast("dict[str, Any]", msgspec.json.decode(found))
        if not session.get(HIDDEN, True):
            del session[HIDDEN]
        self._known[held.session_id] = session
        request.scope["session"] = dict(session)
        if not session:
            await self.replace(request, {})

    async def of_shopper(
        self, request: AnyRequest, shopper_id: str
    ) -> list[tuple[SignedInSession, bool]]:
        """Return the sessions in which a shopper is signed in, each with whether it is this one."""
        held = _held(request).session_id
        own = None if held is None else hash_of(held)
        found = await PostgresStore(request).of_shopper(shopper_id)
        return [(one, one.session_hash == own) for one in found]

    async def renew_id(self, request: AnyRequest) -> None:
        """Give the request's session another id; the former one is refused from then on."""
        await self.replace(request, request.session)

    async def sign_out_elsewhere(self, request: AnyRequest, shopper_id: str) -> None:
        """End the sessions of a shopper but the one of the request."""
        await PostgresStore(request).delete_of_shopper(shopper_id, but=_held(request).session_id)

    def _over(self, request: AnyRequest) -> SessionOverError:
        session_id = request.cookies.get(self._name, "")
        notes_of(request)[_OVER] = hash_of(session_id).hex()
        message = _(
            "Your session ended, or went on in another tab. Load the page again, and repeat what "
            "you did."
        )
        return SessionOverError(message)

    def _cookie(self, session_id: str) -> str:
        return Cookie(
            key=self._name,
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
