"""Which names the site answers to.

In DNS rebinding a page of another site points its own name at this machine, and the visitor's
browser lets it read our answers. The `Host` that the browser sends is then that site's name.
"""

import ipaddress
import re
from collections.abc import Sequence

from litestar.exceptions import ClientException, HTTPException
from litestar.types import HTTPScope

ANY = "*"

_FORM = re.compile(r"(?:\[([0-9a-f:.]+)\]|([a-z0-9._-]+))(?::[0-9]{1,5})?")


class MisdirectedRequestError(HTTPException):
    """The request names a host that is none of ours."""

    status_code = 421


class Hosts:
    """The names that are ours.

    IP addresses are always let in: health checks use them, and rebinding cannot.

    Parameters
    ----------
    allowed : sequence of str
        Names; one that begins with a dot stands for all below it too; `*` for every name.
    """

    def __init__(self, allowed: Sequence[str]) -> None:
        self._is_any = ANY in allowed
        self._names = frozenset(name for name in allowed if not name.startswith("."))
        self._ends = tuple(name for name in allowed if name.startswith("."))

    def check(self, scope: HTTPScope) -> None:
        """Refuse a request that names somebody else's host.

        Raises
        ------
        ClientException
            The header is no host name.
        MisdirectedRequestError
            The host is not ours.
        """
        for name, value in scope["headers"]:
            if name == b"host":
                self._check(value.decode("latin-1").lower())

    def is_named(self, host: str) -> bool:
        """Tell whether a setting names a host, in lower case; this machine itself always counts.

        What `check` lets in may be any address, or any name where all are let in.
        """
        found = _FORM.fullmatch(host)
        if found is None:
            return False
        if found[1]:
            return found[1] == "::1"
        name = found[2].removesuffix(".")
        if _is_address(name):
            return ipaddress.IPv4Address(name).is_loopback or name in self._names
        return name in self._names or f".{name}".endswith(self._ends)

    def _check(self, host: str) -> None:
        found = _FORM.fullmatch(host)
        if found is None:
            message = "The header Host is no host name."
            raise ClientException(message)
        if self._is_any or found[1]:
            return
        name = found[2].removesuffix(".")
        if name in self._names or f".{name}".endswith(self._ends) or _is_address(name):
            return
        message = f"This site does not answer to {name}: see ALSOLIKE_ALLOWED_HOSTS."
        raise MisdirectedRequestError(message)


def _is_address(name: str) -> bool:
    try:
        ipaddress.IPv4Address(name)
    except ValueError:
        return False
    return True
