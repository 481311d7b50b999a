"""Cursors of lists in an order of the shopper's choice."""

from math import isfinite

from api.languages.translate import marked
from api.listing.choices import Sort
from api.listing.store import Position
from api.paging.keyset import ListKey, decode_cursor, encode_cursor
from api.problems.errors import InvalidFieldError

_OTHER_ORDER = marked("The order of this list has changed. Start at its first page.")


def encode_position(sort: Sort, position: Position, of: ListKey) -> str:
    """Write where a page of a list ended."""
    return encode_cursor((sort, *position), of)


def decode_position(text: str | None, sort: Sort, of: ListKey) -> Position | None:
    """Read where the page before ended; None for the first page.

    Raises
    ------
    InvalidFieldError
        The text is no cursor of a list in that order.
    """
    found = decode_cursor(text, tuple[str, str, float, float, str], of)
    if found is None:
        return None
    if found[0] != sort or not all(map(isfinite, found[2:4])):
        raise InvalidFieldError("after", _OTHER_ORDER)
    return Position(*found[1:])
