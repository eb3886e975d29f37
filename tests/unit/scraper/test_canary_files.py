"""What a canary keeps can be found and read."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from services.scraper.canary_files import make_ready, read_worked, save_page, write_worked
from services.scraper.survey import Survey

NOW = datetime(2026, 9, 20, 12, 30, 5, tzinfo=UTC)


def test_a_folder_that_cannot_keep_anything_is_told_from_the_first_with_the_way_out(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(ValueError, match="file/canary; --save names another folder"):
        make_ready(tmp_path / "file" / "canary")


def test_what_worked_is_known_the_next_time(tmp_path: Path) -> None:
    worked = {"bing": {"tiles": date(2026, 9, 1)}}
    write_worked(tmp_path / "new" / "worked.json", worked)

    assert read_worked(tmp_path / "new" / "worked.json") == worked


def test_the_first_time_nothing_is_known(tmp_path: Path) -> None:
    assert read_worked(tmp_path / "worked.json") == {}


def test_a_file_that_is_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "worked.json").write_text('{"bing": 7}')

    with pytest.raises(ValueError, match="bing"):
        read_worked(tmp_path / "worked.json")


def test_page_and_screenshot_say_engine_way_and_time(tmp_path: Path) -> None:
    survey = Survey(page="<html>", picture=b"PNG")

    assert [path.name for path in save_page(tmp_path / "new", "google", ["inline", "xhr"], survey, NOW)] == [
        "google-inline+xhr-2026-09-20T123005Z.html",
        "google-inline+xhr-2026-09-20T123005Z.png",
    ]


def test_what_an_interface_answers_is_saved_as_json_and_what_is_missing_not_at_all(tmp_path: Path) -> None:
    (path,) = save_page(tmp_path, "openverse", ["api"], Survey(page=' {"x": "\ud800"}'), NOW)

    assert path.suffix == ".json"
    assert path.read_text() == ' {"x": "?"}'
