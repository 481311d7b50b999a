"""Passwords: which are taken, and how they are kept.

They are hashed by Argon2id with the parameters that argon2-cffi recommends (RFC 9106, the second
of its two options); a hash with others is made anew when its owner signs in.
"""

import asyncio
import unicodedata
from functools import cache, cached_property

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from alsolike.privacy.hashes import folded_email
from api.languages.translate import gettext as _

SHORTEST, LONGEST = 8, 200
# As typed, where a letter and its marks are characters of their own.
_LONGEST_TYPED = 4 * LONGEST

# Each takes 64 MB while it works.
_AT_ONCE = 4


class Passwords:
    """Hashes passwords in threads, a few at once."""

    def __init__(self) -> None:
        self._hasher = PasswordHasher()
        self._few = asyncio.Semaphore(_AT_ONCE)

    async def hash(self, password: str) -> str:
        """Return what is kept of a password."""
        async with self._few:
            return await asyncio.to_thread(self._hasher.hash, _written(password))

    async def verify(self, kept: str | None, password: str) -> bool:
        """Tell whether a password is the one of which something is kept.

        Without any (None) it takes as long, and it is not.
        """
        async with self._few:
            return await asyncio.to_thread(self._verify, kept, password)

    def is_outdated(self, kept: str) -> bool:
        """Tell whether a hash was made with other parameters than today's."""
        return self._hasher.check_needs_rehash(kept)

    def _verify(self, kept: str | None, password: str) -> bool:
        if len(password) > _LONGEST_TYPED:
            return False
        # Made here for both cases, so that the first one to need it does not stand out.
        of_nobody = self._of_nobody
        try:
            is_right = self._hasher.verify(kept or of_nobody, _written(password))
        except (VerificationError, InvalidHashError):
            return False
        return is_right and kept is not None

    @cached_property
    def _of_nobody(self) -> str:
        return self._hasher.hash("nobody's")


def password_fault(password: str, email: str) -> str | None:
    """Say why a password is not taken; None if it is.

    By the rules of NIST SP 800-63B: a length, and nothing that is tried first. None asks for kinds
    of characters.
    """
    # To normalise many marks takes quadratic time.
    written = _written(password[: _LONGEST_TYPED + 1])
    if len(written) < SHORTEST:
        return _("Use at least %(count)s characters.", count=SHORTEST)
    if len(written) > LONGEST or len(password) > _LONGEST_TYPED:
        return _("Use at most %(count)s characters.", count=LONGEST)
    address = folded_email(email)
    if written.lower() in {address, address.partition("@")[0]}:
        return _("Do not use your e-mail address as your password.")
    if written.lower() in _common():
        return _("Many people use this password, so it is easy to guess. Choose another one.")
    return None


def _written(password: str) -> str:
    """Return a password as every keyboard writes it."""
    return unicodedata.normalize("NFKC", password)


@cache
def _common() -> frozenset[str]:
    """Return the passwords that are seen most often: about 11,000 that are long enough."""
    # When somebody chooses a password first: it takes a tenth of a second and 12 MB.
    from zxcvbn.frequency_lists import FREQUENCY_LISTS  # noqa: PLC0415

    return frozenset(one for one in FREQUENCY_LISTS["passwords"] if len(one) >= SHORTEST)
