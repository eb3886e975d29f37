from pathlib import Path
from uuid import UUID, uuid4

import pytest

from shared.archives import LocalArchives, archive_name, folder_of, job_of_archive
from tests.unit.shared.samples import JOB_ID


@pytest.fixture
def archives(tmp_path: Path) -> LocalArchives:
    return LocalArchives(tmp_path / "archives")


def build(archives: LocalArchives, job_id: UUID, run: int, content: bytes = b"PK") -> None:
    archives.part(job_id, run).write_bytes(content)
    archives.publish(job_id, run)


def test_an_archive_is_named_after_job_and_run_and_nothing_a_person_wrote() -> None:
    assert archive_name(JOB_ID, 2) == f"{JOB_ID}-2.zip"


def test_its_name_tells_its_job_whole_or_in_part(archives: LocalArchives) -> None:
    assert job_of_archive(archives.path(JOB_ID, 12).name) == JOB_ID
    assert job_of_archive(archives.part(JOB_ID, 12).name) == JOB_ID


@pytest.mark.parametrize("name", ["", "notes.txt", "lost+found", "../../etc/passwd"])
def test_a_file_of_somebody_else_has_no_job(name: str) -> None:
    with pytest.raises(ValueError, match="UUID"):
        job_of_archive(name)


def test_only_a_whole_archive_has_its_name(archives: LocalArchives) -> None:
    archives.part(JOB_ID, 1).write_bytes(b"half")
    assert not archives.path(JOB_ID, 1).exists()

    archives.publish(JOB_ID, 1)

    assert archives.path(JOB_ID, 1).read_bytes() == b"half"
    assert not archives.part(JOB_ID, 1).exists()


def test_what_was_never_written_is_not_published(archives: LocalArchives) -> None:
    with pytest.raises(FileNotFoundError):
        archives.publish(JOB_ID, 1)


def test_a_run_is_dropped_without_the_others(archives: LocalArchives) -> None:
    build(archives, JOB_ID, 1)
    build(archives, JOB_ID, 2)
    archives.part(JOB_ID, 1).write_bytes(b"again")

    archives.discard(JOB_ID, 1)
    archives.discard(JOB_ID, 3)

    assert not archives.path(JOB_ID, 1).exists()
    assert not archives.part(JOB_ID, 1).exists()
    assert archives.path(JOB_ID, 2).exists()


def test_a_job_is_deleted_with_all_its_runs_and_no_other(archives: LocalArchives) -> None:
    other = uuid4()
    build(archives, JOB_ID, 1)
    build(archives, JOB_ID, 12)
    archives.part(JOB_ID, 13).write_bytes(b"half")
    build(archives, other, 1)

    archives.delete(JOB_ID)
    archives.delete(JOB_ID)

    assert list(archives.jobs()) == [other]


def test_each_job_is_listed_once_and_files_of_somebody_else_not_at_all(archives: LocalArchives) -> None:
    build(archives, JOB_ID, 1)
    archives.part(JOB_ID, 2).write_bytes(b"half")
    archives.path(JOB_ID, 1).with_name("holiday.zip").write_bytes(b"PK")

    assert list(archives.jobs()) == [JOB_ID]


def test_a_folder_is_named_by_a_file_url() -> None:
    assert folder_of("file:///var/lib/aid") == Path("/var/lib/aid")
    assert folder_of("file:///a%20clone/archives") == Path("/a clone/archives")


@pytest.mark.parametrize("text", ["", "/var/lib/aid", "file:", "file://host/path", "s3://bucket/prefix", "http://x/y"])
def test_anything_else_is_no_folder(text: str) -> None:
    with pytest.raises(ValueError, match="file:///"):
        folder_of(text)
