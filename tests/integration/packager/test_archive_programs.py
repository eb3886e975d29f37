"""What people open an archive with finds no fault in it, in the old form and in the one for more than it can count."""

import subprocess
import sys
import zlib
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

import pytest

from deploy.local.debian import program
from services.packager.zips import ZipWriter

pytestmark = pytest.mark.integration


def unzip() -> Sequence[str]:
    return program("unzip", package="unzip"), "-tq"


def seven_zip() -> Sequence[str]:
    return program("7zz", package="7zip"), "t", "-bd"


def python() -> Sequence[str]:
    return sys.executable, "-m", "zipfile", "-t"


@pytest.mark.parametrize("count", [1, 300, 65_600])
@pytest.mark.parametrize("tester", [unzip, seven_zip, python])
def test_no_program_finds_a_fault(tester: Callable[[], Sequence[str]], count: int, tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with closing(ZipWriter(path)) as archive:
        for number in range(count):
            data = b"picture %d" % number
            archive.add(f"{number:05}.jpg", data, zlib.crc32(data))

    command = [*tester(), str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own archive

    assert done.returncode == 0, done.stdout + done.stderr
