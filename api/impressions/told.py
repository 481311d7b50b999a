"""Impressions of lists that other programs show, and what these tell of them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol, cast

from litestar.exceptions import PermissionDeniedException
from msgspec import UnsetType

from api.exchange import AnyRequest, current_exchange, has_signal, mark_noted
from api.http.own_lists import has_token
from api.impressions.bots import is_bot
from api.impressions.log import log_of
from api.impressions.rows import Mark, Shown, ShownList
from api.impressions.signed import SignedId, read_id, whose, write_id
from api.impressions.tags import MOST_POSITIONS, ListTag, impression_id, new_answer, served_at
from api.ladder.requests import tier_of
from api.pages.rendering import is_looked_at
from api.problems.errors import InvalidFieldError


class ListItem(Protocol):
    """A product of a list of the API."""

    product_id: str
    rank: int
    impression_id: str | UnsetType


def check_place(place: str | None, known: Sequence[str] = ()) -> None:
    """Refuse a name of somebody who has neither key nor token, unless it is one of the known.

    Raises
    ------
    PermissionDeniedException
        It is another one: anybody could fill the table with names.
    """
    exchange = current_exchange.get()
    if place is None or exchange is None or not exchange.is_anonymous or place in known:
        return
    message = f"Without a key or token the name is one of {', '.join(known)}."
    raise PermissionDeniedException(message)


def note(
    request: AnyRequest,
    place: str | None,
    items: Sequence[ListItem],
    *,
    shopper_id: str | None = None,
    session_id: str | None = None,
    is_measured: bool = False,
    page_product_id: str | None = None,
) -> None:
    """Note that a list is shown, and give each product the id of its impression.

    Whether a shopper consents to measurement is asked when it is written. The answer may not be
    kept by a cache: another one has other ids, and is another impression.

    Parameters
    ----------
    place : str or None
        What the caller calls the place; None: nothing is noted.
    is_measured : bool
        Whether the visitor of the session agreed to measurement, as the caller says.
    page_product_id : str, optional
        The product that the page is about.
    """
    if place is None:
        return
    if place.endswith("\n"):
        # The `$` of a pattern fits before it.
        raise InvalidFieldError("place", "Ends with a line break.")
    mark_noted()
    if has_signal():
        shopper_id = session_id = None
    if shopper_id is not None or not is_measured:
        session_id = None
    who = whose(shopper_id, session_id)
    answer = new_answer()
    tier = tier_of(request) or "live"
    noted = [item for item in items if item.rank <= MOST_POSITIONS]
    for item in noted:
        impression = impression_id(answer.answer_id, item.rank) if who else None
        tag = ListTag(place, item.rank, tier, _model_of(item))
        item.impression_id = write_id(
            _key(request), who, item.product_id, SignedId(impression, tag)
        )
    if noted and is_looked_at(request):
        log_of(request).show(
            ShownList(
                answer_id=answer.answer_id if who else None,
                served_at=answer.served_at,
                place=place,
                tier=tier,
                page_product_id=page_product_id,
                shopper_id=shopper_id,
                session_id=session_id,
                is_bot=_is_bot(request),
                products=[_shown(item) for item in noted],
            )
        )


def find(
    request: AnyRequest,
    written: str,
    product_id: str,
    *,
    shopper_id: str | None,
    session_id: str | None,
) -> SignedId | None:
    """Read an id that an event has; None if it was not given out for this product and person."""
    return read_id(_key(request), whose(shopper_id, session_id), product_id, written)


def earliest(signed: SignedId) -> datetime | None:
    """Return when an impression was answered; None: it does not say."""
    return None if signed.impression is None else served_at(signed.impression)


def mark_of(
    request: AnyRequest,
    signed: SignedId,
    product_id: str,
    marked_at: datetime,
    *,
    is_click: bool,
    shopper_id: str | None,
    session_id: str | None,
) -> Mark:
    """Return what to write of a product that was seen or clicked on.

    With Global Privacy Control it is only counted.
    """
    is_named = signed.impression is not None and not has_signal()
    return Mark(
        signed.impression if is_named and signed.impression is not None else signed.tag,
        product_id,
        marked_at,
        is_click,
        shopper_id if is_named else None,
        session_id if is_named else None,
        _is_bot(request),
        otherwise=signed.tag,
    )


def _shown(item: ListItem) -> Shown:
    reason = getattr(item, "reason", None)
    return Shown(
        item.product_id,
        item.rank,
        _model_of(item),
        cast("float | None", getattr(item, "score", None)),
        cast("str | None", getattr(reason, "kind", None)),
    )


def _model_of(item: ListItem) -> str | None:
    return cast("str | None", getattr(item, "model", None))


def _is_bot(request: AnyRequest) -> bool:
    """Tell whether a crawler asks; a holder of a key asks for others, by a program of its own."""
    exchange = current_exchange.get()
    is_browser = has_token() or (exchange is not None and exchange.is_anonymous)
    return is_browser and is_bot(request.headers.get("user-agent", ""))


def _key(request: AnyRequest) -> bytes:
    return cast("bytes", request.app.state.impression_key)
