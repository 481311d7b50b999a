"""Settings of signing in through the shop's own identity provider, by OpenID Connect."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from alsolike.errors import SettingError

_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_SCOPE = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]+")


@dataclass(frozen=True, slots=True)
class OidcSettings:
    """The shop's identity provider, and what is read of its answers.

    Attributes
    ----------
    issuer : str
        As the provider calls itself; empty: nobody signs in through one.
    client_secret : str
        Empty: the client has none, and the codes that it asks for are its proof.
    scopes : tuple of str
        What is asked for; `openid` is among them.
    shopper_claim : str
        The claim that holds the shop's id of the shopper.
    name_claim : str
        The claim that holds what to call them.
    button : str
        What the button says; empty: our own words.
    """

    issuer: str = ""
    client_id: str = ""
    client_secret: str = field(default="", repr=False)
    scopes: tuple[str, ...] = ("openid", "profile")
    shopper_claim: str = "sub"
    name_claim: str = "name"
    button: str = ""

    def __bool__(self) -> bool:
        """Whether there is a provider."""
        return bool(self.issuer)


def read_oidc_settings(
    env: Mapping[str, str], *, public_origin: str, is_local: bool
) -> OidcSettings:
    """Read the variables.

    Parameters
    ----------
    public_origin : str
        Scheme and host at which browsers reach the site; empty: not told.
    is_local : bool
        Whether this machine's browsers alone reach it.

    Raises
    ------
    SettingError
        A value cannot be used, or one is missing.
    """
    found = OidcSettings(
        issuer=_issuer(env.get("ALSOLIKE_OIDC_ISSUER") or ""),
        client_id=env.get("ALSOLIKE_OIDC_CLIENT_ID") or "",
        client_secret=env.get("ALSOLIKE_OIDC_CLIENT_SECRET") or "",
        scopes=_scopes(env.get("ALSOLIKE_OIDC_SCOPES") or "openid profile"),
        shopper_claim=(env.get("ALSOLIKE_OIDC_SHOPPER_CLAIM") or "sub").strip(),
        name_claim=(env.get("ALSOLIKE_OIDC_NAME_CLAIM") or "name").strip(),
        button=_button(env.get("ALSOLIKE_OIDC_BUTTON") or ""),
    )
    _check_together(found)
    if found:
        _check_origin(public_origin, is_local=is_local)
    return found


def is_safe_address(text: str) -> bool:
    """Tell whether nobody on the way can read or change what is sent to an address."""
    try:
        parts = urlsplit(text)
        host = parts.hostname
    except ValueError:
        return False
    return bool(host) and (
        parts.scheme == "https" or (parts.scheme == "http" and host in _LOOPBACK)
    )


def _issuer(text: str) -> str:
    issuer = text.strip()
    if issuer and (not is_safe_address(issuer) or set("?#") & set(issuer)):
        message = (
            f"ALSOLIKE_OIDC_ISSUER is {issuer!r}: give the address that the provider calls itself "
            "by, such as https://login.example.com/realms/shop; it begins with https:// and has "
            "neither ? nor #."
        )
        raise SettingError(message)
    return issuer


def _scopes(text: str) -> tuple[str, ...]:
    scopes = tuple(dict.fromkeys(text.split()))
    if "openid" not in scopes or not all(_SCOPE.fullmatch(scope) for scope in scopes):
        message = (
            f"ALSOLIKE_OIDC_SCOPES is {text!r}: give words with blanks between them, and openid "
            "among them, as in openid profile."
        )
        raise SettingError(message)
    return scopes


def _button(text: str) -> str:
    button = text.strip()
    if not button.isprintable():
        message = (
            "ALSOLIKE_OIDC_BUTTON has a character that cannot be shown: give one line of text."
        )
        raise SettingError(message)
    return button


def _check_together(found: OidcSettings) -> None:
    if found.issuer and not found.client_id:
        message = (
            "ALSOLIKE_OIDC_ISSUER is set without ALSOLIKE_OIDC_CLIENT_ID: register alsolike at the "
            "provider as a client, and set the id that it gets there."
        )
        raise SettingError(message)
    if not found.issuer and (found.client_id or found.client_secret):
        message = (
            "ALSOLIKE_OIDC_CLIENT_ID or ALSOLIKE_OIDC_CLIENT_SECRET is set without "
            "ALSOLIKE_OIDC_ISSUER: set the provider's address too, or leave them out."
        )
        raise SettingError(message)


def _check_origin(public_origin: str, *, is_local: bool) -> None:
    if not public_origin and not is_local:
        message = (
            "ALSOLIKE_OIDC_ISSUER needs ALSOLIKE_PUBLIC_ORIGIN, because the provider sends "
            "shoppers back to an address that was registered there: set it to such as "
            "https://shop.example.com."
        )
        raise SettingError(message)
    if public_origin and not is_safe_address(public_origin):
        message = (
            f"ALSOLIKE_PUBLIC_ORIGIN is {public_origin}, over which others could read what the "
            "provider sends back: with ALSOLIKE_OIDC_ISSUER it begins with https://."
        )
        raise SettingError(message)
