"""API keys: whose a request is, and whether it opens the route.

A route needs the scope in its `opt`; one that only reads needs `read`. A shopper's token opens the
routes that are for browsers.
"""

import hashlib
import logging
import math
from collections.abc import Sequence
from hmac import compare_digest
from typing import Final, NoReturn

from litestar.exceptions import (
    NotAuthorizedException,
    PermissionDeniedException,
    TooManyRequestsException,
)
from litestar.handlers import BaseRouteHandler
from litestar.types import HTTPScope
from throttled import MemoryStore, RateLimiterType, Throttled, per_min

from alsolike.api_keys import ApiKey, Scope
from api.log_text import in_log

logger = logging.getLogger("alsolike.web")

SCOPE: Final = "scope"
# Set in the `opt` of a route whose requests are signed, and so need no key.
SIGNED: Final = "is_signed"
# Set in the `opt` of a route that browsers may ask from the pages of other sites, with a token.
FOR_BROWSERS: Final = "is_for_browsers"
BROWSERS: Final = {FOR_BROWSERS: True}
# Set in the `opt` of a route that needs neither key nor token where browsers may ask at all.
OPEN: Final = "is_open"
# A client that was set up wrongly tries once or twice; a page of refusals a minute is no accident.
FAILURES_PER_MINUTE = 20
# About 300 bytes each; the address that failed longest ago is dropped beyond it.
_MOST_ADDRESSES = 20_000
_REALM = 'Bearer realm="alsolike"'


def needs(scope: Scope) -> dict[str, Scope]:
    """Return the `opt` of a route that needs a scope other than `read`."""
    return {SCOPE: scope}


def scope_of(handler: BaseRouteHandler) -> Scope:
    """Return the scope that a route of the API needs."""
    return handler.opt.get(SCOPE, "read")


class Keys:
    """The shop's keys, and how often each address gave another one lately.

    A key that is known is always let in: who shares an address with somebody who guesses keys is
    not locked out.
    """

    def __init__(self, keys: Sequence[ApiKey]) -> None:
        self._keys = [(_digest(one.key.encode()), one) for one in keys]
        self._failures = Throttled(
            using=RateLimiterType.GCRA.value,
            quota=per_min(FAILURES_PER_MINUTE, burst=FAILURES_PER_MINUTE),
            store=MemoryStore(options={"MAX_SIZE": _MOST_ADDRESSES}),
        )

    def __bool__(self) -> bool:
        """Whether the API asks for a key."""
        return bool(self._keys)

    def check(self, scope: HTTPScope, address: str) -> str:
        """Return the name of the key that a request gives.

        Raises
        ------
        NotAuthorizedException
            It gives none of the shop's keys.
        TooManyRequestsException
            Nor did many others of its address.
        PermissionDeniedException
            The key does not have the scope that the route needs.
        """
        given = given_key(scope)
        if not given:
            message = "Send an API key as `Authorization: Bearer …` or `X-Api-Key: …`."
            raise NotAuthorizedException(message, headers={"WWW-Authenticate": _REALM})
        found = self._find(given)
        if found is None:
            self.refuse(address, "This API key is not known.")
        _check_scope(found, scope["route_handler"])
        return found.name

    def knows(self, given: bytes) -> bool:
        """Tell whether something is one of the shop's keys."""
        return self._find(given) is not None

    def _find(self, given: bytes) -> ApiKey | None:
        """Compare a key with all of the shop's, in a time that tells nothing of them."""
        digest = _digest(given)
        found: ApiKey | None = None
        for known, key in self._keys:
            if compare_digest(known, digest):
                found = key
        return found

    def refuse(self, address: str, message: str) -> NoReturn:
        """Refuse a key or a token that is not good, and the address after many of them.

        Raises
        ------
        NotAuthorizedException, TooManyRequestsException
            With the message, or when to try again.
        """
        result = self._failures.limit(address, 1)
        if result.limited:
            wait = max(1, math.ceil(result.state.retry_after))
            message = f"Too many API keys or tokens that are not good: wait {wait} seconds."
            raise TooManyRequestsException(message, headers={"Retry-After": str(wait)})
        logger.warning("Refused a request from %s: %s", in_log(address), message)
        headers = {"WWW-Authenticate": f'{_REALM}, error="invalid_token"'}
        raise NotAuthorizedException(message, headers=headers)


def _check_scope(key: ApiKey, handler: BaseRouteHandler) -> None:
    needed = scope_of(handler)
    if needed in key.scopes:
        return
    logger.warning("API key %s was refused: it lacks the scope %s", key.name, needed)
    message = f"This needs a key with the scope {needed!r}: see ALSOLIKE_API_KEYS."
    challenge = f'{_REALM}, error="insufficient_scope", scope="{needed}"'
    raise PermissionDeniedException(message, headers={"WWW-Authenticate": challenge})


def _digest(key: bytes) -> bytes:
    # Of equal length, whatever is given.
    return hashlib.sha256(key).digest()


def given_key(scope: HTTPScope) -> bytes:
    """Return the key or token that a request gives; empty: none."""
    for name, value in scope["headers"]:
        if name == b"x-api-key":
            return value.strip()
        if name == b"authorization" and value[:7].lower() == b"bearer ":
            return value[7:].strip()
    return b""
