"""Whether one JSON value contains another, as Postgres' `jsonb @> jsonb` has it."""

import json
from decimal import Decimal
from functools import lru_cache
from typing import Any, cast


def contains(own: Any, part: Any) -> bool:  # noqa: ANN401  (JSON of any shape)
    """Tell whether a value contains another.

    An object contains one whose keys it has, each with a value that contains the other's. An array
    contains one of whose elements each is contained in some element of its own, whatever their
    order and number. Numbers are equal by value. At the top, and only there, an array also contains
    a primitive value that is one of its elements.

    Parameters
    ----------
    own, part
        As `json.loads` gives them, with numbers as Decimal.
    """
    if isinstance(own, list) and not isinstance(part, (dict, list)):
        return any(_is_equal(one, part) for one in cast("list[Any]", own))
    return _contains(own, part)


def has_attributes(attributes: str, part: str) -> bool:
    """Tell whether the JSON text of attributes contains another: a function for SQLite.

    JSON that is nested too deeply for Python's decoder contains nothing: SQLite would report the
    error as if the file were damaged.
    """
    try:
        return contains(_decode(attributes), _decode_part(part))
    except RecursionError:
        return False


def _contains(own: Any, part: Any) -> bool:  # noqa: ANN401
    if isinstance(part, dict):
        pairs = cast("dict[str, Any]", part)
        return isinstance(own, dict) and all(
            name in own and _contains(own[name], value) for name, value in pairs.items()
        )
    if isinstance(part, list):
        elements = cast("list[Any]", part)
        return isinstance(own, list) and all(
            any(_contains(one, element) for one in cast("list[Any]", own)) for element in elements
        )
    return _is_equal(own, part)


def _is_equal(own: Any, part: Any) -> bool:  # noqa: ANN401
    """Compare two primitive values; values of two types are never equal: true is not 1."""
    return type(own) is type(part) and own == part


def _decode(text: str) -> Any:  # noqa: ANN401
    # Postgres keeps every digit of a number, so a float would compare too few.
    return json.loads(text, parse_float=Decimal, parse_int=Decimal)


@lru_cache(64)
def _decode_part(text: str) -> Any:  # noqa: ANN401
    """Decode a filter's attributes once, not once per product."""
    return _decode(text)
