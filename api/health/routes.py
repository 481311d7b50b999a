"""Whether the process lives, and whether it can answer."""

from litestar import Router, get

from api.health.answers import Liveness, Readiness
from api.health.service import readiness
from api.ladder.requests import ladder_of
from api.pages.rendering import database_of
from api.visitors.visitor import AnyRequest


@get("/live", summary="Does the process answer?", operation_id="live")
async def live() -> Liveness:
    """Answer 200 as long as the process runs; restart it when this fails."""
    return Liveness(status="live")


@get("/ready", summary="Can requests be answered?", operation_id="ready")
async def ready(request: AnyRequest) -> Readiness:
    """Answer 200 when requests can be answered, else a 503 that names the check that failed.

    `ready`: the database is there with its schema. `degraded`: it is away, and a snapshot on the
    local disk answers what only reads.
    """
    return await readiness(database_of(request), ladder_of(request).local.pointer())


def health_router() -> Router:
    """Return the routes of `/health`."""
    return Router("/health", route_handlers=[live, ready], tags=["Health"])
