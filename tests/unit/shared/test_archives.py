import pytest

from shared.archives import ArchiveFile, Kind, all_of
from tests.unit.shared.samples import JOB_ID


def test_an_archive_is_named_after_job_and_run_and_nothing_a_person_wrote() -> None:
    assert ArchiveFile(JOB_ID, 2).name == f"{JOB_ID}-2.zip"


@pytest.mark.parametrize("file", [*all_of(JOB_ID, 1), ArchiveFile(JOB_ID, 12, part=True)], ids=lambda file: file.name)
def test_its_name_tells_what_it_is(file: ArchiveFile) -> None:
    assert ArchiveFile.of(file.name) == file


@pytest.mark.parametrize(
    "name",
    ["", "notes.txt", "lost+found", "../../etc/passwd", f"{JOB_ID}.zip", f"{JOB_ID}-1.zip~", f"{JOB_ID}-1.png"],
)
def test_a_file_of_somebody_else_is_none_of_ours(name: str) -> None:
    assert ArchiveFile.of(name) is None


def test_a_run_makes_an_archive_and_a_contact_sheet_and_a_part_of_each() -> None:
    made = {(file.kind, file.part) for file in all_of(JOB_ID, 3)}

    assert made == {(Kind.ZIP, True), (Kind.ZIP, False), (Kind.SHEET, True), (Kind.SHEET, False)}
