"""What shoppers do."""

from collections.abc import Sequence
from functools import partial
from typing import Final

from litestar import Response, Router, post
from litestar.exceptions import PermissionDeniedException
from litestar.openapi import ResponseSpec

from api.events import service as events
from api.events.schemas import MOST_EVENTS, EventOutcomes, EventResult, Kind, NewEvent
from api.exchange import AnyRequest
from api.fields import Id
from api.http.items import ITEMS, Items, RefusedItem, check_items, read_object
from api.http.keys import BROWSERS, needs
from api.http.limits import limits_of
from api.http.own_lists import check_session, has_token, own_shopper
from api.http.parameters import check_body, check_names
from api.ladder.requests import ladder_of, write

# What a browser may send with a token. Whoever has one is the shopper, and could make up the rest.
KINDS_OF_BROWSERS: Final = frozenset[Kind]({"view", "click", "basket", "hide", "unhide"})
# So many events of a batch count as one request: each is a statement.
_EVENTS_OF_A_REQUEST = 10
# The body has one event or these; `api.openapi` describes both.
_EVENTS = Items("events", NewEvent, Id, "event_id", MOST_EVENTS)


@post(
    "/",
    summary="Record an event, or several",
    operation_id="recordEvent",
    status_code=201,
    opt={**BROWSERS, ITEMS: _EVENTS.field},
    responses={200: ResponseSpec(EventResult, description="Understood, and not recorded.")},
)
async def record_event(request: AnyRequest) -> Response[EventResult | EventOutcomes]:
    """Record an event once, or up to 500 of them sent as `{"events": […]}`.

    201 when it is recorded; 200 with a reason when it is not: its id is known for its kind (a hide:
    the product is hidden already), or nothing may be kept: the shopper does not consent to what it
    would be kept for (a view, basket or hide: personalisation; a click: measurement), the browser
    sent `Sec-GPC: 1` with a view, basket or click, or the shopper was erased. Purchases, returns
    and reviews need no consent; the first and
    the last make a shopper who is not known yet, without consent until you state it. A review whose
    id is known is an edited one. 404 for an unknown product or purchase, 409 for an id that stands
    for an event with other content. A `session_id` stands for an anonymous visitor who agreed to
    what the event is kept for.

    With a shopper's token the events are that shopper's, of the kinds view, click, basket, hide and
    unhide.

    Several are answered with 200 and the status of each; one that is refused harms no other, and
    the same events may be sent again. They count as a request for every ten.
    """
    check_names(request, frozenset())
    body = await read_object(request)
    if _EVENTS.field in body:
        return await _record_several(request, check_items(body, _EVENTS))
    event = await check_body(request, NewEvent)
    _check_sender([event])
    result, is_left_out = await write(
        request, partial(events.record, event=event), who=event.shopper_id or event.session_id
    )
    if is_left_out:
        ladder_of(request).shoppers.exclude(event.shopper_id, event.product_id or "")
    return Response(result, status_code=201 if result.recorded else 200)


async def _record_several(
    request: AnyRequest, several: Sequence[NewEvent | RefusedItem]
) -> Response[EventResult | EventOutcomes]:
    _check_sender([event for event in several if isinstance(event, NewEvent)])
    limits_of(request).charge(-(-len(several) // _EVENTS_OF_A_REQUEST))
    ladder = ladder_of(request)
    work = partial(events.record_all, events=several, seconds=ladder.batch_seconds)
    found = await write(request, work)
    for event, (_, is_left_out) in zip(several, found, strict=True):
        if is_left_out and isinstance(event, NewEvent):
            ladder.shoppers.exclude(event.shopper_id, event.product_id or "")
    return Response(EventOutcomes([outcome for outcome, _ in found]), status_code=200)


def _check_sender(sent: Sequence[NewEvent]) -> None:
    """Refuse what a browser may not send: with a token, events of others, and of some kinds."""
    if not has_token():
        return
    for event in sent:
        check_session(event.session_id)
        event.shopper_id = own_shopper(event.shopper_id)
        if event.kind not in KINDS_OF_BROWSERS:
            message = (
                f"A shopper's token is not good for a {event.kind}, only for "
                f"{', '.join(sorted(KINDS_OF_BROWSERS))}: the shop sends the others with a key."
            )
            raise PermissionDeniedException(message)


def events_router() -> Router:
    """Return the routes of `/v1/events`."""
    return Router(
        "/v1/events",
        route_handlers=[record_event],
        tags=["Events"],
        opt={**needs("events"), **BROWSERS},
    )
