"""Which problems an operation may answer with, and an example of each."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final

import msgspec

from api.http.paths import API_PREFIX, BLOCKS_PREFIX
from api.problems.details import FieldError, Problem

_DETAILS: Final[Mapping[int, tuple[str, Sequence[FieldError]]]] = {
    401: ("Send an API key as `Authorization: Bearer …` or `X-Api-Key: …`.", ()),
    403: ("A page of another site may not write here.", ()),
    404: (
        "There is no product 'knife-9'.",
        [FieldError("product_id", "There is no product 'knife-9'.")],
    ),
    408: ("The body did not arrive within 10 seconds.", ()),
    409: (
        "event_id: The event_id 'view-4711' stands for another view.",
        [FieldError("event_id", "The event_id 'view-4711' stands for another view.")],
    ),
    413: ("Request Entity Too Large", ()),
    414: ("The query is too long.", ()),
    415: ("Send the body as application/json in UTF-8, and say so in Content-Type.", ()),
    421: ("This site does not answer to other.example: see ALSOLIKE_ALLOWED_HOSTS.", ()),
    429: ("More than 6000 requests a minute: wait 2 seconds.", ()),
    503: ("The database cannot be reached.", ()),
}
_WHEN: Final[Mapping[int, str]] = {
    400: "A parameter or a field has a value that cannot be used, or is not known.",
    401: "The API key is missing or not known, or the shopper's token is not good.",
    403: "The key lacks the scope that this needs, the token is another shopper's, or a page of "
    "another site sent it.",
    404: "There is no product, model or place of that id or name.",
    408: "The body did not arrive in time.",
    409: "The id stands for an event with other content.",
    413: "The body is longer than a megabyte.",
    414: "The query is longer than 32 kB, or has more than 600 parameters.",
    415: "The body is not `application/json`, or does not say so.",
    421: "`Host` names a site that this one is not.",
    429: "Too many requests, in a minute or at a time: wait as long as `Retry-After` says.",
    503: "The database is away or too slow: try again after `Retry-After`.",
}
# With products or a model in the body.
_NAMING: Final = frozenset({"/v1/events", "/v1/recommendations", "/v1/similar"})
_WITH_RETRY: Final = frozenset({429, 503})


def statuses(path: str, method: str, operation: Mapping[str, Any], *, has_keys: bool) -> list[int]:
    """Return the statuses of the problems that an operation may answer with."""
    if not path.startswith((API_PREFIX, BLOCKS_PREFIX)):
        return [503] if path == "/health/ready" else []
    parameters = operation.get("parameters", ())
    names = {parameter["name"] for parameter in parameters}
    # A session id is never a 404: an unknown session simply has no events yet. Nor is a shopper's.
    # Nor is a product to be put or removed.
    is_changed = method in {"put", "delete"}
    is_about_one = not is_changed and (
        "{product_id}" in path
        or path in _NAMING
        or "model" in names
        or path.startswith(BLOCKS_PREFIX)
    )
    return [
        400,
        *([401] if has_keys else []),
        *([403] if has_keys or method != "get" else []),
        *([404] if is_about_one else []),
        # A DELETE needs no body, but may send a wrong one.
        *([409] if path == "/v1/events" else []),
        *([408, 413] if method != "get" else []),
        *([414] if any(one["in"] == "query" for one in parameters) else []),
        *([415] if method != "get" else []),
        421,
        429,
        503,
    ]


def _invalid(operation: Mapping[str, Any]) -> tuple[str, Sequence[FieldError]]:
    """Choose a mistake that can be made with the operation."""
    numbers = [
        parameter["name"]
        for parameter in operation.get("parameters", ())
        if parameter["name"] in {"k", "limit", "count"}
    ]
    if numbers:
        field, message = numbers[0], "Expected `int` <= 100"
    elif "requestBody" in operation:
        field, message = "body", "Expected `object`, got `array`"
    else:
        field, message = "k", "No such parameter; known here: none."
    return f"{field}: {message}", [FieldError(field, message)]


def response(status: int, path: str, operation: Mapping[str, Any]) -> dict[str, Any]:
    """Describe the answer with a problem."""
    detail, errors = _DETAILS.get(status) or _invalid(operation)
    problem = Problem(
        title=HTTPStatus(status).phrase,
        status=status,
        detail=detail,
        instance=path,
        request_id="7ab5b14e996d28d7",
        errors=list(errors) or msgspec.UNSET,
    )
    headers = {"X-Request-Id": {"$ref": "#/components/headers/X-Request-Id"}}
    if status in _WITH_RETRY:
        headers["Retry-After"] = {"$ref": "#/components/headers/Retry-After"}
    return {
        "description": _WHEN[status],
        "headers": headers,
        "content": {
            "application/problem+json": {
                "schema": {"$ref": "#/components/schemas/Problem"},
                "example": msgspec.to_builtins(problem),
            }
        },
    }
