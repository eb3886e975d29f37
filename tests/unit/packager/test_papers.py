"""What an archive says of itself: to a program, to a person, and to `sha256sum`."""

import hashlib
import json
import subprocess
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from deploy.local.zips import PAPERS
from services.packager.attribution import attribution_md
from services.packager.manifest import manifest_json
from services.packager.papers import papers
from services.packager.report import Report
from tests.unit.packager.test_manifest import an_entry

NOW = datetime(2026, 11, 20, 9, 0, 0, tzinfo=UTC)
REPORT = Report(
    query="red panda",
    filters={},
    asked=2,
    found=2,
    kept=2,
    thumbnails=0,
    not_needed=0,
    refused={},
    engines=(),
    search_stopped_because="enough",
    started_at=NOW,
    finished_at=NOW,
)


def test_the_local_stack_knows_every_paper() -> None:
    assert papers([], REPORT).keys() == PAPERS


def test_sha256sum_finds_every_file_as_it_was_packed(tmp_path: Path) -> None:
    pictures = [b"first", b"second"]
    entries = [
        replace(an_entry(rank), file=f"{rank}.jpg", sha256=hashlib.sha256(data).hexdigest())
        for rank, data in enumerate(pictures, start=1)
    ]
    for entry, data in zip(entries, pictures, strict=True):
        (tmp_path / entry.file).write_bytes(data)
    for name, data in papers(entries, REPORT).items():
        (tmp_path / name).write_bytes(data)

    command = ["sha256sum", "--check", "SHA256SUMS"]
    checked = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)  # noqa: S603 - constant

    assert checked.returncode == 0, checked.stdout
    assert len(checked.stdout.splitlines()) == len(pictures) + len(PAPERS) - 1


def test_the_manifest_for_programs_says_what_strangers_wrote_as_they_wrote_it() -> None:
    (one, two) = json.loads(manifest_json([an_entry(2, "=1+1"), an_entry(1, None)]))

    assert (one["rank"], one["title"], two["title"]) == (1, None, "=1+1")
    assert (one["retrieved_at"], one["thumbnail_only"]) == ("2026-11-20T09:00:00+00:00", False)


def test_a_picture_is_credited_with_all_that_is_known_of_it() -> None:
    entry = replace(
        an_entry(title="Red panda"),
        creator="Jo",
        creator_url="https://people.example/jo",
        licence="CC BY 4.0",
        licence_url="https://licences.example/by",
        attribution_text='"Red panda" by Jo',
    )

    line = attribution_md([entry]).decode().splitlines()[-1]

    assert line == (
        "- `0001_red-panda_0123abcd.jpg`: “[Red panda](<https://pages.example/a>)”, by [Jo](<https://people.example/jo>),"
        ' [CC BY 4.0](<https://licences.example/by>). Credit line: "Red panda" by Jo'
    )


def test_what_is_not_known_is_said() -> None:
    line = attribution_md([replace(an_entry(title=None), source_page_url=None, thumbnail_only=True)]).decode()

    assert line.splitlines()[-1].endswith("“untitled”, author unknown, licence unknown. A thumbnail, not the original.")


@pytest.mark.parametrize(
    "title", ["# big", "[x](javascript:alert(1))", "<img src=x>", "a\n\n- b", "`code`", "**bold**", "a | b"]
)
def test_a_title_has_no_meaning_in_markdown(title: str) -> None:
    (line,) = [line for line in attribution_md([an_entry(title=title)]).decode().splitlines() if "0001_" in line]

    for sign in "#[]<>*|":
        assert line.count(sign) - line.count(f"\\{sign}") == {"[": 1, "]": 1, "<": 1, ">": 1}.get(sign, 0)
