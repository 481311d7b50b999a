"""The address that a request comes from, by which clients are told apart."""

import ipaddress
import re

from litestar.types import ASGIApp, Receive, Scope, Send

# Whatever is no address: one client.
UNKNOWN = "unknown"

# As some proxies write them: `192.0.2.7:1234`, `[2001:db8::7]:1234`, `[2001:db8::7]`.
_WITH_PORT = re.compile(r"\[([0-9a-fA-F:.%]{2,80})\](?::[0-9]{1,5})?|([0-9.]{7,15}):[0-9]{1,5}")
_FORWARDED = b"x-forwarded-for"
# A provider gives each customer a whole IPv6 network of this prefix length.
_IPV6_NETWORK = 64


def client_of(scope: Scope) -> str:
    """Return the address of a request's client; of IPv6 the network that is one customer's.

    Empty where the server tells none, `unknown` where it tells something else.
    """
    client = scope["client"]
    if client is None or not client[0]:
        return ""
    try:
        address = ipaddress.ip_address(_without_port(client[0]).partition("%")[0])
    except ValueError:
        return UNKNOWN
    if address.version == 4:  # noqa: PLR2004  (IPv4)
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network((address, _IPV6_NETWORK), strict=False))


def without_ports(app: ASGIApp) -> ASGIApp:
    """Take the ports off the addresses that proxies tell of, by which they know each other."""

    async def call(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            scope["headers"] = [
                (name, _plain(value) if name == _FORWARDED else value)
                for name, value in scope["headers"]
            ]
        await app(scope, receive, send)

    return call


def _plain(forwarded: bytes) -> bytes:
    parts = forwarded.decode("latin-1").split(",")
    return ",".join(_without_port(part.strip()) for part in parts).encode("latin-1")


def _without_port(address: str) -> str:
    found = _WITH_PORT.fullmatch(address)
    return address if found is None else found[1] or found[2]
