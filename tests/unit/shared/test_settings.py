from pathlib import Path

import pytest
from pydantic import Field, ValidationError, field_validator

from shared.settings import CommaSeparated, ProcessSettings, host_ports, read_settings, split_commas


class Settings(ProcessSettings):
    engines: CommaSeparated = Field(min_length=1)
    link_minutes: float = 20

    _split = field_validator("engines", mode="before")(split_commas)


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    monkeypatch.setenv("AID_KAFKA_URL", "one:9092,two:9092")
    monkeypatch.setenv("AID_CASSANDRA_HOSTS", "one:9042")
    monkeypatch.setenv("AID_ENGINES", " google , bing,,")
    return monkeypatch


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ("", []),
        ("a:1", [("a", 1)]),
        (" a:1 , b.example.org:65535,", [("a", 1), ("b.example.org", 65535)]),
        ("[::1]:9042", [("[::1]", 9042)]),
    ],
)
def test_hosts_and_ports_are_written_one_after_the_other(text: str, pairs: list[tuple[str, int]]) -> None:
    assert host_ports(text) == pairs


@pytest.mark.parametrize(
    "text", ["a", "a:", ":1", "a:b", "a:-1", "a:65536", "a:1,b", "a:1 b:2", "http://a:1", "me@a:1"]
)
def test_what_is_no_host_and_port_is_named(text: str) -> None:
    wrong = text.rpartition(",")[2]

    with pytest.raises(ValueError, match="is not host:port") as raised:
        host_ports(text)

    assert repr(wrong) in str(raised.value)


@pytest.mark.usefixtures("environment")
def test_settings_come_from_the_environment_and_stay_as_they_are() -> None:
    settings = read_settings(Settings)

    assert settings.engines == ("google", "bing")
    assert (settings.cassandra_keyspace, settings.log_format, settings.link_minutes) == ("aid", "json", 20)
    with pytest.raises(ValidationError):
        settings.link_minutes = 3  # type: ignore[misc]


def test_fractions_and_paths_are_allowed(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("AID_LINK_MINUTES", "0.25")
    environment.setenv("AID_LOG_FILE", "/var/log/aid.log")

    settings = read_settings(Settings)

    assert settings.link_minutes == 0.25
    assert settings.log_file == Path("/var/log/aid.log")


@pytest.mark.parametrize("name", ["AID_KAFKA_URL", "AID_CASSANDRA_HOSTS", "AID_ENGINES"])
def test_a_missing_setting_ends_the_process_with_its_name(
    name: str, environment: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    environment.delenv(name)

    with pytest.raises(SystemExit) as raised:
        read_settings(Settings)

    assert raised.value.code == 2
    assert capsys.readouterr().err == f"{name}: Field required\n"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("AID_KAFKA_URL", ""),
        ("AID_KAFKA_URL", "one"),
        ("AID_CASSANDRA_HOSTS", ","),
        ("AID_CASSANDRA_KEYSPACE", "drop table; --"),
        ("AID_LOG_FORMAT", "yaml"),
        ("AID_LINK_MINUTES", "soon"),
        ("AID_ENGINES", ", ,"),
    ],
)
def test_every_wrong_setting_is_named_at_once(
    name: str, text: str, environment: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    environment.setenv(name, text)
    environment.setenv("AID_HEALTH_PORT", "eighty")

    with pytest.raises(SystemExit):
        read_settings(Settings)

    told = capsys.readouterr().err
    assert f"{name}: " in told
    assert "AID_HEALTH_PORT: " in told
