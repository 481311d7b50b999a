"""The JSON of attributes, as far as it must be looked at before the database may."""

import json
import re

DEEPEST = 16

# A text, to its end or that of the JSON, or a bracket outside of one.
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*+"?|[\[\]{}]', re.DOTALL)
_CONSTANT = re.compile(r"\b(?:NaN|Infinity)\b")


def tidy_json(text: str) -> str:
    """Return JSON that the database may read: nothing in it is deeper than it can take.

    Objects and lists nested deeper than 16 are cut off where the seventeenth begins. What is left
    is no JSON any more, so the check leaves the field out with its reason. NaN and infinite
    numbers become null, as in Parquet and in JSON lines.
    """
    if text.count("{") + text.count("[") > DEEPEST:
        cut = _too_deep_at(text)
        if cut is not None:
            return text[:cut]
    if _CONSTANT.search(text):
        # Collecting them gives None for each.
        constants: list[str] = []
        try:
            value: object = json.loads(text, parse_constant=constants.append)
        except ValueError:
            return text
        if constants:
            return json.dumps(value, ensure_ascii=False)
    return text


def _too_deep_at(text: str) -> int | None:
    depth = 0
    for token in _TOKEN.finditer(text):
        sign = token[0]
        if sign in "[{":
            depth += 1
            if depth > DEEPEST:
                return token.start()
        elif sign in "]}":
            depth -= 1
    return None
