import asyncio
from pathlib import Path
from typing import IO
from uuid import UUID, uuid4

import pytest
from structlog.testing import capture_logs

from services.packager import sealing
from services.packager.sealing import Seal
from shared.localarchives import LocalArchives


class Stuck(LocalArchives):
    """Takes an archive; a contact sheet, never."""

    async def add_sheet(self, _job_id: UUID, _run: int, _sheet: bytes) -> None:
        await asyncio.Event().wait()


class Sheets:
    async def of(self, archive: IO[bytes]) -> bytes:
        archive.close()
        return b"a picture"


async def test_a_sheet_that_nobody_takes_is_given_up_and_the_archive_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sealing, "SHEET_SECONDS", 0.01)
    archives, job_id = Stuck(tmp_path), uuid4()
    with capture_logs() as logs:
        seal = Seal(job_id, 1, archives, Sheets())
        seal.part.write_bytes(b"PK")
        await seal.put("cats")

        async with asyncio.timeout(5):
            await seal.add_sheet()

    assert [line["event"] for line in logs] == ["contact_sheet_not_kept"]
    assert await archives.size(job_id, 1) == 2
