"""Opaque cursors of keyset pagination: of which list, and where a page of it ended."""

import base64
import binascii
import hashlib
from datetime import datetime
from typing import Any, NewType, TypeVar

import msgspec

from api.languages.translate import marked
from api.problems.errors import InvalidFieldError

_NO_CURSOR = marked("Not a cursor of this list: take it from the link to the next page.")
_OTHER_LIST = marked("The cursor is of another list: begin at the first page of this one.")
# At the ends of what a datetime holds another zone is out of its range.
_FIRST_YEAR, _LAST_YEAR = 1, 9999

# Stands for a list in its cursors.
ListKey = NewType("ListKey", str)
Position = TypeVar("Position", bound=tuple[Any, ...])


def list_key(*question: object) -> ListKey:
    """Return what stands for a list in its cursors: a short hash of what the list is asked with.

    Parameters
    ----------
    *question : object
        The kind of list, and whatever makes another list of it, such as a category, words or
        filters; the size of a page and who asks do not. JSON is made of each.
    """
    digest = hashlib.blake2b(msgspec.json.encode(question), digest_size=6).digest()
    return ListKey(base64.urlsafe_b64encode(digest).decode())


def encode_cursor(position: tuple[Any, ...], of: ListKey) -> str:
    """Write where a page of a list ended as text that is safe in an address."""
    return base64.urlsafe_b64encode(msgspec.json.encode([of, *position])).decode().rstrip("=")


def decode_cursor(
    text: str | None, shape: type[Position], of: ListKey, field: str = "after"
) -> Position | None:
    """Read where the page before ended; None for the first page.

    Parameters
    ----------
    shape : type
        The tuple that was encoded, such as `tuple[float, str]`.
    of : ListKey
        The list that is asked for.

    Raises
    ------
    InvalidFieldError
        The text is none of our cursors, or one of another list.
    """
    if not text:
        return None
    try:
        raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        key, *parts = msgspec.json.decode(raw, type=list[Any])
    except (binascii.Error, ValueError, msgspec.MsgspecError, RecursionError) as error:
        raise InvalidFieldError(field, _NO_CURSOR) from error
    if not isinstance(key, str) or len(key) != len(of):
        raise InvalidFieldError(field, _NO_CURSOR)
    if key != of:
        raise InvalidFieldError(field, _OTHER_LIST)
    try:
        position = msgspec.convert(parts, shape)
    except (msgspec.MsgspecError, ValueError) as error:
        raise InvalidFieldError(field, _NO_CURSOR) from error
    if any(_is_unfit(part) for part in position):
        raise InvalidFieldError(field, _NO_CURSOR)
    return position


def _is_unfit(part: object) -> bool:
    """Tell what neither Postgres nor the local snapshot can compare with."""
    if isinstance(part, datetime):
        return part.tzinfo is None or not _FIRST_YEAR < part.year < _LAST_YEAR
    return isinstance(part, str) and "\x00" in part
