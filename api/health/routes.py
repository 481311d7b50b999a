"""Whether the process lives, whether it can answer, and its numbers for Prometheus."""

from litestar import Response, Router, get

from api.database.pool import database_of
from api.exchange import AnyRequest
from api.health.schemas import Liveness, Readiness
from api.health.service import readiness
from api.ladder.requests import ladder_of
from api.metrics import MEDIA_TYPE, Metrics


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
    ladder = ladder_of(request)
    return await readiness(database_of(request), ladder.circuits, ladder.local.pointer())


@get("/metrics", include_in_schema=False)
async def give_metrics(request: AnyRequest) -> Response[bytes]:
    """Give every number in Prometheus' text format."""
    ladder_of(request).look()
    numbers: Metrics = request.app.state.metrics
    return Response(numbers.text(), headers={"Content-Type": MEDIA_TYPE})


def health_router() -> Router:
    """Return the routes of `/health`."""
    return Router("/health", route_handlers=[live, ready], tags=["Health"])
