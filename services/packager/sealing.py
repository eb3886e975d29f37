"""A whole archive is published; its contact sheet comes after, and nobody waits for it."""

import asyncio
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Protocol
from uuid import UUID

import structlog

from services.packager.storage import room_needed
from shared.errors import DependencyAwayError
from shared.tasks import end_tasks
from shared.waiting import until_available

log = structlog.get_logger()

DISCARD_SECONDS = 5.0
SHEET_SECONDS = 30.0


class Archives(Protocol):
    """DependencyAwayError while their place is away; OSError when it has no room."""

    def part(self, job_id: UUID, run: int) -> Path: ...

    async def publish(self, job_id: UUID, run: int, query: str) -> None: ...

    async def add_sheet(self, job_id: UUID, run: int, sheet: bytes) -> None: ...

    async def discard(self, job_id: UUID, run: int) -> None: ...


class Sheets(Protocol):
    async def of(self, archive: IO[bytes]) -> bytes | None:
        """The contact sheet of an archive, if one can be drawn; no run fails for it. Closes the archive."""


class Seal:
    """On the archive of one run."""

    def __init__(self, job_id: UUID, run: int, archives: Archives, sheets: Sheets) -> None:
        self._job_id = job_id
        self._run = run
        self._archives = archives
        self._sheets = sheets
        self._drawing: asyncio.Task[bytes | None] | None = None

    @property
    def part(self) -> Path:
        return self._archives.part(self._job_id, self._run)

    async def put(self, query: str) -> None:
        """Publish the part, which is whole. Waits while the archives are away; RunError when they have no room."""
        with ExitStack() as held:
            archive = held.enter_context(self.part.open("rb"))  # to be read under whatever name it will have, or none
            with room_needed():
                await until_available(lambda: self._archives.publish(self._job_id, self._run, query))
            held.pop_all()
            self._drawing = asyncio.create_task(self._sheets.of(archive))

    async def add_sheet(self) -> None:
        """Put the contact sheet beside the archive; it is not worth a second try."""
        sheet = await self._drawing if self._drawing else None
        if sheet is None:
            return
        try:
            async with asyncio.timeout(SHEET_SECONDS):
                await self._archives.add_sheet(self._job_id, self._run, sheet)
        except (DependencyAwayError, OSError) as error:
            log.warning("contact_sheet_not_kept", detail=str(error))

    async def discard(self) -> None:
        """Drop all that the run has made. What cannot be dropped now is left to the job's end, and to the sweep."""
        if self._drawing:
            await end_tasks(self._drawing)
        try:
            async with asyncio.timeout(DISCARD_SECONDS):
                await self._archives.discard(self._job_id, self._run)
        except (DependencyAwayError, OSError) as error:
            log.warning("archive_left_behind", detail=str(error))
