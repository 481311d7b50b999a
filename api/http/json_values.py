"""JSON from outside, refused where Postgres could not keep it or it could mean two things.

Postgres keeps no NUL character, and nothing here needs many levels. Of a field that stands twice
in an object, the sender may have meant either.
"""

import json
from typing import Any, cast

import msgspec

from alsolike.json_levels import MOST_LEVELS
from api.problems.errors import InvalidFieldError

_NUL = "\x00"
# Names of a path that an error shows: the rest of a deep path would not help.
_NAMES_IN_ERROR = 2
_TOO_DEEP = f"Has more than {MOST_LEVELS} levels of lists and objects."


def decode_json(content: bytes | str, field: str) -> Any:  # noqa: ANN401  (JSON of any shape)
    """Decode a JSON text, and check the value.

    Parameters
    ----------
    field : str
        What to call the text in an error.

    Raises
    ------
    InvalidFieldError
        It is no JSON in UTF-8, has more than `MOST_LEVELS` levels, holds a NUL character, or has a
        field twice in one object.
    """
    text = content.encode() if isinstance(content, str) else content
    value = parse_json(text, field)
    check_duplicates(text, field)
    check_json(text, value, field)
    return value


def parse_json(text: bytes, field: str) -> Any:  # noqa: ANN401  (JSON of any shape)
    """Decode a JSON text as `decode_json` does, but leave the checks to the caller."""
    try:
        return msgspec.json.decode(text)
    except RecursionError as error:
        raise InvalidFieldError(field, _TOO_DEEP) from error
    except UnicodeDecodeError as error:
        raise InvalidFieldError(field, "Is not UTF-8.") from error
    except msgspec.MsgspecError as error:
        raise InvalidFieldError(field, f"Is no JSON that can be read: {error}.") from error


def check_duplicates(text: bytes, field: str) -> None:
    """Refuse a JSON text, one that `parse_json` took, of which an object has a field twice.

    Parameters
    ----------
    field : str
        What to call the text in an error about the whole.

    Raises
    ------
    InvalidFieldError
        Naming the field that stands twice, or the text where it is too deep to look through.
    """
    try:
        # msgspec takes the last of two fields of a name. Python converts no very long number.
        json.loads(text, object_pairs_hook=_check_names, parse_int=str)
    except RecursionError as error:
        # Python's reader ends a few levels earlier than that of msgspec.
        raise InvalidFieldError(field, _TOO_DEEP) from error


def _check_names(fields: list[tuple[str, Any]]) -> None:
    """Refuse an object that has a field twice."""
    names = [name for name, _ in fields]
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise InvalidFieldError(twice, "Stands twice in one object: send each field once.")


def check_json(text: bytes, value: object, field: str, *, has_fields: bool = False) -> None:
    """Check the value of a JSON text as `check_value` does, if need be.

    `has_fields`: whether an error names the field within the text instead, where that is known.
    """
    # Two counts show that most bodies are fine, without walking through them.
    may_be_deep = text.count(b"[") + text.count(b"{") > MOST_LEVELS
    may_hold_nul = b"\\u0000" in text
    if may_be_deep or may_hold_nul:
        check_value(value, field, names=_NAMES_IN_ERROR if has_fields else 0)


def check_value(value: object, field: str, *, names: int) -> None:
    """Refuse a decoded value that has too many levels or holds a NUL character.

    Parameters
    ----------
    field : str
        What to call the value in an error.
    names : int
        How many names of the path within the value an error shows instead, where they are known.

    Raises
    ------
    InvalidFieldError
        It has or does.
    """
    # Without recursion.
    waiting: list[tuple[object, int, tuple[str, ...]]] = [(value, 1, ())]
    while waiting:
        one, level, path = waiting.pop()
        if isinstance(one, str):
            if _NUL in one:
                raise InvalidFieldError(_field_name(path, field), "Holds a NUL character.")
            continue
        if not isinstance(one, (dict, list)):
            continue
        if level > MOST_LEVELS:
            raise InvalidFieldError(_field_name(path, field), _TOO_DEEP)
        if isinstance(one, list):
            waiting.extend((item, level + 1, path) for item in cast("list[object]", one))
            continue
        for name, item in cast("dict[str, object]", one).items():
            if _NUL in name:
                raise InvalidFieldError(_field_name(path, field), "Holds a NUL character.")
            waiting.append((item, level + 1, (*path, name) if len(path) < names else path))


def _field_name(path: tuple[str, ...], field: str) -> str:
    return ".".join(path) or field
