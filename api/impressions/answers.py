"""Tells the log of the lists of a page, and of what is seen of them and clicked on."""

from collections.abc import Sequence
from datetime import UTC, datetime

from msgspec import Struct

from api.exchange import AnyRequest
from api.impressions.bots import is_bot
from api.impressions.log import log_of
from api.impressions.rows import Mark, Shown, ShownList
from api.impressions.tags import (
    MOST_POSITIONS,
    TAG,
    ListTag,
    id_tag,
    impression_id,
    new_answer,
    read_tag,
)
from api.ladder.requests import tier_of
from api.pages.rendering import is_looked_at
from api.visitors.session import Visitor, measured_ids


class Listed(Struct, frozen=True):
    """A product of a list, with what the list said of it."""

    product_id: str
    model: str | None = None
    score: float | None = None
    reason_kind: str | None = None


def show(
    request: AnyRequest,
    visitor: Visitor,
    place: str,
    listed: Sequence[Listed],
    *,
    page_product_id: str | None = None,
    first: int = 1,
) -> list[str | None]:
    """Note that a list is shown, and return what the link of each of its products carries.

    A list that nobody looks at, as of a page that is fetched ahead, is not noted.

    Parameters
    ----------
    place : str
        One of `PLACES`.
    page_product_id : str, optional
        The product that the page is about.
    first : int
        Position of the first product, from 1.
    """
    answer = new_answer()
    tier = tier_of(request) or "live"
    is_known = visitor.is_measured and (visitor.shopper_id or visitor.measured_id) is not None
    shown = [
        Shown(one.product_id, position, one.model, one.score, one.reason_kind)
        for position, one in enumerate(listed, start=first)
        if position <= MOST_POSITIONS
    ]
    if shown and is_looked_at(request):
        log_of(request).show(
            ShownList(
                answer_id=answer.answer_id if is_known else None,
                served_at=answer.served_at,
                place=place,
                tier=tier,
                page_product_id=page_product_id,
                shopper_id=visitor.shopper_id if is_known else None,
                session_id=visitor.measured_id if is_known else None,
                is_bot=_is_bot(request),
                products=shown,
            )
        )
    tags: list[str | None] = [
        id_tag(impression_id(answer.answer_id, one.position))
        if is_known
        else ListTag(place, one.position, tier, one.model).text()
        for one in shown
    ]
    return [*tags, *([None] * (len(listed) - len(shown)))]


def click(request: AnyRequest, product_id: str) -> None:
    """Note that the page of a product was opened from a list, if its address says so."""
    tag = request.query_params.get(TAG)
    if tag is not None and is_looked_at(request):
        _mark(request, tag, product_id, is_click=True)


def see(request: AnyRequest, tag: object, product_id: str) -> None:
    """Note that the card of a product was on the screen."""
    _mark(request, tag, product_id, is_click=False)


def _mark(request: AnyRequest, text: object, product_id: str, *, is_click: bool) -> None:
    tag = read_tag(text)
    if tag is None:
        return
    shopper_id, session_id = measured_ids(request)
    if not isinstance(tag, ListTag) and shopper_id is None and session_id is None:
        # An address that somebody passed on.
        return
    log_of(request).mark(
        Mark(
            tag,
            product_id,
            datetime.now(UTC),
            is_click,
            shopper_id,
            session_id,
            _is_bot(request),
        )
    )


def _is_bot(request: AnyRequest) -> bool:
    return is_bot(request.headers.get("user-agent", ""))
