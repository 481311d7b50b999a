"""What shoppers do."""

from functools import partial

from litestar import Response, Router, post
from litestar.openapi import ResponseSpec
from litestar.params import JSONBody

from api.events import service as events
from api.events.schemas import EventResult, NewEvent
from api.exchange import AnyRequest
from api.http.keys import needs
from api.http.parameters import check_body, check_names
from api.ladder.requests import ladder_of, write


@post(
    "/",
    summary="Record an event",
    operation_id="recordEvent",
    status_code=201,
    responses={200: ResponseSpec(EventResult, description="Understood, and not recorded.")},
)
async def record_event(request: AnyRequest, data: JSONBody[NewEvent]) -> Response[EventResult]:
    """Record a view, a purchase or a hide, once.

    201 when it is recorded; 200 with a reason when it is not: its id is known for its kind (a hide:
    the product is hidden already), or nothing may be kept: the shopper does not consent to
    personalisation and it is no purchase, or the shopper was erased. A purchase makes a shopper who
    is not known yet, without consent until you state it. 404 for an unknown product. A `session_id`
    stands for an anonymous visitor: give one out only after the visitor agreed.
    """
    check_names(request, frozenset())
    await check_body(request, NewEvent)
    result, is_left_out = await write(
        request, partial(events.record, event=data), who=data.shopper_id or data.session_id
    )
    if is_left_out:
        ladder_of(request).shoppers.exclude(data.shopper_id, data.product_id)
    return Response(result, status_code=201 if result.recorded else 200)


def events_router() -> Router:
    """Return the routes of `/v1/events`."""
    return Router("/v1/events", route_handlers=[record_event], tags=["Events"], opt=needs("events"))
