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


class Network:
    """The policies of what was rendered."""

    def __init__(self, things: Iterable[Thing]) -> None:
        self._specs = [each["spec"] for each in of_kind(things, "NetworkPolicy")]

    def lets(self, source: Place, target: Place, port: int, protocol: str = "TCP") -> bool:
        return port in self.open_ports(source, target, [port], protocol)

    def open_ports(self, source: Place, target: Place, ports: Iterable[int], protocol: str = "TCP") -> set[int]:
        """Those of `ports` that may be connected to."""
        ways = [_meeting(self._rules("Egress", source), "to", target)]
        ways += [_meeting(self._rules("Ingress", target), "from", source)]
        return {port for port in ports if all(_any_opens(rules, target, port, protocol) for rules in ways)}

    def _rules(self, way: str, place: Place) -> list[Thing] | None:
        """What is allowed there; None when nothing is forbidden, as outside of this namespace."""
        labels = dict(place.labels)
        mine = [each for each in self._specs if way in each["policyTypes"] and matches(each["podSelector"], labels)]
        if place.namespace != "aid" or not mine:
            return None
        return [rule for spec in mine for rule in spec.get(way.lower(), ())]


def _meeting(rules: list[Thing] | None, side: str, there: Place) -> list[Thing] | None:
    return None if rules is None else [rule for rule in rules if _peers(rule.get(side), there)]


def _any_opens(rules: list[Thing] | None, target: Place, port: int, protocol: str) -> bool:
    return rules is None or any(_opens(rule.get("ports"), target, port, protocol) for rule in rules)


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


def _opens(ports: list[Thing] | None, target: Place, port: int, protocol: str) -> bool:
    named = dict(target.ports)
    return ports is None or any(
        each.get("protocol", "TCP") == protocol and named.get(each["port"], each["port"]) == port for each in ports
    )
