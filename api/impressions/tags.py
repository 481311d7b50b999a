"""What the link of a product in a list carries, so that a click is known again without scripts.

To whoever agreed to measurement it is the id of the impression. To others it says the list and the
position alone, which everybody has who sees that list.
"""

import base64
import binascii
import os
import re
import struct
import time
from datetime import UTC, datetime
from typing import NamedTuple
from uuid import UUID

from msgspec import Struct

from api.ladder.tiers import TIERS

# The query parameter of a product's address.
TAG = "from"
PLACES = (
    "home",
    "product-similar",
    "product-goes-with",
    "product-recommended",
    "basket",
    "error-page",
)
MOST_POSITIONS = 255

_ID_CHARACTERS = 22
_LIST_TAG = re.compile(r"([a-z-]{1,40})\.([1-9][0-9]{0,2})\.([a-z]{1,20})\.([^\x00]{0,500})")
_MILLISECONDS = 1000


class ListTag(Struct, frozen=True):
    """Where a product was shown: which list, by which model, and at which position from 1."""

    place: str
    position: int
    tier: str
    model: str | None

    def text(self) -> str:
        """Return what the link carries."""
        return f"{self.place}.{self.position}.{self.tier}.{self.model or ''}"


class NewAnswer(NamedTuple):
    """An answer that is given now: the id of its list, and when."""

    answer_id: UUID
    served_at: datetime


def new_answer() -> NewAnswer:
    """Make a UUID of version 7, whose last byte is left for the position (RFC 9562, 5.7).

    Sixty-six of its bits are random: nobody guesses that of another visitor.
    """
    milliseconds = time.time_ns() // 1_000_000
    content = bytearray(struct.pack(">Q", milliseconds)[2:] + os.urandom(9) + b"\0")
    content[6] = 0x70 | (content[6] & 0x0F)
    content[8] = 0x80 | (content[8] & 0x3F)
    return NewAnswer(UUID(bytes=bytes(content)), _moment(milliseconds))


def impression_id(answer_id: UUID, position: int) -> UUID:
    """Return the id of the row at a position of an answer."""
    return UUID(int=answer_id.int | position)


def served_at(impression: UUID) -> datetime:
    """Return when the answer of an impression was made, as its id says."""
    return _moment(impression.int >> 80)


def id_tag(impression: UUID) -> str:
    """Write the id of an impression for a link: 22 characters."""
    return base64.urlsafe_b64encode(impression.bytes).rstrip(b"=").decode()


def read_tag(text: object) -> UUID | ListTag | None:
    """Read what a link carried; None for anything that we never wrote.

    Examples
    --------
    >>> read_tag("home.3.live.trained-1")
    ListTag(place='home', position=3, tier='live', model='trained-1')
    """
    if not isinstance(text, str):
        return None
    if len(text) == _ID_CHARACTERS:
        try:
            found = UUID(bytes=base64.urlsafe_b64decode(f"{text}=="))
        except (ValueError, binascii.Error):
            return None
        return found if found.version == 7 and found.int & 0xFF else None  # noqa: PLR2004
    parts = _LIST_TAG.fullmatch(text)
    if parts is None:
        return None
    place, position, tier, model = parts.groups()
    if place not in PLACES or tier not in TIERS or int(position) > MOST_POSITIONS:
        return None
    return ListTag(place, int(position), tier, model or None)


def _moment(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / _MILLISECONDS, UTC)
