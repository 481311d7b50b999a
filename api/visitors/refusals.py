"""What a visitor without an account said no to, in a cookie that says nothing else.

Everybody who refused the same has the same cookie, so it tells no two visitors apart.
"""

from typing import Any, Final

from litestar import Response

from alsolike.purposes import PURPOSES, Purpose
from alsolike.settings import Settings
from api.exchange import AnyRequest

COOKIE: Final = "alsolike_refused"

# As long as supervisory authorities advise to wait before asking again.
_SECONDS = 180 * 24 * 3600
_BETWEEN = "."


def refused_purposes(request: AnyRequest) -> frozenset[Purpose]:
    """Return what the visitor said no to in this browser."""
    named = request.cookies.get(COOKIE, "").split(_BETWEEN)
    return frozenset(purpose for purpose in PURPOSES if purpose in named)


def put_refused(
    request: AnyRequest,
    response: Response[Any],
    purpose: Purpose,
    settings: Settings,
    *,
    is_refused: bool,
) -> None:
    """Have the browser keep whether a purpose is refused; without any the cookie is dropped."""
    before = refused_purposes(request)
    refused = frozenset(
        one for one in PURPOSES if (is_refused if one == purpose else one in before)
    )
    if refused == before:
        return
    response.set_cookie(
        COOKIE,
        _BETWEEN.join(purpose for purpose in PURPOSES if purpose in refused),
        max_age=_SECONDS if refused else 0,
        path=settings.path_prefix or "/",
        secure=settings.is_cookie_secure,
        httponly=True,
        samesite="lax",
    )
