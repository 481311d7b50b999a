"""Tokens that a shop signs for its shoppers' browsers: JSON Web Tokens (RFC 7519).

A token says whose lists a browser may ask for. It is good for one request, within a minute.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Collection, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import urllib3
from joserfc import jwt
from joserfc.errors import (
    ExpiredTokenError,
    JoseError,
    MissingClaimError,
    UnsupportedAlgorithmError,
)
from joserfc.jwk import Key
from joserfc.jws import (
    JWSAlgModel,  # pyright: ignore[reportPrivateImportUsage]
    JWSRegistry,
    extract_compact,
)
from joserfc.jwt import JWTClaimsRegistry
from litestar.exceptions import HTTPException
from msgspec import Struct

from alsolike.browsers import BrowserSettings
from alsolike.errors import AlsolikeError
from alsolike.shopper_keys import UnusableKeyError, algorithms_of, read_key, read_key_set
from api.log_text import in_log

logger = logging.getLogger("alsolike.web")

# Of a whole token: one of ours has about 300, with an RSA signature 600.
_MOST_BYTES = 4096
_MOST_SECONDS = 60
# How far the shop's clock may be ahead of ours for `nbf`. `exp` is met exactly.
_TOLERANCE = 5
_LONGEST_ID = 500
_PARTS = 3

# Keys that are so old are read again; and how often an unknown key may have them read at most.
_FRESH_SECONDS = 300.0
_PAUSE_SECONDS = 30.0
_READ_SECONDS = 2.0
_MOST_KEY_BYTES = 64 * 1024

# Notes that a token was used, by its id, until it expires; tells whether it was used before.
Spend = Callable[[str, datetime], Awaitable[bool]]


class TokenError(AlsolikeError):
    """A token is not good; the message says what the shop has to do, and quotes nothing of it."""


class NoKeysError(HTTPException):
    """The keys that verify tokens cannot be had now."""

    status_code = 503


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
        key = self._key or await self._find_key(given)
        return self._checked(_decode(given, key))

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

    async def _find_key(self, given: bytes) -> Key:
        assert self._key_set is not None  # noqa: S101  (one of the two is there)
        try:
            key_id = extract_compact(given).headers().get("kid")
        except (JoseError, ValueError, TypeError, RecursionError) as error:
            raise _unreadable() from error
        key = await self._key_set.find(key_id if isinstance(key_id, str) else None)
        if key is None:
            message = "The token names by `kid` no key that the JWKS has."
            raise TokenError(message)
        return key

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


class KeySet:
    """The public keys of a JWKS, as of the last time that it was read.

    Parameters
    ----------
    source : str
        Its address, or its file.
    """

    def __init__(self, source: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._source = source
        self._clock = clock
        self._keys: Mapping[str | None, Key] = {}
        self._read_at = float("-inf")
        self._tried_at = float("-inf")
        self._reading = asyncio.Lock()

    async def find(self, key_id: str | None) -> Key | None:
        """Return a key by its id, without one the only key; None if there is none.

        Raises
        ------
        NoKeysError
            They could never be read.
        """
        if self._lacks(key_id):
            async with self._reading:
                if self._lacks(key_id):
                    await self._read()
        if not self._keys:
            message = "The keys that verify tokens cannot be read now: see ALSOLIKE_TOKEN_JWKS."
            raise NoKeysError(message, headers={"Retry-After": "5"})
        return self._of(key_id)

    def _of(self, key_id: str | None) -> Key | None:
        if key_id is None and len(self._keys) == 1:
            return next(iter(self._keys.values()))
        return self._keys.get(key_id)

    def _lacks(self, key_id: str | None) -> bool:
        """Tell whether to read the keys: never often, however many tokens name unknown ones."""
        now = self._clock()
        if now - self._tried_at < _PAUSE_SECONDS:
            return False
        return now - self._read_at >= _FRESH_SECONDS or self._of(key_id) is None

    async def _read(self) -> None:
        """Read the keys; those that are known stay where that fails."""
        self._tried_at = self._clock()
        read = _fetch if "://" in self._source else _read_file
        try:
            async with asyncio.timeout(_READ_SECONDS):
                content = await asyncio.to_thread(read, self._source)
            self._keys = read_key_set(content)
        except (urllib3.exceptions.HTTPError, OSError, UnusableKeyError) as error:
            why = in_log(str(error) or type(error).__name__)
            logger.warning("The keys of %s were not read: %s", in_log(self._source), why)
            return
        self._read_at = self._clock()


class _OneAlgorithm(JWSRegistry):
    """Takes the algorithm of a key alone, by any of its names."""

    def __init__(self, names: Collection[str]) -> None:
        super().__init__(algorithms=names, strict_check_header=False)
        self._names = names

    def get_alg(self, name: str) -> JWSAlgModel:
        """Return the algorithm of a header."""
        # Without joserfc's warning that EdDSA is called Ed25519 now: shops' libraries say EdDSA.
        if name not in self._names:
            raise UnsupportedAlgorithmError
        return self.algorithms[name]


def _decode(given: bytes, key: Key) -> Mapping[str, Any]:
    registry = _OneAlgorithm(algorithms_of(key))
    try:
        return jwt.decode(given, key, registry=registry).claims
    except UnsupportedAlgorithmError as error:
        names = ", ".join(sorted(algorithms_of(key)))
        message = f"`alg` of the token is not that of the key, {names}."
        raise TokenError(message) from error
    except (JoseError, ValueError, TypeError, RecursionError) as error:
        raise _unreadable() from error


def _unreadable() -> TokenError:
    return TokenError("The token is damaged, or another key signed it.")


def _is_id(text: str) -> bool:
    # JSON may hold half a character, which is no text.
    is_text = text == text.encode(errors="ignore").decode() and "\x00" not in text
    return is_text and 0 < len(text) <= _LONGEST_ID


def _read_file(source: str) -> bytes:
    with Path(source).open("rb") as file:
        return file.read(_MOST_KEY_BYTES)


def _fetch(source: str) -> bytes:
    """Fetch keys, without following anybody elsewhere."""
    with urllib3.PoolManager(timeout=_READ_SECONDS, retries=False) as pool:
        answer = pool.request("GET", source, redirect=False, preload_content=False)
        try:
            content = answer.read(_MOST_KEY_BYTES)
        finally:
            answer.close()
        if answer.status != 200:  # noqa: PLR2004  (OK)
            message = f"The server answered {answer.status}."
            raise OSError(message)
        return content
