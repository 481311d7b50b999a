"""Who asks, by what the session keeps.

A session holds the id of a signed-in shopper, or a random id for each purpose that an anonymous
visitor agreed to; the shopper's is never kept beside the others. Beside a shopper's id it holds
whether they signed in to their account, the shop's identity provider named them, or they were
chosen in the demo's shop, and the family and the system of the browser. It also holds the id of the
basket of a visitor who is not signed in, what a visitor hid who has no account or did not agree,
and what somebody searched for last who agreed.

A browser that sends Global Privacy Control says no to every purpose. Only a yes of the signed-in
shopper outranks it that they gave on this site while their browser sent it.
"""

import logging
import secrets
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, cast

from litestar.exceptions import NotFoundException
from msgspec import Struct, structs

from alsolike.purposes import PURPOSES, Purpose
from api.basket.store import basket_of_shopper, merge, summarise
from api.database.failures import FAILURES, DatabaseAwayError, first_line
from api.database.pool import Connection
from api.exchange import AnyRequest, has_signal
from api.ladder.ladder import Steps
from api.ladder.requests import answer, ladder_of, write
from api.languages.translate import gettext as _
from api.sessions.session import HIDDEN, SEARCHES, SHOPPER, sessions_of
from api.visitors import store
from api.visitors.browsers import name_browser
from api.visitors.proof import PROVED_AT
from api.visitors.refusals import refused_purposes
from api.visitors.shop import Shop
from api.visitors.store import SignedInBy

logger = logging.getLogger("alsolike.web")

_SHOPPER, _BASKET, _VISITOR = SHOPPER, "basket_id", "visitor"
# Two ids, so that whoever agrees to one purpose is not known by what they did for the other.
_IDS: Mapping[Purpose, str] = {"personalisation": "session_id", "measurement": "measured_id"}
_BY = "by"
_BROWSER = "browser"


class Visitor(Struct):
    """Who looks at the page: a shopper who signed in, an anonymous visitor who agreed, or neither.

    Attributes
    ----------
    session_id : str or None
        Of an anonymous visitor who agreed to personalisation; never beside a shopper.
    is_personalised : bool
        Whether what they do may be used, and kept, for recommending.
    measured_id : str or None
        Of an anonymous visitor who agreed to measurement; never beside a shopper.
    is_measured : bool
        Whether what they click on may be kept, to tell how well lists work.
    undecided : sequence of str
        The purposes that they may be asked about.
    has_signal : bool
        Whether their browser sends Global Privacy Control.
    overruled : sequence of str
        The purposes that a shopper agreed to, and that it says no to all the same.
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
    arms : mapping of str to str
        What a shopper was given, by experiment; those stay.
    """

    shopper_id: str | None = None
    display_name: str | None = None
    session_id: str | None = None
    is_personalised: bool = False
    measured_id: str | None = None
    is_measured: bool = False
    undecided: Sequence[Purpose] = ()
    has_signal: bool = False
    overruled: Sequence[Purpose] = ()
    basket_id: str | None = None
    pieces: int | None = 0
    in_basket: Sequence[str] = ()
    hidden: Sequence[str] = ()
    hidden_here: Sequence[str] = ()
    has_account: bool = False
    arms: Mapping[str, str] = MappingProxyType({})

    @property
    def exclude(self) -> list[str]:
        """What to leave out of their recommendations beyond what the database knows of them."""
        is_unknown = self.list_for is None
        in_basket = self.in_basket if is_unknown else ()
        hidden = self.hidden if is_unknown else ()
        return [*dict.fromkeys([*in_basket, *hidden, *self.hidden_here])]

    @property
    def list_for(self) -> str | None:
        """The shopper for whom lists are made; None: for nobody known, or for the session."""
        return None if "personalisation" in self.overruled else self.shopper_id

    def agrees(self, purpose: Purpose) -> bool:
        """Tell whether what they do may be kept and used for a purpose, with this request."""
        return self.is_measured if purpose == "measurement" else self.is_personalised

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


def measured_ids(request: AnyRequest) -> tuple[str | None, str | None]:
    """Return the ids under which clicks may be kept: of the shopper and of the anonymous visitor.

    Whether a shopper agrees, the database knows.
    """
    session_id = None if has_signal() else request.session.get(_IDS["measurement"])
    return session_shopper(request), session_id


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


async def find_or_remember(request: AnyRequest) -> Visitor:
    """Tell who asks for a page that stands without an answer, by the cookie if there is none."""
    try:
        return await find_visitor(request)
    except (*FAILURES, DatabaseAwayError) as error:
        logger.warning("A visitor was not looked up: %s", first_line(error))
        return remembered_visitor(request)[0]


