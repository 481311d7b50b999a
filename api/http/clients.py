"""Who asks, as far as that can be told without a key."""

import ipaddress

from litestar.types import HTTPScope

# A provider hands a whole network of this length to one customer.
_IPV6_NETWORK = 64


def address_of(scope: HTTPScope) -> str:
    """Return the client's address; of IPv6 the network that is one customer's."""
    client = scope["client"]
    host = "" if client is None else client[0]
    if ":" not in host:
        return host
    try:
        return str(ipaddress.ip_network((host.partition("%")[0], _IPV6_NETWORK), strict=False))
    except ValueError:
        return host
