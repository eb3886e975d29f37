import pytest

from services.packager.settings import Settings
from shared.settings import read_settings

NEEDED = {"AID_KAFKA_URL": "kafka:9092", "AID_CASSANDRA_HOSTS": "cassandra:9042", "AID_ARCHIVES": "file:///archives"}


def settings_of(monkeypatch: pytest.MonkeyPatch, **changes: str) -> Settings:
    for name, text in (NEEDED | changes).items():
        monkeypatch.setenv(name, text)
    return read_settings(Settings)


def test_settings_that_are_missing_stop_the_start_with_their_names(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        read_settings(Settings)

    assert stopped.value.code == 2
    said = capsys.readouterr().err
    assert all(name in said for name in NEEDED)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("AID_ARCHIVES", "/archives"),
        ("AID_ARCHIVES", "file://host/archives"),
        ("AID_ALLOWED_PRIVATE_ADDRESSES", "127.0.0.1"),
        ("AID_ALLOWED_PRIVATE_ADDRESSES", "localhost:80"),
        ("AID_FORBIDDEN_NETWORKS", "203.0.113.7/24"),
        ("AID_FORBIDDEN_NETWORKS", "our own"),
        ("AID_THUMBNAILS", "always"),
        ("AID_CONNECTIONS", "0"),
        ("AID_PACK_SECONDS", "-1"),
    ],
)
def test_a_setting_that_is_wrong_is_named(
    name: str, text: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        settings_of(monkeypatch, **{name: text})

    assert name in capsys.readouterr().err


def test_what_is_no_hole_is_not_repeated(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        settings_of(monkeypatch, AID_ALLOWED_PRIVATE_ADDRESSES="s3cret:80")

    assert "s3cret" not in capsys.readouterr().err


def test_no_hole_is_open_unless_it_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    assert settings_of(monkeypatch).holes == []
    asked = settings_of(monkeypatch, AID_ALLOWED_PRIVATE_ADDRESSES="127.0.1.1:80,[::1]:8080")
    assert asked.holes == [("127.0.1.1", 80), ("[::1]", 8080)]


def test_thumbnails_stand_in_unless_the_operator_does_without(monkeypatch: pytest.MonkeyPatch) -> None:
    assert settings_of(monkeypatch).pack_limits.thumbnail_seconds == 30
    assert settings_of(monkeypatch, AID_THUMBNAILS="never").pack_limits.thumbnail_seconds == 0


def test_an_operator_names_networks_that_look_public(monkeypatch: pytest.MonkeyPatch) -> None:
    assert settings_of(monkeypatch).networks_forbidden == []
    named = settings_of(monkeypatch, AID_FORBIDDEN_NETWORKS="93.184.0.0/16,2606:4700::/32")
    assert [str(network) for network in named.networks_forbidden] == ["93.184.0.0/16", "2606:4700::/32"]


def test_the_memory_for_bodies_is_shared_out_among_the_connections(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = settings_of(monkeypatch, AID_BODY_MEMORY="1000000", AID_CONNECTIONS="10")

    assert settings.body_memory_each == 100_000
