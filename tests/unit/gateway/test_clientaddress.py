"""Who asks, whatever is written into X-Forwarded-For."""

from ipaddress import ip_network

import pytest

from services.gateway.limits.clientaddress import NOWHERE, client_of

PROXIES = [ip_network("10.0.0.0/8"), ip_network("2001:db8:ffff::/48")]
PEOPLE, LIAR = "192.0.2.7", "203.0.113.66"


@pytest.mark.parametrize("peer", [PEOPLE, "10.0.0.1", "2001:db8:ffff::1"])
@pytest.mark.parametrize("headers", [[LIAR], [f"{LIAR}, 10.0.0.1"], ["10.0.0.1"], ["junk"], [""]])
def test_without_trusted_proxies_the_header_says_nothing(peer: str, headers: list[str]) -> None:
    assert client_of(peer, headers, trusted=[]) == client_of(peer, [], trusted=[])


@pytest.mark.parametrize("headers", [[LIAR], [f"{LIAR}, 10.0.0.2"], ["10.0.0.2"], [LIAR, "10.0.0.2"]])
def test_whoever_comes_directly_is_not_believed(headers: list[str]) -> None:
    assert client_of(PEOPLE, headers, trusted=PROXIES) == PEOPLE


@pytest.mark.parametrize(
    "headers",
    [
        [PEOPLE],
        [f" {PEOPLE} "],
        [f"{PEOPLE}:51234"],
        [f"{LIAR}, {PEOPLE}"],
        [f"{LIAR},{PEOPLE}, 10.1.2.3"],
        [f"10.0.0.9, {LIAR}, {PEOPLE}, 10.1.2.3 , 2001:db8:ffff::7"],
        [LIAR, f"{LIAR}, {PEOPLE}", "10.1.2.3"],
        [f"{LIAR}, {PEOPLE}", "[2001:db8:ffff::7]:8080"],
        [f"junk, {PEOPLE}"],
        [f"::ffff:{PEOPLE}"],
    ],
)
def test_behind_proxies_it_is_the_last_whom_one_of_them_was_asked_by(headers: list[str]) -> None:
    assert client_of("10.0.0.1", headers, trusted=PROXIES) == PEOPLE


@pytest.mark.parametrize("said", ["", "junk", "unknown", "_hidden", "999.1.1.1", f"{PEOPLE}, ", f"{PEOPLE}, 1.2.3"])
def test_a_proxy_that_does_not_know_answers_for_it_itself(said: str) -> None:
    assert client_of("10.0.0.1", [said], trusted=PROXIES) == "10.0.0.1"


def test_proxies_asked_by_proxies_only_are_counted_by_the_first() -> None:
    assert client_of("10.0.0.1", ["10.0.0.3, 10.0.0.2"], trusted=PROXIES) == "10.0.0.3"


@pytest.mark.parametrize(
    ("peer", "counted_as"),
    [
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("::ffff:192.0.2.7", PEOPLE),
        ("", NOWHERE),
        (None, NOWHERE),
    ],
)
def test_a_customer_is_an_ipv4_address_or_a_network_of_ipv6(peer: str | None, counted_as: str) -> None:
    assert client_of(peer, [], trusted=PROXIES) == counted_as
