"""Continuation tokens of lists that grow out of a taste: they hold all that was shown before."""

import base64
import binascii
import zlib
from datetime import MAXYEAR, MINYEAR, UTC, datetime

import msgspec
from msgspec import Struct

from api.languages.translate import marked
from api.paging.keyset import ListKey
from api.problems.errors import InvalidFieldError

# Of a token before its list is known.
NO_LIST = ListKey("")
# Products that the pages of one list show in all: the token of the next page holds every id.
MOST_SHOWN = 500
# Bytes of a token: proxies refuse addresses above 8 KB.
_LONGEST_TOKEN = 6000
_LARGEST_TOKEN = 200_000
_NO_TOKEN = marked("Not a token of this list: take it from `after` or `next` of the page before.")
_OTHER_LIST = marked("The token is of another list: begin at the first page of this one.")


class Continuation(Struct, frozen=True, array_like=True):
    """Where a list goes on.

    A next page leaves out what was shown and keeps the taste of the first one, so that nothing
    comes twice, whatever is bought, viewed or sold out while somebody scrolls.

    Attributes
    ----------
    until : datetime
        When the first page was asked for; what happened later makes no taste.
    model : str or None
        Which answered the first page.
    shown : list of str
        Ids of the products so far.
    of : str
        What stands for the list, of `api.paging.keyset.list_key`.
    """

    until: datetime
    model: str | None = None
    shown: list[str] = []
    of: ListKey = NO_LIST

    @property
    def is_first(self) -> bool:
        """Whether nothing was shown yet."""
        return not self.shown


def encode_continuation(page: Continuation) -> str | None:
    """Write the token of the next page; None where the list ends because it grew too long."""
    if len(page.shown) >= MOST_SHOWN:
        return None
    packed = zlib.compress(msgspec.json.encode(page), level=9)
    token = base64.urlsafe_b64encode(packed).decode().rstrip("=")
    return token if len(token) <= _LONGEST_TOKEN else None


def decode_continuation(token: str | None, of: ListKey) -> Continuation:
    """Read the token of a page of a list; without one the list begins now.

    Raises
    ------
    InvalidFieldError
        The text is none of our tokens, or one of another list.
    """
    if not token:
        return Continuation(datetime.now(UTC), of=of)
    try:
        packed = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
        text = zlib.decompressobj().decompress(packed, _LARGEST_TOKEN)
        page = msgspec.json.decode(text, type=Continuation)
    except (
        binascii.Error, ValueError, zlib.error, msgspec.MsgspecError, RecursionError,
    ) as error:  # fmt: skip
        raise InvalidFieldError("after", _NO_TOKEN) from error
    texts = [*page.shown, page.model or ""]
    is_time = page.until.tzinfo is not None and MINYEAR < page.until.year < MAXYEAR
    if not is_time or len(page.shown) > MOST_SHOWN + 100 or any("\x00" in one for one in texts):
        raise InvalidFieldError("after", _NO_TOKEN)
    if page.of != of:
        raise InvalidFieldError("after", _OTHER_LIST)
    return page
