from pathlib import Path

import pytest
from pydantic import Field, ValidationError

from shared.hostports import host_ports
from shared.settings import (
    CommaSeparated,
    Port,
    ProcessSettings,
    PublicUrl,
    SecretKeys,
    TimeZone,
    read_settings,
)


class Settings(ProcessSettings):
    engines: CommaSeparated = Field(min_length=1)
    link_minutes: float = 20
    web_port: Port = 8080
    public_url: PublicUrl = "http://example.org"
    secret_keys: SecretKeys = ("a key for tests that is long enough",)
    time_zone: TimeZone = "UTC"


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
    "text",
    ["a", "a:", ":1", "a:b", "a:-1", "a:65536", "a:0", "a:²", "a:1,b", "a:1 b:2", "a://b:1", "me@a:1", "a:1:2"],
)
def test_what_is_no_host_and_port_is_told_by_its_position(text: str) -> None:
    with pytest.raises(ValueError, match=f"^part {text.count(',') + 1} is not host:port$"):
        host_ports(text)


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
        ("AID_WEB_PORT", "-1"),
        ("AID_WEB_PORT", "65536"),
        ("AID_PUBLIC_URL", "example.org"),
        ("AID_PUBLIC_URL", "ftp://example.org"),
        ("AID_PUBLIC_URL", "https://example.org/path"),
        ("AID_PUBLIC_URL", "https://example.org?a=1"),
        ("AID_PUBLIC_URL", "https://example.org#a"),
        ("AID_PUBLIC_URL", "https://exa mple.org"),
        ("AID_PUBLIC_URL", "https://example.org:99999"),
        ("AID_PUBLIC_URL", "https://[::1"),
        ("AID_SECRET_KEYS", " , "),
        ("AID_SECRET_KEYS", "a key that is long enough,short"),
        ("AID_TIME_ZONE", "Mars/Base"),
        ("AID_TIME_ZONE", "America"),
        ("AID_TIME_ZONE", "Factory"),
        ("AID_TIME_ZONE", "../x"),
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


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("AID_KAFKA_URL", "user:s3cret@broker:9092"),
        ("AID_CASSANDRA_HOSTS", "one:9042,user:s3cret@two:9042"),
        ("AID_PUBLIC_URL", "https://user:s3cret@example.org"),
        ("AID_SECRET_KEYS", "s3cret"),
    ],
)
def test_what_may_be_a_password_is_not_repeated(
    name: str, text: str, environment: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    environment.setenv(name, text)

    with pytest.raises(SystemExit):
        read_settings(Settings)

    told = capsys.readouterr().err
    assert told.startswith(f"{name}: ")
    assert "s3cret" not in told


@pytest.mark.parametrize(
    ("text", "origin"),
    [
        ("https://Pictures.Example/", "https://pictures.example"),
        ("https://pictures.example:443", "https://pictures.example"),
        ("HTTP://pictures.example:80", "http://pictures.example"),
        ("http://pictures.example:443", "http://pictures.example:443"),
        ("http://[::1]:8080", "http://[::1]:8080"),
    ],
)
def test_a_public_url_is_what_browsers_call_the_origin(text: str, origin: str, environment: pytest.MonkeyPatch) -> None:
    environment.setenv("AID_PUBLIC_URL", text)

    assert read_settings(Settings).public_url == origin


def test_keys_come_newest_first_and_show_nowhere(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("AID_SECRET_KEYS", "the newest key of all, the key before that")

    settings = read_settings(Settings)

    assert settings.secret_keys == ("the newest key of all", "the key before that")
    assert "newest" not in repr(settings)
