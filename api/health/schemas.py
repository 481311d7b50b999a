"""What the health checks answer."""

from typing import Annotated, Literal

from msgspec import Meta, Struct


class Liveness(Struct):
    """The process answers."""

    status: Literal["live"]


class Readiness(Struct):
    """The app can answer requests: all of them, or without the database those that only read."""

    status: Literal["ready", "degraded"]
    database: Literal["ok", "away"]
    schema: Literal["ok", "unknown"]
    model: Annotated[str | None, Meta(description="The serving model; null: popular ones serve.")]
    reason: Annotated[
        str | None,
        Meta(description="Why the database is away, as it says itself; null: it is not."),
    ] = None
