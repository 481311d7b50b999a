"""Whether whoever asks for an erasure has to prove again that the account is theirs."""

from collections.abc import Awaitable, Callable
from typing import Literal

from api.exchange import AnyRequest

Proof = Literal["unneeded", "missing", "right"]

# Tells of a request, the shopper who is signed in and a password, None before one was asked for,
# whether it is their account's; `unneeded` without an account that has one. The app hands it in.
CheckPassword = Callable[[AnyRequest, str, str | None], Awaitable[Proof]]


async def without_passwords(_request: AnyRequest, _shopper_id: str, _password: str | None) -> Proof:
    """Ask for no password: nobody has one."""
    return "unneeded"
