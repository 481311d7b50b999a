"""What visitors agree to: the page of their choices, and the decisions that its buttons make."""

import logging
from collections.abc import Mapping, Sequence

from babel.dates import format_datetime
from litestar import Response, post, route
from litestar.handlers import HTTPRouteHandler
from litestar.response import Template
from msgspec import Struct

from alsolike.purposes import PURPOSES, Purpose
from alsolike.settings import Settings
from api.database.failures import FAILURES, DatabaseAwayError, first_line
from api.database.pool import Connection
from api.exchange import AnyRequest, has_signal, public_path
from api.ladder.ladder import Steps
from api.ladder.requests import answer, ladder_of, write
from api.languages.translate import current_language
from api.languages.translate import gettext as _
from api.pages.addresses import came_from
from api.pages.rendering import READ, put_flash, redirect, render_page
from api.problems.errors import InvalidFieldError
from api.visitors import store
from api.visitors.refusals import put_refused
from api.visitors.session import (
    Visitor,
    agree,
    find_or_remember,
    load_visitor,
    session_shopper,
    withdraw,
)

logger = logging.getLogger("alsolike.web")

CHOICES_PATH = "/privacy/choices"


class PastDecision(Struct):
    """A decision of a shopper, in words."""

    decided_at: str
    purpose: Purpose
    is_granted: bool
    where: str


class Past(Struct):
    """What a shopper decided, the latest first, and for which purposes something is kept."""

    decisions: Sequence[store.Decision]
    kept: Mapping[Purpose, bool]


async def _read_past(connection: Connection, shopper_id: str) -> Past | None:
    return Past(
        await store.decisions(connection, shopper_id),
        await store.kept_actions(connection, shopper_id),
    )


# The snapshot holds no shoppers.
_PAST_STEPS = Steps(_read_past, _read_past, _read_past, snapshot=lambda _local, _question: None)


def choice_routes(settings: Settings) -> Sequence[HTTPRouteHandler]:
    """Return the routes of the page and of its buttons.

    Parameters
    ----------
    settings : Settings
        Say what the cookie is for that keeps a no, and how long visits are kept.
    """

    @route(CHOICES_PATH, http_method=READ)
    async def choices_page(request: AnyRequest) -> Template:
        """Show what the visitor agreed to and when, with the buttons that change it."""
        visitor = await find_or_remember(request)
        past = await _find_past(request, visitor.shopper_id)
        return render_page(
            request,
            "pages/choices.html",
            purposes=PURPOSES,
            decisions=None if past is None else _in_words(past.decisions),
            kept={} if past is None else past.kept,
            visit_days=settings.keep_session_views_days,
        )

    @post("/personalise", status_code=200)
    async def decide(request: AnyRequest) -> Response[bytes]:
        """Take the visitor's decision about a purpose: `agree` is yes or no.

        A shopper's decision is recorded. An anonymous visitor gets a random id by a yes. By a no it
        is forgotten, with what was kept under it, and a cookie keeps that they were asked.
        """
        form = await request.form()
        agreed = form.get("agree")
        if agreed not in {"yes", "no"}:
            raise InvalidFieldError("agree", "Must be yes or no.")
        purpose = _purpose(form.get("purpose", "personalisation"))
        is_granted = agreed == "yes"
        shopper_id = await _record(request, purpose, is_granted=is_granted)
        if shopper_id is None and not (is_granted and has_signal()):
            await (agree if is_granted else withdraw)(request, purpose)
        is_known = shopper_id is not None
        put_flash(request, _message(purpose, is_granted=is_granted, is_known=is_known))
        response = redirect(request, came_from(request, form.get("next")))
        if shopper_id is None and not has_signal():
            put_refused(request, response, purpose, settings, is_refused=not is_granted)
        return response

    return [choices_page, decide, forget]


@post(f"{CHOICES_PATH}/forget", status_code=200)
async def forget(request: AnyRequest) -> Response[bytes]:
    """Delete what was kept for a purpose that the signed-in shopper does not agree to."""
    form = await request.form()
    purpose = _purpose(form.get("purpose"))

    async def work(connection: Connection) -> tuple[Visitor, int]:
        visitor = await load_visitor(connection, request)
        if visitor.shopper_id is None:
            return visitor, 0
        deleted = await store.forget_actions(connection, purpose, shopper_id=visitor.shopper_id)
        return visitor, deleted

    visitor, deleted = await write(request, work, who=session_shopper(request))
    if visitor.shopper_id is not None:
        ladder_of(request).shoppers.forget(visitor.shopper_id)
    put_flash(
        request,
        _("What was kept for this purpose is deleted.")
        if deleted
        else _("Nothing was deleted: switch it off first, if there is something left."),
    )
    return redirect(request, public_path(CHOICES_PATH))


async def _find_past(request: AnyRequest, shopper_id: str | None) -> Past | None:
    """Read what a shopper decided; None for a visitor, and while it cannot be read."""
    if shopper_id is None:
        return None
    try:
        return await answer(request, _PAST_STEPS, shopper_id, who=shopper_id)
    except (*FAILURES, DatabaseAwayError) as error:
        logger.warning("Decisions were not read: %s", first_line(error))
        return None


def _purpose(given: object) -> Purpose:
    if given not in PURPOSES:
        raise InvalidFieldError("purpose", f"Must be {' or '.join(PURPOSES)}.")
    return given


async def _record(request: AnyRequest, purpose: Purpose, *, is_granted: bool) -> str | None:
    """Record the decision of a signed-in shopper; None: nobody is signed in."""
    if session_shopper(request) is None:
        return None

    async def work(connection: Connection) -> str | None:
        visitor = await load_visitor(connection, request)
        if visitor.shopper_id is not None:
            await store.record_consent(
                connection,
                visitor.shopper_id,
                {purpose: is_granted},
                source="site:gpc" if has_signal() else "site",
            )
        return visitor.shopper_id

    shopper_id = await write(request, work, who=session_shopper(request))
    if shopper_id is not None:
        ladder_of(request).shoppers.forget(shopper_id)
    return shopper_id


def _message(purpose: Purpose, *, is_granted: bool, is_known: bool) -> str:
    if is_granted and has_signal() and not is_known:
        return _(
            "Your browser says no to this, with Global Privacy Control. Sign in to agree here all "
            "the same, or switch that off for this site."
        )
    if purpose == "measurement":
        if is_granted:
            return _("Your clicks now help to measure how well recommendations work.")
        return _("Your clicks on recommendations are no longer used or kept.")
    if is_granted:
        return _("Recommendations now follow what you look at.")
    return _("What you look at is no longer used or kept.")


def _in_words(decisions: Sequence[store.Decision]) -> list[PastDecision]:
    locale = current_language.get().locale
    return [
        PastDecision(
            format_datetime(one.recorded_at, "medium", locale=locale),
            one.purpose,
            one.is_granted,
            _where(one.source),
        )
        for one in decisions
    ]


def _where(source: str) -> str:
    """Say who told of a decision."""
    if source == "site":
        return _("on this site")
    if source == "site:gpc":
        return _("on this site, in a browser that sends Global Privacy Control")
    if source == "api":
        return _("told by the shop")
    return _("taken over from the shop's records")
