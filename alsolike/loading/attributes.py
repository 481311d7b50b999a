"""The JSON of attributes, made safe for the database to parse."""

import json
import re

from alsolike.json_levels import MOST_LEVELS

# A string, closed or cut off by the end of the text, or a bracket outside of strings.
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*+"?|[\[\]{}]', re.DOTALL)
_CONSTANT = re.compile(r"\b(?:NaN|Infinity)\b")


def tidy_json(text: str) -> str:
    """Return JSON whose nesting the database can parse.

    Objects and lists nested deeper than 16 are cut off where the seventeenth begins. The rest
    is invalid JSON, so the check empties the field and says why. NaN and infinite
    numbers become null, as in Parquet and in JSON lines.
    """
    if text.count("{") + text.count("[") > MOST_LEVELS:
        cut = _too_deep_at(text)
        if cut is not None:
            return text[:cut]
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


def _too_deep_at(text: str) -> int | None:
    depth = 0
    for token in _TOKEN.finditer(text):
        sign = token[0]
        if sign in "[{":
            depth += 1
            if depth > MOST_LEVELS:
                return token.start()
        elif sign in "]}":
            depth -= 1
    return None
