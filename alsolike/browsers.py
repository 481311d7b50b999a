"""Settings of what shoppers' browsers ask: from which sites, and with whose tokens."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from alsolike.errors import SettingError

_ORIGIN = re.compile(r"https?://[a-z0-9_-]+(\.[a-z0-9_-]+)*(:[0-9]{1,5})?")
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True, slots=True)
class BrowserSettings:
    """What browsers may ask; all of it empty: nothing.

    Attributes
    ----------
    origins : tuple of str
        Of the pages that may ask, exactly as browsers write them.
    public_origin : str
        What precedes addresses of our own pages and pictures in answers; empty: nothing.
    token_key : str
        What verifies shoppers' tokens, as `alsolike.shopper_keys.read_key` takes it.
    token_jwks : str
        Address or file of the keys that do, instead.
    audience : str
        What `aud` of a token names.
    """

    origins: tuple[str, ...] = ()
    public_origin: str = ""
    token_key: str = field(default="", repr=False)
    token_jwks: str = ""
    audience: str = "alsolike"

    @property
    def has_tokens(self) -> bool:
        """Whether shoppers' tokens are taken."""
        return bool(self.token_key or self.token_jwks)


def read_browser_settings(env: Mapping[str, str], *, has_keys: bool) -> BrowserSettings:
    """Read the variables.

    Parameters
    ----------
    has_keys : bool
        Whether the API asks for keys.

    Raises
    ------
    SettingError
        A value cannot be used, or would protect nobody.
    """
    origins = (env.get("ALSOLIKE_CORS_ORIGINS") or "").split(",")
    found = BrowserSettings(
        origins=tuple(
            _origin("ALSOLIKE_CORS_ORIGINS", origin) for origin in origins if origin.strip()
        ),
        public_origin=_origin("ALSOLIKE_PUBLIC_ORIGIN", env.get("ALSOLIKE_PUBLIC_ORIGIN") or ""),
        token_key=env.get("ALSOLIKE_TOKEN_KEY") or "",
        token_jwks=_jwks(env.get("ALSOLIKE_TOKEN_JWKS") or ""),
        audience=env.get("ALSOLIKE_TOKEN_AUDIENCE") or "alsolike",
    )
    if found.token_key:
        _check_key(found.token_key)
    if found.token_key and found.token_jwks:
        message = "ALSOLIKE_TOKEN_KEY and ALSOLIKE_TOKEN_JWKS are both set: set one of them."
        raise SettingError(message)
    if found.has_tokens and not has_keys:
        message = (
            "Tokens protect nothing while the API is open: set ALSOLIKE_API_KEYS beside "
            "ALSOLIKE_TOKEN_KEY or ALSOLIKE_TOKEN_JWKS."
        )
        raise SettingError(message)
    return found


def _origin(name: str, text: str) -> str:
    origin = text.strip().lower()
    if origin and _ORIGIN.fullmatch(origin) is None:
        message = (
            f"{name} has {text.strip()!r}: give a scheme and a host such as "
            "https://shop.example.com, with a port if it is not the usual one, and no path."
        )
        raise SettingError(message)
    # Browsers leave out the usual port of a scheme.
    scheme, _, _ = origin.partition(":")
    return origin.removesuffix({"http": ":80", "https": ":443"}.get(scheme, ""))


def _jwks(text: str) -> str:
    if "://" not in text:
        return text
    parts = urlsplit(text)
    is_safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)
    if not is_safe or not parts.hostname:
        message = (
            "ALSOLIKE_TOKEN_JWKS is no address that begins with https://, which keeps others from "
            "putting in keys of their own; give such a one, or a file."
        )
        raise SettingError(message)
    return text


def _check_key(text: str) -> None:
    # Most commands need no keys, and what reads them takes a while to import.
    from alsolike.shopper_keys import UnusableKeyError, read_key  # noqa: PLC0415

    try:
        read_key(text)
    except UnusableKeyError as error:
        message = f"ALSOLIKE_TOKEN_KEY cannot be used. {error}"
        raise SettingError(message) from error
