"""Strimzi makes the topics that `shared.provision` would make, each as it would."""

from collections.abc import Iterator

import pytest

from shared import topics
from shared.provision import ProvisionSettings, _options
from tests.deploy.k8s.rendering import Thing, named, of_kind

LIKE_PROVISION = ("retention.ms", "segment.ms", "max.message.bytes")


def amiss(things: list[Thing]) -> Iterator[str]:
    """Topics that are missing, that nobody knows, or that are not as the code makes them."""
    objects = {
        each["spec"].get("topicName", each["metadata"]["name"]): each["spec"] for each in of_kind(things, "KafkaTopic")
    }
    known = {topic.name: topic for topic in topics.ALL}
    yield from (f"{name} is on one side only" for name in sorted(objects.keys() ^ known.keys()))
    for name in objects.keys() & known.keys():
        spec, meant = objects[name], _options(known[name], _SETTINGS)
        if spec["partitions"] != meant["num_partitions"]:
            yield f"{name} has {spec['partitions']} partitions"
        config = {key: str(value) for key, value in spec["config"].items()}
        if {key: config.get(key) for key in LIKE_PROVISION} != meant["configs"]:
            yield f"{name} keeps or takes something else"
        if not 0 < spec["config"]["min.insync.replicas"] < spec["replicas"]:
            yield f"{name} loses records, or stops, with one broker"


_SETTINGS = ProvisionSettings(kafka_url="kafka:9092", cassandra_hosts="cassandra:9042")


def test_each_topic_is_as_the_code_makes_it(production: list[Thing]) -> None:
    assert list(amiss(production)) == []


def test_topics_come_from_nowhere_else(production: list[Thing]) -> None:
    assert named(production, "Kafka", "aid")["spec"]["kafka"]["config"]["auto.create.topics.enable"] is False


def test_a_topic_that_is_missing_or_strange_is_noticed(production: list[Thing]) -> None:
    named(production, "KafkaTopic", "scraper.dlq")["metadata"]["name"] = "scrapper.dlq"

    assert list(amiss(production)) == ["scraper.dlq is on one side only", "scrapper.dlq is on one side only"]


@pytest.mark.parametrize(
    ("key", "value"),
    [("retention.ms", 1), ("segment.ms", 1), ("max.message.bytes", 1), ("min.insync.replicas", 3)],
)
def test_another_setting_is_noticed(production: list[Thing], key: str, value: int) -> None:
    named(production, "KafkaTopic", "job-inbox.v1")["spec"]["config"][key] = value

    assert len(list(amiss(production))) == 1


def test_another_number_of_partitions_is_noticed(production: list[Thing]) -> None:
    named(production, "KafkaTopic", "job-inbox.v1")["spec"]["partitions"] = 24

    assert list(amiss(production)) == ["job-inbox.v1 has 24 partitions"]
