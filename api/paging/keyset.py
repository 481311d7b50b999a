"""Opaque cursors of keyset pagination: where a page of a list ended."""

import base64
import binascii
from datetime import datetime
from typing import Any, TypeVar

import msgspec

from api.languages.translate import marked
from api.problems.errors import InvalidFieldError

_NO_CURSOR = marked("Not a cursor of this list: take it from the link to the next page.")
# At the ends of what a datetime holds another zone is out of its range.
_FIRST_YEAR, _LAST_YEAR = 1, 9999

Position = TypeVar("Position", bound=tuple[Any, ...])


def encode_cursor(position: tuple[Any, ...]) -> str:
    """Write where a page ended as text that is safe in an address."""
    return base64.urlsafe_b64encode(msgspec.json.encode(position)).decode().rstrip("=")


def decode_cursor(text: str | None, shape: type[Position], field: str = "after") -> Position | None:
    """Read where the page before ended; None for the first page.

    Parameters
    ----------
    shape : type
        The tuple that was encoded, such as `tuple[float, str]`.

    Raises
    ------
    InvalidFieldError
        The text is none of our cursors, or one of another list.
    """
    if not text:
        return None
    try:
        raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        position = msgspec.json.decode(raw, type=shape)
    except (binascii.Error, ValueError, msgspec.MsgspecError, RecursionError) as error:
        raise InvalidFieldError(field, _NO_CURSOR) from error
    if any(_is_unfit(part) for part in position):
        raise InvalidFieldError(field, _NO_CURSOR)
    return position


def _is_unfit(part: object) -> bool:
    """Tell what neither Postgres nor the local snapshot can compare with."""
    if isinstance(part, datetime):
        return part.tzinfo is None or not _FIRST_YEAR < part.year < _LAST_YEAR
    return isinstance(part, str) and "\x00" in part
