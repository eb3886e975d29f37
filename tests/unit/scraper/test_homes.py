import os
import tempfile
import time
from pathlib import Path

import pytest

from services.scraper.homes import PREFIX, YOUNG_SECONDS, Home, sweep_homes


@pytest.fixture(autouse=True)
def temporary(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def grown_old(path: Path) -> Path:
    past = time.time() - YOUNG_SECONDS - 1
    os.utime(path, (past, past))
    return path


def test_a_home_that_nobody_uses_any_more_is_swept_with_all_in_it(temporary: Path) -> None:
    home = Home()
    (home.path / "profile").mkdir()
    (home.path / "profile" / "Cookies").touch()
    grown_old(home.path)

    home.leave()
    home.leave()
    sweep_homes()

    assert list(temporary.iterdir()) == []


def test_a_home_in_use_stays_however_old_it_is() -> None:
    home = Home()
    grown_old(home.path)

    sweep_homes()

    assert home.path.is_dir()
    home.leave()


def test_a_home_that_is_just_being_made_stays(temporary: Path) -> None:
    (temporary / f"{PREFIX}new").mkdir()

    sweep_homes()

    assert (temporary / f"{PREFIX}new").is_dir()


def test_what_is_no_home_stays(temporary: Path) -> None:
    elsewhere = temporary / "elsewhere"
    (elsewhere / "valuable").mkdir(parents=True)
    (temporary / f"{PREFIX}link").symlink_to(grown_old(elsewhere))
    grown_old(temporary / "elsewhere")
    (temporary / f"{PREFIX}file").touch()

    sweep_homes()

    assert {path.name for path in temporary.iterdir()} == {"elsewhere", f"{PREFIX}link", f"{PREFIX}file"}
    assert (elsewhere / "valuable").is_dir()


def test_a_home_that_was_never_used_leaves_nothing(temporary: Path) -> None:
    Home().drop()

    assert list(temporary.iterdir()) == []
