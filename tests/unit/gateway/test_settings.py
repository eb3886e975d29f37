import pytest

from services.gateway.settings import Settings
from shared.settings import read_settings

ENOUGH = {
    "AID_KAFKA_URL": "127.0.0.1:9092",
    "AID_CASSANDRA_HOSTS": "127.0.0.1:9042",
    "AID_PUBLIC_URL": "https://pictures.example/",
    "AID_SECRET_KEYS": "the newest key of all, the key before that",
    "AID_ADDRESS_KEY": "a key that is never changed",
    "AID_ARCHIVES": "file:///var/lib/archives",
}


def reading(monkeypatch: pytest.MonkeyPatch, **changes: str | None) -> Settings:
    for name, value in {**ENOUGH, **changes}.items():
        if value is None:
            monkeypatch.delenv(name, raising=False)
        else:
            monkeypatch.setenv(name, value)
    return read_settings(Settings)


def test_keys_come_newest_first(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = reading(monkeypatch)

    assert settings.secret_keys == ("the newest key of all", "the key before that")
    assert settings.public_url == "https://pictures.example"
    assert "newest" not in repr(settings)


@pytest.mark.parametrize("name", list(ENOUGH))
def test_what_is_missing_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    with pytest.raises(SystemExit):
        reading(monkeypatch, **{name: None})

    assert name in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("AID_SECRET_KEYS", ""),
        ("AID_SECRET_KEYS", "a perfectly long key,short"),
        ("AID_PUBLIC_URL", "pictures.example"),
        ("AID_PUBLIC_URL", "https://pictures.example/path"),
        ("AID_TIME_ZONE", "Mars/Base"),
        ("AID_ARCHIVES", "relative/path"),
        ("AID_MAX_IMAGES", "0"),
        ("AID_ADDRESS_KEY", "too short"),
        ("AID_TRUSTED_PROXIES", "10.0.0.1/8"),
        ("AID_TRUSTED_PROXIES", "everybody"),
        ("AID_LIMIT_SITE_HOUR", "-1"),
    ],
)
def test_what_is_wrong_is_named_without_its_value(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str, value: str
) -> None:
    with pytest.raises(SystemExit):
        reading(monkeypatch, **{name: value})

    said = capsys.readouterr().err
    assert name in said
    assert "perfectly long key" not in said
