"""What scales a service looks at what that service reads, and asks for no more of it than can work."""

from collections.abc import Iterator

import pytest

from shared.hostports import host_ports
from tests.deploy.k8s.code import SERVICES, consumed, consumers, group_of
from tests.deploy.k8s.rendering import K8S, Thing, named, of_kind, overlay, title

ALWAYS_ON = {"scheduler"}
"""Their own timers have to fire, whether records come or not."""


def misled(things: list[Thing]) -> Iterator[str]:
    """Triggers that look elsewhere, at another group or topic than the service reads, or at too little of it."""
    kafka = _from_elsewhere(named(things, "ConfigMap", "settings"))
    for scaler in of_kind(things, "ScaledObject"):
        service = scaler["spec"]["scaleTargetRef"]["name"]
        triggers = [trigger["metadata"] for trigger in scaler["spec"]["triggers"]]
        if {trigger.get("topic") for trigger in triggers} != consumed(service):
            yield f"{title(scaler)} looks at other topics than {service} reads"
        if {trigger["bootstrapServers"] for trigger in triggers} != {kafka}:
            yield f"{title(scaler)} does not find Kafka"
        if {trigger["consumerGroup"] for trigger in triggers} != {group_of(service)}:
            yield f"{title(scaler)} looks at another group"
        if {trigger.get("offsetResetPolicy") for trigger in triggers} != {"earliest"}:
            yield f"{title(scaler)} passes over what lay there before the first start"


def _from_elsewhere(settings: Thing) -> str:
    """Kafka as who lives in another namespace, such as KEDA, must call it."""
    ((host, port),) = host_ports(settings["data"]["AID_KAFKA_URL"])
    return f"{host}.{settings['metadata']['namespace']}.svc:{port}"


def excessive(things: list[Thing]) -> Iterator[str]:
    """Processes without a partition idle, two scalers of one service fight, a fixed number undoes what they did."""
    partitions = {topic["metadata"]["name"]: topic["spec"]["partitions"] for topic in of_kind(things, "KafkaTopic")}
    for scaler in of_kind(things, "ScaledObject"):
        service, most = scaler["spec"]["scaleTargetRef"]["name"], scaler["spec"]["maxReplicaCount"]
        if most > min(partitions[topic] for topic in consumed(service)):
            yield f"{title(scaler)} asks for more than there are partitions"
        if service in ALWAYS_ON and not scaler["spec"].get("minReplicaCount"):
            yield f"{title(scaler)} stops what must run"
    targets = [
        each["spec"]["scaleTargetRef"]["name"] for each in of_kind(things, "ScaledObject", "HorizontalPodAutoscaler")
    ]
    yield from (f"{name} is scaled twice" for name in set(targets) if targets.count(name) > 1)
    yield from (
        f"{name} has a fixed number" for name in targets if "replicas" in named(things, "Deployment", name)["spec"]
    )


def test_every_service_is_scaled_in_production_and_none_locally() -> None:
    scaled = [each["spec"]["scaleTargetRef"]["name"] for each in of_kind(overlay("production"), "ScaledObject")]

    assert sorted(scaled) == sorted(consumers())
    assert {*scaled, "gateway"} == set(SERVICES)
    assert of_kind(overlay("local"), "ScaledObject", "HorizontalPodAutoscaler") == []


def test_each_scaler_looks_at_what_its_service_reads(production: list[Thing]) -> None:
    assert list(misled(production)) == []


def test_no_scaler_asks_for_more_than_can_work(production: list[Thing]) -> None:
    assert list(excessive(production)) == []


def test_the_readme_tells_how_far_each_service_goes() -> None:
    table = (K8S / "README.md").read_text().partition("## How far each service scales")[2]

    assert [service for service in SERVICES if f"\n| {service} |" not in table] == []


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("bootstrapServers", "aid-kafka-bootstrap:9093"),
        ("topic", "job-inbox.v1"),
        ("consumerGroup", "scraper-v2"),
        ("offsetResetPolicy", "latest"),
    ],
)
def test_a_misled_scaler_is_noticed(production: list[Thing], key: str, value: str) -> None:
    named(production, "ScaledObject", "scraper")["spec"]["triggers"][0]["metadata"][key] = value

    assert len(list(misled(production))) == 1


def test_a_topic_that_no_trigger_looks_at_is_noticed(production: list[Thing]) -> None:
    named(production, "ScaledObject", "packager")["spec"]["triggers"].pop()

    assert list(misled(production)) == ["ScaledObject/packager looks at other topics than packager reads"]


def test_an_excess_is_noticed(production: list[Thing]) -> None:
    named(production, "ScaledObject", "scraper")["spec"]["maxReplicaCount"] = 13
    named(production, "ScaledObject", "scheduler")["spec"]["minReplicaCount"] = 0
    named(production, "HorizontalPodAutoscaler", "gateway")["spec"]["scaleTargetRef"]["name"] = "notifier"
    named(production, "Deployment", "packager")["spec"]["replicas"] = 3

    assert list(excessive(production)) == [
        "ScaledObject/scheduler stops what must run",
        "ScaledObject/scraper asks for more than there are partitions",
        "notifier is scaled twice",
        "packager has a fixed number",
    ]
