"""The opaque marks that a page of a list hands on to the next one."""

import base64
import binascii
from typing import Any, TypeVar

import msgspec

from api.problems import InvalidFieldError

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
        return msgspec.json.decode(raw, type=shape)
    except (binascii.Error, ValueError, msgspec.MsgspecError) as error:
        message = "Not a cursor of this list: take it from the link to the next page."
        raise InvalidFieldError(field, message) from error
