"""Signing up and in, and the links that are mailed for it.

Whether an address has an account shows nowhere: both cases get the same answer after the same work.
A hash is computed either way, one transaction writes either way, and mail is sent after the answer.
"""

import secrets
from collections.abc import Sequence
from email.message import EmailMessage
from functools import partial
from typing import Any, Literal, TypeVar, cast

from msgspec import Struct
from msgspec.structs import replace

from alsolike.privacy.hashes import folded_email, shopper_of
from alsolike.settings import Settings
from api.accounts import attempts, mail, store
from api.accounts.attempts import Counted, TooOftenError
from api.accounts.mail import LinkAddresses
from api.accounts.passwords import Passwords
from api.accounts.store import Account, Link
from api.database.pool import Connection
from api.exchange import AnyRequest
from api.ladder.ladder import Work
from api.ladder.requests import read, write

Result = TypeVar("Result")

_TOKEN_BYTES = 32


class Accounts:
    """What the site needs for accounts, once for the app.

    Parameters
    ----------
    shop_name : str
        What mails call the shop.
    """

    def __init__(self, settings: Settings, shop_name: str) -> None:
        self.passwords = Passwords()
        self.addresses = LinkAddresses(settings)
        self.mail = settings.mail
        self.shopper_key = settings.shopper_key
        self.keep_seconds = settings.keep_sessions_days * 24 * 3600
        self.shop_name = shop_name

    def letter(self, occasion: mail.Occasion, *, to: str, link: str) -> EmailMessage:
        """Write a message with a link, in the language of the request."""
        return mail.letter(self.mail, occasion, to=to, shop=self.shop_name, link=link)


class NewAccount(Struct, frozen=True):
    """What somebody gives who signs up; the address as `folded_email` writes it."""

    email: str
    display_name: str | None
    password: str


def accounts_of(request: AnyRequest) -> Accounts:
    """Return what the app has for accounts."""
    return cast("Accounts", request.app.state.accounts)


async def check_password(request: AnyRequest, email: str, password: str) -> Account | None:
    """Return the account of an address if the password is its own; None otherwise.

    By the time that somebody is signed in it may be another one: see `sign_in`.

    Raises
    ------
    TooOftenError
        Somebody tried too often.
    """
    address = folded_email(email)
    # One transaction: an unknown address takes no shorter.
    account = await _taking(
        request,
        attempts.of_sign_in(address),
        partial(store.find_account, email=address),
    )
    passwords = accounts_of(request).passwords
    kept = None if account is None else account.password_hash
    if not await passwords.verify(kept, password) or account is None or kept is None:
        return None
    new_hash = await passwords.hash(password) if passwords.is_outdated(kept) else None

    async def succeed(connection: Connection) -> None:
        await attempts.forgive(connection, attempts.of_guesses(address))
        if new_hash is not None:
            await store.write_password(
                connection, account.shopper_id, old_hash=kept, new_hash=new_hash
            )

    await write(request, succeed, who=account.shopper_id)
    return replace(account, password_hash=new_hash or kept)


async def sign_up(request: AnyRequest, new: NewAccount, after: str) -> EmailMessage:
    """Keep what somebody signs up with until they confirm the address; return the mail to send.

    The owner of an address that has an account is told so by mail, and by mail alone.

    Raises
    ------
    TooOftenError
        Too much mail was sent from here, or to the address.
    NoPublicAddressError
        No link can be mailed.
    """
    accounts, token = accounts_of(request), new_token()
    confirm = accounts.addresses.whole(request, mail.CONFIRM_PATH, token, after)
    reset = accounts.addresses.whole(request, mail.NEW_PASSWORD_PATH, token, after)
    await _taking(request, attempts.of_mail(new.email))
    password_hash = await accounts.passwords.hash(new.password)
    purpose = await write(
        request,
        partial(
            store.ask_sign_up,
            token=token,
            email=new.email,
            hashed_id=shopper_of(new.email, accounts.shopper_key),
            new_id=new_shopper_id(),
            display_name=new.display_name,
            password_hash=password_hash,
            seconds=mail.SIGN_UP_SECONDS,
        ),
    )
    if purpose == "sign-up":
        return accounts.letter("sign-up", to=new.email, link=confirm)
    return accounts.letter("signed-up-before", to=new.email, link=reset)


async def ask_reset(request: AnyRequest, email: str, after: str) -> EmailMessage | None:
    """Keep a link that gives the account of an address another password; return the mail to send.

    None without an account. Raises as `sign_up` does.
    """
    accounts, token = accounts_of(request), new_token()
    address = folded_email(email)
    link = accounts.addresses.whole(request, mail.NEW_PASSWORD_PATH, token, after)
    has_account = await _taking(
        request,
        attempts.of_mail(address),
        partial(
            store.ask_reset,
            token=token,
            email=address,
            new_id=new_shopper_id(),
            seconds=mail.RESET_SECONDS,
        ),
    )
    message = accounts.letter("reset", to=address, link=link)
    return message if has_account else None


