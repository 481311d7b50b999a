"""Query parameters that several routes share."""

import re
from collections.abc import Mapping
from math import isfinite
from typing import Annotated, Any, TypeVar, cast
from urllib.parse import parse_qs

import msgspec
from litestar.params import QueryParameter
from msgspec import Struct

from api.exchange import AnyRequest, mark_odd
from api.fields import Diversity
from api.filters import PARAMETERS, ProductFilter, field_schema
from api.http.json_values import decode_json
from api.problems.errors import InvalidFieldError

Shape = TypeVar("Shape", bound=Struct)

_MOST_SHOWN = 500
NO_NUL = r"^[^\x00]*$"

RowCount = Annotated[int, QueryParameter(ge=1, le=100, description="Rows wanted, 1 to 100.")]
CategoryFilter = Annotated[
    str | None,
    QueryParameter(
        min_length=1,
        max_length=500,
        pattern=NO_NUL,
        description="Path of a category, `A > B`: products of it and of all below it.",
    ),
]
SearchWords = Annotated[
    str | None,
    QueryParameter(
        min_length=1,
        max_length=200,
        pattern=NO_NUL,
        description='What to look for, in any words; with "quotes", or, or -without just that.',
    ),
]
Excluded = Annotated[
    list[str] | None,
    QueryParameter(max_items=500, description="Product id to leave out; may be repeated."),
]
ModelName = Annotated[
    str | None,
    QueryParameter(
        min_length=1,
        max_length=200,
        pattern=NO_NUL,
        description="Name of a model; without it the serving one answers.",
    ),
]


After = Annotated[
    str | None,
    QueryParameter(
        max_length=8000, description="Continuation token of the next page; follow `next` instead."
    ),
]
DiversityLevel = Annotated[
    Diversity | None,
    QueryParameter(description="How much the products should differ; without it the model's own."),
]
WithReasons = Annotated[bool, QueryParameter(description="Whether to say why.")]

PlaceName = Annotated[
    str | None,
    QueryParameter(
        min_length=1,
        max_length=100,
        pattern=r"^[A-Za-z0-9_-]+$",
        description="What you call the place where the list is shown. With it the answer is noted "
        "as shown, and its products have an `impression_id`.",
    ),
]
ShownToShopper = Annotated[
    str | None,
    QueryParameter(
        min_length=1,
        max_length=500,
        pattern=NO_NUL,
        description="To whom it is shown, for `place`; a token says it itself.",
    ),
]
ShownToSession = Annotated[
    str | None,
    QueryParameter(
        min_length=1,
        max_length=500,
        pattern=NO_NUL,
        description="To which anonymous visitor it is shown, for `place`; with a key.",
    ),
]
IsMeasured = Annotated[
    bool,
    QueryParameter(
        description="Whether the visitor of the session agreed to measurement; otherwise the list "
        "is only counted. Of a shopper it is known."
    ),
]

FILTER_NAMES = frozenset(PARAMETERS.values())
# Characters of a parameter that holds JSON.
LONGEST_JSON = 2000
_SCALARS: Mapping[str, type[float]] = {"boolean": bool, "integer": int, "number": float}


def product_filter(request: AnyRequest) -> ProductFilter:
    """Read the filter that every list of products takes.

    Raises
    ------
    InvalidFieldError
        A parameter is not what the field of its name may be, or the lower price is above the upper.
    """
    if FILTER_NAMES.isdisjoint(request.query_params):
        return ProductFilter()
    # Litestar's own reading makes a boolean of the word true, whatever it is for.
    given = parse_qs(request.scope["query_string"].decode("latin-1"), keep_blank_values=True)
    fields = {
        field: _field_value(field, name, given[name])
        for field, name in PARAMETERS.items()
        if name in given
    }
    try:
        found = msgspec.convert(fields, ProductFilter)
    except msgspec.ValidationError as error:
        message, _, path = str(error).partition(" - at `$.")
        field = re.split(r"\W", path)[0]
        raise InvalidFieldError(PARAMETERS.get(field, field), message) from error
    check_bounds(found, "price_min")
    if found != ProductFilter():
        mark_odd()
    return found


