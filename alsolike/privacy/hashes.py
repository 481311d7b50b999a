"""Keyed hashes of ids: who has the key can compare an id with one, and nobody can read it.

The list of erased shoppers holds them, so that it names nobody.
"""

import hashlib
import hmac
import unicodedata
from functools import cache
from typing import NamedTuple

from alsolike.settings import load_settings

# Characters of an e-mail address (RFC 5321, 4.5.3.1.3).
LONGEST_EMAIL = 254

_BLOCK = 64


class Pads(NamedTuple):
    """The two halves of an HMAC-SHA-256 key, as the SQL function `ops.keyed_hash` takes them."""

    inner_pad: bytes
    outer_pad: bytes


@cache
def erasure_key() -> bytes:
    """Return this process's key of the list of erased shoppers."""
    return load_settings().erasure_key


def shopper_hash(shopper_id: str) -> bytes:
    """Return the hash by which the list of erased shoppers knows a shopper: 32 bytes."""
    return hmac.digest(erasure_key(), shopper_id.encode(), "sha256")


def token_hash(token_id: str) -> bytes:
    """Return the hash by which it is known that a shopper's token was used: 32 bytes."""
    return hmac.digest(erasure_key(), b"token " + token_id.encode(), "sha256")


def attempt_hash(what: str) -> bytes:
    """Return the hash by which attempts to sign in are counted: 32 bytes."""
    return hmac.digest(erasure_key(), b"attempt " + what.encode(), "sha256")


def key_id() -> str:
    """Return what tells keys apart, without telling the key: 16 hexadecimal digits."""
    return hashlib.sha256(b"alsolike key id " + erasure_key()).hexdigest()[:16]


def pads() -> Pads:
    """Return the key for `ops.keyed_hash` (RFC 2104)."""
    key = erasure_key().ljust(_BLOCK, b"\0")
    return Pads(bytes(byte ^ 0x36 for byte in key), bytes(byte ^ 0x5C for byte in key))


def shopper_of(email: str | None, key: str) -> str | None:
    """Return the id that stands for an e-mail address; None if it is none.

    It is the HMAC-SHA-256 of the address in lower case, in hexadecimal digits.

    >>> shopper_of(" Anna@Example.com", "k") == shopper_of("anna@example.com", "k")
    True
    """
    address = folded_email(email or "")
    if "@" not in address:
        return None
    return hmac.digest(key.encode(), address.encode(), "sha256").hex()


def folded_email(email: str) -> str:
    """Return an e-mail address as it is compared and kept: NFC, without blanks, in lower case.

    Empty of a text that is too long for one: to normalise many marks takes quadratic time.

    >>> folded_email("a" * 300)
    ''
    """
    address = email.strip()
    if len(address) > LONGEST_EMAIL:
        return ""
    return unicodedata.normalize("NFC", address).strip().lower()
