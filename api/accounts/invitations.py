"""Links by which shoppers whom the shop knows make their accounts: `alsolike invite`."""

from urllib.parse import urlencode

from alsolike.database import connect, query
from alsolike.errors import AlsolikeError
from alsolike.mail import deliver
from alsolike.privacy.hashes import folded_email
from alsolike.settings import Settings, is_loopback
from api.accounts import mail
from api.accounts.forms import email_fault
from api.accounts.service import new_token
from api.accounts.store import token_hash
from api.languages.choice import load_languages, offered_languages
from api.languages.translate import Language, spoken
from api.theme.theme import load_theme


class InvitationError(AlsolikeError):
    """Nobody was invited."""


def invite(settings: Settings, shopper_id: str, email: str, language: str | None = None) -> str:
    """Mail a shopper a link by which they make their account.

    Parameters
    ----------
    language : str, optional
        Tag of the mail's; None: the shop's default.

    Returns
    -------
    str
        The link, which lets in whoever has it.

    Raises
    ------
    InvitationError
        There is no such language, or the address is none, the site's is not known, the shopper is
        unknown, or they or the address have an account.
    MailError
        The mail was not sent; nothing is kept of it.
    """
    address, token = folded_email(email), new_token()
    if fault := email_fault(email):
        raise InvitationError(fault)
    page = _origin(settings) + settings.path_prefix + mail.CLAIM_PATH
    link = f"{page}?{urlencode({'token': token})}"
    with spoken(_language(settings, language)):
        letter = mail.letter(
            settings.mail,
            "claim",
            to=address,
            shop=load_theme(settings.theme_folder).name,
            link=link,
        )
    parameters = {
        "token_hash": token_hash(token),
        "shopper_id": shopper_id,
        "email": address,
        "seconds": mail.CLAIM_SECONDS,
    }
    with connect() as connection:
        if connection.execute(query("api/accounts/make_claim"), parameters).rowcount == 0:
            message = (
                f"There is no shopper {shopper_id}, or they or the address have an account already."
            )
            raise InvitationError(message)
        deliver(settings.mail, letter)
    return link


def _language(settings: Settings, tag: str | None) -> Language:
    """Find the language of a tag, else the first that pages are offered in."""
    found = load_languages()
    if tag is None:
        return next(iter(offered_languages(settings.page_languages, found).values()))
    by_tag = {one.tag.lower(): one for one in found.values()}
    if tag.lower() not in by_tag:
        message = f"There is no language {tag}: the site has {', '.join(found)}."
        raise InvitationError(message)
    return by_tag[tag.lower()]


def _origin(settings: Settings) -> str:
    if settings.browsers.public_origin:
        return settings.browsers.public_origin
    if is_loopback(settings.host):
        return f"http://{settings.host}:{settings.port}"
    message = "Set ALSOLIKE_PUBLIC_ORIGIN: no other setting tells where the link is to lead."
    raise InvitationError(message)
