"""The limits on nesting and numbers in JSON, and a reader of stored JSON that may exceed them.

Python's decoders, templates, SQLite's functions and Postgres each fail at another depth or length,
some with an error that names neither the product nor the field.
"""

import json
from decimal import Decimal, InvalidOperation
from typing import Any, cast

# A product's attributes have one or two levels; a request's filter adds two more.
MOST_LEVELS = 16
# Of a number, before the point and behind it. Postgres writes `1e5000` out, and Python reads no
# number of more than 4,300 digits.
MOST_DIGITS = 300


def is_too_long(number: str) -> bool:
    """Tell whether a number of a JSON text has more than `MOST_DIGITS` digits when written out.

    >>> is_too_long("1e5000"), is_too_long("2.50")
    (True, False)
    """
    if len(number) > 2 * MOST_DIGITS:
        return True
    try:
        # Python reads exponents of up to 18 digits.
        _, digits, exponent = Decimal(number).as_tuple()
    except InvalidOperation:
        return True
    return not (
        isinstance(exponent, int)
        and -exponent <= MOST_DIGITS
        and len(digits) + exponent <= MOST_DIGITS
    )


def is_too_deep(value: object) -> bool:
    """Tell whether a decoded value has more levels of lists and objects than `MOST_LEVELS`."""
    waiting: list[tuple[object, int]] = [(value, 1)]
    while waiting:
        one, level = waiting.pop()
        if not isinstance(one, (dict, list)):
            continue
        if level > MOST_LEVELS:
            return True
        if isinstance(one, dict):
            one = list(cast("dict[str, object]", one).values())
        waiting.extend((item, level + 1) for item in cast("list[object]", one))
    return False


def load_stored_json(text: str | bytes) -> Any:  # noqa: ANN401  (JSON of any shape)
    """Decode stored JSON; return an empty object if it is nested too deep or a number is too long.

    A product with such attributes then shows none, rather than failing every page that has it.
    """
    try:
        value = json.loads(text)
    except (RecursionError, ValueError):
        # Of JSON, a ValueError is about a number of more than 4,300 digits.
        return {}
    decoded = text if isinstance(text, str) else text.decode()
    # Most texts have too few brackets to be deep.
    if decoded.count("[") + decoded.count("{") > MOST_LEVELS and is_too_deep(value):
        return {}
    return value
