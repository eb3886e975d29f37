import subprocess
import sys
from contextlib import closing
from pathlib import Path
from zipfile import ZIP_STORED, ZipFile

import pytest

from services.packager.zips import ZipWriter
from shared.errors import Reason, RunError


def test_what_is_added_is_stored_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"

    with closing(ZipWriter(path)) as archive:
        archive.add("0001_cats_ffffffff.jpg", b"first" * 1000)
        archive.add("manifest.csv", b"a,b\r\n")

    with ZipFile(path) as opened:
        assert opened.testzip() is None
        assert opened.namelist() == ["0001_cats_ffffffff.jpg", "manifest.csv"]
        assert opened.read("0001_cats_ffffffff.jpg") == b"first" * 1000
        assert {entry.compress_type for entry in opened.infolist()} == {ZIP_STORED}
        assert {oct(entry.external_attr >> 16) for entry in opened.infolist()} == {"0o644"}


def test_the_same_pictures_make_the_same_archive(tmp_path: Path) -> None:
    for name in ("a.zip", "b.zip"):
        with closing(ZipWriter(tmp_path / name)) as archive:
            archive.add("a.jpg", b"a" * 1000)

    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()


def test_the_archive_tester_of_python_finds_no_fault(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with closing(ZipWriter(path)) as archive:
        for number in range(300):
            archive.add(f"{number:04}.jpg", bytes([number % 256]) * 1000)

    done = subprocess.run(  # noqa: S603 - our own archive
        [sys.executable, "-m", "zipfile", "-t", str(path)], capture_output=True, text=True, check=False
    )

    assert (done.returncode, done.stdout.strip()) == (0, "Done testing")


def test_its_size_is_told_while_it_grows(tmp_path: Path) -> None:
    with closing(ZipWriter(tmp_path / "a.zip")) as archive:
        assert archive.size == 0
        archive.add("a.jpg", bytes(1000))
        assert archive.size == 1000 + 30 + len("a.jpg")


def test_an_archive_may_be_closed_twice(tmp_path: Path) -> None:
    archive = ZipWriter(tmp_path / "a.zip")
    archive.add("a.jpg", bytes(1000))

    archive.close()
    archive.close()

    assert ZipFile(tmp_path / "a.zip").testzip() is None


def test_a_full_disk_is_a_run_to_try_again(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    path.symlink_to("/dev/full")
    archive = ZipWriter(path)

    with pytest.raises(RunError) as failed:
        archive.add("a.jpg", bytes(1_000_000))
    assert (failed.value.reason, failed.value.retryable) == (Reason.STORAGE_FULL, True)
    with pytest.raises(RunError):
        archive.close()
    archive.close()
