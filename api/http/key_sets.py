"""Keys that verify tokens: where they are read from, and whether one of them signed a token."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Collection, Mapping
from pathlib import Path

import urllib3
from joserfc import jwt
from joserfc.errors import JoseError, UnsupportedAlgorithmError
from joserfc.jwk import Key
from joserfc.jws import (
    JWSAlgModel,  # pyright: ignore[reportPrivateImportUsage]
    JWSRegistry,
    extract_compact,
)
from litestar.exceptions import HTTPException

from alsolike.errors import AlsolikeError
from alsolike.shopper_keys import UnusableKeyError, algorithms_of, read_key_set
from api.log_text import in_log

logger = logging.getLogger("alsolike.web")

# Keys that are so old are read again; and how often an unknown key may have them read at most.
_FRESH_SECONDS = 300.0
_PAUSE_SECONDS = 30.0
_READ_SECONDS = 2.0
_MOST_KEY_BYTES = 64 * 1024

Read = Callable[[str], Awaitable[bytes]]


class TokenError(AlsolikeError):
    """A token is not good; the message says what the shop has to do, and quotes nothing of it."""


class NoKeysError(HTTPException):
    """The keys that verify tokens cannot be had now."""

    status_code = 503


class KeySet:
    """The public keys of a JWKS, as of the last time that it was read.

    Parameters
    ----------
    source : str
        Its address, or its file.
    clock : callable
        Seconds.
    read : callable
        Reads the source; raises `OSError` where that fails.
    """

    def __init__(
        self,
        source: str,
        clock: Callable[[], float] = time.monotonic,
        read: Read | None = None,
    ) -> None:
        self._source = source
        self._clock = clock
        self._read_source = read or _read_source
        self._keys: Mapping[str | None, Key] = {}
        self._read_at = float("-inf")
        self._tried_at = float("-inf")
        self._reading = asyncio.Lock()

    async def key_of(self, given: bytes) -> Key:
        """Return the key that a token names.

        Raises
        ------
        TokenError
            It names none of them, or is no token.
        NoKeysError
            They could never be read.
        """
        try:
            key_id = extract_compact(given).headers().get("kid")
        except (JoseError, ValueError, TypeError, RecursionError) as error:
            raise _unreadable() from error
        key = await self.find(key_id if isinstance(key_id, str) else None)
        if key is None:
            message = "The token names by `kid` no key that the JWKS has."
            raise TokenError(message)
        return key

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
        try:
            async with asyncio.timeout(_READ_SECONDS):
                content = await self._read_source(self._source)
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


def decode(given: bytes, key: Key) -> jwt.Token:
    """Return the header and the claims of a token that a key signed; the claims are not checked.

    Raises
    ------
    TokenError
        Another key signed it, or in another way, or it is damaged.
    """
    registry = _OneAlgorithm(algorithms_of(key))
    try:
        return jwt.decode(given, key, registry=registry)
    except UnsupportedAlgorithmError as error:
        names = ", ".join(sorted(algorithms_of(key)))
        message = f"`alg` of the token is not that of the key, {names}."
        raise TokenError(message) from error
    except (JoseError, ValueError, TypeError, RecursionError) as error:
        raise _unreadable() from error


def _unreadable() -> TokenError:
    return TokenError("The token is damaged, or another key signed it.")


async def _read_source(source: str) -> bytes:
    return await asyncio.to_thread(_fetch if "://" in source else _read_file, source)


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
