"""Bodies of requests: of the type that the route takes, whole within some seconds, and readable.

The API takes JSON alone: a page of another site can have a browser send other types without a
preflight request. Pages take forms.
"""

import asyncio
from typing import cast

from litestar.exceptions import ClientException, HTTPException
from litestar.exceptions.http_exceptions import RequestEntityTooLarge
from litestar.types import (
    ASGIApp,
    HTTPReceiveMessage,
    HTTPRequestEvent,
    HTTPScope,
    Receive,
    Scope,
    Send,
    WebSocketReceiveMessage,
)

from api.http.items import ITEMS
from api.http.json_values import check_duplicates, check_json, parse_json
from api.http.pairs import LONG_FORM, MOST_FORM_BYTES, MOST_LONG_FORM_BYTES, check_fields
from api.http.paths import API_PREFIX
from api.http.validation import check_pairs

_METHODS = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_JSON = b"application/json"
_FORM = b"application/x-www-form-urlencoded"
_ENCODINGS = frozenset({b"utf-8", b"utf8", b"us-ascii"})

# Nothing here takes files.
MOST_BYTES = 1_000_000
# Of a whole body: a client that stops in the middle would keep its connection.
_SECONDS = 10.0
# Of all unfinished bodies together.
_MOST_BYTES_AT_ONCE = 64_000_000
_BROKEN = "The body cannot be read to its end."
_TOO_MUCH = "More is being sent at this moment than there is room for: try again."


class UnsupportedTypeError(HTTPException):
    """The body has a type that the route does not take."""

    status_code = 415


class BrokenBodyError(HTTPException):
    """The body ends too early, or its chunks cannot be told apart."""

    status_code = 400


class TooMuchError(HTTPException):
    """More bodies arrive at this moment than there is memory for."""

    status_code = 503


class TooSlowError(HTTPException):
    """The body did not arrive in time."""

    status_code = 408


def check_bodies(app: ASGIApp) -> ASGIApp:
    """Read each body and refuse what no route could use, before the route is asked."""
    arriving = _Arriving()

    async def checked(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] not in _METHODS:
            await app(scope, receive, send)
            return
        # A DELETE needs no body; browsers send one to another site only after a preflight request.
        is_json = scope["path"].startswith(API_PREFIX)
        needs_body = is_json and scope["method"] != "DELETE"
        if needs_body:
            _check_type(scope, _JSON)
        body = await _read(scope, receive, arriving, _most_bytes(scope, is_json=is_json))
        if body or needs_body:
            _check_body(scope, body, is_json=is_json)
        is_given = False

        async def read_body() -> HTTPReceiveMessage | WebSocketReceiveMessage:
            nonlocal is_given
            if is_given:
                return await receive()
            is_given = True
            return HTTPRequestEvent(type="http.request", body=body, more_body=False)

        await app(scope, read_body, send)

    return checked


def _check_body(scope: HTTPScope, body: bytes, *, is_json: bool) -> None:
    _check_type(scope, _JSON if is_json else _FORM)
    if not is_json:
        check_fields(body)
        check_pairs(body, "body")
        return
    value = parse_json(body, "body")
    check_duplicates(body, "body")
    items = scope["route_handler"].opt.get(ITEMS)
    if items is None or not isinstance(value, dict) or items not in value:
        check_json(body, cast("object", value), "body", has_fields=True)


def _check_type(scope: HTTPScope, wanted: bytes) -> None:
    given = [value for name, value in scope["headers"] if name == b"content-type"]
    if len(given) == 1:
        kind, *parameters = (part.strip().lower() for part in given[0].split(b";"))
        encodings = [p.partition(b"=")[2].strip(b'" ') for p in parameters if p[:8] == b"charset="]
        if kind == wanted and _ENCODINGS.issuperset(encodings):
            return
    message = f"Send the body as {wanted.decode()} in UTF-8, and say so in Content-Type."
    raise UnsupportedTypeError(message)


class _Arriving:
    """The bytes of all unfinished bodies."""

    def __init__(self) -> None:
        self.size = 0


def _most_bytes(scope: HTTPScope, *, is_json: bool) -> int:
    """Return how long a body of the route may be."""
    if is_json:
        return MOST_BYTES
    is_long = scope["route_handler"].opt.get(LONG_FORM)
    return MOST_LONG_FORM_BYTES if is_long else MOST_FORM_BYTES


async def _read(scope: HTTPScope, receive: Receive, arriving: _Arriving, most_bytes: int) -> bytes:
    """Read a body."""
    _check_length(scope, most_bytes)
    pieces: list[bytes] = []
    size = 0
    try:
        async with asyncio.timeout(_SECONDS):
            while True:
                message = await receive()
                if message["type"] != "http.request":
                    # The client went away, or is still there and waits for an answer.
                    raise BrokenBodyError(_BROKEN, headers={"Connection": "close"})
                pieces.append(message["body"])
                size += len(message["body"])
                arriving.size += len(message["body"])
                if size > most_bytes:
                    raise RequestEntityTooLarge
                if arriving.size > _MOST_BYTES_AT_ONCE:
                    raise TooMuchError(_TOO_MUCH, headers={"Retry-After": "1"})
                if not message.get("more_body"):
                    return b"".join(pieces)
    except TimeoutError as error:
        message = f"The body did not arrive within {_SECONDS:.0f} seconds."
        raise TooSlowError(message, headers={"Connection": "close"}) from error
    finally:
        arriving.size -= size


def _check_length(scope: HTTPScope, most_bytes: int) -> None:
    for name, value in scope["headers"]:
        if name == b"content-length":
            if not value.isdigit():
                message = "Content-Length is no number."
                raise ClientException(message)
            if int(value[:20]) > most_bytes:
                raise RequestEntityTooLarge
