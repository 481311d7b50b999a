"""What is mailed to shoppers, and to which address its links lead."""

import asyncio
import logging
from email.message import EmailMessage
from typing import Literal
from urllib.parse import urlencode

from litestar.exceptions import HTTPException

from alsolike.mail import MailError, compose, deliver
from alsolike.mail_settings import MailSettings
from alsolike.settings import Settings
from api.exchange import AnyRequest, public_path
from api.http.hosts import Hosts
from api.languages.translate import gettext as _

logger = logging.getLogger("alsolike.web")

# In seconds. A claim waits for somebody who did not ask for it.
SIGN_UP_SECONDS = 24 * 3600
RESET_SECONDS = 3600
CLAIM_SECONDS = 14 * 24 * 3600

CONFIRM_PATH = "/account/confirm"
CLAIM_PATH = "/account/claim"
NEW_PASSWORD_PATH = "/account/new-password"  # noqa: S105  (a path)

Occasion = Literal["sign-up", "signed-up-before", "reset", "claim"]


class NoPublicAddressError(HTTPException):
    """It is not known at which address the site is, so no link to it can be mailed."""

    status_code = 503


class LinkAddresses:
    """Where links in mails lead: never to a host that a stranger put into a request."""

    def __init__(self, settings: Settings) -> None:
        self._origin = settings.browsers.public_origin
        self._hosts = Hosts(settings.allowed_hosts)

    def whole(self, request: AnyRequest, path: str, token: str, after: str | None = None) -> str:
        """Return the whole address of a page that takes a token.

        Parameters
        ----------
        after : str, optional
            Local path to go on to.

        Raises
        ------
        NoPublicAddressError
            No setting tells the site's address, and the request names a host of no setting.
        """
        parameters = {"token": token, **({} if after is None else {"next": after})}
        return f"{self._origin_of(request)}{public_path(path)}?{urlencode(parameters)}"

    def _origin_of(self, request: AnyRequest) -> str:
        if self._origin:
            return self._origin
        host = request.headers.get("host", "").lower()
        if not self._hosts.is_named(host):
            message = _(
                "This shop cannot send mail yet: whoever runs it has to set ALSOLIKE_PUBLIC_ORIGIN."
            )
            raise NoPublicAddressError(message)
        return f"{request.scope['scheme']}://{host}"


def letter(
    settings: MailSettings, occasion: Occasion, *, to: str, shop: str, link: str
) -> EmailMessage:
    """Write a message with a link, in the language of the request."""
    subject, text = _LETTERS[occasion](shop, link)
    return compose(settings, to, subject, f"{text}\n")


def _sign_up(shop: str, link: str) -> tuple[str, str]:
    return _("Confirm your e-mail address"), _(
        "Hello,\n\nsomebody asked for an account at %(shop)s with this e-mail address. If it was "
        "you, open this link and enter the password that you chose:\n\n%(link)s\n\nThe link works "
        "for one day. If it was not you, you do not need to do anything: without the link no "
        "account is created.",
        shop=shop,
        link=link,
    )


def _signed_up_before(shop: str, link: str) -> tuple[str, str]:
    return _("You have an account"), _(
        "Hello,\n\nsomebody asked for an account at %(shop)s with this e-mail address, but the "
        "address already has an account. If it was you, sign in to that account. If you forgot "
        "its password, choose a new one here:\n\n%(link)s\n\nThe link works for one day. If it was "
        "not you, you do not need to do anything: nothing was changed.",
        shop=shop,
        link=link,
    )


def _reset(shop: str, link: str) -> tuple[str, str]:
    return _("Choose a new password"), _(
        "Hello,\n\nsomebody asked for a new password for your account at %(shop)s. If it was you, "
        "choose the password here:\n\n%(link)s\n\nThe link works for one hour, and only once. If "
        "it was not you, you do not need to do anything: nothing was changed.",
        shop=shop,
        link=link,
    )


def _claim(shop: str, link: str) -> tuple[str, str]:
    return _("Your account is ready"), _(
        "Hello,\n\nyou are a customer of %(shop)s, and can have an account on its site. What you "
        "bought is in it already. Choose a password for your account here:\n\n%(link)s\n\nThe link "
        "works for two weeks, and only once. If you do not want an account, you do not need to do "
        "anything.",
        shop=shop,
        link=link,
    )


_LETTERS = {
    "sign-up": _sign_up,
    "signed-up-before": _signed_up_before,
    "reset": _reset,
    "claim": _claim,
}


async def send(settings: MailSettings, message: EmailMessage) -> None:
    """Send a message after the answer; a failure is logged, and the shopper may ask again."""
    try:
        await asyncio.to_thread(deliver, settings, message)
    except MailError as error:
        logger.warning("%s", error)
