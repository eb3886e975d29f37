"""Each pod reaches what its settings name, and nothing else: the whole matrix, evaluated."""

from itertools import product
from urllib.parse import urlsplit

import pytest

from shared.hostports import host_ports
from tests.deploy.k8s.code import SERVICES, fields_of
from tests.deploy.k8s.reachability import Network, Place
from tests.deploy.k8s.rendering import Thing, containers, env, named, of_kind, ours, overlay, pod, workloads

INTERNET = [Place("internet", address="93.184.215.14"), Place("internet6", address="2606:2800:21f::1")]
INSIDE = [
    Place(each, address=each)
    for each in ("10.1.2.3", "172.16.0.1", "192.168.1.1", "100.64.0.1", "169.254.169.254", "fd00::1", "fe80::1")
]
PROXY = Place("proxy", namespace="envoy-gateway-system")
PROMETHEUS = Place("prometheus", namespace="monitoring")
KEDA = Place("keda", namespace="keda")
STRANGER = Place("stranger", namespace="default")
NAMES = Place("kube-dns", (("k8s-app", "kube-dns"),), "kube-system")

WEB, HEALTH, MAIL = 8080, 8180, 1025
PORTS = (22, 25, 53, 80, 443, 465, 587, 1025, 5432, 6443, 7000, 8080, 8180, 9042, 9092, 9093)

Way = tuple[str, str, int]
"""(from, to, port)."""


def pods(things: list[Thing]) -> list[Place]:
    """Those of the workloads, and those that operators make of their objects."""
    made = [_place(each["metadata"]["name"], pod(each)["metadata"], _ports(each)) for each in workloads(things)]
    for kafka in of_kind(things, "Kafka"):
        made.append(_place("kafka", kafka["spec"]["kafka"]["template"]["pod"]["metadata"]))
        made.append(_place("kafka-operator", kafka["spec"]["entityOperator"]["template"]["pod"]["metadata"]))
    made += [
        _place("cassandra", each["spec"]["podTemplateSpec"]["metadata"])
        for each in of_kind(things, "CassandraDatacenter")
    ]
    return made


def _place(name: str, metadata: Thing, ports: tuple[tuple[str, int], ...] = ()) -> Place:
    return Place(
        "provision" if name.startswith("provision") else name, tuple(metadata["labels"].items()), "aid", ports=ports
    )


def _ports(workload: Thing) -> tuple[tuple[str, int], ...]:
    ports = (port for container in containers(workload) for port in container.get("ports", ()))
    return tuple((port["name"], port["containerPort"]) for port in ports)


def open_ways(things: list[Thing]) -> set[Way]:
    """Between our pods and everything; what servers do among themselves is theirs."""
    inside = pods(things)
    own = [place for place in inside if place.name in {*SERVICES, "provision"}]
    outside = [*INTERNET, *INSIDE, PROXY, PROMETHEUS, KEDA, STRANGER, NAMES]
    pairs = {*product(own, [*inside, *outside]), *product([*inside, *outside], own)}
    network = Network(things)
    return {
        (source.name, target.name, port)
        for source, target in pairs
        if source != target
        for port in network.open_ports(source, target, PORTS)
    }


def needed_ways(things: list[Thing]) -> set[Way]:
    """From the settings of each: who is told of a server must reach it."""
    ways: set[Way] = set()
    for name, workload in ours(things).items():
        told, asked = env(workload, things), fields_of(name)
        ways.add((name, NAMES.name, 53))
        ways |= {(name, "kafka", port) for _, port in host_ports(told["AID_KAFKA_URL"])}
        ways |= {(name, "cassandra", port) for _, port in host_ports(told["AID_CASSANDRA_HOSTS"])}
        if {"engines", "allowed_private_addresses"} & asked:
            ways |= {(name, place.name, port) for place in INTERNET for port in (80, 443)}
        if "archives" in asked and told["AID_ARCHIVES"].startswith("s3:"):
            port = 443 if urlsplit(told["AID_S3_ENDPOINT"]).scheme == "https" else 80
            ways |= {(name, place.name, port) for place in INTERNET}
        if "smtp_url" in asked:
            ways |= _to_the_relay(name, things)
        if "health_port" in asked:
            ways.add((PROMETHEUS.name, name, HEALTH))
        if "web_port" in asked and of_kind(things, "Gateway"):
            ways.add((PROXY.name, name, WEB))
    return ways


