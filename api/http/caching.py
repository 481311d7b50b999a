"""How long answers may be kept, ETags, and 304 for a client that has the answer already."""

import hashlib

from litestar.datastructures import CacheControlHeader
from litestar.types import (
    ASGIApp,
    HTTPResponseBodyEvent,
    HTTPResponseStartEvent,
    Message,
    Receive,
    Scope,
    Send,
)

# The same for every client; short, because a click or a price changes what is recommended. An
# answer without a cache header is kept nowhere.
SHARED = CacheControlHeader(public=True, max_age=30)

_OK = 200
_NOT_MODIFIED = 304
# Headers that describe a body, which a 304 has none of.
_OF_BODY = frozenset({b"content-type", b"content-length", b"content-encoding"})

_Headers = list[tuple[bytes, bytes]]


def answer_conditionally(app: ASGIApp) -> ASGIApp:
    """Give every answer that may be kept an ETag of its content.

    The tags are weak, because compression comes after this. Other answers are passed on as they
    are.
    """

    async def conditional(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] not in {"GET", "HEAD"}:
            await app(scope, receive, send)
            return
        known = b"".join(value for name, value in scope["headers"] if name == b"if-none-match")
        held: HTTPResponseStartEvent | None = None
        is_answered = False

        async def send_if_new(message: Message) -> None:
            nonlocal held, is_answered
            if message["type"] == "http.response.start" and _may_be_kept(message):
                held = message
                return
            if message["type"] == "http.response.body":
                if is_answered:
                    return
                if held is not None:
                    start, held = held, None
                    is_answered = await _send_start(start, message, known, send)
                    if is_answered:
                        return
            await send(message)

        await app(scope, receive, send_if_new)

    return conditional


async def _send_start(
    start: HTTPResponseStartEvent, body: HTTPResponseBodyEvent, known: bytes, send: Send
) -> bool:
    """Send the start that was held back, or all of a 304; tells whether it was that."""
    headers = list(start["headers"])
    tag = _tag(headers, body)
    if tag is not None and _is_known(tag, known):
        kept = [(name, value) for name, value in headers if name.lower() not in _OF_BODY]
        await send(_start(_NOT_MODIFIED, kept))
        await send({"type": "http.response.body", "body": b"", "more_body": False})
        return True
    await send(_start(start["status"], headers))
    return False


def _start(status: int, headers: _Headers) -> HTTPResponseStartEvent:
    return {"type": "http.response.start", "status": status, "headers": headers}


def _may_be_kept(start: HTTPResponseStartEvent) -> bool:
    if start["status"] != _OK:
        return False
    for name, value in start["headers"]:
        if name.lower() == b"cache-control":
            return b"no-store" not in value
    return False


def _tag(headers: _Headers, body: HTTPResponseBodyEvent) -> bytes | None:
    """Return the answer's tag, putting it among the headers; None for a stream without one."""
    for position, (name, value) in enumerate(headers):
        if name.lower() == b"etag":
            weak = value if value.startswith(b"W/") else b"W/" + value
            headers[position] = (name, weak)
            return weak
    if body.get("more_body"):
        return None
    digest = hashlib.blake2b(body["body"], digest_size=12).hexdigest()
    weak = b'W/"%s"' % digest.encode()
    headers.append((b"etag", weak))
    return weak


def _is_known(tag: bytes, known: bytes) -> bool:
    if not known:
        return False
    wanted = tag.removeprefix(b"W/")
    return known.strip() == b"*" or any(
        candidate.strip().removeprefix(b"W/") == wanted for candidate in known.split(b",")
    )
