"""The mark of the next page of a list that grows out of a taste: all that was shown before."""

import base64
import binascii
import zlib
from datetime import datetime

import msgspec
from msgspec import Struct

from api.problems.errors import InvalidFieldError

# Products that the pages of one list show in all: the mark of the next page holds every id.
MOST_SHOWN = 500
# Of a mark, in bytes: addresses longer than 8 KB are refused on their way.
_LONGEST_MARK = 6000
_LARGEST_MARK = 200_000


class Page(Struct, array_like=True):
    """Where a list went on from: what the mark of its next page holds.

    A next page leaves out what was shown and keeps the taste of the first one, so that nothing
    comes twice, whatever is bought, viewed or sold out while somebody scrolls.

    Attributes
    ----------
    until : float
        Seconds since 1970 of the first page; what happened later makes no taste.
    model : str or None
        Which answered the first page.
    shown : list of str
        Ids of the products so far.
    """

    until: float
    model: str | None
    shown: list[str]


def encode_page(page: Page) -> str | None:
    """Write the mark of the next page; None where the list ends because it grew too long."""
    if len(page.shown) >= MOST_SHOWN:
        return None
    packed = zlib.compress(msgspec.json.encode(page), level=9)
    mark = base64.urlsafe_b64encode(packed).decode().rstrip("=")
    return mark if len(mark) <= _LONGEST_MARK else None


def decode_page(mark: str | None) -> Page | None:
    """Read the mark of a page; None for the first page.

    Raises
    ------
    InvalidFieldError
        The text is none of our marks.
    """
    if not mark:
        return None
    try:
        packed = base64.urlsafe_b64decode(mark + "=" * (-len(mark) % 4))
        unpacker = zlib.decompressobj()
        text = unpacker.decompress(packed, _LARGEST_MARK)
        page = msgspec.json.decode(text, type=Page)
        datetime.fromtimestamp(page.until)  # noqa: DTZ006  (only whether it is a time at all)
    except (
        binascii.Error, ValueError, zlib.error, msgspec.MsgspecError, OverflowError, OSError,
        RecursionError,
    ) as error:  # fmt: skip
        message = "Not a mark of this list: take it from `after` or `next` of the page before."
        raise InvalidFieldError("after", message) from error
    texts = [*page.shown, page.model or ""]
    if len(page.shown) > MOST_SHOWN + 100 or any("\x00" in one for one in texts):
        message = "Not a mark of this list: take it from `after` or `next` of the page before."
        raise InvalidFieldError("after", message)
    return page
