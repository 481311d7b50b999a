"""Completes Litestar's OpenAPI document: problems, examples, headers, keys, filters."""

from collections.abc import Container, Iterator, Mapping, Sequence
from copy import deepcopy
from typing import Any

import msgspec
from litestar import Litestar
from litestar.connection import Request
from litestar.handlers import HTTPRouteHandler
from litestar.openapi.plugins import OpenAPIRenderPlugin
from litestar.routes import HTTPRoute
from msgspec import Struct

from alsolike.api_keys import Scope
from alsolike.browsers import BrowserSettings
from alsolike.settings import Settings
from api.filters import PARAMETERS as FILTER_PARAMETERS
from api.filters import field_schema
from api.http.keys import FOR_BROWSERS, OPEN, scope_of
from api.http.parameters import LONGEST_JSON, NO_NUL
from api.http.paths import API_PREFIX, BLOCKS_PREFIX
from api.openapi import problems
from api.openapi.examples import (
    BLOCK,
    CONTINUATIONS,
    EXAMPLES,
    NEW_PRODUCT_ID,
    NEWCOMER_ID,
    OF_NEWCOMERS,
    OTHERWISE,
    PARAMETERS,
)
from api.problems.details import Problem
from api.recommendations.block_routes import PLACES

Document = dict[str, Any]

_FIRST_ERROR = 400
_HEADERS: Mapping[str, Document] = {
    "X-Request-Id": {
        "description": "The request's id: yours if you sent a sane one, else ours.",
        "schema": {"type": "string"},
        "example": "7ab5b14e996d28d7",
    },
    "Alsolike-Version": {
        "description": "Version of the engine; the path has that of the API.",
        "schema": {"type": "string"},
        "example": "0.1.0",
    },
    "Alsolike-Tier": {
        "description": "The step that answered; see `tier`.",
        "schema": {"type": "string", "enum": ["live", "neighbours", "popular", "snapshot"]},
        "example": "live",
    },
    "Server-Timing": {
        "description": "Milliseconds in all, and of them with the database.",
        "schema": {"type": "string"},
        "example": "app;dur=4.10, db;dur=3.20",
    },
    "ETag": {
        "description": "Send it as `If-None-Match` to get 304 as long as nothing changed.",
        "schema": {"type": "string"},
        "example": 'W/"db9ec04b2810f49594bc10f2"',
    },
    "Link": {
        "description": "Address of the next page, unless this is the last.",
        "schema": {"type": "string"},
        "example": '</v1/products?after=WyJrbmlmZS1zYW50b2t1Il0&limit=5>; rel="next"',
    },
    "Retry-After": {
        "description": "Seconds to wait.",
        "schema": {"type": "string", "pattern": "^[0-9]+$"},
        "example": "5",
    },
}
_BY_NAME: Mapping[str, Struct] = {type(example).__name__: example for example in EXAMPLES}
_SECURITY_SCHEMES: Document = {
    "bearer": {"type": "http", "scheme": "bearer"},
    "key": {"type": "apiKey", "in": "header", "name": "X-Api-Key"},
}
# Bodies that the routes read themselves, because they read each item by itself.
_READ_BY_ROUTES: Mapping[str, Sequence[str]] = {
    "putProducts": ["NewProducts"],
    "removeProducts": ["RemovedProducts"],
    "recordEvent": ["NewEvent", "NewEvents"],
    "recordSegment": ["SegmentCall", "SegmentBatch"],
}
_RESULTS_OF_EVENTS: Mapping[str, Sequence[str]] = {
    "200": ["EventResult", "EventOutcomes"],
    "201": ["EventResult"],
}
_TOKEN_SCHEME: Document = {
    "type": "http",
    "scheme": "bearer",
    "bearerFormat": "JWT",
    "description": "Signed by the shop for one request of its shopper's browser.",
}


class Access(Struct, frozen=True):
    """What opens an operation: a key with a scope, and perhaps a token, or nothing at all."""

    scope: Scope
    is_for_tokens: bool
    is_open: bool

    def security(self) -> list[Document]:
        """Return the ways in."""
        ways: list[Document] = [{name: [self.scope]} for name in _SECURITY_SCHEMES]
        if self.is_for_tokens:
            ways.append({"token": []})
        return [*ways, {}] if self.is_open else ways


