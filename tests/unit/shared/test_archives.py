from pathlib import Path
from uuid import UUID, uuid4

import pytest

from shared.archives import ArchiveFile, LocalArchives, folder_of
from tests.unit.shared.samples import JOB_ID


@pytest.fixture
def archives(tmp_path: Path) -> LocalArchives:
    return LocalArchives(tmp_path / "archives")


def build(archives: LocalArchives, job_id: UUID, run: int, content: bytes = b"PK") -> None:
    archives.part(job_id, run).write_bytes(content)
    archives.publish(job_id, run)


def test_an_archive_is_named_after_job_and_run_and_nothing_a_person_wrote(archives: LocalArchives) -> None:
    assert archives.path(JOB_ID, 2).name == f"{JOB_ID}-2.zip"


@pytest.mark.parametrize("file", [ArchiveFile(JOB_ID, 1), ArchiveFile(JOB_ID, 12, part=True)], ids=str)
def test_its_name_tells_what_it_is(file: ArchiveFile) -> None:
    assert ArchiveFile.of(file.name) == file


@pytest.mark.parametrize(
    "name", ["", "notes.txt", "lost+found", "../../etc/passwd", f"{JOB_ID}.zip", f"{JOB_ID}-1.zip~"]
)
def test_a_file_of_somebody_else_is_none_of_ours(name: str) -> None:
    assert ArchiveFile.of(name) is None


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

    assert archives.files() == [ArchiveFile(other, 1)]


def test_what_lies_there_is_listed_but_for_files_of_somebody_else(archives: LocalArchives) -> None:
    other = uuid4()
    build(archives, JOB_ID, 1)
    archives.part(JOB_ID, 2).write_bytes(b"half")
    archives.part(other, 1).write_bytes(b"half")
    archives.path(JOB_ID, 1).with_name("holiday.zip").write_bytes(b"PK")

    of_the_job = {ArchiveFile(JOB_ID, 1), ArchiveFile(JOB_ID, 2, part=True)}
    assert set(archives.files(JOB_ID)) == of_the_job
    assert set(archives.files()) == of_the_job | {ArchiveFile(other, 1, part=True)}


def test_the_size_of_an_archive_is_known_only_when_it_is_there(archives: LocalArchives) -> None:
    build(archives, JOB_ID, 1, b"twelve bytes")
    archives.part(JOB_ID, 2).write_bytes(b"half")

    assert (archives.size(JOB_ID, 1), archives.size(JOB_ID, 2)) == (12, None)


def test_a_folder_is_named_by_a_file_url() -> None:
    assert folder_of("file:///var/lib/aid") == Path("/var/lib/aid")
    assert folder_of("file:///a%20clone/archives") == Path("/a clone/archives")


@pytest.mark.parametrize("text", ["", "/var/lib/aid", "file:", "file://host/path", "s3://bucket/prefix", "http://x/y"])
def test_anything_else_is_no_folder(text: str) -> None:
    with pytest.raises(ValueError, match="file:///"):
        folder_of(text)
