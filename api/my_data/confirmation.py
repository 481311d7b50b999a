"""Whether whoever asks for an erasure has to prove again that the account is theirs."""

from collections.abc import Awaitable, Callable
from typing import Literal, cast

from api.exchange import AnyRequest

Proof = Literal["unneeded", "missing", "right"]

# Tells of a request, the shopper who is signed in and a password, None before one was asked for,
# whether it is their account's; `unneeded` where the account has none. The app hands it in.
CheckPassword = Callable[[AnyRequest, str, str | None], Awaitable[Proof]]


def password_check(request: AnyRequest) -> CheckPassword:
    """Return the app's."""
    return cast("CheckPassword", request.app.state.check_password)
