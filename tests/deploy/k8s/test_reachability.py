"""Each pod reaches what its settings name, and nothing else: the whole matrix, evaluated."""

import pytest

from tests.deploy.k8s.code import SERVICES
from tests.deploy.k8s.reachability import Network
from tests.deploy.k8s.rendering import Thing, named, overlay
from tests.deploy.k8s.ways import (
    API_SERVER,
    CASS_OPERATOR,
    KEDA,
    NAMES,
    PROMETHEUS,
    PROXY,
    STRANGER,
    Way,
    needed_ways,
    open_ways,
    pods,
)


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


def test_brokers_and_their_operators_reach_the_api_server_and_nobody_else_does(production: list[Thing]) -> None:
    """Since Strimzi 0.49 a broker reads its certificates from Secrets by itself, and does not start without."""
    network = Network(production)

    for port in (443, 6443):
        callers = {place.name for place in pods(production) if network.lets(place, API_SERVER, port)}
        assert callers == {"kafka", "kafka-operator"}


def test_cassandras_operator_reaches_its_management_api_and_nobody_else_does(production: list[Thing]) -> None:
    network = Network(production)
    (cassandra,) = (place for place in pods(production) if place.name == "cassandra")

    callers = {
        each.name for each in [*pods(production), CASS_OPERATOR, STRANGER] if network.lets(each, cassandra, 8080)
    }
    assert callers == {"cassandra", "cass-operator"}


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
