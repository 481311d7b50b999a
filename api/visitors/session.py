"""Who asks, by what the encrypted session cookie keeps.

The cookie holds the id of a signed-in shopper, or a random id of an anonymous visitor who agreed to
personalisation, and a message for the next page. Neither id is ever kept beside the other.
"""

import secrets
from collections.abc import Mapping
from typing import Any, cast

from litestar.exceptions import NotFoundException
from msgspec import Struct

from api.database.pool import Connection
from api.exchange import AnyRequest
from api.ladder.ladder import Steps
from api.ladder.requests import answer, ladder_of
from api.visitors import store
from api.visitors.shop import Shop

_SHOPPER, _SESSION, _VISITOR = "shopper_id", "session_id", "visitor"


class Visitor(Struct):
    """Who looks at the page: a shopper who signed in, an anonymous visitor who agreed, or neither.

    Attributes
    ----------
    session_id : str or None
        Of an anonymous visitor who agreed to personalisation; never beside a shopper.
    is_personalised : bool
        Whether what they do may be used, and kept, for recommending.
    """

    shopper_id: str | None = None
    display_name: str | None = None
    session_id: str | None = None
    is_personalised: bool = False


def shop_of(request: AnyRequest) -> Shop:
    """Return what is known of the app's shop."""
    return cast("Shop", request.app.state.shop)


async def require_pages(request: AnyRequest) -> None:
    """Let a request for a page through where there are pages.

    Raises
    ------
    NotFoundException
        There are none.
    """
    shop = shop_of(request)
    await shop.refresh()
    if not shop.has_pages:
        message = (
            "This shop has no pages: its API answers below /v1/. Whoever runs it can turn them on "
            "with ALSOLIKE_PAGES=true."
        )
        raise NotFoundException(message)


def require_choice(request: AnyRequest) -> None:
    """Let a request through where a visitor may choose a shopper.

    Raises
    ------
    NotFoundException
        The shoppers are real.
    """
    if not shop_of(request).can_sign_in:
        message = "Nobody signs in here: the shoppers of this shop are real people."
        raise NotFoundException(message)


def cookie_shopper(request: AnyRequest) -> str | None:
    """Return the shopper whom the cookie names; whether there is one tells `load_visitor`."""
    return request.session.get(_SHOPPER)


async def find_visitor(request: AnyRequest) -> Visitor:
    """Tell who asks, without the database where it is away or no shopper is signed in."""
    if cookie_shopper(request) is None:
        return remembered_visitor(request)[0]
    return await answer(request, _VISITOR_STEPS, request)


async def load_visitor(connection: Connection, request: AnyRequest) -> Visitor:
    """Tell who asks; a shopper who was erased, or turned out to be real, is signed out."""
    visitor = Visitor()
    shopper_id = request.session.get(_SHOPPER)
    session_id = request.session.get(_SESSION)
    if shopper_id is not None:
        row = await store.shopper(connection, shopper_id)
        if row is None:
            request.session.clear()
        else:
            visitor = Visitor(row.shopper_id, row.display_name, is_personalised=row.is_personalised)
            ladder_of(request).shoppers.note(row.shopper_id)
    elif session_id is not None:
        visitor = Visitor(session_id=session_id, is_personalised=True)
    setattr(request.state, _VISITOR, visitor)
    return visitor


def remembered_visitor(request: AnyRequest) -> tuple[Visitor, frozenset[str]]:
    """Tell who asks without the database, and what they are known to have bought or hidden.

    The cookie is trusted if this was the demo shop, and not changed. A shopper's consent cannot be
    looked up, so what they did is used for exclusions alone.
    """
    shopper_id = request.session.get(_SHOPPER) if shop_of(request).can_sign_in else None
    session_id = request.session.get(_SESSION)
    known = ladder_of(request).shoppers.find(shopper_id)
    visitor = Visitor(
        shopper_id,
        known.display_name,
        session_id=None if shopper_id else session_id,
        is_personalised=shopper_id is None and session_id is not None,
    )
    setattr(request.state, _VISITOR, visitor)
    return visitor, known.excluded


_VISITOR_STEPS = Steps(
    load_visitor,
    load_visitor,
    load_visitor,
    snapshot=lambda _local, request: remembered_visitor(request)[0],
)


def visitor_context(request: AnyRequest) -> Mapping[str, Any]:
    """Return what every template knows of the visitor, and what they may do.

    Where the request loaded no visitor, it is a stranger's.
    """
    shop = shop_of(request)
    return {
        "visitor": request.state.get(_VISITOR, Visitor()),
        "has_pages": shop.has_pages,
        "can_sign_in": shop.can_sign_in,
    }


def sign_in(request: AnyRequest, shopper_id: str) -> None:
    """Make the visitor a shopper; nothing of an anonymous session is carried over."""
    request.session.clear()
    request.session[_SHOPPER] = shopper_id


def agree(request: AnyRequest) -> None:
    """Give an anonymous visitor a random id to recommend by."""
    request.session.setdefault(_SESSION, secrets.token_urlsafe(18))


def withdraw(request: AnyRequest) -> None:
    """Forget the id of an anonymous visitor."""
    request.session.pop(_SESSION, None)