def describe(
    found: Mapping[str, Any],
    filtered: Container[str] = (),
    accesses: Mapping[str, Access] | None = None,
) -> Document:
    """Complete a copy of Litestar's OpenAPI document.

    Parameters
    ----------
    filtered : container of str
        Ids of the operations that take a `ProductFilter` in their query.
    accesses : mapping, optional
        What opens each operation; without it the API asks for no key.
    """
    document = deepcopy(dict(found))
    components = document.setdefault("components", {})
    components["headers"] = dict(_HEADERS)
    # msgspec's own schemas say exactly what it lets in: Litestar's lose the limits of what may be
    # left out.
    components["schemas"] = {
        **components.get("schemas", {}),
        **schemas_of([*(type(example) for example in EXAMPLES), Problem]),
    }
    if accesses is not None:
        has_tokens = any(access.is_for_tokens for access in accesses.values())
        token = {"token": _TOKEN_SCHEME} if has_tokens else {}
        components["securitySchemes"] = {**_SECURITY_SCHEMES, **token}
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            name = str(operation.get("operationId"))
            if name in filtered:
                operation["parameters"] += _filter_parameters()
            is_closed = path.startswith((API_PREFIX, BLOCKS_PREFIX))
            access = accesses[name] if accesses is not None and is_closed else None
            _complete(path, method, operation, access)
    return document


def filtered_operations(app: Litestar) -> frozenset[str]:
    """Return the ids of the operations that take a `ProductFilter` in their query."""
    return frozenset(
        str(handler.operation_id)
        for handler in _handlers(app)
        if "product_filter" in handler.parsed_fn_signature.parameters
    )


def accesses_of_operations(app: Litestar, browsers: BrowserSettings) -> Mapping[str, Access]:
    """Return what opens each operation, by its id."""
    return {
        str(handler.operation_id): Access(
            scope_of(handler),
            is_for_tokens=browsers.has_tokens and FOR_BROWSERS in handler.opt,
            is_open=bool(browsers.origins) and OPEN in handler.opt,
        )
        for handler in _handlers(app)
    }


def _handlers(app: Litestar) -> Iterator[HTTPRouteHandler]:
    for route in app.routes:
        if isinstance(route, HTTPRoute):
            yield from route.route_handlers


class Described(OpenAPIRenderPlugin):
    """Has another plugin render the completed document, once, when it is first asked for."""

    def __init__(self, plugin: OpenAPIRenderPlugin, settings: Settings) -> None:
        super().__init__(path=plugin.paths, media_type=plugin.media_type)
        self._plugin = plugin
        self._settings = settings
        self._content: bytes | None = None

    def render(self, request: Request[Any, Any, Any], openapi_schema: Document) -> bytes:
        """Render the document."""
        if self._content is None:
            filtered = filtered_operations(request.app)
            browsers = self._settings.browsers
            has_keys = bool(self._settings.api_keys)
            accesses = accesses_of_operations(request.app, browsers) if has_keys else None
            document = describe(openapi_schema, filtered, accesses)
            self._content = self._plugin.render(request, document)  # pyright: ignore[reportUnknownMemberType]
        return self._content


def schemas_of(types: Sequence[type[Struct]]) -> Document:
    """Return the schemas of some types and of what they are made of, by name."""
    template = "#/components/schemas/{name}"
    return dict(msgspec.json.schema_components(types, ref_template=template)[1])


def _filter_parameters() -> list[Document]:
    """Describe the parameters that `product_filter` reads, one for each field of the struct."""
    described: list[Document] = []
    for field, name in FILTER_PARAMETERS.items():
        schema = field_schema(field)
        example = schema.pop("examples")[0]
        if schema["type"] == "object":
            text = f"{schema['description']} Written as JSON."
            schema = {"type": "string", "maxLength": LONGEST_JSON, "description": text}
            example = msgspec.json.encode(example).decode()
        described.append(
            {
                "name": name,
                "in": "query",
                "description": schema["description"],
                "example": example,
                "required": False,
                "deprecated": False,
                "allowEmptyValue": False,
                "allowReserved": False,
                "schema": schema,
            }
        )
    return described


