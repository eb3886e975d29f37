"""How a process is told where Kafka and Cassandra are, and how it is let in."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import faust
import pytest
import trustme
from faust.transport.drivers.aiokafka import credentials_to_aiokafka_auth

from shared.kafkaaccess import KafkaAccess
from shared.provision import ProvisionSettings
from shared.serversettings import KafkaSettings
from shared.settings import ProcessSettings, read_settings
from shared.streamapp import StreamApp

PASSWORD = "correct horse battery"


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    monkeypatch.setenv("AID_KAFKA_URL", "one:9092, two:9092")
    monkeypatch.setenv("AID_CASSANDRA_HOSTS", "one:9042")
    return monkeypatch


@pytest.fixture
def authority(tmp_path: Path) -> Path:
    path = tmp_path / "authority.pem"
    trustme.CA().cert_pem.write_to_path(path)
    return path


def log_in(environment: pytest.MonkeyPatch, authority: Path) -> None:
    for server in ("KAFKA", "CASSANDRA"):
        environment.setenv(f"AID_{server}_USER", "aid")
        environment.setenv(f"AID_{server}_PASSWORD", PASSWORD)
        environment.setenv(f"AID_{server}_CA", str(authority))


def refusal(kind: type[KafkaSettings], capsys: pytest.CaptureFixture[str]) -> str:
    with pytest.raises(SystemExit) as ended:
        read_settings(kind)
    assert ended.value.code == 2
    return capsys.readouterr().err


@pytest.mark.parametrize("kind", [ProcessSettings, ProvisionSettings])
def test_services_and_provisioning_are_told_alike(
    kind: type[ProcessSettings | ProvisionSettings], environment: pytest.MonkeyPatch, authority: Path
) -> None:
    log_in(environment, authority)

    settings = read_settings(kind)

    assert (settings.kafka.user, settings.kafka.password, settings.kafka.authority) == ("aid", PASSWORD, authority)
    assert settings.cassandra.pairs == [("one", 9042)]
    assert (settings.cassandra.user, settings.cassandra.password) == ("aid", PASSWORD)


def test_no_password_shows_itself(environment: pytest.MonkeyPatch, authority: Path) -> None:
    log_in(environment, authority)

    settings = read_settings(ProcessSettings)

    assert PASSWORD not in f"{settings!r} {settings} {settings.kafka!r} {settings.cassandra!r}"


@pytest.mark.usefixtures("environment")
def test_nobody_has_to_log_in() -> None:
    kafka = read_settings(ProcessSettings).kafka

    assert kafka.options() == {"bootstrap_servers": ["one:9092", "two:9092"], "security_protocol": "PLAINTEXT"}


def test_what_is_empty_is_not_said(environment: pytest.MonkeyPatch) -> None:
    for name in ("USER", "PASSWORD", "CA"):
        environment.setenv(f"AID_KAFKA_{name}", "")

    assert read_settings(KafkaSettings).kafka == KafkaAccess("one:9092, two:9092")


@pytest.mark.parametrize("server", ["KAFKA", "CASSANDRA"])
@pytest.mark.parametrize(("said", "missing"), [("USER", "PASSWORD"), ("PASSWORD", "USER")])
def test_a_user_needs_a_password_and_a_password_a_user(
    server: str, said: str, missing: str, environment: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    environment.setenv(f"AID_{server}_{said}", PASSWORD)

    told = refusal(ProcessSettings, capsys)

    assert f"AID_{server}_PASSWORD: " in told
    assert f"AID_{server}_USER" in told
    assert PASSWORD not in told


@pytest.mark.parametrize(("text", "words"), [(None, "No such file"), ("rubbish", "holds no certificate")])
def test_an_authority_that_is_none_is_named_at_the_start(
    text: str | None, words: str, environment: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = tmp_path / "authority.pem"
    if text is not None:
        path.write_text(text)
    environment.setenv("AID_KAFKA_CA", str(path))

    told = refusal(KafkaSettings, capsys)

    assert told.startswith("AID_KAFKA_CA: ")
    assert words in told


@pytest.mark.parametrize(
    ("logged_in", "over_tls", "protocol"),
    [(False, False, "PLAINTEXT"), (False, True, "SSL"), (True, False, "SASL_PLAINTEXT"), (True, True, "SASL_SSL")],
)
async def test_faust_tells_its_client_what_all_others_are_told(
    logged_in: bool, over_tls: bool, protocol: str, authority: Path
) -> None:
    user, password = ("aid", PASSWORD) if logged_in else (None, None)
    kafka = KafkaAccess("127.0.0.1:1", user, password, authority if over_tls else None)

    options = kafka.options()

    assert options["security_protocol"] == protocol
    assert ("ssl_context" in options) is over_tls
    assert comparable(of_faust(StreamApp("x", kafka=kafka))) == comparable(options)


def of_faust(app: faust.App) -> Mapping[str, Any]:
    return credentials_to_aiokafka_auth(app.conf.broker_credentials)


def comparable(options: Mapping[str, Any]) -> dict[str, Any]:
    return {name: told for name, told in options.items() if name.startswith(("sasl_", "security_"))}