def _to_the_relay(name: str, things: list[Thing]) -> set[Way]:
    if any(place.name == "mailpit" for place in pods(things)):
        return {(name, "mailpit", MAIL)}
    return {(name, place.name, port) for place in INTERNET for port in (465, 587)}


def beyond_need(things: list[Thing]) -> set[Way]:
    """Kafka's two ports are open wherever one is: which one is there, the overlay says."""
    return {way for way in open_ways(things) - needed_ways(things) if way[1] != "kafka" or way[2] not in (9092, 9093)}


def test_every_need_is_met(things: list[Thing]) -> None:
    assert needed_ways(things) - open_ways(things) == set()


def test_nothing_else_is_open(things: list[Thing]) -> None:
    assert beyond_need(things) == set()


def test_servers_are_reached_by_the_services_alone(things: list[Thing]) -> None:
    network, inside = Network(things), pods(things)
    for server, port in (("kafka", 9092), ("kafka", 9093), ("cassandra", 9042)):
        (target,) = (place for place in inside if place.name == server)
        callers = {
            each.name for each in [*inside, PROXY, PROMETHEUS, KEDA, STRANGER] if network.lets(each, target, port)
        }
        assert callers - {"kafka-operator", server} == {*SERVICES, "provision"} | (
            {"keda"} if server == "kafka" else set()
        )


def test_kafkas_listener_lets_in_whom_the_policies_let_in(production: list[Thing]) -> None:
    """Strimzi makes a policy of its own out of it, and policies add up."""
    (listener,) = named(production, "Kafka", "aid")["spec"]["kafka"]["listeners"]
    peers = [{"from": listener["networkPolicyPeers"], "ports": [{"port": listener["port"]}]}]
    alone = Network(
        [{"kind": "NetworkPolicy", "spec": {"podSelector": {}, "policyTypes": ["Ingress"], "ingress": peers}}]
    )
    (kafka,) = (place for place in pods(production) if place.name == "kafka")

    let_in = {each.name for each in [*pods(production), PROXY, KEDA, STRANGER] if alone.lets(each, kafka, 9093)}
    assert let_in == {*SERVICES, "provision", "keda"}


def test_names_are_asked_by_both_protocols(things: list[Thing]) -> None:
    network = Network(things)

    assert all(network.lets(place, NAMES, 53, protocol) for place in pods(things) for protocol in ("TCP", "UDP"))


@pytest.mark.parametrize(
    "name",
    [
        "default-deny",
        "names",
        "to-kafka-and-cassandra",
        "to-the-internet",
        "from-prometheus",
        "to-the-relay",
        "to-the-bucket",
        "from-the-proxies",
        "kafka",
        "cassandra",
    ],
)
def test_a_policy_that_is_missing_is_noticed(name: str) -> None:
    things = overlay("production")
    things.remove(named(things, "NetworkPolicy", name))

    assert needed_ways(things) - open_ways(things) or beyond_need(things)


def test_a_hole_to_the_inside_is_noticed(production: list[Thing]) -> None:
    (rule,) = named(production, "NetworkPolicy", "to-the-internet")["spec"]["egress"]
    rule["to"][0]["ipBlock"]["except"].remove("169.254.0.0/16")

    assert beyond_need(production) == {
        (name, "169.254.169.254", port) for name in ("scraper", "packager") for port in (80, 443)
    }
