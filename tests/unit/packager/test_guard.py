import socket
from ipaddress import ip_network

import pytest

from services.packager.guard import ForbiddenAddressError, Guard, refusal

FORBIDDEN = (
    # this machine
    *("127.0.0.1", "127.0.0.2", "127.1.2.3", "127.255.255.254", "::1", "::"),
    *("0.0.0.0", "0.1.2.3"),  # noqa: S104 - a way to say 127.0.0.1
    # private and shared networks
    *("10.0.0.1", "10.255.255.255", "172.16.0.1", "172.31.255.255", "192.168.0.1", "192.168.255.255", "100.64.0.1"),
    *("fc00::1", "fd12:3456:789a::1", "fec0::1", "fec0::7f00:1"),
    # link-local, where clouds answer with their secrets
    *("169.254.169.254", "169.254.0.1", "fe80::1", "fe80::1%eth0", "168.63.129.16", "fd00:ec2::254"),
    # IPv4 in IPv6
    *("::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::ffff:7f00:1"),
    *("::7f00:1", "::127.0.0.1", "::8.8.8.8"),
    *("64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b::10.0.0.1", "64:ff9b:1::1", "64:ff9b:1::8.8.8.8"),
    *("2002:7f00:1::", "2002:a00:1::1", "2002:a9fe:a9fe::", "2002:808:808::"),
    *("2001:0:7f00:1::", "2001:0:4136:e378:8000:63bf:3fff:fdd2"),
    # protocol assignments, documentation, benchmarks, relays
    *("192.0.0.1", "192.0.0.8", "192.0.0.170", "192.0.2.1", "198.51.100.1", "203.0.113.1", "192.88.99.1"),
    *("198.18.0.1", "198.19.255.255", "2001:db8::1", "3fff::1", "5f00::1", "100::1", "2001:10::1", "2001:2::1"),
    # to many, to nobody, to everybody
    *("224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255", "ff02::1", "ff0e::1", "4000::1", "8000::1"),
    # no address at all
    *("localhost", "", "0x7f000001", "2130706433", "127.1", "0177.0.0.1", "127.0.0.1.", "[::1]"),
)
PUBLIC = (
    *("8.8.8.8", "1.1.1.1", "93.184.216.34", "172.15.0.1", "172.32.0.1", "100.128.0.1", "168.63.129.17"),
    *("2606:4700:4700::1111", "2a00:1450:4001:81b::200e", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8"),
)


@pytest.mark.parametrize("address", FORBIDDEN)
def test_an_address_that_is_not_public_is_refused(address: str) -> None:
    assert refusal(address, 80) is not None


@pytest.mark.parametrize("address", PUBLIC)
def test_a_public_address_passes(address: str) -> None:
    assert refusal(address, 443) is None


@pytest.mark.parametrize("port", [80, 443, 8080, 8443])
def test_a_port_of_the_web_passes(port: int) -> None:
    assert refusal("8.8.8.8", port) is None


@pytest.mark.parametrize("port", [0, 22, 25, 81, 2375, 3306, 5432, 6379, 8000, 9092, 9200, 11211, 65535])
def test_any_other_port_is_refused_on_a_public_address_too(port: int) -> None:
    assert refusal("8.8.8.8", port) == "port"


def addr_info(address: str, port: int) -> tuple[object, ...]:
    """As `getaddrinfo` tells it."""
    if ":" in address:
        return (socket.AF_INET6, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", (address, port, 0, 0))
    return (socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", (address, port))


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "169.254.169.254"])
def test_the_guard_gives_no_socket_for_a_forbidden_address(address: str) -> None:
    with pytest.raises(ForbiddenAddressError):
        Guard().socket(addr_info(address, 80))


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700:4700::1111"])
def test_the_guard_gives_a_socket_for_a_public_one(address: str) -> None:
    Guard().socket(addr_info(address, 80)).close()


def test_a_hole_is_one_address_with_one_port() -> None:
    guard = Guard([("127.0.0.1", 9000), ("[::1]", 9000)])

    guard.socket(addr_info("127.0.0.1", 9000)).close()
    guard.socket(addr_info("::1", 9000)).close()
    for address, port in (("127.0.0.1", 9001), ("127.0.0.1", 80), ("127.0.0.2", 9000)):
        with pytest.raises(ForbiddenAddressError):
            guard.socket(addr_info(address, port))


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("93.184.216.34", "forbidden_network"),
        ("::ffff:93.184.216.34", "forbidden_network"),
        ("64:ff9b::93.184.216.34", "forbidden_network"),
        ("2606:4700:4700::1111", "forbidden_network"),
        ("93.185.216.34", None),
        ("2606:4701::1", None),
        ("10.0.0.1", "not_public"),
    ],
)
def test_networks_that_look_public_may_be_forbidden(address: str, why: str | None) -> None:
    forbidden = [ip_network("93.184.0.0/16"), ip_network("2606:4700::/32")]

    assert refusal(address, 80, forbidden) == why
    if why:
        with pytest.raises(ForbiddenAddressError):
            Guard(forbidden=forbidden).socket(addr_info(address, 80))


def test_holes_are_said_aloud_and_no_holes_are_not(capsys: pytest.CaptureFixture[str]) -> None:
    Guard()
    assert capsys.readouterr().out == ""

    Guard([("127.0.0.1", 9000)])
    said = capsys.readouterr().out
    assert "guard_has_holes" in said
    assert "127.0.0.1:9000" in said
