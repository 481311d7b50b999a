"""The numbers that Prometheus collects."""

from typing import cast

from litestar import Response, get

from api.ladder.requests import ladder_of
from api.metrics.registry import MEDIA_TYPE, Metrics
from api.visitors.visitor import AnyRequest


@get("/metrics", include_in_schema=False)
async def metrics(request: AnyRequest) -> Response[bytes]:
    """Give every number in Prometheus' text format."""
    ladder_of(request).look()
    numbers = cast("Metrics", request.app.state.metrics)
    return Response(numbers.text(), headers={"Content-Type": MEDIA_TYPE})
