"""Reading what one has just written, where reads go to replicas that follow the primary.

A write ends at a position of the write-ahead log. For a minute the writer's reads are answered by a
server that has reached it: a replica almost always, or else the primary. The position is kept in
three places, for whichever process comes next: in this process by who wrote, in the visitor's
cookie, and in a header that a program may send back.
"""

import re
import time

import msgspec
from cachetools import TTLCache

from api.exchange import AnyRequest
from api.http.notes import notes_of

HEADER = "alsolike-position"

_WRITERS = 10_000
_SECONDS = 60.0
_COOKIE_KEY = "position"
_FORM = re.compile(r"[0-9A-F]{1,8}/[0-9A-F]{1,8}")


class Positions:
    """Where the last write of each shopper or session ended, for a minute."""

    def __init__(self) -> None:
        self._known: TTLCache[str, str] = TTLCache(maxsize=_WRITERS, ttl=_SECONDS)

    def note(self, request: AnyRequest, who: str | None, position: str) -> None:
        """Keep where a write ended."""
        if who is not None:
            self._known[who] = position
        notes_of(request)[_COOKIE_KEY] = [position, int(time.time())]
        setattr(request.state, _COOKIE_KEY, position)

    def find(self, request: AnyRequest, who: str | None) -> str | None:
        """Return the latest position that a reader must see; None: any server will do."""
        given = [
            request.headers.get(HEADER, ""),
            _of_cookie(request),
            "" if who is None else self._known.get(who, ""),
        ]
        return max(filter(_FORM.fullmatch, given), key=_number, default=None)


def _of_cookie(request: AnyRequest) -> str:
    try:
        position, written_at = msgspec.convert(notes_of(request).get(_COOKIE_KEY), tuple[str, int])
    except msgspec.ValidationError:
        return ""
    return position if time.time() - written_at < _SECONDS else ""


def _number(position: str) -> int:
    high, low = position.split("/")
    return (int(high, 16) << 32) | int(low, 16)
