"""What the manifests tell the services is what the services ask for."""

from collections.abc import Iterator

import pytest
from pydantic import ValidationError

from tests.deploy.k8s.code import SERVICES, fields_of, settings_of, variable
from tests.deploy.k8s.rendering import Thing, env, named, ours, pod, secret_files, title

_SECRETS = {
    "secret_keys": "a-key-of-sixteen-characters",
    "address_key": "a-key-of-sixteen-characters",
    "smtp_url": "smtps://user:password@relay.example.org:465",
}
"""What a secret may hold, where not every text will do."""

FOLDER = "AID_SECRETS_DIR"


def unknown(things: list[Thing]) -> Iterator[str]:
    """Variables and files that nobody reads."""
    everywhere = {variable(field) for name in (*SERVICES, "provision") for field in fields_of(name)} | {FOLDER}
    yield from (name for name in named(things, "ConfigMap", "settings")["data"] if name not in everywhere)
    for name, workload in ours(things).items():
        own = {variable(field) for field in fields_of(name)}
        told = [each["name"] for each in pod(workload)["spec"]["containers"][0].get("env", ())]
        yield from (f"{title(workload)} {each}" for each in told if each.startswith("AID_") and each not in own)
        files = [path for _, _, path in secret_files(workload) if path.startswith("aid_")]
        yield from (f"{title(workload)} {path}" for path in files if path.upper() not in own)


def unsaid(things: list[Thing]) -> Iterator[str]:
    """What a service would stop over when it starts."""
    for name, workload in ours(things).items():
        try:
            settings_of(name).model_validate(_values(name, workload, things))
        except ValidationError as error:
            yield from (
                f"{title(workload)} {'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors()
            )


def _values(name: str, workload: Thing, things: list[Thing]) -> dict[str, str]:
    told = env(workload, things)
    values = {field: told[variable(field)] for field in fields_of(name) if variable(field) in told}
    values.pop("kafka_ca", None)  # a file of the container
    for _, _, path in secret_files(workload):
        if path.startswith("aid_"):
            field = path.removeprefix("aid_")
            values[field] = _SECRETS.get(field, "secret")
    return values


def test_every_service_has_its_workload(things: list[Thing]) -> None:
    assert set(ours(things)) == {*SERVICES, "provision"}


def test_every_variable_is_read_by_somebody(things: list[Thing]) -> None:
    assert list(unknown(things)) == []


def test_every_service_starts_with_what_it_is_told(things: list[Thing]) -> None:
    assert list(unsaid(things)) == []


def test_the_number_of_partitions_is_said_once(things: list[Thing]) -> None:
    topics = [each["spec"]["partitions"] for each in things if each["kind"] == "KafkaTopic"]
    default = settings_of("provision").model_fields["partitions"].default

    assert "AID_PARTITIONS" not in env(ours(things)["provision"], things)
    assert max(topics, default=default) == default


def test_a_misspelt_variable_is_noticed(production: list[Thing]) -> None:
    named(production, "ConfigMap", "settings")["data"]["AID_CASSANDRA_HOST"] = "x"
    pod(ours(production)["scraper"])["spec"]["containers"][0]["env"].append({"name": "AID_ENGINE", "value": "bing"})
    pod(ours(production)["scheduler"])["spec"]["volumes"][0]["projected"]["sources"][1]["secret"]["items"][0][
        "path"
    ] = "aid_kafka_pass"

    assert list(unknown(production)) == [
        "AID_CASSANDRA_HOST",
        "Deployment/scheduler aid_kafka_pass",
        "Deployment/scraper AID_ENGINE",
    ]


@pytest.mark.parametrize(
    ("name", "value", "complaints"),
    [
        ("AID_KAFKA_URL", None, 6),
        ("AID_KAFKA_URL", "kafka", 6),
        ("AID_PUBLIC_URL", "images.example.org", 2),
        ("AID_CLEANUP_MINUTES", "1", 1),
        ("AID_S3_ENDPOINT", None, 2),
    ],
)
def test_what_is_missing_or_wrong_is_noticed(
    production: list[Thing], name: str, value: str | None, complaints: int
) -> None:
    data = named(production, "ConfigMap", "settings")["data"]
    del data[name]
    if value is not None:
        data[name] = value

    assert len(list(unsaid(production))) == complaints
