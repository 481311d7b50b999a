"""What cookies are called."""

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