async def find_link(request: AnyRequest, token: str, purpose: store.Purpose) -> Link | None:
    """Find a link of a purpose; None if it is not good any more."""
    link = await read(request, partial(store.read_link, token=token))
    return link if link is not None and link.purpose == purpose else None


async def confirm(request: AnyRequest, token: str, link: Link, password: str) -> bool | None:
    """Make the account of a sign-up for whoever has the mail and knows the password.

    The password is asked for, because whoever signed up need not be who reads the mail: without it
    a stranger's password would open the account that its owner confirmed.

    Returns
    -------
    bool or None
        None: the password is another one. False: no account can be made of the link any more.

    Raises
    ------
    TooOftenError
        Somebody tried too often.
    """
    await _taking(request, attempts.of_link(token))
    passwords = accounts_of(request).passwords
    if link.password_hash is None or not await passwords.verify(link.password_hash, password):
        return None
    return await write(
        request,
        partial(
            store.make_account,
            token=token,
            shopper_id=link.shopper_id,
            password_hash=link.password_hash,
        ),
        who=link.shopper_id,
    )


async def claim(request: AnyRequest, token: str, link: Link, password: str) -> str | None:
    """Make the account of a shopper whom the shop knows.

    Returns
    -------
    str or None
        The hash of its password; None if no account can be made any more.
    """
    await _taking(request, attempts.of_link(token))
    password_hash = await accounts_of(request).passwords.hash(password)
    is_made = await write(
        request,
        partial(
            store.make_account,
            token=token,
            shopper_id=link.shopper_id,
            password_hash=password_hash,
        ),
        who=link.shopper_id,
    )
    return password_hash if is_made else None


async def reset_password(request: AnyRequest, token: str, password: str) -> tuple[str, str] | None:
    """Give the account of a link another password, and end its sessions.

    Returns
    -------
    tuple of str or None
        Its shopper and the hash of the password; None if the link is not good any more.
    """
    await _taking(request, attempts.of_link(token))
    password_hash = await accounts_of(request).passwords.hash(password)
    shopper_id = await write(
        request, partial(store.reset_password, token=token, password_hash=password_hash)
    )
    return None if shopper_id is None else (shopper_id, password_hash)


async def change_password(request: AnyRequest, account: Account, old: str, new: str) -> bool:
    """Give an account another password; False if the old one is not its own.

    Raises
    ------
    TooOftenError
        Somebody tried too often in the account's own sessions.
    """
    counted = attempts.of_password(account.shopper_id)
    await _taking(request, counted)
    passwords, kept = accounts_of(request).passwords, account.password_hash
    if kept is None or not await passwords.verify(kept, old):
        return False
    new_hash = await passwords.hash(new)

    async def work(connection: Connection) -> bool:
        await attempts.forgive(connection, counted)
        return await store.change_password(
            connection, account.shopper_id, old_hash=kept, new_hash=new_hash
        )

    return await write(request, work, who=account.shopper_id)


async def prove(
    request: AnyRequest, shopper_id: str, password: str | None
) -> Literal["unneeded", "missing", "right"]:
    """Tell whether a password is that of a shopper's account; `unneeded` where it has none.

    Parameters
    ----------
    password : str or None
        None: it was not asked for yet, so nothing is counted.

    Raises
    ------
    TooOftenError
        Somebody tried too often in the account's own sessions.
    """
    account = await read(request, partial(store.account_of, shopper_id=shopper_id))
    kept = None if account is None else account.password_hash
    if kept is None:
        return "unneeded"
    if not password:
        return "missing"
    counted = attempts.of_password(shopper_id)
    await _taking(request, counted)
    if not await accounts_of(request).passwords.verify(kept, password):
        return "missing"
    await write(request, partial(attempts.forgive, counted=counted), who=shopper_id)
    return "right"


async def _taking(
    request: AnyRequest, counted: Sequence[Counted], work: Work[Result] | None = None
) -> Result:
    """Count an attempt, and do some work in the same transaction unless there were too many.

    Raises
    ------
    TooOftenError
        There were.
    """

    async def take(connection: Connection) -> tuple[float | None, Any]:
        wait = await attempts.take(connection, counted)
        return wait, None if work is None or wait is not None else await work(connection)

    wait, result = await write(request, take)
    if wait is not None:
        raise TooOftenError(wait)
    return result


def new_token() -> str:
    """Make what a mailed link is good by."""
    return secrets.token_urlsafe(_TOKEN_BYTES)


def new_shopper_id() -> str:
    """Make an id for a shopper whom the shop does not know: 32 hexadecimal digits."""
    return secrets.token_hex(16)
