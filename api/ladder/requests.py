"""The ladder as the routes use it: the step that answered is kept with the request."""

from typing import Any, TypeVar, cast

from litestar import Request

from api.ladder.ladder import Ladder, Steps, Work
from api.ladder.tiers import Tier

Result = TypeVar("Result")

_TIER = "tier"


def ladder_of(request: Request[Any, Any, Any]) -> Ladder:
    """Return the app's ladder."""
    return cast("Ladder", request.app.state.ladder)


async def answer(request: Request[Any, Any, Any], steps: Steps[Result]) -> Result:
    """Answer a read from the first step that can; a header of the response names the step."""
    found = await ladder_of(request).answer(steps)
    setattr(request.state, _TIER, found.tier)
    return found.value


async def write(request: Request[Any, Any, Any], work: Work[Result]) -> Result:
    """Do some work that writes, or say at once that it cannot be done now."""
    return await ladder_of(request).write(work)


def tier_of(request: Request[Any, Any, Any]) -> Tier | None:
    """Return the step that answered; None before any did."""
    return cast("Tier | None", request.state.get(_TIER))
