"""Whether one JSON value contains another, as Postgres' `jsonb @> jsonb` has it."""

import json
from decimal import Decimal
from functools import lru_cache
from typing import Any, cast


def contains(own: Any, wanted: Any) -> bool:  # noqa: ANN401  (JSON of any shape)
    """Tell whether a value contains another.

    An object contains one whose keys it has, each with a value that contains the other's. An array
    contains one of whose elements each is contained in some element of its own, whatever their
    order and number. Numbers are equal by value. At the top, and only there, an array also contains
    a primitive value that is one of its elements.

    Parameters
    ----------
    own, wanted
        As `json.loads` gives them, with numbers as Decimal.
    """
    if isinstance(own, list) and not isinstance(wanted, (dict, list)):
        return any(_is_equal(one, wanted) for one in cast("list[Any]", own))
    return _contains(own, wanted)


def has_attributes(attributes: str, wanted: str) -> bool:
    """Tell whether the JSON text of attributes contains another: a function for SQLite.

    Texts that Python cannot read, which are nested too deeply, contain nothing: an error here would
    be taken for one of the file.
    """
    try:
        return contains(_decode(attributes), _decode_wanted(wanted))
    except RecursionError:
        return False


def _contains(own: Any, wanted: Any) -> bool:  # noqa: ANN401
    if isinstance(wanted, dict):
        pairs = cast("dict[str, Any]", wanted)
        return isinstance(own, dict) and all(
            name in own and _contains(own[name], value) for name, value in pairs.items()
        )
    if isinstance(wanted, list):
        elements = cast("list[Any]", wanted)
        return isinstance(own, list) and all(
            any(_contains(one, element) for one in cast("list[Any]", own)) for element in elements
        )
    return _is_equal(own, wanted)


def _is_equal(own: Any, wanted: Any) -> bool:  # noqa: ANN401
    """Compare two primitive values; one of another type is another one: true is not 1."""
    return type(own) is type(wanted) and own == wanted


def _decode(text: str) -> Any:  # noqa: ANN401
    # Postgres keeps every digit, and so must whoever compares.
    return json.loads(text, parse_float=Decimal, parse_int=Decimal)


@lru_cache(64)
def _decode_wanted(text: str) -> Any:  # noqa: ANN401
    """Decode what a request asks of each of thousands of products."""
    return _decode(text)
