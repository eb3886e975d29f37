"""Archives in a folder that the packager and the gateway both see."""

import asyncio
import os
from pathlib import Path
from uuid import UUID

from shared.archives import ArchiveFile, Kind, all_of
from shared.threads import in_a_thread


class LocalArchives:
    """A part is written here already, so that publishing it is a rename."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    async def answers(self) -> bool:
        """Whether the folder can be read and entered now: the readiness check. A disk that hangs hangs its thread."""
        return await asyncio.to_thread(os.access, self._folder, os.R_OK | os.X_OK)

    def part(self, job_id: UUID, run: int) -> Path:
        """Where to write while the archive is not whole."""
        return self.at(ArchiveFile(job_id, run, part=True))

    def path(self, job_id: UUID, run: int) -> Path:
        return self.at(ArchiveFile(job_id, run))

    def at(self, file: ArchiveFile) -> Path:
        return self._folder / file.name

    async def publish(self, job_id: UUID, run: int, _query: str) -> None:
        """Make the written part the archive, durably: it is on the disk before it has its name, and so is the name.

        What it is saved as says whoever hands it out.
        """
        await in_a_thread(self._publish, self.part(job_id, run), self.path(job_id, run))

    async def add_sheet(self, job_id: UUID, run: int, sheet: bytes) -> None:
        """Its contact sheet, whole or not at all."""
        await in_a_thread(self._add_sheet, ArchiveFile(job_id, run, Kind.SHEET, part=True), sheet)

    async def size(self, job_id: UUID, run: int) -> int | None:
        """Bytes of the archive; None when it is not there."""
        return await asyncio.to_thread(_size, self.path(job_id, run))

    async def has_sheet(self, job_id: UUID, run: int) -> bool:
        return await asyncio.to_thread(self.at(ArchiveFile(job_id, run, Kind.SHEET)).exists)

    async def sheet(self, job_id: UUID, run: int) -> bytes | None:
        """None when there is none."""
        return await asyncio.to_thread(_content, self.at(ArchiveFile(job_id, run, Kind.SHEET)))

    async def discard(self, job_id: UUID, run: int) -> None:
        """Drop whatever one run has made."""
        for file in all_of(job_id, run):
            await self.drop(file)

    async def drop(self, file: ArchiveFile) -> None:
        await in_a_thread(self._drop, file)

    async def delete(self, job_id: UUID) -> None:
        """Drop everything of a job."""
        for file in await self.files(job_id):
            await self.drop(file)

    async def files(self, job_id: UUID | None = None) -> list[ArchiveFile]:
        """What lies here, of one job or of all; files of somebody else are none of our business."""
        return await asyncio.to_thread(self._files, f"{job_id or ''}*")

    def _publish(self, part: Path, path: Path) -> None:
        _sync(part)
        part.replace(path)
        _sync(self._folder)

    def _add_sheet(self, part: ArchiveFile, sheet: bytes) -> None:
        try:
            self.at(part).write_bytes(sheet)
            self.at(part).replace(self.at(ArchiveFile(part.job_id, part.run, part.kind)))
        except OSError:
            self._drop(part)
            raise

    def _drop(self, file: ArchiveFile) -> None:
        self.at(file).unlink(missing_ok=True)

    def _files(self, pattern: str) -> list[ArchiveFile]:
        return [file for path in self._folder.glob(pattern) if (file := ArchiveFile.of(path.name))]


def _size(path: Path) -> int | None:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return None


def _content(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
