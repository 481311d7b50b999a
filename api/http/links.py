"""Addresses of next pages, and the `Link` header for clients that follow it."""

from typing import Any, cast
from urllib.parse import quote, urlencode

from litestar import Response
from litestar.types import ASGIApp

from api.exchange import AnyRequest, current_exchange, public_path


async def complete_answer(response: Response[Any] | ASGIApp) -> Response[Any]:
    """Add the address of the next page, which lists have in their field `next`.

    A list that is noted as shown is not for a cache.
    """
    answer = cast("Response[Any]", response)
    following = getattr(getattr(answer, "content", None), "next", None)
    if isinstance(following, str):
        answer.headers["Link"] = f'<{following}>; rel="next"'
    exchange = current_exchange.get()
    if exchange is not None and exchange.is_noted:
        # By the name that Litestar gives the header of the route.
        answer.headers["cache-control"] = "private, no-store"
    return answer


def list_address(path: str, after: str | None, **parameters: object) -> str | None:
    """Return the address of the next page of a list by its cursor; None without one.

    Parameters
    ----------
    path : str
        As the client must write it.
    **parameters : object
        Of the query; one that is None is left out.
    """
    if after is None:
        return None
    given = {name: value for name, value in parameters.items() if value is not None}
    return f"{path}?{urlencode({**given, 'after': after})}"


def same_address(request: AnyRequest, after: str | None) -> str | None:
    """Return this address with another continuation token; None without one."""
    if after is None:
        return None
    kept = [(name, value) for name, value in request.query_params.multi_items() if name != "after"]
    # The raw path: decoded, a slash within an id would split it, and a header holds ASCII alone.
    path = quote(request.scope["raw_path"].partition(b"?")[0], safe="/%:@!$&'()*+,;=~")
    return f"{public_path(path)}?{urlencode([*kept, ('after', after)])}"
