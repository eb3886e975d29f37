"""Has contact sheets drawn: one at a time, each by a short-lived process that may fail."""

import asyncio
import sys
from asyncio.subprocess import PIPE
from contextlib import closing
from typing import IO

import structlog

log = structlog.get_logger()

PATIENCE_SECONDS = 20.0
_COMMAND = (sys.executable, "-m", "services.packager.sheetchild")
_LAST_WORDS = 500


class SheetDrawing:
    def __init__(self, *, patience: float = PATIENCE_SECONDS) -> None:
        self._patience = patience
        self._turn = asyncio.Semaphore(1)

    async def of(self, archive: IO[bytes]) -> bytes | None:
        """Closes the archive. None when nothing can be drawn, or not in time: no run fails for it."""
        with closing(archive):
            async with self._turn:
                return await self._drawn(archive.fileno())

    async def _drawn(self, descriptor: int) -> bytes | None:
        child = await asyncio.create_subprocess_exec(
            *_COMMAND, str(descriptor), stdout=PIPE, stderr=PIPE, pass_fds=[descriptor]
        )
        try:
            async with asyncio.timeout(self._patience):
                sheet, said = await child.communicate()
        except TimeoutError:
            log.warning("contact_sheet_took_too_long")
            return None
        finally:
            if child.returncode is None:
                child.kill()
                await child.wait()
        detail = said.decode(errors="replace")[-_LAST_WORDS:]
        if child.returncode:
            log.warning("contact_sheet_failed", exit=child.returncode, detail=detail)
            return None
        if detail:
            log.info("contact_sheet_incomplete", detail=detail)
        return sheet or None
