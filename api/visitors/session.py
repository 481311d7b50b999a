"""Who asks, by what the session keeps.

A session holds the id of a signed-in shopper, or a random id of an anonymous visitor who agreed to
personalisation; neither id is ever kept beside the other. Beside a shopper's id it holds whether
they signed in to their account, the shop's identity provider named them, or they were chosen in the
demo's shop. It also holds the id of the basket of a visitor who is not signed in, what a visitor
hid who has no account or did not agree, and what somebody searched for last who agreed.
"""

import secrets
from collections.abc import Mapping, Sequence
from typing import Any, cast

from litestar.exceptions import NotFoundException
from msgspec import Struct

from api.basket.store import basket_of_shopper, merge, summarise
from api.database.pool import Connection
from api.exchange import AnyRequest
from api.ladder.ladder import Steps
from api.ladder.requests import answer, ladder_of, write
from api.languages.translate import gettext as _
from api.sessions.session import HIDDEN, SEARCHES, sessions_of
from api.visitors import store
from api.visitors.shop import Shop
from api.visitors.store import SignedInBy

_SHOPPER, _SESSION, _BASKET, _VISITOR = "shopper_id", "session_id", "basket_id", "visitor"
_BY = "by"


class Visitor(Struct):
    """Who looks at the page: a shopper who signed in, an anonymous visitor who agreed, or neither.

    Attributes
    ----------
    session_id : str or None
        Of an anonymous visitor who agreed to personalisation; never beside a shopper.
    is_personalised : bool
        Whether what they do may be used, and kept, for recommending.
    basket_id : str or None
        None: they have no basket yet.
    pieces : int or None
        How many lie in the basket; None: that cannot be asked now.
    in_basket : sequence of str
        Ids of the products that lie in the basket.
    hidden : sequence of str
        Ids of the products that they hid, in the database.
    hidden_here : sequence of str
        Ids of the products that they hid, in the session.
    has_account : bool
        Whether they signed in to an account; a shopper without was chosen in the demo's shop.
    """

    shopper_id: str | None = None
    display_name: str | None = None
    session_id: str | None = None
    is_personalised: bool = False
    basket_id: str | None = None
    pieces: int | None = 0
    in_basket: Sequence[str] = ()
    hidden: Sequence[str] = ()
    hidden_here: Sequence[str] = ()
    has_account: bool = False

    @property
    def exclude(self) -> list[str]:
        """What to leave out of their recommendations beyond what the database knows of them."""
        in_basket = self.in_basket if self.shopper_id is None else ()
        return [*dict.fromkeys([*in_basket, *self.hidden_here])]

    def is_unwanted(self, product_id: str) -> bool:
        """Tell whether a product is not to be suggested to them: it is in the basket, or hidden."""
        return (
            product_id in self.in_basket
            or product_id in self.hidden
            or product_id in self.hidden_here
        )


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
            "This shop has no pages: its API answers below /v1/. Whoever runs it turned them off "
            "with ALSOLIKE_PAGES."
        )
        raise NotFoundException(message)


def require_session(request: AnyRequest) -> None:
    """Let a request that writes through unless its session is over.

    Raises
    ------
    SessionOverError
        It is over: the write would be a stranger's.
    """
    sessions_of(request).check(request)


def require_choice(request: AnyRequest) -> None:
    """Let a request through where a visitor may choose a shopper.

    Raises
    ------
    NotFoundException
        The shoppers are real.
    """
    if not shop_of(request).can_choose:
        message = _("Nobody is chosen here: the shoppers of this shop are real people.")
        raise NotFoundException(message)


def session_shopper(request: AnyRequest) -> str | None:
    """Return the shopper whom the session names; whether there is one tells `load_visitor`."""
    return request.session.get(_SHOPPER)


def _by(request: AnyRequest) -> SignedInBy:
    """Tell how the session's shopper signed in."""
    return request.session.get(_BY, "choice")


def is_by_shop(request: AnyRequest) -> bool:
    """Tell whether the shop's identity provider named the session's shopper."""
    return _by(request) == "shop"


def _may_hold(request: AnyRequest) -> bool:
    """Tell whether the session may hold: with a provider nobody may be chosen any more."""
    return _by(request) != "choice" or not shop_of(request).has_provider


def _hidden_in_session(request: AnyRequest) -> list[str]:
    """Return what the visitor hid, as the session keeps it."""
    return request.session.get(HIDDEN, [])


async def find_visitor(request: AnyRequest) -> Visitor:
    """Tell who asks, without the database where it is away or has nothing of them."""
    if session_shopper(request) is None and _BASKET not in request.session:
        return remembered_visitor(request)[0]
    return await answer(request, _VISITOR_STEPS, request)


