import pytest

from services.notifier.relay_address import Tls
from services.notifier.settings import Settings
from shared.settings import read_settings

GOOD = {
    "AID_KAFKA_URL": "localhost:9092",
    "AID_CASSANDRA_HOSTS": "localhost:9042",
    "AID_SMTP_URL": "smtp://me:s3cret@mail.example.org",
    "AID_MAIL_FROM": "Image Downloader <images@example.org>",
    "AID_PUBLIC_URL": "https://images.example.org",
    "AID_SECRET_KEYS": "newest-of-all-keys, the-one-from-before",
    "AID_ADDRESS_KEY": "a-key-that-is-never-changed",
    "AID_LINK_MINUTES": "0.5",
    "AID_TIME_ZONE": "Asia/Kolkata",
}


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name, text in GOOD.items():
        monkeypatch.setenv(name, text)
    return monkeypatch


@pytest.mark.usefixtures("environment")
def test_everything_is_read_from_the_environment() -> None:
    settings = read_settings(Settings)

    assert settings.smtp_url.tls is Tls.STARTTLS
    assert settings.mail_from.addr_spec == "images@example.org"
    assert settings.mail_from.display_name == "Image Downloader"
    assert settings.secret_keys == ("newest-of-all-keys", "the-one-from-before")
    assert settings.link_minutes == 0.5
    assert settings.time_zone == "Asia/Kolkata"


@pytest.mark.usefixtures("environment")
def test_no_secret_shows_in_a_repr() -> None:
    shown = repr(read_settings(Settings))

    assert "s3cret" not in shown
    assert "newest-of-all-keys" not in shown
    assert "never-changed" not in shown


@pytest.mark.parametrize(
    "name", ["AID_SMTP_URL", "AID_MAIL_FROM", "AID_PUBLIC_URL", "AID_SECRET_KEYS", "AID_ADDRESS_KEY"]
)
def test_a_missing_setting_stops_the_start_with_its_name(
    name: str, environment: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    environment.delenv(name)

    with pytest.raises(SystemExit):
        read_settings(Settings)

    assert capsys.readouterr().err.startswith(f"{name}: ")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("AID_SMTP_URL", "smtp://me:s3cret@mail.example.org?starttls=maybe"),
        ("AID_MAIL_FROM", "a@example.org, b@example.org"),
        ("AID_MAIL_FROM", "nobody"),
        ("AID_MAIL_FROM", "Nobody <>"),
        ("AID_MAIL_FROM", "images@example.org\nBcc: x@example.org"),
        ("AID_PUBLIC_URL", "images.example.org"),
        ("AID_SECRET_KEYS", " , "),
        ("AID_SMTP_CONNECTIONS", "0"),
        ("AID_SMTP_MAILS_PER_SECOND", "0"),
        ("AID_SMTP_ANSWER_SECONDS", "16"),
        ("AID_MAIL_PAUSE_SECONDS", "901"),
        ("AID_LINK_MINUTES", "0"),
        ("AID_TIME_ZONE", "Mars/Olympus"),
    ],
)
def test_a_wrong_setting_stops_the_start_with_its_name_and_no_secret(
    name: str, text: str, environment: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    environment.setenv(name, text)

    with pytest.raises(SystemExit):
        read_settings(Settings)

    told = capsys.readouterr().err
    assert told.startswith(f"{name}: ")
    assert "s3cret" not in told
