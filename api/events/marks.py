"""That products of lists were seen or clicked on, told with the ids of their impressions."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from alsolike.errors import UnknownImpressionError
from api.events.schemas import EventOutcome, NewEvent
from api.events.service import check, refusal
from api.events.store import TOLERANCE
from api.exchange import AnyRequest
from api.http.items import RefusedItem
from api.impressions.log import log_of
from api.impressions.rows import Mark
from api.impressions.told import earliest, find, mark_of
from api.problems.errors import InvalidFieldError

# Counts are by day; what comes later would change days that were reported.
_LATEST = timedelta(days=31)

Sent = NewEvent | RefusedItem | EventOutcome


class Marked(NamedTuple):
    """Events of which those are answered already that only mark impressions.

    Attributes
    ----------
    marks : list of Mark
        What to write once the others are recorded.
    """

    events: list[Sent]
    marks: list[Mark]


def is_mark(event: NewEvent) -> bool:
    """Tell whether an event says nothing but that a product of a list was seen or clicked on."""
    return event.kind == "seen" or event.impression_id is not None


def check_mark(request: AnyRequest, event: NewEvent) -> Mark:
    """Return what to write of such an event.

    Raises
    ------
    InvalidFieldError
        A field has a value that cannot be, or does not go with the kind.
    UnknownImpressionError
        No list had this product with that id, or it was shown to somebody else.
    """
    occurred_at = check(event)
    product_id, written = event.product_id or "", event.impression_id or ""
    who = {"shopper_id": event.shopper_id, "session_id": event.session_id}
    signed = find(request, written, product_id, **who)
    if signed is None:
        message = "No list had this product with that id, or it was shown to somebody else."
        raise UnknownImpressionError(message)
    shown_at = earliest(signed)
    if shown_at is not None and occurred_at < shown_at - TOLERANCE:
        message = f"Lies before the list was answered, at {shown_at.isoformat()}."
        raise InvalidFieldError("occurred_at", message)
    if occurred_at < datetime.now(UTC) - _LATEST:
        message = f"Lies more than {_LATEST.days} days back."
        raise InvalidFieldError("occurred_at", message)
    return mark_of(
        request,
        signed,
        product_id,
        occurred_at.astimezone(UTC),
        is_click=event.kind == "click",
        **who,
    )


def answer_marks(request: AnyRequest, events: Sequence[NewEvent | RefusedItem]) -> Marked:
    """Answer those of several events that only mark impressions."""
    found = Marked([], [])
    for place, event in enumerate(events):
        if isinstance(event, RefusedItem) or not is_mark(event):
            found.events.append(event)
            continue
        try:
            found.marks.append(check_mark(request, event))
        except (InvalidFieldError, UnknownImpressionError) as error:
            found.events.append(refusal(place, event, error))
        else:
            found.events.append(EventOutcome(event.event_id, 201, recorded=True))
    return found


def write_marks(request: AnyRequest, marks: Sequence[Mark]) -> None:
    """Have them written, beside the answer."""
    log = log_of(request)
    for mark in marks:
        log.mark(mark)
