"""What cookies are called, and what a request brings of them."""

from litestar.types import Scope

# Of the whole header: ours have 4,000 at most, and proxies refuse longer ones anyway.
MOST_BYTES = 8192

_HOST = "__Host-"


def cookie_name(name: str, *, path_prefix: str, is_secure: bool) -> str:
    """Return the name of a cookie as browsers get it.

    Browsers let `__Host-` begin only the name of a cookie that came over HTTPS, is for all paths of
    one host, and was set by that host: so no neighbour of the site, such as another subdomain, can
    put one in its place. Below a prefix the cookie is for that alone, and not called so.

    Parameters
    ----------
    path_prefix : str
        Empty, or such as `/shop`.
    is_secure : bool
        Whether browsers reach the site over HTTPS alone.
    """
    return _HOST + name if is_secure and not path_prefix else name


def read_cookies(scope: Scope) -> dict[str, str]:
    """Return the cookies of a request by their names; none of a header that is too long.

    A value stands as it was sent, but for quotes around it. Nothing else is undone: ours need no
    escapes, and another site's cookie of any form leaves those beside it readable.
    """
    headers = [value for name, value in scope["headers"] if name == b"cookie"]
    if sum(map(len, headers)) > MOST_BYTES:
        return {}
    found: dict[str, str] = {}
    for pair in b";".join(headers).decode("latin-1").split(";"):
        name, between, value = pair.strip().partition("=")
        if between:
            found[name.rstrip()] = _unquoted(value.lstrip())
    return found


def _unquoted(value: str) -> str:
    is_quoted = len(value) > 1 and value[0] == value[-1] == '"'
    return value[1:-1] if is_quoted else value
