"""How often somebody may try to sign in, or have mail sent, before they have to wait.

Counted in the database, so all web processes count together. The generic cell rate algorithm: some
attempts may come at once, and one more after each pause. What is counted is known by a keyed hash.

An attempt to sign in counts for the address that it comes from, for the account, and for both
together, so that a stranger who guesses is stopped long before the owner, who comes from elsewhere.
Who is signed in stays so, whatever strangers try: no session asks for any of these.
"""

import math
from collections.abc import Sequence

from litestar.exceptions import TooManyRequestsException
from msgspec import Struct

from alsolike.privacy.hashes import attempt_hash
from api.accounts import store
from api.database.pool import Connection
from api.exchange import current_exchange
from api.languages.translate import ngettext

_MINUTE = 60


class Limit(Struct, frozen=True):
    """How many attempts may come at once, and the pause in seconds after which one more may."""

    name: str
    most: int
    seconds: float


class Counted(Struct, frozen=True):
    """What an attempt counts for."""

    limit: Limit
    key_hash: bytes


_SIGN_IN_FROM = Limit("sign-in from", 50, 10)
_SIGN_IN_TO = Limit("sign-in to", 100, 30)
_SIGN_IN_FROM_TO = Limit("sign-in from and to", 10, 60)
_MAIL_FROM = Limit("mail from", 20, 60)
_MAIL_TO = Limit("mail to", 5, 600)
_LINK_FROM = Limit("link from", 50, 10)
_LINK = Limit("link", 10, 60)
_PASSWORD_OF = Limit("password of", 10, 60)


class TooOftenError(TooManyRequestsException):
    """Somebody has to wait before they may try again."""

    def __init__(self, seconds: float) -> None:
        wait = max(1, math.ceil(seconds))
        if wait < _MINUTE:
            message = ngettext(
                "Too many attempts: wait %(num)s second.",
                "Too many attempts: wait %(num)s seconds.",
                wait,
            )
        else:
            message = ngettext(
                "Too many attempts: wait %(num)s minute.",
                "Too many attempts: wait %(num)s minutes.",
                math.ceil(wait / _MINUTE),
            )
        super().__init__(message, headers={"Retry-After": str(wait)})


def of_sign_in(email: str) -> list[Counted]:
    """Return what an attempt to sign in counts for."""
    return [*_from_here(_SIGN_IN_FROM), *of_guesses(email)]


def of_guesses(email: str) -> list[Counted]:
    """Return of what an attempt to sign in counts for what is forgotten once it succeeded."""
    return [
        _counted(_SIGN_IN_TO, email),
        *(_counted(_SIGN_IN_FROM_TO, f"{client} {email}") for client in _client()),
    ]


def of_mail(email: str) -> list[Counted]:
    """Return what a message to an address counts for."""
    return [*_from_here(_MAIL_FROM), _counted(_MAIL_TO, email)]


def of_link(token: str) -> list[Counted]:
    """Return what a password given for a link counts for."""
    return [*_from_here(_LINK_FROM), _counted(_LINK, token)]


def of_password(shopper_id: str) -> list[Counted]:
    """Return what a guess at the password of who is signed in counts for."""
    return [_counted(_PASSWORD_OF, shopper_id)]


async def take(connection: Connection, counted: Sequence[Counted]) -> float | None:
    """Count an attempt.

    Returns
    -------
    float or None
        The seconds to wait where there have been too many; then nothing else is to be done.
    """
    return await store.take_attempts(
        connection,
        key_hashes=[one.key_hash for one in counted],
        most=[one.limit.most for one in counted],
        seconds=[one.limit.seconds for one in counted],
    )


async def forgive(connection: Connection, counted: Sequence[Counted]) -> None:
    """Forget attempts, because the last one succeeded."""
    await store.forgive_attempts(connection, [one.key_hash for one in counted])


def _counted(limit: Limit, what: str) -> Counted:
    return Counted(limit, attempt_hash(f"{limit.name} {what}"))


def _from_here(limit: Limit) -> list[Counted]:
    return [_counted(limit, client) for client in _client()]


def _client() -> list[str]:
    """Return the address that the request comes from, if it has one."""
    exchange = current_exchange.get()
    return [exchange.client] if exchange is not None and exchange.client else []
