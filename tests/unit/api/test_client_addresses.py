"""Clients are told apart by their addresses, however a proxy writes them."""

import asyncio
from typing import Any

import pytest
from granian.utils.proxies import (
    wrap_asgi_with_proxy_headers,  # pyright: ignore[reportUnknownVariableType]
)

from api.http.addresses import UNKNOWN, client_of, without_ports

PROXY = "10.0.0.1"


def seen(forwarded: str) -> str:
    """Return what tells a client apart of whom a trusted proxy tells."""
    found: list[str] = []

    async def app(scope: Any, _receive: Any, _send: Any) -> None:
        found.append(client_of(scope))

    async def nothing() -> None:
        return None

    behind: Any = wrap_asgi_with_proxy_headers(  # pyright: ignore[reportUnknownVariableType]
        app, [PROXY, "10.1.0.0/16"]
    )
    served: Any = without_ports(behind)
    headers = [(b"x-forwarded-for", forwarded.encode())]
    scope = {"type": "http", "client": (PROXY, 0), "headers": headers}
    asyncio.run(served(scope, nothing, nothing))
    return found[0]


@pytest.mark.parametrize(
    ("forwarded", "client"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("192.0.2.7:1234", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("[::ffff:192.0.2.7]:80", "192.0.2.7"),
        ("2001:db8:1:2::7", "2001:db8:1:2::/64"),
        ("[2001:db8:1:2::7]:1234", "2001:db8:1:2::/64"),
        ("[2001:db8:1:2::8]", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        # The chain's last proxies are trusted, with their ports too.
        ("198.51.100.1, 192.0.2.7:1, 10.1.2.3:443, 10.0.0.1:5", "192.0.2.7"),
        ("unknown", UNKNOWN),
        ("_hidden", UNKNOWN),
        ("192.0.2.7:123456", UNKNOWN),
        ("999.0.2.7:1", UNKNOWN),
        ("x" * 1000, UNKNOWN),
    ],
)
def test_a_client_is_an_address_without_its_port(forwarded: str, client: str) -> None:
    assert seen(forwarded) == client


def test_without_an_address_nothing_is_told_apart() -> None:
    nobody: Any = {"type": "http", "client": None, "headers": []}
    assert client_of(nobody) == ""
