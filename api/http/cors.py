"""Requests that a browser sends for the pages of other sites (CORS), by origin and route.

Cookies are no part of it: a page shows whose lists it asks for by a token.
"""

import re
from collections.abc import Iterable, Sequence

from litestar import Litestar
from litestar.routes import HTTPRoute
from litestar.types import ASGIApp, HTTPScope, Message, Receive, Scope, Send

from api.http.keys import FOR_BROWSERS

_PREFLIGHT_SECONDS = b"600"
_ALLOWED_HEADERS = b"authorization, content-type, if-none-match"
# What scripts may read of an answer beside its body.
_SHOWN_HEADERS = (
    b"alsolike-tier, etag, link, ratelimit-limit, ratelimit-remaining, ratelimit-reset, "
    b"retry-after, x-request-id"
)
_Headers = list[tuple[bytes, bytes]]


class Origins:
    """The sites whose pages may ask.

    Parameters
    ----------
    allowed : sequence of str
        As browsers write them, such as `https://shop.example.com`.
    """

    def __init__(self, allowed: Sequence[str]) -> None:
        self._allowed = frozenset(origin.encode() for origin in allowed)

    def __bool__(self) -> bool:
        """Whether any may."""
        return bool(self._allowed)

    def find(self, scope: HTTPScope) -> bytes | None:
        """Return where a request comes from if that is one of them."""
        given = header(scope, b"origin")
        return given if given in self._allowed else None


def with_cors(asgi: ASGIApp, app: Litestar, origins: Origins) -> ASGIApp:
    """Wrap the whole app, so that its errors can be read too; as it is without origins."""
    if not origins:
        return asgi
    paths = [(_pattern(route), _methods(route)) for route in app.routes if _methods(route)]

    async def answered(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await asgi(scope, receive, send)
            return
        path = scope["path"].rstrip("/")
        methods = next((found for pattern, found in paths if pattern.fullmatch(path)), None)
        if methods is None:
            await asgi(scope, receive, send)
            return
        origin = origins.find(scope)
        wanted = header(scope, b"access-control-request-method")
        if scope["method"] == "OPTIONS" and origin is not None and wanted:
            await _answer_preflight(send, origin, methods)
            return

        async def send_allowed(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = list(message["headers"])
                _vary(headers)
                if origin is not None:
                    headers.append((b"access-control-allow-origin", origin))
                    headers.append((b"access-control-expose-headers", _SHOWN_HEADERS))
                message["headers"] = headers
            await send(message)

        await asgi(scope, receive, send_allowed)

    return answered


def header(scope: HTTPScope, wanted: bytes) -> bytes:
    """Return a header of a request; empty: it has none."""
    return next((value for name, value in scope["headers"] if name == wanted), b"")


def _methods(route: object) -> frozenset[str]:
    """Return the methods of a route that are for browsers."""
    if not isinstance(route, HTTPRoute):
        return frozenset()
    handlers = [handler for handler in route.route_handlers if FOR_BROWSERS in handler.opt]
    return frozenset(str(method) for handler in handlers for method in handler.http_methods)


def _pattern(route: object) -> re.Pattern[str]:
    assert isinstance(route, HTTPRoute)  # noqa: S101  (others have no methods)
    parts = (
        re.escape(part) if isinstance(part, str) else "[^/]+" for part in route.path_components
    )
    return re.compile("".join(f"/{part}" for part in parts))


async def _answer_preflight(send: Send, origin: bytes, methods: Iterable[str]) -> None:
    headers: _Headers = [
        (b"access-control-allow-origin", origin),
        (b"access-control-allow-methods", ", ".join(sorted(methods)).encode()),
        (b"access-control-allow-headers", _ALLOWED_HEADERS),
        (b"access-control-max-age", _PREFLIGHT_SECONDS),
        (
            b"vary",
            b"Origin, Access-Control-Request-Method, Access-Control-Request-Headers",
        ),
    ]
    await send({"type": "http.response.start", "status": 204, "headers": headers})
    await send({"type": "http.response.body", "body": b"", "more_body": False})


def _vary(headers: _Headers) -> None:
    """Tell caches that the answer depends on the origin, beside what it depends on anyway."""
    for position, (name, value) in enumerate(headers):
        if name.lower() == b"vary":
            headers[position] = (name, value + b", Origin")
            return
    headers.append((b"vary", b"Accept-Encoding, Origin"))
