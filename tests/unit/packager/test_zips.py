import hashlib
import os
import zlib
from contextlib import closing
from pathlib import Path
from zipfile import ZIP_STORED, ZipFile

import pytest

from services.packager.zipformat import Stored, directory, header
from services.packager.zips import ZipWriter
from shared.errors import Reason, RunError


def add(archive: ZipWriter, name: str, data: bytes) -> None:
    archive.add(name, data, zlib.crc32(data))


def test_what_is_added_is_stored_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"

    with closing(ZipWriter(path)) as archive:
        add(archive, "0001_cats_ffffffff.jpg", b"first" * 1000)
        add(archive, "manifest.csv", b"a,b\r\n")

    with ZipFile(path) as opened:
        assert opened.testzip() is None
        assert opened.namelist() == ["0001_cats_ffffffff.jpg", "manifest.csv"]
        assert opened.read("0001_cats_ffffffff.jpg") == b"first" * 1000
        assert {entry.compress_type for entry in opened.infolist()} == {ZIP_STORED}
        assert {oct(entry.external_attr >> 16) for entry in opened.infolist()} == {"0o100644"}
        assert {entry.date_time for entry in opened.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_the_same_pictures_make_the_same_archive(tmp_path: Path) -> None:
    for name in ("a.zip", "b.zip"):
        with closing(ZipWriter(tmp_path / name)) as archive:
            add(archive, "a.jpg", b"a" * 1000)

    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()


def test_size_and_sha256_are_those_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"

    with closing(ZipWriter(path)) as archive:
        assert archive.size == 0
        add(archive, "a.jpg", bytes(1000))
        assert archive.size == 1000 + 30 + len("a.jpg")

    assert archive.size == path.stat().st_size
    assert archive.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


def test_an_archive_of_nothing_is_one(tmp_path: Path) -> None:
    ZipWriter(tmp_path / "a.zip").close()

    assert ZipFile(tmp_path / "a.zip").namelist() == []


def test_an_archive_may_be_closed_twice(tmp_path: Path) -> None:
    archive = ZipWriter(tmp_path / "a.zip")
    add(archive, "a.jpg", bytes(1000))

    archive.close()
    archive.close()

    assert ZipFile(tmp_path / "a.zip").testzip() is None


def test_more_files_than_the_old_form_can_count(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"

    with closing(ZipWriter(path)) as archive:
        for number in range(65_536):
            add(archive, str(number), b"a")

    with ZipFile(path) as opened:
        assert len(opened.namelist()) == 65_536
        assert opened.read("65535") == b"a"


def test_a_file_that_lies_behind_four_gib(tmp_path: Path) -> None:
    path, data = tmp_path / "a.zip", b"far" * 1000
    far = Stored(b"far.jpg", zlib.crc32(data), len(data), 5 << 30)

    with path.open("wb") as file:  # behind a hole that takes no room
        file.seek(far.offset)
        file.write(header(far.name, far.crc, far.size) + data)
        file.write(directory([far], file.tell()))

    assert ZipFile(path).read("far.jpg") == data


def test_a_disk_that_fails_ends_the_run_before_anything_is_written_behind_half_an_entry(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    os.mkfifo(path)
    reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    archive = ZipWriter(path)
    os.close(reader)

    with pytest.raises(RunError) as failed:
        add(archive, "a.jpg", bytes(1_000_000))
    assert (failed.value.reason, failed.value.retryable) == (Reason.INTERNAL, True)
    with pytest.raises(RunError):
        archive.close()


def test_a_full_disk_is_a_run_to_try_again(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    path.symlink_to("/dev/full")
    archive = ZipWriter(path)

    with pytest.raises(RunError) as failed:
        add(archive, "a.jpg", bytes(1_000_000))
    assert (failed.value.reason, failed.value.retryable) == (Reason.STORAGE_FULL, True)
    with pytest.raises(RunError):
        archive.close()
    archive.close()
