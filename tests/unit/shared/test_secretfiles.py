import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from shared.settings import ProcessSettings, SecretKeys, read_settings


class Settings(ProcessSettings):
    secret_keys: SecretKeys


@pytest.fixture
def secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("AID_KAFKA_URL", "one:9092")
    monkeypatch.setenv("AID_CASSANDRA_HOSTS", "one:9042")
    monkeypatch.setenv("AID_SECRETS_DIR", str(tmp_path))
    return tmp_path


@pytest.mark.parametrize("name", ["AID_SECRET_KEYS", "aid_secret_keys"])
def test_a_file_named_as_a_setting_is_that_setting(name: str, secrets: Path) -> None:
    (secrets / name).write_text("the newest key of all,the key before that\n")

    assert read_settings(Settings).secret_keys == ("the newest key of all", "the key before that")


def test_a_variable_wins_over_a_file(secrets: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (secrets / "aid_secret_keys").write_text("a key that lies in a file")
    monkeypatch.setenv("AID_SECRET_KEYS", "a key that is in the environment")

    assert read_settings(Settings).secret_keys == ("a key that is in the environment",)


def test_files_laid_out_as_kubernetes_does_are_read(secrets: Path) -> None:
    (secrets / "..2026_11_22").mkdir()
    (secrets / "..2026_11_22" / "aid_secret_keys").write_text("a key that lies in a file")
    (secrets / "..data").symlink_to("..2026_11_22")
    (secrets / "aid_secret_keys").symlink_to("..data/aid_secret_keys")

    assert read_settings(Settings).secret_keys == ("a key that lies in a file",)


def test_a_file_with_a_wrong_secret_is_named_and_not_shown(secrets: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (secrets / "aid_secret_keys").write_text("s3cret")

    with pytest.raises(SystemExit):
        read_settings(Settings)

    told = capsys.readouterr().err
    assert told.startswith("AID_SECRET_KEYS: ")
    assert "s3cret" not in told


def test_a_named_folder_that_is_not_there_is_said(
    secrets: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("AID_SECRETS_DIR", str(secrets / "elsewhere"))

    with pytest.raises(SystemExit) as raised:
        read_settings(Settings)

    assert raised.value.code == 2
    assert capsys.readouterr().err == "AID_SECRETS_DIR: No such file or directory\n"


def test_a_file_that_may_not_be_read_is_named() -> None:
    become = "import os; os.getuid() or os.setuid(65534); "  # root may read everything
    look = "from shared.secretfiles import secrets_folder; "
    with TemporaryDirectory() as folder:  # below one that nobody but its owner may enter, pytest's would be
        Path(folder).chmod(0o755)
        (Path(folder) / "aid_secret_keys").touch(mode=0)

        done = subprocess.run(  # noqa: S603 - this Python
            [sys.executable, "-c", look + become + "secrets_folder()"],
            env={"AID_SECRETS_DIR": folder},
            capture_output=True,
            text=True,
            check=False,
        )

    assert done.returncode == 2
    assert done.stderr.startswith("AID_SECRET_KEYS: its file may not be read by user ")
