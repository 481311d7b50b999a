"""The form of an error by RFC 9457."""

from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType


class FieldError(Struct):
    """What is wrong with one field of a request."""

    field: str
    message: str


class Problem(Struct, kw_only=True):
    """An error, as RFC 9457 lays out; the type `about:blank` says that the status tells all."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    instance: Annotated[str, Meta(description="Path of the request.")]
    request_id: Annotated[
        str | UnsetType, Meta(description="As in `X-Request-Id` and in our log.")
    ] = UNSET
    errors: list[FieldError] | UnsetType = UNSET
