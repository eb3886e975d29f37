"""What one object says of another is there: accounts, settings, volumes, targets, Secrets and their keys."""

from collections.abc import Iterator

import pytest

from tests.deploy.k8s.mentions import made_secrets, mentioned, secret_keys_used, secrets_by_hand
from tests.deploy.k8s.rendering import Thing, named, overlay, title


def absent(things: list[Thing], *, by_hand: bool) -> Iterator[str]:
    """What nobody makes. `by_hand`: Secrets that the README has a person make count."""
    there = {title(thing) for thing in things}
    yield from (f"{who} needs {what}" for who, what in mentioned(things) if what not in there)
    keys = dict(made_secrets(things)) | (dict(secrets_by_hand()) if by_hand else {})
    for who, secret, key in secret_keys_used(things):
        if key not in keys.get(secret, ()):
            yield f"{who} needs {key} of Secret/{secret}"


@pytest.mark.parametrize(("name", "by_hand"), [("local", True), ("production", False)])
def test_what_is_mentioned_is_there(name: str, by_hand: bool) -> None:
    assert list(absent(overlay(name), by_hand=by_hand)) == []


@pytest.mark.parametrize(
    "missing",
    [
        "ServiceAccount/packager",
        "ServiceAccount/external-secrets",
        "ConfigMap/settings",
        "ConfigMap/keda-login",
        "KafkaUser/scraper",
        "Kafka/aid",
        "ExternalSecret/smtp",
        "TriggerAuthentication/kafka",
        "SecretStore/aid",
        "Gateway/aid",
        "Service/gateway",
        "CassandraDatacenter/dc1",
        "Deployment/notifier",
    ],
)
def test_what_is_missing_is_noticed(production: list[Thing], missing: str) -> None:
    production.remove(named(production, *missing.split("/")))

    assert list(absent(production, by_hand=False))


def test_a_volume_that_is_missing_is_noticed(local: list[Thing]) -> None:
    local.remove(named(local, "PersistentVolumeClaim", "archives"))

    assert len(list(absent(local, by_hand=True))) == 2


def test_a_secret_that_only_a_person_makes_is_not_there_by_itself(local: list[Thing]) -> None:
    assert "Deployment/gateway needs secret-keys of Secret/keys" in absent(local, by_hand=False)
