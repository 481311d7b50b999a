"""The limit on nesting in JSON, and a reader of stored JSON that may exceed it.

Python's decoders, templates, SQLite's functions and Postgres each fail at another depth, some with
an error that names neither the product nor the field.
"""

import json
from typing import Any, cast

# A product's attributes have one or two levels; a request's filter adds two more.
MOST_LEVELS = 16


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
    """Decode stored JSON; return an empty object if it is nested too deep.

    A product with such attributes then shows none, rather than failing every page that has it.
    """
    try:
        value = json.loads(text)
    except RecursionError:
        return {}
    decoded = text if isinstance(text, str) else text.decode()
    # Most texts have too few brackets to be deep.
    if decoded.count("[") + decoded.count("{") > MOST_LEVELS and is_too_deep(value):
        return {}
    return value
