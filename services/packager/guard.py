"""The one place every connection of the downloader passes: no address that is not public is ever connected to.

It sits at the socket and not at the resolver, because a literal address is never resolved, and a name may
resolve to another address the second time.
"""

import socket
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any

import structlog

log = structlog.get_logger()

Network = IPv4Network | IPv6Network

PORTS = frozenset({80, 443, 8080, 8443})

# `is_global` says yes to most of these, in one Python release or another; CVE-2024-4032.
_NEVER = tuple(
    ip_network(network)
    for network in (
        "192.0.0.0/24",  # protocol assignments
        "192.88.99.0/24",  # 6to4 relays
        "168.63.129.16/32",  # Azure's host, public only in its looks
        "::/96",  # IPv4-compatible
        "64:ff9b:1::/48",  # local NAT64
        "100::/64",  # discard
        "2001::/23",  # Teredo and other protocol assignments
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4: whatever IPv4 address it wraps
        "3fff::/20",  # documentation
        "5f00::/16",  # segment routing
        "fec0::/10",  # site-local
    )
)
_NAT64 = IPv6Network("64:ff9b::/96")


class ForbiddenAddressError(OSError):
    """Nothing was sent. The same text for every address, so that aiohttp keeps the type when a name has several."""

    def __init__(self) -> None:
        super().__init__("forbidden address")


def refusal(address: str, port: int, forbidden: Iterable[Network] = ()) -> str | None:
    """Why no socket may be connected there, as a code, or None. `address` is an IP address as in a sockaddr."""
    if port not in PORTS:
        return "port"
    try:
        ip = ip_address(address)
    except ValueError:
        return "not_an_address"
    meant = _ipv4_inside(ip) or ip
    if any(meant in network for network in _NEVER):
        return "special_network"
    if any(ip in network or meant in network for network in forbidden):
        return "forbidden_network"
    if meant.is_multicast or meant.is_reserved or not meant.is_global:
        return "not_public"
    return None


def _ipv4_inside(ip: IPv4Address | IPv6Address) -> IPv4Address | None:
    """The IPv4 address that is reached through this IPv6 one: v4-mapped, or by the network's NAT64."""
    if isinstance(ip, IPv4Address):
        return None
    return IPv4Address(int(ip) & 0xFFFF_FFFF) if ip in _NAT64 else ip.ipv4_mapped


class Guard:
    """`forbidden` are networks that look public and are not for us, such as our own.

    `holes` are the (address, port) pairs that pass whatever they are: for tests, and said aloud.
    """

    def __init__(self, holes: Iterable[tuple[str, int]] = (), forbidden: Iterable[Network] = ()) -> None:
        self._forbidden = tuple(forbidden)
        self._holes = frozenset((str(ip_address(address.strip("[]"))), port) for address, port in holes)
        if self._holes:
            log.warning("guard_has_holes", addresses=sorted(f"{address}:{port}" for address, port in self._holes))

    def socket(self, addr_info: tuple[Any, ...]) -> socket.socket:
        """A socket for aiohttp's `socket_factory`; ForbiddenAddressError instead of one that must not be."""
        family, kind, protocol, _, (address, port, *_) = addr_info
        why = None if (address, port) in self._holes else refusal(address, port, self._forbidden)
        if why is not None:
            log.warning("address_forbidden", address=address, port=port, why=why)
            raise ForbiddenAddressError
        return socket.socket(family, kind, protocol)
