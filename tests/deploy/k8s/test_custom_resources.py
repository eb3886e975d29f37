"""Strimzi, cass-operator, KEDA, the Gateway API, Prometheus' and the external-secrets operator take what is theirs."""

import pytest

from tests.deploy.k8s.crds import FOLDER, definitions, misfits
from tests.deploy.k8s.rendering import Thing, named, title
from tests.deploy.k8s.schemas import is_core

pytestmark = pytest.mark.skipif(
    not FOLDER.is_dir(),
    reason=f"NOT CHECKED: the custom resources of deploy/k8s; no definitions in {FOLDER.name}/, say CRDS=folder",
)


def test_every_custom_resource_is_as_its_definition_says(things: list[Thing]) -> None:
    custom = [thing for thing in things if not is_core(thing)]

    assert [f"{title(thing)} {fault}" for thing in custom for fault in misfits(thing)] == []


def test_the_definitions_are_those_of_the_operators_that_the_readme_names() -> None:
    groups = {version.partition("/")[0] for version, _ in definitions()}

    assert {"kafka.strimzi.io", "cassandra.datastax.com", "keda.sh", "gateway.networking.k8s.io"} <= groups


def test_a_field_that_a_definition_does_not_know_is_noticed(production: list[Thing]) -> None:
    kafka = named(production, "Kafka", "aid")
    kafka["spec"]["kafka"]["replicas"] = 3

    assert any("replicas" in fault for fault in misfits(kafka))


def test_a_missing_field_is_noticed(production: list[Thing]) -> None:
    scaled = named(production, "ScaledObject", "scraper")
    del scaled["spec"]["scaleTargetRef"]["name"]

    assert any("name" in fault for fault in misfits(scaled))


def test_a_number_where_keda_wants_a_text_is_noticed(production: list[Thing]) -> None:
    scaled = named(production, "ScaledObject", "scraper")
    scaled["spec"]["triggers"][0]["metadata"]["lagThreshold"] = 2

    assert any("lagThreshold" in fault for fault in misfits(scaled))


def test_a_version_that_is_gone_is_noticed(production: list[Thing]) -> None:
    topic = named(production, "KafkaTopic", "job-due.v1") | {"apiVersion": "kafka.strimzi.io/v1beta2"}

    assert misfits(topic) == ["kafka.strimzi.io/v1beta2 KafkaTopic is not known"]
