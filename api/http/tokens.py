"""Tokens that a shop signs for its shoppers' browsers: JSON Web Tokens (RFC 7519).

A token says whose lists a browser may ask for. It is good for one request, within a minute.
"""

import time
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from joserfc.errors import ExpiredTokenError, JoseError, MissingClaimError
from joserfc.jwt import JWTClaimsRegistry
from msgspec import Struct

from alsolike.browsers import BrowserSettings
from alsolike.shopper_keys import read_key
from api.http.key_sets import KeySet, TokenError, decode

# Of a whole token: one of ours has about 300, with an RSA signature 600.
_MOST_BYTES = 4096
_MOST_SECONDS = 60
# How far the shop's clock may be ahead of ours for `nbf`. `exp` is met exactly.
_TOLERANCE = 5
_LONGEST_ID = 500
_PARTS = 3

# Notes that a token was used, by its id, until it expires; tells whether it was used before.
Spend = Callable[[str, datetime], Awaitable[bool]]


class ShopperToken(Struct, frozen=True):
    """What a verified token says."""

    shopper_id: str
    token_id: str
    expires_at: datetime


def is_token(given: bytes) -> bool:
    """Tell whether a client gives something of the form of a token."""
    # Base64 of `{"`, which the header begins with.
    return given.startswith(b"eyJ") and given.count(b".") == _PARTS - 1


class Tokens:
    """Verifies tokens, and sees to it that each is used once.

    Parameters
    ----------
    spend : callable
        Where it is kept which ones were used.
    clock : callable
        Seconds since 1970.
    """

    def __init__(
        self, settings: BrowserSettings, spend: Spend, clock: Callable[[], float] = time.time
    ) -> None:
        self._spend = spend
        self._clock = clock
        self._audience = settings.audience
        self._key = read_key(settings.token_key) if settings.token_key else None
        self._key_set = KeySet(settings.token_jwks) if settings.token_jwks else None

    def __bool__(self) -> bool:
        """Whether tokens are taken."""
        return self._key is not None or self._key_set is not None

    async def verify(self, given: bytes) -> ShopperToken:
        """Check signature, time and audience of a token.

        Raises
        ------
        TokenError
            It is not good.
        NoKeysError
            The keys cannot be had.
        """
        if len(given) > _MOST_BYTES:
            message = f"The token is longer than {_MOST_BYTES} bytes."
            raise TokenError(message)
        key = self._key
        if key is None:
            assert self._key_set is not None  # noqa: S101  (one of the two is there)
            key = await self._key_set.key_of(given)
        return self._checked(decode(given, key).claims)

    async def spend(self, token: ShopperToken) -> None:
        """Note that a token is used.

        Raises
        ------
        TokenError
            It was used before.
        psycopg.Error, DatabaseAwayError
            It cannot be noted now, so the token must not be taken.
        """
        if not await self._spend(token.token_id, token.expires_at):
            message = "The token was used before: each is good for one request. Sign another one."
            raise TokenError(message)

    def _checked(self, claims: Mapping[str, Any]) -> ShopperToken:
        now = int(self._clock())
        required = JWTClaimsRegistry(
            now,
            sub={"essential": True},
            aud={"essential": True, "value": self._audience},
            exp={"essential": True},
            jti={"essential": True},
        )
        try:
            required.validate({name: claims.get(name) for name in required.options})
            if "nbf" in claims:
                JWTClaimsRegistry(now, leeway=_TOLERANCE).validate({"nbf": claims["nbf"]})
        except ExpiredTokenError as error:
            message = "The token has expired: have the shop sign another one for each request."
            raise TokenError(message) from error
        except MissingClaimError as error:
            message = "The token lacks one of `sub`, `aud`, `exp` and `jti`."
            raise TokenError(message) from error
        except JoseError as error:
            message = _WRONG.get(getattr(error, "claim", ""), "A claim of the token is not good.")
            raise TokenError(message) from error
        if claims["exp"] > now + _MOST_SECONDS:
            message = f"`exp` of the token is more than {_MOST_SECONDS} seconds from now."
            raise TokenError(message)
        token_id, shopper_id = claims["jti"], claims["sub"].strip()
        if not (_is_id(token_id) and _is_id(shopper_id)):
            message = f"`sub` and `jti` of the token have 1 to {_LONGEST_ID} characters."
            raise TokenError(message)
        return ShopperToken(shopper_id, token_id, datetime.fromtimestamp(claims["exp"], UTC))


_WRONG: Final[Mapping[str, str]] = {
    "sub": "`sub` of the token has to be a text: the shopper's id.",
    "aud": "`aud` of the token does not name this site: see ALSOLIKE_TOKEN_AUDIENCE.",
    "exp": "`exp` of the token has to be a number: seconds since 1970.",
    "jti": "`jti` of the token has to be a text that no other token has.",
    "nbf": "The token is not good yet: `nbf` is in the future, or is no time.",
}


def _is_id(text: str) -> bool:
    # JSON may hold half a character, which is no text.
    is_text = text == text.encode(errors="ignore").decode() and "\x00" not in text
    return is_text and 0 < len(text) <= _LONGEST_ID
