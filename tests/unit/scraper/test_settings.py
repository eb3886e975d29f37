"""What the scraper needs to be told, and what it says when it is not."""

from pathlib import Path

import pytest

from services.scraper.settings import Settings
from shared.settings import read_settings

NEEDED = {"AID_KAFKA_URL": "127.0.0.1:9092", "AID_CASSANDRA_HOSTS": "127.0.0.1:9042"}


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A PATH on which Chromium and its driver lie."""
    for name in ("chromium", "chromedriver"):
        (tmp_path / name).touch(mode=0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    for name, value in NEEDED.items():
        monkeypatch.setenv(name, value)
    return tmp_path


def refusal(capsys: pytest.CaptureFixture[str]) -> str:
    with pytest.raises(SystemExit):
        read_settings(Settings)
    return capsys.readouterr().err


def test_chromium_is_found_on_the_path(programs: Path) -> None:
    settings = read_settings(Settings)

    assert (settings.chrome_binary, settings.chromedriver) == (programs / "chromium", programs / "chromedriver")
    assert settings.engines == ("openverse", "commons")


def test_a_missing_chromium_stops_the_start_of_one_that_asks_google(
    programs: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", str(programs / "empty"))
    monkeypatch.setenv("AID_ENGINES", "openverse,google")

    assert {line.partition(":")[0] for line in refusal(capsys).splitlines()} == {
        "AID_CHROME_BINARY",
        "AID_CHROMEDRIVER",
    }


def test_engines_that_need_no_browser_need_no_chromium(programs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(programs / "empty"))

    assert not read_settings(Settings).needs_browser


def test_with_a_selenium_server_no_chromium_is_needed(programs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(programs / "empty"))
    monkeypatch.setenv("AID_ENGINES", "google")
    monkeypatch.setenv("AID_SELENIUM_URL", "http://selenium:4444/wd/hub/")

    assert read_settings(Settings).selenium_url == "http://selenium:4444/wd/hub"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("AID_ENGINES", "google,altavista"),
        ("AID_ENGINES", " , "),
        ("AID_GOOGLE_URL", "www.google.com"),
        ("AID_SEARCH_SLOTS", "0"),
        ("AID_SPARES", "-1"),
        ("AID_BROWSER_SEARCHES", "0"),
        ("AID_BROWSER_MEMORY", "much"),
        ("AID_SEARCH_SECONDS", "soon"),
    ],
)
def test_a_wrong_setting_is_named(
    programs: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)

    assert refusal(capsys).startswith(f"{name}: ")


def test_an_unknown_engine_is_named(
    programs: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("AID_ENGINES", "google,altavista")

    assert "altavista is no engine" in refusal(capsys)
