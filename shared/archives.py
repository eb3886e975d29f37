"""Where the ZIPs lie: one file per job and run, written under another name and renamed when whole, never rewritten."""

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import unquote, urlsplit
from uuid import UUID

_PART = ".part"


def archive_name(job_id: UUID, run: int) -> str:
    return f"{job_id}-{run}.zip"


def job_of_archive(name: str) -> UUID:
    """The job of an archive's name; ValueError when it is not one."""
    return UUID(name.removesuffix(_PART)[:36])


def folder_of(archives: str) -> Path:
    """`file:///a%20path` → the path; ValueError for anything else."""
    parts = urlsplit(archives)
    more = (parts.netloc, parts.query, parts.fragment)
    if parts.scheme != "file" or any(more) or not parts.path.startswith("/") or "%00" in parts.path:
        raise ValueError("must be file:///an/absolute/path")
    return Path(unquote(parts.path))


class LocalArchives:
    """A folder that the packager and the gateway both see. Every call touches the disk: run it in a thread."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def part(self, job_id: UUID, run: int) -> Path:
        """Where to write while the archive is not whole."""
        return self._folder / (archive_name(job_id, run) + _PART)

    def publish(self, job_id: UUID, run: int) -> None:
        """Make the written part the archive, durably: it is on the disk before it has its name."""
        part = self.part(job_id, run)
        with part.open("rb") as written:
            os.fsync(written.fileno())
        part.replace(self.path(job_id, run))

    def path(self, job_id: UUID, run: int) -> Path:
        return self._folder / archive_name(job_id, run)

    def discard(self, job_id: UUID, run: int) -> None:
        """Drop the part and the archive of one run."""
        self.part(job_id, run).unlink(missing_ok=True)
        self.path(job_id, run).unlink(missing_ok=True)

    def delete(self, job_id: UUID) -> None:
        """Drop everything of a job."""
        for path in self._folder.glob(f"{job_id}-*"):
            path.unlink(missing_ok=True)

    def jobs(self) -> Iterator[UUID]:
        """The jobs that have something here; files of somebody else are none of our business."""
        seen = set()
        for path in self._folder.glob("*.zip*"):
            with suppress(ValueError):
                seen.add(job_of_archive(path.name))
        yield from seen
