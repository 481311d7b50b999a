"""Paths: which are the API's, and slashes within one segment.

A product's id may contain a slash, written `%2F` in its address. Servers decode a path before they
split it at its slashes, which would make two segments of one. So a path with `%2F` is routed with
`%2F` and `%25` still encoded, and its parameters are decoded after the split.
"""

import re
from urllib.parse import unquote

from litestar.types import ASGIApp, HTTPScope, Receive, Scope, Send

from api.exchange import current_exchange

API_PREFIX = "/v1/"
BLOCKS_PREFIX = "/blocks/"

_KEPT = re.compile(rb"%(2[fF]|25)")


def without_prefix(app: ASGIApp, prefix: str) -> ASGIApp:
    """Take a prefix such as `/shop` off each path, if a proxy in front has left it there."""
    if not prefix:
        return app
    raw = prefix.encode()

    async def stripped(scope: Scope, receive: Receive, send: Send) -> None:
        if (
            scope["type"] == "http"
            and f"{scope['path']}/".startswith(f"{prefix}/")
            and (scope["raw_path"] + b"/").startswith(raw + b"/")
        ):
            scope["path"] = scope["path"].removeprefix(prefix) or "/"
            scope["raw_path"] = scope["raw_path"].removeprefix(raw) or b"/"
        await app(scope, receive, send)

    return stripped


def keep_encoded_slashes(scope: HTTPScope) -> bool:
    """Leave `%2F` and `%25` encoded in the path that is routed; tells whether it has a `%2F`."""
    raw = scope["raw_path"]
    if b"%2" not in raw:
        return False
    raw = raw.partition(b"?")[0]
    if b"%2f" not in raw.lower():
        return False
    scope["path"] = unquote(_KEPT.sub(rb"%25\1", raw).decode("latin-1"), errors="replace")
    return True


def decode_parameters(app: ASGIApp) -> ASGIApp:
    """Decode what was left encoded, after the routing."""

    async def decoding(scope: Scope, receive: Receive, send: Send) -> None:
        exchange = current_exchange.get()
        if exchange is not None and exchange.has_encoded_slash:
            # A new dict: Litestar hands the same one to every request for the path.
            scope["path_params"] = {
                name: unquote(value) for name, value in scope["path_params"].items()
            }
        await app(scope, receive, send)

    return decoding
