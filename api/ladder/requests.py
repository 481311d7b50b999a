"""The ladder as the routes use it: the step that answered is kept with the request."""

from typing import Any, TypeVar, cast

from litestar import Request

from api.database.pool import Connection
from api.ladder.ladder import Ladder, Steps, Work
from api.ladder.tiers import TIERS, Tier

Question = TypeVar("Question")
Result = TypeVar("Result")

_TIER = "tier"


def ladder_of(request: Request[Any, Any, Any]) -> Ladder:
    """Return the app's ladder."""
    return cast("Ladder", request.app.state.ladder)


async def answer(
    request: Request[Any, Any, Any],
    steps: Steps[Question, Result],
    question: Question,
    *,
    who: str | None = None,
) -> Result:
    """Answer a question from the first step that can; a header of the response names the step.

    Of several questions of one request the header names the lowest step.

    Parameters
    ----------
    who : str, optional
        Id of the shopper or session that asks, who is to see what they did themselves.
    """
    ladder = ladder_of(request)
    position = ladder.positions.find(request, who) if ladder.has_replicas else None
    found = await ladder.answer(steps, question, position)
    setattr(request.state, _TIER, max(found.tier, tier_of(request) or "live", key=TIERS.index))
    return found.value


async def write(
    request: Request[Any, Any, Any], work: Work[Result], *, who: str | None = None
) -> Result:
    """Do some work that writes, or say at once that it cannot be done now."""
    ladder = ladder_of(request)
    result, position = await ladder.write(work)
    if position is not None:
        ladder.positions.note(request, who, position)
    return result


async def write_beside(
    request: Request[Any, Any, Any],
    connection: Connection,
    work: Work[Result],
    *,
    who: str | None = None,
) -> Result:
    """Do some work that writes in the middle of a read: on its connection if that may write."""
    if not ladder_of(request).has_replicas:
        return await work(connection)
    return await write(request, work, who=who)


def tier_of(request: Request[Any, Any, Any]) -> Tier | None:
    """Return the lowest step that answered; None before any did."""
    return cast("Tier | None", request.state.get(_TIER))
