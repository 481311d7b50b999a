"""Names and values of cookies, queries and forms, read within limits and kept nowhere.

Litestar keeps what it read of the last 1,024 of each, passwords too, however long they were, and
takes quadratic time for a cookie of backslashes. So each is read here and handed to it.
"""

from typing import Any
from urllib.parse import parse_qsl

from litestar import Request
from litestar.exceptions import ClientException, HTTPException
from litestar.types import ASGIApp, HTTPScope, Receive, Scope, Send
from litestar.utils.scope.state import ScopeState

from api.http.cookies import read_cookies

# Of a form but with a long text, which a review is: 20,000 characters of up to 12 bytes.
MOST_FORM_BYTES = 64 * 1024
MOST_LONG_FORM_BYTES = 256 * 1024
MOST_FIELDS = 500
# Set in the `opt` of a route whose form has a long text.
LONG_FORM = "long_form"

# A list leaves out up to 500 products that were shown, by ids of about 40 characters.
MOST_QUERY_BYTES = 32 * 1024
MOST_PARAMETERS = 600
# An id has 500 characters at most. Litestar keeps the last 1,024 paths too.
_LONGEST_PATH = 8192


class LongQueryError(HTTPException):
    """The query is longer than any that we make."""

    status_code = 414


class PairedRequest(Request[Any, Any, Any]):
    """A request whose query is the one that was read here, for parameters of signatures too.

    Of those Litestar keeps what it makes of them: the last 1,024, within the limits above.
    """

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        super().__init__(scope, receive, send)
        # Otherwise the query would be read anew for them.
        _ = self.query_params


def with_pairs(app: ASGIApp) -> ASGIApp:
    """Read cookies and query of each request, and hand them to Litestar."""

    async def call(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        state = ScopeState.from_scope(scope)
        # What is longer is the path of nothing either way.
        scope["path"] = scope["path"][:_LONGEST_PATH]
        state.cookies = read_cookies(scope)
        query = scope["query_string"]
        state.parsed_query = () if _is_too_long(query) else read_query(query)
        await app(scope, receive, send)

    return call


def check_query(scope: HTTPScope) -> None:
    """Refuse a query that is too long to be read.

    Raises
    ------
    LongQueryError
        It has too many bytes or parameters.
    """
    if _is_too_long(scope["query_string"]):
        message = f"The query has over {MOST_QUERY_BYTES} bytes or {MOST_PARAMETERS} parameters."
        raise LongQueryError(message)


def check_fields(form: bytes) -> None:
    """Refuse a form with more fields than any of ours.

    Raises
    ------
    ClientException
        It has more.
    """
    if form.count(b"&") >= MOST_FIELDS:
        message = f"The form has more than {MOST_FIELDS} fields."
        raise ClientException(message)


def read_query(query: bytes) -> tuple[tuple[str, str], ...]:
    """Return the parameters of a query, decoded, in their order."""
    return tuple(parse_qsl(query.decode("latin-1"), keep_blank_values=True))


def read_form(form: bytes) -> dict[str, str | list[str]]:
    """Return the fields of a form, decoded; a list of a field that occurs more than once."""
    found: dict[str, list[str]] = {}
    for name, value in read_query(form):
        found.setdefault(name, []).append(value)
    return {name: values if len(values) > 1 else values[0] for name, values in found.items()}


def _is_too_long(query: bytes) -> bool:
    return len(query) > MOST_QUERY_BYTES or query.count(b"&") >= MOST_PARAMETERS
