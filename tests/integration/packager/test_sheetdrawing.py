"""A contact sheet is drawn by another process, whatever its pictures do to that."""

import asyncio
import io
import signal
import subprocess
import sys
import time
from pathlib import Path
from zipfile import ZipFile

import pytest
from PIL import Image
from structlog.testing import capture_logs

from services.packager import sheetdrawing
from services.packager.sheetdrawing import SheetDrawing
from tests.unit.packager.samples import a_picture, encoded

pytestmark = pytest.mark.integration


def an_archive(folder: Path, *pictures: bytes) -> io.BufferedReader:
    with ZipFile(folder / "a.zip", "w") as archive:
        for rank, picture in enumerate(pictures, start=1):
            archive.writestr(f"{rank:04}_a.jpg", picture)
    return (folder / "a.zip").open("rb")


async def test_the_sheet_of_an_archive_is_drawn_and_the_archive_closed(tmp_path: Path) -> None:
    archive = an_archive(tmp_path, a_picture(), b"no picture", a_picture("PNG"))

    with capture_logs() as logs:
        sheet = await SheetDrawing().of(archive)

    assert sheet is not None
    assert Image.open(io.BytesIO(sheet)).format == "WEBP"
    assert archive.closed
    (said,) = [line for line in logs if line["event"] == "contact_sheet_incomplete"]
    assert "0002_a.jpg" in said["detail"]


async def test_of_nothing_that_can_be_drawn_there_is_none(tmp_path: Path) -> None:
    assert await SheetDrawing().of(an_archive(tmp_path, b"no picture")) is None


async def test_what_is_no_archive_fails_in_the_other_process(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(b"no archive")

    with capture_logs() as logs:
        assert await SheetDrawing().of((tmp_path / "a.zip").open("rb")) is None

    (failed,) = logs
    assert (failed["event"], failed["exit"]) == ("contact_sheet_failed", 1)
    assert "BadZipFile" in failed["detail"]


async def test_whoever_is_killed_for_what_it_takes_is_told_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheetdrawing, "_COMMAND", ("sh", "-c", "kill -XCPU $$"))

    with capture_logs() as logs:
        assert await SheetDrawing().of(an_archive(tmp_path, a_picture())) is None

    assert [(line["event"], line["exit"]) for line in logs] == [("contact_sheet_failed", -signal.SIGXCPU)]


async def test_whoever_takes_too_long_is_killed(tmp_path: Path) -> None:
    with capture_logs() as logs:
        assert await SheetDrawing(patience=0.01).of(an_archive(tmp_path, a_picture())) is None

    assert [line["event"] for line in logs] == ["contact_sheet_took_too_long"]


async def test_a_drawing_that_is_cancelled_ends_at_once(tmp_path: Path) -> None:
    drawing = SheetDrawing()
    archives = [an_archive(tmp_path, a_picture()) for _ in range(5)]
    under_way = [asyncio.ensure_future(drawing.of(archive)) for archive in archives]
    await asyncio.sleep(0.05)
    began = time.monotonic()

    for task in under_way:
        task.cancel()
    await asyncio.gather(*under_way, return_exceptions=True)

    assert time.monotonic() - began < 1
    assert all(archive.closed for archive in archives)


def jpeg_of_scans(count: int, side: int = 2000) -> bytes:
    """A JPEG whose one scan stands there so many times: each is walked through for the whole picture."""
    data = encoded(Image.new("L", (side, side), 200), "JPEG", progressive=True)
    at = data.index(b"\xff\xda")
    return data[:at] + data[at : at + 20] * count + data[at:]


async def test_a_picture_of_endless_scans_is_left_out(tmp_path: Path) -> None:
    began = time.monotonic()

    sheet = await SheetDrawing().of(an_archive(tmp_path, jpeg_of_scans(5000), a_picture()))

    assert sheet is not None
    assert time.monotonic() - began < 5


def test_who_draws_gets_no_more_memory_than_it_may_have() -> None:
    greedy = "from services.packager.sheetchild import MOST_MEMORY, bound; bound(); bytearray(MOST_MEMORY)"

    done = subprocess.run([sys.executable, "-c", greedy], capture_output=True, text=True, check=False)  # noqa: S603

    assert "MemoryError" in done.stderr
