"""The ladder as the routes use it: the step that answered is kept with the request."""

from typing import TypeVar, cast

from api.database.pool import Connection
from api.exchange import AnyRequest
from api.ladder.ladder import Answer, Ladder, Steps, Work
from api.ladder.tiers import TIERS, Tier

Question = TypeVar("Question")
Result = TypeVar("Result")

_TIER = "tier"


def ladder_of(request: AnyRequest) -> Ladder:
    """Return the app's ladder."""
    return cast("Ladder", request.app.state.ladder)


async def ask(
    request: AnyRequest,
    steps: Steps[Question, Result],
    question: Question,
    *,
    who: str | None = None,
) -> Answer[Result]:
    """Answer a question from the first step that can, and say which; a header names it too.

    Of several questions of one request the header names the lowest step.

    Parameters
    ----------
    who : str, optional
        Id of the shopper or session that asks, who is to see what they did themselves.
    """
    ladder = ladder_of(request)
    position = ladder.positions.find(request, who) if ladder.has_replicas else None
    found = await ladder.answer(steps, question, position)
    note_tier(request, found.tier)
    return found


async def answer(
    request: AnyRequest,
    steps: Steps[Question, Result],
    question: Question,
    *,
    who: str | None = None,
) -> Result:
    """Answer a question from the first step that can, as `ask` does."""
    return (await ask(request, steps, question, who=who)).value


async def read(request: AnyRequest, work: Work[Result], *, who: str | None = None) -> Result:
    """Do some work that reads, whether or not the steps of lists can answer.

    `who`: id of the shopper or session that asks, who is to see what they did themselves.
    """
    ladder = ladder_of(request)
    position = ladder.positions.find(request, who) if ladder.has_replicas else None
    return await ladder.read(work, position)


async def write(
    request: AnyRequest,
    work: Work[Result],
    *,
    who: str | None = None,
    limit: float | None = None,
) -> Result:
    """Do some work that writes, or say at once that it cannot be done now.

    `limit`: seconds that it may take, if that is more than usual.
    """
    ladder = ladder_of(request)
    result, position = await ladder.write(work, limit=limit)
    if position is not None:
        ladder.positions.note(request, who, position)
    return result


async def write_beside(
    request: AnyRequest,
    connection: Connection,
    work: Work[Result],
    *,
    who: str | None = None,
) -> Result:
    """Do some work that writes in the middle of a read: on its connection if that may write."""
    if not ladder_of(request).has_replicas:
        return await work(connection)
    return await write(request, work, who=who)


def note_tier(request: AnyRequest, tier: Tier) -> None:
    """Keep with the request by which step a part of its answer was found."""
    setattr(request.state, _TIER, max(tier, tier_of(request) or "live", key=TIERS.index))


def tier_of(request: AnyRequest) -> Tier | None:
    """Return the lowest step that answered; None before any did."""
    return cast("Tier | None", request.state.get(_TIER))
