"""Every way between two places that policies leave open, and every way that the code needs."""

from collections.abc import Iterator
from itertools import product
from urllib.parse import urlsplit

from shared.hostports import host_ports
from tests.deploy.k8s.code import SERVICES, fields_of
from tests.deploy.k8s.reachability import Network, Place
from tests.deploy.k8s.rendering import Thing, containers, env, of_kind, ours, pod, workloads

INTERNET = [Place("internet", address="93.184.215.14"), Place("internet6", address="2606:2800:21f::1")]
INSIDE = [
    Place(each, address=each)
    for each in ("10.1.2.3", "172.16.0.1", "192.168.1.1", "100.64.0.1", "169.254.169.254", "fd00::1", "fe80::1")
]
PROXY = Place("proxy", namespace="envoy-gateway-system")
PROMETHEUS = Place("prometheus", namespace="monitoring")
CASS_OPERATOR = Place("cass-operator", namespace="cass-operator")
KEDA = Place("keda", namespace="keda")
STRANGER = Place("stranger", namespace="default")
API_SERVER = Place("api-server", address="10.96.0.1")
NAMES = Place("kube-dns", (("k8s-app", "kube-dns"),), "kube-system")

WEB, HEALTH, MAIL = 8080, 8180, 1025
PORTS = (22, 25, 53, 80, 443, 465, 587, 1025, 5432, 6443, 7000, 8080, 8180, 9042, 9092, 9093)

Way = tuple[str, str, int]
"""(from, to, port)."""


def pods(things: list[Thing]) -> list[Place]:
    """Those of the workloads, and those that operators make of their objects."""
    own = [_place(each["metadata"]["name"], pod(each)["metadata"], _ports(each)) for each in workloads(things)]
    return [*own, *_made(things)]


def _made(things: list[Thing]) -> Iterator[Place]:
    for kafka in (each["spec"] for each in of_kind(things, "Kafka")):
        yield _place("kafka", kafka["kafka"]["template"]["pod"]["metadata"])
        yield _place("kafka-operator", kafka["entityOperator"]["template"]["pod"]["metadata"])
    for cassandra in of_kind(things, "CassandraDatacenter"):
        yield _place("cassandra", cassandra["spec"]["podTemplateSpec"]["metadata"])


def _place(name: str, metadata: Thing, ports: tuple[tuple[str, int], ...] = ()) -> Place:
    short = "provision" if name.startswith("provision") else name
    return Place(short, tuple(metadata["labels"].items()), "aid", ports=ports)


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
        ways |= {(name, target, port) for target, port in _targets(told, asked, things)}
        if "health_port" in asked:
            ways.add((PROMETHEUS.name, name, HEALTH))
        if "web_port" in asked and of_kind(things, "Gateway"):
            ways.add((PROXY.name, name, WEB))
    return ways


def _targets(told: dict[str, str], asked: set[str], things: list[Thing]) -> Iterator[tuple[str, int]]:
    yield NAMES.name, 53
    yield from (("kafka", port) for _, port in host_ports(told["AID_KAFKA_URL"]))
    yield from (("cassandra", port) for _, port in host_ports(told["AID_CASSANDRA_HOSTS"]))
    if {"engines", "allowed_private_addresses"} & asked:
        yield from _public(80, 443)
    if "archives" in asked and told["AID_ARCHIVES"].startswith("s3:"):
        yield from _public(443 if urlsplit(told["AID_S3_ENDPOINT"]).scheme == "https" else 80)
    if "smtp_url" in asked:
        catcher = any(place.name == "mailpit" for place in pods(things))
        yield from [("mailpit", MAIL)] if catcher else _public(465, 587)


def _public(*ports: int) -> list[tuple[str, int]]:
    return [(place.name, port) for place in INTERNET for port in ports]
