"""Whether whoever asks for an erasure has to prove again that the account is theirs, and how."""

from collections.abc import Awaitable, Callable
from typing import Literal, cast

from api.exchange import AnyRequest
from api.visitors.proof import is_proved
from api.visitors.session import is_by_shop, shop_of

# How it is to be proved: not at all, by the account's password, or by signing in anew at the shop's
# identity provider; or that it is.
Proof = Literal["unneeded", "missing", "missing at shop", "right"]

# Tells of a request, the shopper who is signed in and a password, None before one was asked for,
# whether it is their account's; `unneeded` where the account has none. The app hands it in.
CheckPassword = Callable[
    [AnyRequest, str, str | None], Awaitable[Literal["unneeded", "missing", "right"]]
]


async def check_proof(request: AnyRequest, shopper_id: str, password: str | None) -> Proof:
    """Tell whether it is proved that the account is theirs.

    Who came by the shop's provider has nothing to show here; the provider asks them.

    Raises
    ------
    TooManyRequestsException
        Too many passwords were tried.
    """
    if is_by_shop(request) and shop_of(request).has_provider:
        return "right" if is_proved(request) else "missing at shop"
    check = cast("CheckPassword", request.app.state.check_password)
    return await check(request, shopper_id, password)
