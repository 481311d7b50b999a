"""`Link` headers, for clients that follow those rather than look into the answer."""

from typing import Any, cast

from litestar import Response
from litestar.types import ASGIApp


async def link_next_page(response: Response[Any] | ASGIApp) -> Response[Any]:
    """Add the address of the next page, which lists have in their field `next`."""
    answer = cast("Response[Any]", response)
    following = getattr(getattr(answer, "content", None), "next", None)
    if isinstance(following, str):
        answer.headers["Link"] = f'<{following}>; rel="next"'
    return answer