def check_bounds(product_filter: ProductFilter | None, field: str) -> None:
    """Refuse a filter that nothing can fit.

    Parameters
    ----------
    field : str
        What the request calls the lower price.

    Raises
    ------
    InvalidFieldError
        The lower price is above the upper.
    """
    if product_filter is None:
        return
    lowest, highest = product_filter.price_min, product_filter.price_max
    if lowest is not None and highest is not None and lowest > highest:
        raise InvalidFieldError(field, "Is above price_max.")


def _field_value(field: str, name: str, texts: list[str]) -> object:
    """Return what a query gives for a field, as a body's JSON would give it."""
    kind = field_schema(field)["type"]
    if kind == "array":
        return texts
    if kind in _SCALARS:
        try:
            scalar = msgspec.convert(texts[-1], _SCALARS[kind], strict=False)
        except msgspec.ValidationError as error:
            raise InvalidFieldError(name, str(error)) from error
        if not isfinite(scalar):
            raise InvalidFieldError(name, "Is no finite number.")
        return scalar
    if kind != "object":
        return texts[-1]
    if len(texts[-1]) > LONGEST_JSON:
        raise InvalidFieldError(name, f"Is longer than {LONGEST_JSON} characters.")
    value = decode_json(texts[-1], name)
    if not isinstance(value, dict):
        raise InvalidFieldError(name, 'Give a JSON object such as {"colour": "red"}.')
    return cast("dict[str, Any]", value)


async def check_body(request: AnyRequest, shape: type[Shape]) -> Shape:
    """Read a body; refuse a value of a wrong type: Litestar takes 0 for false and for 1970.

    Raises
    ------
    InvalidFieldError
        A field has a value of another type.
    """
    return to_shape(msgspec.json.decode(await request.body()), shape, "body")


def to_shape(value: Any, shape: Any, name: str) -> Any:  # noqa: ANN401  (of the shape)
    """Return decoded JSON as an object of a type.

    Parameters
    ----------
    name : str
        What to call the value in an error, unless a field of it is at fault.

    Raises
    ------
    InvalidFieldError
        It does not fit the type.
    """
    try:
        return msgspec.convert(_with_whole_numbers(value), shape)
    except msgspec.ValidationError as error:
        message, _, path = str(error).partition(" - at `$")
        # A missing or unknown field is named in the message alone.
        named = re.search(r"(?:required|unknown) field `([^`]+)`", message)
        names = [path.rstrip("`").lstrip("."), named[1] if named else ""]
        raise InvalidFieldError(".".join(filter(None, names)) or name, message) from error


def _with_whole_numbers(value: Any) -> Any:  # noqa: ANN401  (JSON of any shape)
    """Make 10.0 an integer, as JSON Schema does."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, list):
        return [_with_whole_numbers(one) for one in cast("list[Any]", value)]
    if isinstance(value, dict):
        return {k: _with_whole_numbers(v) for k, v in cast("dict[str, Any]", value).items()}
    return value


def shown_products(request: AnyRequest) -> list[str]:
    """Return the ids of the products that earlier pages of a page's list showed.

    Raises
    ------
    InvalidFieldError
        There are more than a list ever shows.
    """
    shown = [str(product_id) for product_id in request.query_params.getall("exclude", [])]
    if len(shown) > _MOST_SHOWN:
        raise InvalidFieldError("exclude", f"More than {_MOST_SHOWN} products.")
    return shown


def check_names(request: AnyRequest, known: frozenset[str]) -> None:
    """Refuse a parameter that the route does not know: a mistyped filter would filter nothing.

    Raises
    ------
    InvalidFieldError
        A parameter is not one of the known ones.
    """
    for name in request.query_params:
        if name not in known:
            message = f"No such parameter; known here: {', '.join(sorted(known)) or 'none'}."
            raise InvalidFieldError(name, message)
