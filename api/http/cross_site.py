"""What other sites make a visitor's browser send is refused, before any token is looked at.

Browsers say where a request comes from: with `Sec-Fetch-Site`, which pages cannot set, and where
that is missing, as over plain HTTP, with `Origin`. A program says neither, and holds no cookie of a
visitor.
"""

from typing import Any
from urllib.parse import urlsplit

from litestar.connection import ASGIConnection
from litestar.enums import ScopeType
from litestar.exceptions import PermissionDeniedException
from litestar.types import ASGIApp, Receive, Scope, Send

from api.languages.translate import gettext as _

_READS = frozenset({"GET", "HEAD", "OPTIONS"})
# `none`: the visitor typed the address, or opened a bookmark.
_OWN_SITES = frozenset({"same-origin", "none"})


def refuse_cross_site(app: ASGIApp, *, public_origin: str = "") -> ASGIApp:
    """Let a request that writes through only from a page of ours.

    Parameters
    ----------
    public_origin : str
        Scheme and host that browsers know us by; empty: the host that the request names.

    Raises
    ------
    PermissionDeniedException
        By the returned app: another site sent the request.
    """
    own_host = urlsplit(public_origin).netloc

    async def call(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == ScopeType.HTTP and scope["method"] not in _READS:
            headers = ASGIConnection[Any, Any, Any, Any](scope).headers
            site = headers.get("sec-fetch-site")
            is_own = (
                site in _OWN_SITES
                if site is not None
                else _is_of(headers.get("origin"), own_host or headers.get("host", ""))
            )
            if not is_own:
                message = _("This form was sent by another site. Open the page here and try again.")
                raise PermissionDeniedException(message)
        await app(scope, receive, send)

    return call


def _is_of(origin: str | None, host: str) -> bool:
    """Tell whether an origin is of a host; the scheme may have been changed by a proxy."""
    if origin is None:
        return True
    try:
        return urlsplit(origin).netloc.lower() == host.lower() != ""
    except ValueError:
        return False
