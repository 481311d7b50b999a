"""The settings of the mail that the site sends to shoppers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from email.errors import MessageError
from email.headerregistry import AddressHeader, HeaderRegistry
from pathlib import Path
from typing import Literal

from alsolike.errors import SettingError

Security = Literal["starttls", "tls", "none"]

_PORTS: Mapping[Security, int] = {"starttls": 587, "tls": 465, "none": 25}


@dataclass(frozen=True, slots=True)
class MailSettings:
    """How mail is sent.

    Attributes
    ----------
    host : str
        Of the SMTP server; empty: messages become files in `folder`.
    user : str
        Empty: nobody logs in to the server.
    sender : str
        What `From` says.
    security : 'starttls', 'tls' or 'none'
        How the connection to the server is encrypted.
    folder : Path
        Gets the messages as `.eml` where there is no server.
    """

    host: str
    port: int
    user: str
    password: str = field(repr=False)
    sender: str
    security: Security
    folder: Path


def read_mail_settings(env: Mapping[str, str], home: Path) -> MailSettings:
    """Read the variables of mail.

    Raises
    ------
    SettingError
        One is not usable, a server is named without a sender, or a password would travel in clear.
    """
    security = _security(env)
    found = MailSettings(
        host=env.get("ALSOLIKE_SMTP_HOST") or "",
        port=_port(env, _PORTS[security]),
        user=env.get("ALSOLIKE_SMTP_USER") or "",
        password=env.get("ALSOLIKE_SMTP_PASSWORD") or "",
        sender=_sender(env),
        security=security,
        folder=home / "mail",
    )
    if found.host and not env.get("ALSOLIKE_MAIL_FROM"):
        message = (
            "ALSOLIKE_SMTP_HOST needs ALSOLIKE_MAIL_FROM: set it to the address that mail comes "
            "from, such as Shop <shop@example.com>."
        )
        raise SettingError(message)
    if found.user and found.security == "none":
        message = (
            "ALSOLIKE_SMTP_SECURITY is none, so the password of ALSOLIKE_SMTP_USER would travel in "
            "clear: set it to starttls or tls, or leave the user out."
        )
        raise SettingError(message)
    return found


def _security(env: Mapping[str, str]) -> Security:
    match text := env.get("ALSOLIKE_SMTP_SECURITY") or "starttls":
        case "starttls" | "tls" | "none":
            return text
        case _:
            message = f"ALSOLIKE_SMTP_SECURITY is {text!r}: set it to starttls, tls or none."
            raise SettingError(message)


def _port(env: Mapping[str, str], default: int) -> int:
    text = env.get("ALSOLIKE_SMTP_PORT") or str(default)
    if not text.isascii() or not text.isdecimal() or not 1 <= int(text) <= 65535:  # noqa: PLR2004  (a port)
        message = f"ALSOLIKE_SMTP_PORT is {text!r}: set it to a whole number from 1 to 65535."
        raise SettingError(message)
    return int(text)


def _sender(env: Mapping[str, str]) -> str:
    text = env.get("ALSOLIKE_MAIL_FROM") or "alsolike <shop@localhost>"
    try:
        header = HeaderRegistry()("From", text)
    except (MessageError, ValueError, IndexError):
        header = None
    if (
        not isinstance(header, AddressHeader)
        or header.defects
        or len(header.addresses) != 1
        or not header.addresses[0].domain
    ):
        message = (
            f"ALSOLIKE_MAIL_FROM is {text!r}: set it to an address such as shop@example.com or "
            "Shop <shop@example.com>."
        )
        raise SettingError(message)
    return text
