"""What tells browsers that Global Privacy Control is honoured here.

Source: https://www.w3.org/TR/gpc/, "GPC support resource".
"""

from typing import Final

from litestar import get
from litestar.datastructures import CacheControlHeader

_KEPT: Final = CacheControlHeader(public=True, max_age=3600)
# `lastUpdate` is the day on which what we say by it changed last.
_SUPPORT: Final = {"gpc": True, "lastUpdate": "2026-11-28"}


@get("/.well-known/gpc.json", cache_control=_KEPT, include_in_schema=False)
async def give_signal_support() -> dict[str, bool | str]:
    """Say that a request with `Sec-GPC: 1` is a no to personalisation and to measurement."""
    return dict(_SUPPORT)
