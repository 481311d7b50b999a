"""The outermost middleware: a request id, timings, safe defaults of headers, and HEAD.

It is around the routing, so that the 404 of an unknown path has the same headers as any answer. It
costs one function call per message.
"""

import re
import secrets
import time
from importlib.metadata import version

from litestar.types import ASGIApp, HTTPScope, Message, Receive, Scope, Send

from api.exchange import Exchange, current_exchange
from api.fields import own_address
from api.http.addresses import client_of
from api.http.paths import API_PREFIX, keep_encoded_slashes

# Ids as proxies and tracing libraries make them; others could forge log lines.
_SANE_ID = re.compile(rb"[A-Za-z0-9._:=+/@-]{1,128}")
_HEAD_PREFIXES = (
    "/v1/",
    "/blocks/",
    "/health/",
    "/schema",
    "/pictures/",
    "/robots.txt",
    "/sitemap",
    "/favicon.ico",
    "/.well-known/",
)
_NOT_KEPT = (b"cache-control", b"private, no-store")
_NO_SNIFFING = (b"x-content-type-options", b"nosniff")
_REFERRER = (b"referrer-policy", b"same-origin")
# What the ladder leaves in the state of a request: the step that answered, and where a write
# ended in the write-ahead log.
_OF_STATE = (("tier", b"alsolike-tier"), ("position", b"alsolike-position"))
_VARY = (b"vary", b"Accept-Encoding")


def with_standard_headers(
    app: ASGIApp, *, closed_prefixes: tuple[str, ...], path_prefix: str, public_origin: str = ""
) -> ASGIApp:
    """Wrap the whole app.

    Parameters
    ----------
    closed_prefixes : tuple of str
        Below which an answer may not stay `public`: a shared cache does not check API keys.
    path_prefix : str
        What precedes every path of ours in an address.
    public_origin : str
        What precedes that in an address that other sites show; empty: nothing.
    """
    api_version = (b"alsolike-version", version("alsolike").encode())

    async def completed(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        started = time.perf_counter()
        exchange = Exchange(
            _request_id(scope),
            keep_encoded_slashes(scope),
            client=client_of(scope),
            path_prefix=path_prefix,
            has_signal=(b"sec-gpc", b"1") in scope["headers"],
            host_origin=f"{scope['scheme']}://{_host(scope)}",
        )
        is_api = scope["path"].startswith(API_PREFIX)
        is_closed = scope["path"].startswith(closed_prefixes)
        is_head = scope["method"] == "HEAD" and scope["path"].startswith(_HEAD_PREFIXES)
        if is_head:
            # The API's routes know GET alone; a HEAD is answered as a GET without its body.
            scope["method"] = "GET"

        async def send_completed(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = list(message["headers"])
                _complete(headers, is_shared_cache_allowed=not is_closed)
                _secure_cookies(headers, scope)
                if is_api:
                    headers.append(api_version)
                for key, name in _OF_STATE:
                    if (value := scope["state"].get(key)) is not None:
                        headers.append((name, value.encode()))
                headers.append((b"x-request-id", exchange.request_id.encode()))
                seconds = time.perf_counter() - started
                headers.append((b"server-timing", _timing(seconds, exchange.database_seconds)))
                message["headers"] = headers
            elif is_head and message["type"] == "http.response.body":
                message["body"] = b""
            await send(message)

        token = current_exchange.set(exchange)
        own = own_address.set(public_origin + path_prefix)
        try:
            await app(scope, receive, send_completed)
        finally:
            own_address.reset(own)
            current_exchange.reset(token)

    return completed


def _host(scope: HTTPScope) -> str:
    """Return the host that was asked for; `api.http.hosts` refuses one that is not allowed."""
    return next(
        (value.decode("latin-1") for name, value in scope["headers"] if name == b"host"), ""
    )


def _request_id(scope: HTTPScope) -> str:
    for name, value in scope["headers"]:
        if name == b"x-request-id" and _SANE_ID.fullmatch(value):
            return value.decode()
    return secrets.token_hex(8)


def _complete(headers: list[tuple[bytes, bytes]], *, is_shared_cache_allowed: bool) -> None:
    """Add the headers that the route left out."""
    names = {name.lower(): position for position, (name, _) in enumerate(headers)}
    position = names.get(b"cache-control")
    if position is None:
        headers.append(_NOT_KEPT)
    elif b"public" in headers[position][1]:
        if not is_shared_cache_allowed:
            kept = headers[position][1].replace(b"public", b"private", 1)
            headers[position] = (headers[position][0], kept)
        if b"vary" not in names:
            # Also on an uncompressed answer: the next client may get a compressed one.
            headers.append(_VARY)
    if b"x-content-type-options" not in names:
        headers.append(_NO_SNIFFING)
    if b"referrer-policy" not in names:
        headers.append(_REFERRER)


def _secure_cookies(headers: list[tuple[bytes, bytes]], scope: HTTPScope) -> None:
    """Let browsers send over HTTPS alone the cookies that they got over it."""
    if scope["scheme"] != "https":
        return
    for position, (name, value) in enumerate(headers):
        if name.lower() == b"set-cookie" and b"; secure" not in value.lower():
            headers[position] = (name, value + b"; Secure")


def _timing(seconds: float, database_seconds: float) -> bytes:
    return b"app;dur=%.2f, db;dur=%.2f" % (seconds * 1000, database_seconds * 1000)
