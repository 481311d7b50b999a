"""What shoppers do."""

from collections.abc import Sequence
from functools import partial
from typing import Final

from litestar import Response, Router, post
from litestar.exceptions import PermissionDeniedException
from litestar.openapi import ResponseSpec

from api.events import service as events
from api.events.marks import answer_marks, check_mark, is_mark, write_marks
from api.events.schemas import (
    MOST_EVENTS,
    EventOutcome,
    EventOutcomes,
    EventResult,
    Kind,
    NewEvent,
)
from api.events.segment import BATCH, read_segment
from api.events.segment_schemas import SegmentOutcomes
from api.exchange import AnyRequest
from api.fields import Id
from api.http.items import ITEMS, Items, RefusedItem, check_items, read_object
from api.http.keys import BROWSERS, needs
from api.http.limits import limits_of
from api.http.own_lists import check_session, has_token, own_shopper
from api.http.parameters import check_body, check_names
from api.ladder.requests import ladder_of, write

# What a browser may send with a token. Whoever has one is the shopper, and could make up the rest.
KINDS_OF_BROWSERS: Final = frozenset[Kind]({"view", "seen", "click", "basket", "hide", "unhide"})
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

    What was seen of a list, and a click with an `impression_id`, mark the impression, beside the
    answer; 404 for an id that no list had for this product and person. Of whoever does not agree
    to measurement they are counted without a name.

    With a shopper's token the events are that shopper's, of the kinds view, seen, click, basket,
    hide and unhide.

    Several are answered with 200 and the status of each; one that is refused harms no other, and
    the same events may be sent again. They count as a request for every ten.
    """
    check_names(request, frozenset())
    body = await read_object(request)
    if _EVENTS.field in body:
        return await _record_several(request, check_items(body, _EVENTS))
    event = await check_body(request, NewEvent)
    _check_sender([event])
    if is_mark(event):
        write_marks(request, [check_mark(request, event)])
        return Response(EventResult(recorded=True), status_code=201)
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
    return Response(EventOutcomes(await _outcomes(request, several)), status_code=200)


async def _outcomes(
    request: AnyRequest, several: Sequence[NewEvent | RefusedItem]
) -> list[EventOutcome]:
    """Record events, and tell what became of each."""
    limits_of(request).charge(-(-len(several) // _EVENTS_OF_A_REQUEST))
    ladder = ladder_of(request)
    sent, marks = answer_marks(request, several)
    # What only marks impressions is kept while the database is away.
    answered = [one for one in sent if isinstance(one, EventOutcome)]
    if len(answered) < len(sent):
        work = partial(events.record_all, events=sent, seconds=ladder.batch_seconds)
        found = await write(request, work)
        answered = [outcome for outcome, _ in found]
        for event, (_, is_left_out) in zip(several, found, strict=True):
            if is_left_out and isinstance(event, NewEvent):
                ladder.shoppers.exclude(event.shopper_id, event.product_id or "")
    write_marks(request, marks)
    return answered


@post(
    "/",
    summary="Record what Segment tells",
    operation_id="recordSegment",
    status_code=200,
    opt={ITEMS: BATCH},
)
async def record_segment(request: AnyRequest) -> SegmentOutcomes:
    """Record `track` calls of Segment's ecommerce specification, one or `{"batch": [...]}`.

    `Product Viewed` is a view, `Product Added` a basket, `Product Clicked` a click,
    `Product List Viewed` says which of its products that have an `impression_id` were seen, and
    each product of `Order Completed` is a purchase. Other calls and names are answered with 200 and
    the reason `ignored`. `userId` is the shopper; without one `anonymousId` is the session, of a
    visitor who agreed as `context.consent.categoryPreferences` says: `personalisation` or
    `measurement` has to be true there. For a shopper false means no.

    Each call may be sent again. `messageId` makes the ids of the events. The calls count as a
    request for every ten events.
    """
    check_names(request, frozenset())
    calls = read_segment(await read_object(request))
    outcomes = iter(await _outcomes(request, [event for call in calls for event in call.events]))
    return SegmentOutcomes([call.outcome([next(outcomes) for _ in call.events]) for call in calls])


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


def segment_router() -> Router:
    """Return the routes of `/v1/segment`; a browser has no key, and Segment's calls are not its."""
    return Router(
        "/v1/segment", route_handlers=[record_segment], tags=["Events"], opt=needs("events")
    )