async def load_visitor(connection: Connection, request: AnyRequest) -> Visitor:
    """Tell who asks.

    A shopper who was erased is signed out, and one who was chosen and turned out to be real.
    """
    visitor = Visitor()
    shopper_id = request.session.get(_SHOPPER)
    if shopper_id is not None:
        row = None
        if _may_hold(request):
            row = await store.shopper(connection, shopper_id, by=_by(request))
        if row is None:
            sessions_of(request).let_go(request)
        else:
            agreed = row.confirmed if has_signal() else row.agreed
            visitor = Visitor(
                row.shopper_id,
                row.display_name,
                is_personalised="personalisation" in agreed,
                is_measured="measurement" in agreed,
                undecided=() if has_signal() else [p for p in PURPOSES if p not in row.decided],
                has_signal=has_signal(),
                overruled=[p for p in row.agreed if p not in agreed],
                basket_id=basket_of_shopper(row.shopper_id),
                pieces=row.pieces,
                in_basket=row.product_ids,
                hidden=row.hidden,
                has_account=_by(request) == "account",
                arms=row.arms,
            )
            ladder_of(request).shoppers.note(row.shopper_id)
    else:
        visitor = _stranger(request)
        visitor.basket_id = request.session.get(_BASKET)
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
    known = ladder_of(request).shoppers.find(shopper_id)
    visitor = Visitor(
        shopper_id,
        known.display_name,
        has_signal=has_signal(),
        has_account=shopper_id is not None and _by(request) == "account",
    )
    if shopper_id is None:
        visitor = _stranger(request)
    visitor.pieces = 0 if shopper_id is None and _BASKET not in request.session else None
    visitor.hidden_here = _hidden_in_session(request)
    setattr(request.state, _VISITOR, visitor)
    return visitor, known.excluded


def _stranger(request: AnyRequest) -> Visitor:
    """Tell of a visitor who is not signed in what their session and their cookie say of them."""
    if has_signal():
        return Visitor(has_signal=True)
    ids = {purpose: request.session.get(key) for purpose, key in _IDS.items()}
    refused = refused_purposes(request)
    return Visitor(
        session_id=ids["personalisation"],
        is_personalised=ids["personalisation"] is not None,
        measured_id=ids["measurement"],
        is_measured=ids["measurement"] is not None,
        undecided=[p for p in PURPOSES if ids[p] is None and p not in refused],
    )


_VISITOR_STEPS = Steps(
    load_visitor,
    load_visitor,
    load_visitor,
    snapshot=lambda _local, request: remembered_visitor(request)[0],
)


def visitor_of(request: AnyRequest) -> Visitor:
    """Return the visitor that the request loaded; a stranger where it loaded none."""
    return cast("Visitor", request.state.get(_VISITOR, Visitor()))


def visitor_context(request: AnyRequest) -> Mapping[str, Any]:
    """Return what every template knows of the visitor, and what they may do.

    Where the request loaded no visitor, it is a stranger's.
    """
    shop = shop_of(request)
    return {
        "visitor": visitor_of(request),
        "has_searches": "session" in request.scope and bool(request.session.get(SEARCHES)),
        "has_pages": shop.has_pages,
        "can_choose": shop.can_choose,
        "has_provider": shop.has_provider,
        "shop_button": shop.button,
    }


async def sign_in(
    request: AnyRequest,
    shopper_id: str,
    *,
    by: SignedInBy,
    password_hash: str | None = None,
    proved_at: float | None = None,
) -> None:
    """Make the visitor a shopper; a stranger's basket and hides are carried over.

    Parameters
    ----------
    by : 'account', 'shop' or 'choice'
        How they proved that they are the shopper; a choice, which proves nothing, holds only in the
        demo's shop.
    password_hash : str, optional
        Of the password that they gave: it has to be the account's still.
    proved_at : float, optional
        When the shop's provider asked them who they are, in seconds since 1970.
    """
    basket_id = request.session.get(_BASKET)
    measured_id = request.session.get(_IDS["measurement"])
    hidden = {} if _SHOPPER in request.session else {HIDDEN: _hidden_in_session(request)}
    session: dict[str, Any] = {
        _SHOPPER: shopper_id,
        **{key: ids for key, ids in hidden.items() if ids},
    }
    named = structs.asdict(name_browser(request.headers.get("user-agent", "")))
    if known := {key: word for key, word in named.items() if word is not None}:
        session[_BROWSER] = known
    if by != "choice":
        session[_BY] = by
    if proved_at is not None:
        session[PROVED_AT] = proved_at

    async def carry_over(connection: Connection) -> None:
        if basket_id is not None:
            await merge(connection, basket_id, shopper_id)
        if measured_id is not None:
            await store.adopt_impressions(connection, measured_id, shopper_id)
            await store.adopt_exposures(connection, measured_id, shopper_id)

    # With the end of the former session: what is put into its basket until then is carried over.
    await sessions_of(request).replace(
        request, session, is_new=True, password_hash=password_hash, also=carry_over
    )


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


async def agree(request: AnyRequest, purpose: Purpose) -> None:
    """Give an anonymous visitor a random id for a purpose, unless they have one."""
    key = _IDS[purpose]
    if key not in request.session:
        session = {**request.session, key: secrets.token_urlsafe(18)}
        await sessions_of(request).replace(request, session)


async def withdraw(request: AnyRequest, purpose: Purpose) -> None:
    """Forget the id of an anonymous visitor, and delete what was kept under it.

    What they searched for was kept for personalisation.
    """
    session_id = request.session.get(_IDS[purpose])
    if session_id is None:
        return
    # Nobody could name these rows once the id is gone.
    await write(
        request, lambda c: store.forget_actions(c, purpose, session_id=session_id), who=session_id
    )
    gone = {_IDS[purpose], *([SEARCHES] if purpose == "personalisation" else [])}
    session = {key: value for key, value in request.session.items() if key not in gone}
    await sessions_of(request).replace(request, session)


async def hold_basket(request: AnyRequest, connection: Connection) -> None:
    """Keep a visitor from signing in, which empties their basket, before the transaction ends.

    Raises
    ------
    SessionOverError
        They have just done so.
    """
    if _SHOPPER not in request.session:
        await sessions_of(request).hold(request, connection)


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
