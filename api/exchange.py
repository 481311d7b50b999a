"""The request that is being answered, known to all code that works on it."""

import functools
import time
from collections.abc import Awaitable, Callable, Coroutine
from contextvars import ContextVar
from typing import Any, ParamSpec, TypeVar

from litestar import Request
from msgspec import Struct

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")

AnyRequest = Request[Any, Any, Any]

# Of a client that is a key; no address begins so.
KEY_PREFIX = "key "


class Exchange(Struct):
    """A request and what its answer has cost so far.

    Attributes
    ----------
    request_id : str
        The client's own id if it sent a sane one, ours otherwise.
    has_encoded_slash : bool
        Whether the path is routed with `%2F` and `%25` still encoded.
    database_seconds : float
        Time with a database connection and waiting for one.
    client : str
        Who asks: an API key by its name, or an address; empty: no client, so nothing counts.
    cost : int
        How many ordinary requests it is as good as.
    path_prefix : str
        What precedes every path of ours in the addresses that the client knows.
    host_origin : str
        What precedes every path in the addresses that the client asked for.
    shopper_id : str or None
        Of a shopper's token: whose lists alone it opens.
    is_anonymous : bool
        Whether it was let in with neither key nor token where others need one.
    has_signal : bool
        Whether the browser sent `Sec-GPC: 1`, Global Privacy Control.
    is_odd : bool
        Whether hardly another request asks for the same, as with a filter. That it is slow says
        nothing about others.
    is_noted : bool
        Whether the answer is kept as one that was shown, so that no cache may give it again.
    """

    request_id: str
    has_encoded_slash: bool = False
    database_seconds: float = 0.0
    client: str = ""
    cost: int = 1
    is_odd: bool = False
    path_prefix: str = ""
    host_origin: str = ""
    shopper_id: str | None = None
    is_anonymous: bool = False
    is_noted: bool = False
    has_signal: bool = False


current_exchange: ContextVar[Exchange | None] = ContextVar("current_exchange", default=None)


def request_id() -> str | None:
    """Return the id of the request that is being answered; None outside of one."""
    exchange = current_exchange.get()
    return None if exchange is None else exchange.request_id


def public_path(path: str) -> str:
    """Return a path of ours as the client must write it: behind the prefix at a proxy, if any."""
    exchange = current_exchange.get()
    return path if exchange is None else exchange.path_prefix + path


def has_signal() -> bool:
    """Tell whether the browser sent Global Privacy Control with the request."""
    exchange = current_exchange.get()
    return exchange is not None and exchange.has_signal


def host_origin() -> str:
    """Return the scheme and the host by which the client asked; empty outside of a request."""
    exchange = current_exchange.get()
    return "" if exchange is None else exchange.host_origin


def in_words() -> str:
    """Return what the log calls the request that is being answered: its id, and whose key it has.

    An address, which may be a person's, is not told.
    """
    exchange = current_exchange.get()
    if exchange is None:
        return "no request"
    whose = f", {exchange.client}" if exchange.client.startswith(KEY_PREFIX) else ""
    return f"request {exchange.request_id}{whose}"


def mark_odd() -> None:
    """Note that hardly another request asks for the same."""
    exchange = current_exchange.get()
    if exchange is not None:
        exchange.is_odd = True


def mark_noted() -> None:
    """Note that the answer is one impression, which no cache may give again."""
    exchange = current_exchange.get()
    if exchange is not None:
        exchange.is_noted = True


def timed_as_database(
    work: Callable[Parameters, Awaitable[Result]],
) -> Callable[Parameters, Coroutine[Any, Any, Result]]:
    """Add what some work takes to the database's share of the request."""

    @functools.wraps(work)
    async def timed(*args: Parameters.args, **kwargs: Parameters.kwargs) -> Result:
        exchange = current_exchange.get()
        if exchange is None:
            return await work(*args, **kwargs)
        started = time.perf_counter()
        try:
            return await work(*args, **kwargs)
        finally:
            exchange.database_seconds += time.perf_counter() - started

    return timed
