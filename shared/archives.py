"""Where the ZIPs lie: one file per job and run, written under another name and renamed when whole, never rewritten."""

import asyncio
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Self
from urllib.parse import unquote, urlsplit
from uuid import UUID

_NAME = re.compile(r"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})-(\d+)\.zip(\.part)?")


@dataclass(frozen=True)
class ArchiveFile:
    """One file of ours: the archive of a run, or the part that may become it."""

    job_id: UUID
    run: int
    part: bool = False

    @property
    def name(self) -> str:
        return f"{self.job_id}-{self.run}.zip{'.part' if self.part else ''}"

    @classmethod
    def of(cls, name: str) -> Self | None:
        """What a name says; None when the file is somebody else's."""
        match = _NAME.fullmatch(name)
        return cls(UUID(match[1]), int(match[2]), match[3] is not None) if match else None


def folder_of(archives: str) -> Path:
    """`file:///a%20path` → the path; ValueError for anything else."""
    parts = urlsplit(archives)
    more = (parts.netloc, parts.query, parts.fragment)
    if parts.scheme != "file" or any(more) or not parts.path.startswith("/") or "%00" in parts.path:
        raise ValueError("must be file:///an/absolute/path")
    return Path(unquote(parts.path))


class LocalArchives:
    """A folder that the packager and the gateway both see. All but `answers` touches the disk: run it in a thread."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    async def answers(self) -> bool:
        """Whether the folder can be read and entered now: the readiness check. A disk that hangs hangs its thread."""
        return await asyncio.to_thread(os.access, self._folder, os.R_OK | os.X_OK)

    def part(self, job_id: UUID, run: int) -> Path:
        """Where to write while the archive is not whole."""
        return self._folder / ArchiveFile(job_id, run, part=True).name

    def publish(self, job_id: UUID, run: int) -> None:
        """Make the written part the archive, durably: it is on the disk before it has its name, and so is the name."""
        part = self.part(job_id, run)
        _sync(part)
        part.replace(self.path(job_id, run))
        _sync(self._folder)

    def path(self, job_id: UUID, run: int) -> Path:
        return self._folder / ArchiveFile(job_id, run).name

    def size(self, job_id: UUID, run: int) -> int | None:
        """Bytes of the archive; None when it is not there."""
        try:
            return self.path(job_id, run).stat().st_size
        except FileNotFoundError:
            return None

    def discard(self, job_id: UUID, run: int) -> None:
        """Drop the part and the archive of one run."""
        self.drop(ArchiveFile(job_id, run, part=True))
        self.drop(ArchiveFile(job_id, run))

    def drop(self, file: ArchiveFile) -> None:
        (self._folder / file.name).unlink(missing_ok=True)

    def delete(self, job_id: UUID) -> None:
        """Drop everything of a job."""
        for file in self.files(job_id):
            self.drop(file)

    def files(self, job_id: UUID | None = None) -> list[ArchiveFile]:
        """What lies here, of one job or of all; files of somebody else are none of our business."""
        names = (path.name for path in self._folder.glob(f"{job_id or ''}*"))
        return [file for name in names if (file := ArchiveFile.of(name))]


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