async def load_visitor(connection: Connection, request: AnyRequest) -> Visitor:
    """Tell who asks.

    A shopper who was erased is signed out, and one who was chosen and turned out to be real.
    """
    visitor = Visitor()
    shopper_id = request.session.get(_SHOPPER)
    session_id = request.session.get(_SESSION)
    if shopper_id is not None:
        row = None
        if _may_hold(request):
            row = await store.shopper(connection, shopper_id, by=_by(request))
        if row is None:
            request.session.clear()
        else:
            visitor = Visitor(
                row.shopper_id,
                row.display_name,
                is_personalised=row.is_personalised,
                basket_id=basket_of_shopper(row.shopper_id),
                pieces=row.pieces,
                in_basket=row.product_ids,
                hidden=row.hidden,
                has_account=_by(request) == "account",
            )
            ladder_of(request).shoppers.note(row.shopper_id)
    else:
        visitor = Visitor(
            session_id=session_id,
            is_personalised=session_id is not None,
            basket_id=request.session.get(_BASKET),
        )
        if visitor.basket_id is not None:
            found = await summarise(connection, visitor.basket_id)
            visitor.pieces, visitor.in_basket = found.pieces, found.product_ids
    visitor.hidden_here = _hidden_in_session(request)
    setattr(request.state, _VISITOR, visitor)
    return visitor


def remembered_visitor(request: AnyRequest) -> tuple[Visitor, frozenset[str]]:
    """Tell who asks without the database, and what they are known to have bought or hidden.

    The session is what was last read of it. A shopper who was chosen counts if this was the demo
    shop, and not changed. A shopper's consent cannot be looked up, so what they did is used for
    exclusions alone.
    """
    is_let_in = _by(request) != "choice" or shop_of(request).can_choose
    shopper_id = request.session.get(_SHOPPER) if is_let_in else None
    session_id = request.session.get(_SESSION)
    known = ladder_of(request).shoppers.find(shopper_id)
    visitor = Visitor(
        shopper_id,
        known.display_name,
        session_id=None if shopper_id else session_id,
        is_personalised=shopper_id is None and session_id is not None,
        pieces=0 if shopper_id is None and _BASKET not in request.session else None,
        hidden_here=_hidden_in_session(request),
        has_account=shopper_id is not None and _by(request) == "account",
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
        "has_searches": "session" in request.scope and bool(request.session.get(SEARCHES)),
        "has_pages": shop.has_pages,
        "can_choose": shop.can_choose,
        "has_provider": shop.has_provider,
        "shop_button": shop.button,
    }


async def sign_in(request: AnyRequest, shopper_id: str, *, by: SignedInBy) -> None:
    """Make the visitor a shopper; a stranger's basket and hides are carried over.

    Parameters
    ----------
    by : 'account', 'shop' or 'choice'
        How they proved that they are the shopper; a choice, which proves nothing, holds only in the
        demo's shop.
    """
    basket_id = request.session.get(_BASKET)
    if basket_id is not None:
        await write(request, lambda c: merge(c, basket_id, shopper_id), who=shopper_id)
    hidden = {} if _SHOPPER in request.session else {HIDDEN: _hidden_in_session(request)}
    session: dict[str, Any] = {
        _SHOPPER: shopper_id,
        **{key: ids for key, ids in hidden.items() if ids},
    }
    if by != "choice":
        session[_BY] = by
    await sessions_of(request).replace(request, session, is_new=True)


async def sign_out_elsewhere(request: AnyRequest, shopper_id: str) -> None:
    """End the sessions of a shopper but this one, which gets another id."""
    await sessions_of(request).renew_id(request)
    await sessions_of(request).sign_out_elsewhere(request, shopper_id)


async def sign_out_everywhere(request: AnyRequest, shopper_id: str) -> None:
    """End all sessions of a shopper, this one too."""
    await sessions_of(request).sign_out_elsewhere(request, shopper_id)
    await sign_out(request)


async def sign_out(request: AnyRequest) -> None:
    """End the session."""
    await sessions_of(request).replace(request, {}, is_new=True)


async def agree(request: AnyRequest) -> None:
    """Give an anonymous visitor a random id to recommend by, unless they have one."""
    if _SESSION not in request.session:
        session = {**request.session, _SESSION: secrets.token_urlsafe(18)}
        await sessions_of(request).replace(request, session)


async def withdraw(request: AnyRequest) -> None:
    """Forget the id of an anonymous visitor, and what they searched for."""
    if _SESSION in request.session:
        gone = {_SESSION, SEARCHES}
        session = {key: value for key, value in request.session.items() if key not in gone}
        await sessions_of(request).replace(request, session)


async def keep_basket(request: AnyRequest, basket_id: str) -> None:
    """Remember the basket of a visitor who is not signed in."""
    if _SHOPPER not in request.session and request.session.get(_BASKET) != basket_id:
        await sessions_of(request).change(request, {_BASKET: basket_id})


async def hide_here(request: AnyRequest, product_id: str, *, is_hidden: bool) -> None:
    """Keep in the session that a product is hidden, or no more."""
    if (product_id in _hidden_in_session(request)) != is_hidden:
        await sessions_of(request).change(
            request,
            {},
            hide=product_id if is_hidden else None,
            show=None if is_hidden else product_id,
        )
