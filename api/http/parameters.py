"""Query parameters that several routes share."""

from math import isfinite
from typing import Annotated, Any, cast

import msgspec
from litestar.params import QueryParameter
from msgspec import Struct

from api.exchange import AnyRequest, mark_odd
from api.filters import ProductFilter
from api.http.json_values import decode_json
from api.problems.errors import InvalidFieldError
from api.recommendations.requests import Diversity

_MOST_SHOWN = 500
_NO_NUL = r"^[^\x00]*$"

RowCount = Annotated[int, QueryParameter(ge=1, le=100, description="Rows wanted, 1 to 100.")]
CategoryFilter = Annotated[
    str | None,
    QueryParameter(
        min_length=1,
        max_length=500,
        pattern=_NO_NUL,
        description="Path of a category, `A > B`: products of it and of all below it.",
    ),
]
SearchWords = Annotated[
    str | None,
    QueryParameter(
        min_length=1,
        max_length=200,
        pattern=_NO_NUL,
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
        pattern=_NO_NUL,
        description="Name of a model; without it the serving one answers.",
    ),
]


After = Annotated[
    str | None,
    QueryParameter(max_length=8000, description="Mark of the next page; follow `next` instead."),
]
DiversityLevel = Annotated[
    Diversity | None,
    QueryParameter(description="How much the products should differ; without it the model's own."),
]
WithReasons = Annotated[bool, QueryParameter(description="Whether to say why.")]

# The query parameters of `product_filter`.
FILTER_NAMES = frozenset(
    {"category", "brand", "price_min", "price_max", "attributes", "with_sold_out"}
)
_PriceBound = Annotated[
    float | None, QueryParameter(ge=0, description="Inclusive, in the product's currency.")
]


def product_filter(
    request: AnyRequest,
    *,
    category: CategoryFilter = None,
    brand: Annotated[
        list[str] | None,
        QueryParameter(max_items=100, description="One of these brands; may be repeated."),
    ] = None,
    price_min: _PriceBound = None,
    price_max: _PriceBound = None,
    attributes: Annotated[
        str | None,
        QueryParameter(
            max_length=2000,
            description='JSON object: products that have all of it, as in `{"colour": "red"}`.',
        ),
    ] = None,
    with_sold_out: Annotated[
        bool, QueryParameter(description="Products out of stock too.")
    ] = False,
) -> ProductFilter:
    """Read the filter that every list of products takes.

    Raises
    ------
    InvalidFieldError
        A bound is no number, the lower one is above the upper one, or the attributes are no JSON
        object.
    """
    for name, bound in (("price_min", price_min), ("price_max", price_max)):
        # Litestar reads the word null as nothing.
        if not isfinite(bound or 0) or (bound is None and name in request.query_params):
            raise InvalidFieldError(name, "Must be a number, 0 or more.")
    if price_min is not None and price_max is not None and price_min > price_max:
        raise InvalidFieldError("price_min", "Is above price_max.")
    found = ProductFilter(
        category=category,
        brands=brand or None,
        price_min=price_min,
        price_max=price_max,
        attributes=_attributes(attributes),
        with_sold_out=with_sold_out,
    )
    if found != ProductFilter():
        mark_odd()
    return found


def _attributes(text: str | None) -> dict[str, Any] | None:
    if text is None:
        return None
    found = decode_json(text, "attributes")
    if not isinstance(found, dict):
        raise InvalidFieldError("attributes", 'Give a JSON object such as {"colour": "red"}.')
    return cast("dict[str, Any]", found) or None


async def check_body(request: AnyRequest, shape: type[Struct]) -> None:
    """Refuse a body that only looks like one of a shape: Litestar takes 0 for false and for 1970.

    Raises
    ------
    InvalidFieldError
        A field has a value of another type.
    """
    try:
        msgspec.convert(_with_whole_numbers(msgspec.json.decode(await request.body())), shape)
    except msgspec.ValidationError as error:
        message, _, path = str(error).partition(" - at `$.")
        raise InvalidFieldError(path.rstrip("`") or "body", message) from error


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
