"""Who is let in, and how many requests each client may make."""

import math
from collections.abc import Sequence
from typing import cast

from litestar.exceptions import PermissionDeniedException, TooManyRequestsException
from litestar.types import ASGIApp, HTTPScope, Message, Receive, Scope, Send
from throttled import MemoryStore, RateLimiterType, RateLimitState, Throttled, per_min

from alsolike.settings import Settings
from api.exchange import KEY_PREFIX, AnyRequest, Exchange, current_exchange
from api.http.key_sets import TokenError
from api.http.keys import FOR_BROWSERS, OPEN, SIGNED, Keys, given_key
from api.http.paths import API_PREFIX, BLOCKS_PREFIX
from api.http.tokens import ShopperToken, Spend, Tokens, is_token

# About 300 bytes each; the client that came longest ago is dropped beyond it.
_MOST_CLIENTS = 20_000
_LIMITED_PREFIXES = (API_PREFIX, BLOCKS_PREFIX)


class RateLimits:
    """The keys that are let in, and a count per key or, without keys, per address.

    Counted by the generic cell rate algorithm: a whole minute's requests may come at once, and
    the allowance grows back evenly. Each worker process counts for itself. Who has a shopper's
    token counts by address.

    Parameters
    ----------
    spend_token : callable
        See `Tokens`.
    """

    def __init__(self, settings: Settings, spend_token: Spend) -> None:
        self._keys = Keys(settings.api_keys)
        self._tokens = Tokens(settings.browsers, spend_token)
        self._may_anybody_ask = bool(settings.browsers.origins)
        self._per_minute = settings.rate_limit
        self._throttle: Throttled | None = None
        if self._per_minute:
            self._throttle = Throttled(
                using=RateLimiterType.GCRA.value,
                quota=per_min(self._per_minute, burst=self._per_minute),
                store=MemoryStore(options={"MAX_SIZE": _MOST_CLIENTS}),
            )

    @property
    def is_needed(self) -> bool:
        """Whether there is anything to check."""
        return bool(self._keys or self._throttle)

    def middleware(self, app: ASGIApp) -> ASGIApp:
        """Check the requests of the API before their route."""

        async def limited(scope: Scope, receive: Receive, send: Send) -> None:
            exchange = current_exchange.get() or Exchange("")
            if scope["type"] != "http" or not scope["path"].startswith(_LIMITED_PREFIXES):
                await app(scope, receive, send)
                return
            token: ShopperToken | None = None
            if self._keys and SIGNED not in scope["route_handler"].opt:
                token = await self._identify(scope, exchange)
            client = exchange.client
            if self._throttle is not None:
                self._spend(self._throttle, client, 1)
            if token is not None:
                await self._take(token, exchange)
            if self._throttle is None:
                await app(scope, receive, send)
                return

            async def send_with_state(message: Message) -> None:
                if message["type"] == "http.response.start" and self._throttle is not None:
                    # Peeked at the end: the route may have charged the request as several.
                    headers = _headers(self._throttle.peek(client))
                    described = [(name.lower().encode(), value.encode()) for name, value in headers]
                    message["headers"] = [*message["headers"], *described]
                await send(message)

            await app(scope, receive, send_with_state)

        return limited

    async def _identify(self, scope: HTTPScope, exchange: Exchange) -> ShopperToken | None:
        """Note who asks, by a key; return a token that is good, but for having been used."""
        options, given = scope["route_handler"].opt, given_key(scope)
        if not given and self._may_anybody_ask and OPEN in options:
            exchange.is_anonymous = True
            return None
        if not (self._tokens and is_token(given)) or self._keys.knows(given):
            exchange.client = KEY_PREFIX + self._keys.check(scope, exchange.client)
            return None
        if FOR_BROWSERS not in options:
            message = "A shopper's token does not open this: it needs an API key."
            raise PermissionDeniedException(message)
        try:
            return await self._tokens.verify(given)
        except TokenError as error:
            self._keys.refuse(exchange.client, str(error))

    async def _take(self, token: ShopperToken, exchange: Exchange) -> None:
        try:
            await self._tokens.spend(token)
        except TokenError as error:
            self._keys.refuse(exchange.client, str(error))
        exchange.shopper_id = token.shopper_id

    def charge(self, cost: int) -> None:
        """Count the request that is being answered as several.

        Parameters
        ----------
        cost : int
            How many ordinary requests it is as good as; more than a minute's are a minute's.

        Raises
        ------
        TooManyRequestsException
            The client has not that many left.
        """
        exchange = current_exchange.get()
        if exchange is None:
            return
        exchange.cost = cost
        # One was counted before the route was asked.
        more = min(cost, self._per_minute) - 1
        if self._throttle is not None and more > 0:
            self._spend(self._throttle, exchange.client, more)

    def _spend(self, throttle: Throttled, client: str, cost: int) -> None:
        result = throttle.limit(client, cost)
        if result.limited:
            wait = max(1, math.ceil(result.state.retry_after))
            worth = f" This one counts as {cost + 1}." if cost > 1 else ""
            message = f"More than {self._per_minute} requests a minute: wait {wait} seconds.{worth}"
            headers = {**dict(_headers(result.state)), "Retry-After": str(wait)}
            raise TooManyRequestsException(message, headers=headers)


def limits_of(request: AnyRequest) -> RateLimits:
    """Return the app's limits."""
    return cast("RateLimits", request.app.state.limits)


def _headers(state: RateLimitState) -> Sequence[tuple[str, str]]:
    return (
        ("RateLimit-Limit", str(state.limit)),
        ("RateLimit-Remaining", str(state.remaining)),
        ("RateLimit-Reset", str(math.ceil(state.reset_after))),
    )
