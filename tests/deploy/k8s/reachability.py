"""Who may open a connection to whom, as network policies say: additive, and closed both ways once one selects a pod."""

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import ip_address, ip_network

from tests.deploy.k8s.rendering import Thing, matches, of_kind


@dataclass(frozen=True)
class Place:
    """A pod, of this namespace or another, or an address outside of the cluster."""

    name: str
    labels: tuple[tuple[str, str], ...] = ()
    namespace: str | None = None
    address: str | None = None
    ports: tuple[tuple[str, int], ...] = ()
    """By name."""


def may_connect(policies: Iterable[Thing], source: Place, target: Place, port: int, protocol: str = "TCP") -> bool:
    specs = [each["spec"] for each in of_kind(policies, "NetworkPolicy")]
    ways = (("to", _rules(specs, "Egress", source), target), ("from", _rules(specs, "Ingress", target), source))
    return all(
        rules is None
        or any(_peers(rule.get(side), there) and _ports(rule.get("ports"), target, port, protocol) for rule in rules)
        for side, rules, there in ways
    )


def _rules(specs: list[Thing], way: str, place: Place) -> list[Thing] | None:
    """What is allowed there; None when nothing is forbidden, as outside of this namespace."""
    labels = dict(place.labels)
    mine = [spec for spec in specs if way in spec["policyTypes"] and matches(spec["podSelector"], labels)]
    if place.namespace != "aid" or not mine:
        return None
    return [rule for spec in mine for rule in spec.get(way.lower(), ())]


def _peers(peers: list[Thing] | None, place: Place) -> bool:
    return peers is None or any(_is(peer, place) for peer in peers)


def _is(peer: Thing, place: Place) -> bool:
    if "ipBlock" in peer:
        return place.address is not None and _within(peer["ipBlock"], place.address)
    if place.namespace is None:
        return False
    namespaces = peer.get("namespaceSelector", {"matchLabels": {"kubernetes.io/metadata.name": "aid"}})
    there = {"kubernetes.io/metadata.name": place.namespace}
    return matches(namespaces, there) and matches(peer.get("podSelector", {}), dict(place.labels))


def _within(block: Thing, address: str) -> bool:
    where = ip_address(address)
    return where in ip_network(block["cidr"]) and not any(where in ip_network(each) for each in block.get("except", ()))


def _ports(ports: list[Thing] | None, target: Place, port: int, protocol: str) -> bool:
    named = dict(target.ports)
    return ports is None or any(
        each.get("protocol", "TCP") == protocol and named.get(each["port"], each["port"]) == port for each in ports
    )
