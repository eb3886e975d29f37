"""Where archives lie: in a folder, and in a bucket of a real S3 server, alike."""

from pathlib import Path
from uuid import UUID, uuid4

import pytest

from services.packager.app import Archives
from services.packager.uploads import UploadedArchives
from shared.archives import ArchiveFile, Kind
from shared.localarchives import LocalArchives
from shared.s3archives import S3Archives
from tests.objects import a_bucket

SEVERAL_PIECES = 11 * 1024 * 1024
"""Bytes: what S3 is given in three."""


@pytest.fixture(params=["folder", pytest.param("bucket", marks=pytest.mark.integration)])
def archives(request: pytest.FixtureRequest, tmp_path: Path) -> Archives:
    """As the packager knows them."""
    here = LocalArchives(tmp_path / "archives")
    if request.param == "folder":
        return here
    bucket = S3Archives(a_bucket(request.getfixturevalue("objects").part))
    request.node.bucket = bucket
    return UploadedArchives(here, bucket)


@pytest.fixture
def shown(request: pytest.FixtureRequest, archives: Archives) -> LocalArchives | S3Archives:
    """As the gateway knows them."""
    return archives if isinstance(archives, LocalArchives) else request.node.bucket


async def build(archives: Archives, job_id: UUID, run: int, content: bytes = b"PK") -> None:
    archives.part(job_id, run).write_bytes(content)
    await archives.publish(job_id, run, "cats")


async def test_they_answer(archives: Archives, shown: LocalArchives | S3Archives) -> None:
    assert await archives.answers()
    assert await shown.answers()


@pytest.mark.parametrize("size", [0, 12, SEVERAL_PIECES])
async def test_only_a_whole_archive_has_its_name(
    archives: Archives, shown: LocalArchives | S3Archives, size: int
) -> None:
    job_id = uuid4()
    archives.part(job_id, 1).write_bytes(b"x" * size)
    assert await shown.size(job_id, 1) is None

    await archives.publish(job_id, 1, "cats")

    assert (await shown.size(job_id, 1), await archives.size(job_id, 1)) == (size, size)
    assert await archives.files(job_id) == [ArchiveFile(job_id, 1)]
    assert not archives.part(job_id, 1).exists()


async def test_what_was_never_written_is_not_published(archives: Archives) -> None:
    with pytest.raises(FileNotFoundError):
        await archives.publish(uuid4(), 1, "cats")


async def test_a_contact_sheet_lies_beside_its_archive(archives: Archives, shown: LocalArchives | S3Archives) -> None:
    job_id = uuid4()
    await build(archives, job_id, 1)
    assert not await shown.has_sheet(job_id, 1)
    assert await shown.sheet(job_id, 1) is None

    await archives.add_sheet(job_id, 1, b"a picture")

    assert await shown.has_sheet(job_id, 1)
    assert await shown.sheet(job_id, 1) == b"a picture"
    assert set(await archives.files(job_id)) == {ArchiveFile(job_id, 1), ArchiveFile(job_id, 1, Kind.SHEET)}


async def test_a_sheet_that_finds_no_room_leaves_nothing_behind(tmp_path: Path) -> None:
    archives, job_id = LocalArchives(tmp_path), uuid4()
    archives.at(ArchiveFile(job_id, 1, Kind.SHEET, part=True)).symlink_to("/dev/full")

    with pytest.raises(OSError, match="No space left"):
        await archives.add_sheet(job_id, 1, b"a picture")

    assert await archives.files() == []


async def test_a_run_is_dropped_without_the_others(archives: Archives) -> None:
    job_id = uuid4()
    await build(archives, job_id, 1)
    await archives.add_sheet(job_id, 1, b"a picture")
    await build(archives, job_id, 2)
    archives.part(job_id, 1).write_bytes(b"again")

    await archives.discard(job_id, 1)
    await archives.discard(job_id, 3)

    assert await archives.files(job_id) == [ArchiveFile(job_id, 2)]


async def test_a_job_is_deleted_with_all_its_runs_and_no_other(archives: Archives) -> None:
    job_id, other = uuid4(), uuid4()
    await build(archives, job_id, 1)
    await build(archives, job_id, 12)
    await archives.add_sheet(job_id, 12, b"a picture")
    archives.part(job_id, 13).write_bytes(b"half")
    await build(archives, other, 1)

    await archives.delete(job_id)
    await archives.delete(job_id)

    assert await archives.files() == [ArchiveFile(other, 1)]


async def test_one_file_is_dropped_and_no_other(archives: Archives) -> None:
    job_id = uuid4()
    await build(archives, job_id, 1)
    await archives.add_sheet(job_id, 1, b"a picture")
    archives.part(job_id, 2).write_bytes(b"half")

    await archives.drop(ArchiveFile(job_id, 1))
    await archives.drop(ArchiveFile(job_id, 2, part=True))

    assert await archives.files() == [ArchiveFile(job_id, 1, Kind.SHEET)]


async def test_what_lies_there_is_listed_of_one_job_or_of_all(archives: Archives) -> None:
    job_id, other = uuid4(), uuid4()
    await build(archives, job_id, 1)
    archives.part(job_id, 2).write_bytes(b"half")
    archives.part(other, 1).write_bytes(b"half")
    archives.part(job_id, 1).with_name("holiday.zip").write_bytes(b"PK")

    of_the_job = {ArchiveFile(job_id, 1), ArchiveFile(job_id, 2, part=True)}
    assert set(await archives.files(job_id)) == of_the_job
    assert set(await archives.files()) == of_the_job | {ArchiveFile(other, 1, part=True)}


async def test_a_job_that_has_nothing_there_has_nothing_there(archives: Archives) -> None:
    job_id = uuid4()

    assert await archives.files(job_id) == []
    assert await archives.size(job_id, 1) is None
