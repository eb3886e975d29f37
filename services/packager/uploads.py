"""Archives that lie in a bucket and are written here first, in a scratch folder that only packagers see."""

import asyncio
from pathlib import Path
from uuid import UUID

from shared.archives import ArchiveFile, Kind
from shared.attachments import attachment
from shared.localarchives import LocalArchives
from shared.s3archives import S3Archives

_SHEET = {"Content-Type": "image/webp", "Cache-Control": "private, no-store"}


class UploadedArchives:
    """As LocalArchives, but for DependencyAwayError while the bucket is away."""

    def __init__(self, scratch: LocalArchives, bucket: S3Archives) -> None:
        self._scratch = scratch
        self._bucket = bucket

    async def answers(self) -> bool:
        return all(await asyncio.gather(self._scratch.answers(), self._bucket.answers()))

    def part(self, job_id: UUID, run: int) -> Path:
        return self._scratch.part(job_id, run)

    async def publish(self, job_id: UUID, run: int, query: str) -> None:
        """What an object is saved as stands with it: the address that a browser is sent to cannot say it."""
        part = self._scratch.part(job_id, run)
        await self._bucket.put(ArchiveFile(job_id, run), part, attachment(query))
        await self._scratch.drop(ArchiveFile(job_id, run, part=True))

    async def add_sheet(self, job_id: UUID, run: int, sheet: bytes) -> None:
        await self._bucket.put(ArchiveFile(job_id, run, Kind.SHEET), sheet, _SHEET)

    async def size(self, job_id: UUID, run: int) -> int | None:
        return await self._bucket.size(job_id, run)

    async def discard(self, job_id: UUID, run: int) -> None:
        """What lies here goes first: the bucket may be away."""
        await self._scratch.discard(job_id, run)
        for kind in Kind:
            await self._bucket.drop(ArchiveFile(job_id, run, kind))

    async def drop(self, file: ArchiveFile) -> None:
        await (self._scratch if file.part else self._bucket).drop(file)

    async def delete(self, job_id: UUID) -> None:
        await self._scratch.delete(job_id)
        for file in await self._bucket.files(job_id):
            await self._bucket.drop(file)

    async def files(self, job_id: UUID | None = None) -> list[ArchiveFile]:
        return [*await self._scratch.files(job_id), *await self._bucket.files(job_id)]
