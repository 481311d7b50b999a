"""The JSON of attributes, made safe for the database to parse."""

import json
import re

from alsolike.json_levels import MOST_DIGITS, MOST_LEVELS, is_too_long

# A string, closed or cut off by the end of the text, or a bracket or a number outside of strings.
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*+"?|[\[\]{}]|-?[0-9][0-9.]*+(?:[eE][+-]?[0-9]++)?', re.DOTALL)
# Few texts have what may be a number that is too long.
_MAYBE_LONG = re.compile(rf"[0-9.]{{{MOST_DIGITS}}}|[0-9.][eE][+-]?[0-9]{{2}}")
_CONSTANT = re.compile(r"\b(?:NaN|Infinity)\b")


def tidy_json(text: str) -> str:
    """Return JSON that the database can parse and every page can show.

    The text ends where objects and lists are nested deeper than 16, or where a number of more than
    300 digits begins, however it is written. What is left is invalid JSON, so the check empties the
    field and says why. NaN and infinite numbers become null, as in Parquet and in JSON lines.
    """
    if text.count("{") + text.count("[") > MOST_LEVELS or _MAYBE_LONG.search(text):
        cut = _unusable_from(text)
        if cut is not None:
            # Never nothing, which would be no value at all.
            return text[:cut] or "{"
    if _CONSTANT.search(text):
        # `append` returns None, so each constant becomes null.
        constants: list[str] = []
        try:
            value: object = json.loads(text, parse_constant=constants.append)
        except ValueError:
            return text
        if constants:
            return json.dumps(value, ensure_ascii=False)
    return text


def _unusable_from(text: str) -> int | None:
    depth = 0
    for token in _TOKEN.finditer(text):
        sign = token[0]
        if sign in "[{":
            depth += 1
            if depth > MOST_LEVELS:
                return token.start()
        elif sign in "]}":
            depth -= 1
        elif sign[0] != '"' and is_too_long(sign):
            return token.start()
    return None
