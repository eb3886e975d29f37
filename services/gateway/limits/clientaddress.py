"""Who asks, as far as it can be known. Pure."""

from collections.abc import Iterable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
Networks = Sequence[Network]

NOWHERE = "nowhere"
"""A peer without an address, as on a Unix socket."""

_SITE_BITS = 64
"""One customer is given that much at least: within it, addresses cost nothing."""


def client_of(peer: str | None, forwarded: Iterable[str], *, trusted: Networks) -> str:
    """What a client is counted by: an IPv4 address, or the /64 of an IPv6 one.

    `forwarded` are the `X-Forwarded-For` headers in their order. Each proxy appends whom it was asked by, so they are
    believed from the right, and only as far as those who say so are trusted: what stands left of that, anybody writes.
    """
    client = _address(peer or "")
    if client is None:
        return NOWHERE
    for said in reversed([part for header in forwarded for part in header.split(",")]):
        if not _within(client, trusted):
            break
        before = _address(said)
        if before is None:
            break  # a proxy that does not know: it answers for it
        client = before
    return _customer(client)


def is_within(peer: str | None, networks: Networks) -> bool:
    address = _address(peer or "")
    return address is not None and _within(address, networks)


def _address(text: str) -> Address | None:
    """Also `192.0.2.1:80`, `[2001:db8::1]:80` and IPv4 inside of IPv6."""
    host = text.strip()
    if host.startswith("["):
        host = host[1:].partition("]")[0]
    elif host.count(":") == 1:
        host = host.partition(":")[0]
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        return None
    return (address.ipv4_mapped if isinstance(address, IPv6Address) else None) or address


def _within(address: Address, networks: Networks) -> bool:
    return any(address in network for network in networks)


def _customer(address: Address) -> str:
    if isinstance(address, IPv6Address):
        return str(ip_network((int(address), _SITE_BITS), strict=False))
    return str(address)
