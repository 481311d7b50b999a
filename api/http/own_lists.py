"""Whose lists a request may ask for: with a shopper's token, that shopper's alone."""

from litestar.exceptions import NotAuthorizedException, PermissionDeniedException

from api.exchange import Exchange, current_exchange


def check_shopper(shopper_id: str) -> str:
    """Return the id of the shopper whose lists are asked for.

    Raises
    ------
    PermissionDeniedException
        The token is another shopper's.
    NotAuthorizedException
        There is neither key nor token.
    """
    exchange = current_exchange.get() or Exchange("")
    if exchange.is_anonymous:
        message = "A shopper's lists need an API key, or the shop's token for the shopper."
        raise NotAuthorizedException(message)
    if exchange.shopper_id not in (None, shopper_id):
        message = "The token is another shopper's: its `sub` has to be the shopper who is asked."
        raise PermissionDeniedException(message)
    return shopper_id


def own_shopper(shopper_id: str | None) -> str | None:
    """Return whose lists are asked for: who is named, else of whom the token is.

    Raises
    ------
    PermissionDeniedException, NotAuthorizedException
        As `check_shopper`.
    """
    exchange = current_exchange.get() or Exchange("")
    return exchange.shopper_id if shopper_id is None else check_shopper(shopper_id)


def check_session(session_id: str | None) -> None:
    """Refuse a session where there is no key: a token is of a shopper, who has none.

    Raises
    ------
    PermissionDeniedException
        A session is asked for.
    """
    exchange = current_exchange.get() or Exchange("")
    if session_id is not None and (exchange.is_anonymous or exchange.shopper_id is not None):
        message = "A session's lists and events need an API key."
        raise PermissionDeniedException(message)


def has_token() -> bool:
    """Tell whether a shopper's token came with the request."""
    exchange = current_exchange.get()
    return exchange is not None and exchange.shopper_id is not None
