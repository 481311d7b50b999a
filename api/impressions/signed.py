"""The ids of impressions that other programs get, and send back with what was seen or clicked on.

Such an id says where the product stood, and for a shopper or a measured session also which
impression it is. It is signed together with the product and with whom it was shown to, so that one
which was made up, or is of somebody else, is known without asking the database.
"""

import base64
import hashlib
import hmac
import re
from typing import Final
from uuid import UUID

from msgspec import Struct

from api.impressions.tags import MOST_POSITIONS, ListTag, id_tag, read_tag
from api.ladder.tiers import TIERS

PLACE_PATTERN: Final = r"^[A-Za-z0-9_-]+$"
MOST_PLACE_CHARACTERS: Final = 100

_SIGNATURE_BYTES = 9
_SIGNATURE_CHARACTERS = 12
_TEXT = re.compile(
    r"([A-Za-z0-9_-]{22})?\.([A-Za-z0-9_-]{1,100})\.([1-9][0-9]{0,2})\.([a-z]{1,20})\.([^\x00]{0,500})",
    re.DOTALL,
)


class SignedId(Struct, frozen=True):
    """What an id says.

    Attributes
    ----------
    impression : UUID or None
        None: it was shown to nobody in particular, and is only counted.
    """

    impression: UUID | None
    tag: ListTag


def whose(shopper_id: str | None, session_id: str | None) -> str:
    """Return what an id is signed with for somebody; empty for nobody in particular."""
    if shopper_id is not None:
        return f"shopper {shopper_id}"
    return "" if session_id is None else f"session {session_id}"


def write_id(key: bytes, who: str, product_id: str, signed: SignedId) -> str:
    """Write an id for an answer."""
    text = f"{'' if signed.impression is None else id_tag(signed.impression)}.{signed.tag.text()}"
    return _signature(key, who, product_id, text) + text


def read_id(key: bytes, who: str, product_id: str, written: str) -> SignedId | None:
    """Read an id that came back; None if it was not given out for this product and person.

    One that was shown to nobody in particular is good for anybody.
    """
    signature, text = written[:_SIGNATURE_CHARACTERS], written[_SIGNATURE_CHARACTERS:]
    parts = _TEXT.fullmatch(text)
    if parts is None:
        return None
    impression_text, place, position, tier, model = parts.groups()
    expected = _signature(key, who if impression_text else "", product_id, text)
    if not hmac.compare_digest(expected.encode(), signature.encode("utf-8", "replace")):
        return None
    impression = read_tag(impression_text)
    if isinstance(impression, ListTag) or tier not in TIERS or int(position) > MOST_POSITIONS:
        return None
    return SignedId(impression, ListTag(place, int(position), tier, model or None))


def _signature(key: bytes, who: str, product_id: str, text: str) -> str:
    content = f"{who}\0{product_id}\0{text}".encode("utf-8", "surrogatepass")
    digest = hmac.new(key, content, hashlib.sha256).digest()[:_SIGNATURE_BYTES]
    return base64.urlsafe_b64encode(digest).decode()
