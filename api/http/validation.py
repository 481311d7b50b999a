"""Checks of every request's host, path, query and origin, before its route.

So a malformed request fails no step of the ladder, and gets the same answer without a database.
"""

from collections.abc import Callable
from urllib.parse import unquote_to_bytes

from litestar.exceptions import NotFoundException, PermissionDeniedException
from litestar.types import ASGIApp, HTTPScope, Receive, Scope, Send

from api.http.cors import Origins
from api.http.hosts import Hosts
from api.http.keys import FOR_BROWSERS
from api.http.pairs import check_query
from api.problems.errors import InvalidFieldError

_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_FILES_PREFIX = "/static/"
# The longest name and path that file systems have, in bytes.
_LONGEST_NAME = 255
_LONGEST_PATH = 4000


def validate_requests(hosts: Hosts, origins: Origins) -> Callable[[ASGIApp], ASGIApp]:
    """Return a middleware that checks host, path and query, and where a write comes from."""

    def validated(app: ASGIApp) -> ASGIApp:
        async def checked(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] == "http":
                hosts.check(scope)
                _check_path(scope)
                check_query(scope)
                check_pairs(scope["query_string"], "query")
                if scope["method"] not in _SAFE_METHODS:
                    _check_origin(scope, origins)
            await app(scope, receive, send)

        return checked

    return validated


def check_text(encoded: bytes, field: str) -> None:
    """Refuse percent-encoded text that is not UTF-8 or holds a NUL, which Postgres keeps none of.

    Raises
    ------
    InvalidFieldError
        Naming the field.
    """
    if b"%" not in encoded and encoded.isascii():
        return
    decoded = unquote_to_bytes(encoded)
    if b"\x00" in decoded:
        raise InvalidFieldError(field, "Holds a NUL character.")
    try:
        decoded.decode()
    except UnicodeDecodeError as error:
        raise InvalidFieldError(field, "Is not UTF-8.") from error


def check_pairs(encoded: bytes, field: str) -> None:
    """Refuse such text in a query, or in a form, naming the parameter that holds it.

    Raises
    ------
    InvalidFieldError
        Naming the parameter, or `field` where that is no text itself.
    """
    if b"%" not in encoded and encoded.isascii():
        return
    for pair in encoded.split(b"&"):
        name, _, value = pair.partition(b"=")
        check_text(name, field)
        check_text(value, unquote_to_bytes(name).decode())


def _check_path(scope: HTTPScope) -> None:
    raw = scope["raw_path"].partition(b"?")[0]
    check_text(raw, "path")
    if not scope["path"].startswith(_FILES_PREFIX):
        return
    path = unquote_to_bytes(raw)
    if len(path) > _LONGEST_PATH or any(len(name) > _LONGEST_NAME for name in path.split(b"/")):
        message = "There is no file of that name."
        raise NotFoundException(message)


def _check_origin(scope: HTTPScope, origins: Origins) -> None:
    """Refuse a write that a page of another site has the visitor's browser send."""
    if FOR_BROWSERS in scope["route_handler"].opt and origins.find(scope) is not None:
        return
    for name, value in scope["headers"]:
        if name == b"sec-fetch-site" and value.strip().lower() == b"cross-site":
            message = "A page of another site may not write here."
            raise PermissionDeniedException(message)