def _complete(path: str, method: str, operation: Document, access: Access | None) -> None:
    for parameter in operation.get("parameters", ()):
        _complete_parameter(path, method, parameter)
    _describe_several(operation)
    for content in operation.get("requestBody", {}).get("content", {}).values():
        _put_example(content)
    responses = operation["responses"]
    for status in [status for status in responses if int(status) >= _FIRST_ERROR]:
        # Litestar describes its own form of errors, not problem documents.
        del responses[status]
    for status, answer in responses.items():
        _complete_answer(path, status, answer)
    for status in problems.statuses(path, method, operation, has_keys=access is not None):
        responses[str(status)] = problems.response(status, path, operation)
    if access is not None:
        operation["security"] = access.security()


def _describe_several(operation: Document) -> None:
    """Describe bodies that the routes read, and the answers of one event or several."""
    name = operation.get("operationId", "")
    if name in _READ_BY_ROUTES:
        content = {"application/json": _one_of(_READ_BY_ROUTES[name])}
        operation["requestBody"] = {"content": content, "required": True}
    if name == "recordEvent":
        for status, names in _RESULTS_OF_EVENTS.items():
            for content in operation["responses"][status]["content"].values():
                content.update(_one_of(names))


def _one_of(names: Sequence[str]) -> Document:
    """Describe what is of one of some types."""
    schemas = [{"$ref": f"#/components/schemas/{name}"} for name in names]
    return {"schema": schemas[0] if len(schemas) == 1 else {"oneOf": schemas}}


def _complete_parameter(path: str, method: str, parameter: Document) -> None:
    schema = parameter["schema"]
    kinds = [kind for kind in schema.pop("oneOf", ()) if kind.get("type") != "null"]
    if len(kinds) == 1:
        # Omitted means None here, but a query string cannot carry null: drop null from the schema.
        parameter["schema"] = schema = {**kinds[0], **schema}
    text = schema.get("items", schema)
    if text.get("type") == "string":
        # Whatever a text is for, Postgres keeps no NUL character.
        text.setdefault("pattern", NO_NUL)
    if parameter["in"] == "path":
        schema.setdefault("minLength", 1)
        if parameter["name"] == "place":
            schema["enum"] = list(PLACES)
    if parameter["name"] == "after" and path in CONTINUATIONS:
        parameter["example"] = CONTINUATIONS[path]
    elif parameter["name"] == "shopper_id" and path in OF_NEWCOMERS:
        parameter["example"] = NEWCOMER_ID
    elif parameter["name"] == "product_id" and method in {"put", "delete"}:
        parameter["example"] = NEW_PRODUCT_ID
    elif parameter["name"] in PARAMETERS:
        parameter["example"] = PARAMETERS[parameter["name"]]


def _complete_answer(path: str, status: str, answer: Document) -> None:
    names = ["X-Request-Id", "Server-Timing"]
    if path.startswith(API_PREFIX):
        names.append("Alsolike-Version")
    if answer.pop("headers", None):
        # Litestar lists the header that the router sets, Cache-Control: such answers have an ETag.
        names.append("ETag")
    for media_type, content in answer.get("content", {}).items():
        if media_type == "text/html":
            content["example"] = BLOCK
            continue
        example = _put_example(content, status)
        if isinstance(example, dict) and "next" in example:
            names.append("Link")
    answer["headers"] = {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def _put_example(content: Document, status: str = "") -> object:
    """Put the example of a content's type beside its schema, and return it; None without one."""
    (first, *_) = content["schema"].get("oneOf") or [content["schema"]]
    name = str(first.get("$ref", "")).rsplit("/", 1)[-1]
    example = OTHERWISE.get((name, status)) or _BY_NAME.get(name)
    if example is None:
        return None
    content["example"] = built = msgspec.to_builtins(example)
    return built
