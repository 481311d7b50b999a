"""Mail to shoppers, by an SMTP server or as files."""

import os
import secrets
import smtplib
import ssl
from email.headerregistry import Address, AddressHeader, HeaderRegistry
from email.message import EmailMessage
from email.utils import formatdate, make_msgid

from alsolike.errors import AlsolikeError
from alsolike.mail_settings import MailSettings

_SECONDS = 20.0


class MailError(AlsolikeError):
    """A message could not be sent; what it says names no address of a person."""


def compose(settings: MailSettings, to: str, subject: str, text: str) -> EmailMessage:
    """Write a message of plain text to one address, which is taken as it stands.

    Where messages become files, its lines stand there as they are, so that a link can be copied.
    Mail servers may refuse that, so for them it is encoded.
    """
    message = EmailMessage()
    message["From"] = settings.sender
    name, _, host = to.rpartition("@")
    message["To"] = Address(username=name, domain=host)
    message["Subject"] = subject
    message["Date"] = formatdate()
    message["Message-ID"] = make_msgid(domain=_domain(settings.sender))
    # Nobody's holiday notice is to answer it (RFC 3834).
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text, cte=None if settings.host else "8bit")
    return message


def deliver(settings: MailSettings, message: EmailMessage) -> None:
    """Send a message, or write it below the home folder where no server is set.

    It takes as long as the server, at most about 20 seconds for each of its answers.

    Raises
    ------
    MailError
        It was not sent.
    """
    try:
        if settings.host:
            _send(settings, message)
        else:
            _write(settings, message)
    except smtplib.SMTPResponseException as error:
        failure = f"The mail server refused a message: {error.smtp_code}."
        raise MailError(failure) from None
    except (OSError, smtplib.SMTPException, ValueError) as error:
        # Their texts may quote the address.
        failure = f"A message could not be sent: {type(error).__name__}."
        raise MailError(failure) from None


def _send(settings: MailSettings, message: EmailMessage) -> None:
    context = ssl.create_default_context()
    with (
        smtplib.SMTP_SSL(settings.host, settings.port, timeout=_SECONDS, context=context)
        if settings.security == "tls"
        else smtplib.SMTP(settings.host, settings.port, timeout=_SECONDS)
    ) as server:
        if settings.security == "starttls":
            server.starttls(context=context)
        if settings.user:
            server.login(settings.user, settings.password)
        server.send_message(message, to_addrs=_recipient(message))


def _write(settings: MailSettings, message: EmailMessage) -> None:
    """Write a message under a name that sorts by time; only the owner may read it."""
    settings.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    moment = message["Date"].datetime
    name = f"{moment:%Y%m%dT%H%M%S}-{secrets.token_hex(4)}.eml"
    descriptor = os.open(settings.folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(message.as_bytes())


def _recipient(message: EmailMessage) -> str:
    header = message["To"]
    assert isinstance(header, AddressHeader)  # noqa: S101  (`compose` wrote it so)
    [address] = header.addresses
    return address.addr_spec


def _domain(sender: str) -> str:
    header = HeaderRegistry()("From", sender)
    assert isinstance(header, AddressHeader)  # noqa: S101  (the settings were read so)
    return header.addresses[0].domain
