"""The ZIP itself: whole or in ranges, under a name made from the query, until its link expires."""

import asyncio
import re
import unicodedata
from datetime import datetime
from pathlib import Path
from urllib.parse import quote
from uuid import UUID

import structlog
from aiohttp import web
from aiohttp.abc import AbstractStreamWriter

from services.gateway.desk import DESK
from services.gateway.statuses import LinkExpiredError, has_passed
from shared.archives import LocalArchives
from shared.errors import AidError, BadLinkError
from shared.jobs import JobState, JobView

log = structlog.get_logger()

_LONGEST_NAME = 80
_NOT_IN_FILE_NAMES = re.compile(r'[/\\:*?"<>|]')


class ArchiveMissingError(AidError):
    """What the link promises does not lie there, or not all of it; a volume that is away may come back."""


async def download(request: web.Request) -> web.StreamResponse:
    desk = request.app[DESK]
    signed = desk.links.read_download(request.match_info["download"])
    job = await desk.stores.get().jobs.find(signed.job_id)
    run = archive_run(job, now=desk.now())
    await _require_whole(desk.archives, signed.job_id, run, job.archive_size if job else None)
    path = desk.archives.path(signed.job_id, run)
    return ArchiveResponse(path, headers=_headers(job.query if job else ""))


async def _require_whole(archives: LocalArchives, job_id: UUID, run: int, promised: int | None) -> None:
    size = await asyncio.to_thread(archives.size, job_id, run)
    if size != promised:
        log.error("archive_missing", job_id=str(job_id), run=run, size=size, promised=promised)
        raise ArchiveMissingError


def archive_run(job: JobView | None, *, now: datetime) -> int:
    """The run whose archive is handed out now. LinkExpiredError: not any more. BadLinkError: not yet."""
    if job is None or job.state in (JobState.EXPIRED, JobState.FAILED, JobState.CANCELLED):
        raise LinkExpiredError("nothing is left to download")
    if job.state is not JobState.COMPLETED or job.archive_run is None:
        raise BadLinkError("there is no archive yet")
    if has_passed(job.expires_at, now):
        raise LinkExpiredError("the link's time is over")
    return job.archive_run


class ArchiveResponse(web.FileResponse):
    """A file whose ranges are given only of the very file that `If-Range` names.

    aiohttp 3.14 understands dates in `If-Range` and ignores an ETag, so a resumed download would be spliced.
    """

    async def prepare(self, request: web.BaseRequest) -> AbstractStreamWriter | None:
        condition = request.headers.get("If-Range")
        is_date = request.if_range is not None
        if condition is not None and not is_date and condition != await asyncio.to_thread(_etag, self._path):
            kept = [(name, text) for name, text in request.headers.items() if name.lower() != "range"]
            request = request.clone(headers=kept)
        return await super().prepare(request)


def _etag(path: Path) -> str:
    """As aiohttp's FileResponse makes it."""
    stat = path.stat()
    return f'"{stat.st_mtime_ns:x}-{stat.st_size:x}"'


def _headers(query: str) -> dict[str, str]:
    return {
        "Content-Type": "application/zip",
        "Content-Disposition": disposition(query),
        "Cache-Control": "private, no-store",
    }


def disposition(query: str) -> str:
    """RFC 6266: a plain name for old programs, the real one in UTF-8 for the others.

    Both end in `images.zip`, so that no query makes one of the names Windows reserves.
    """
    plain = unicodedata.normalize("NFKD", query).encode("ascii", "ignore").decode()
    plain = re.sub(r"[^A-Za-z0-9]+", "-", plain)[:_LONGEST_NAME].strip("-")
    full = "".join(c for c in _NOT_IN_FILE_NAMES.sub(" ", query) if unicodedata.category(c)[0] != "C")
    full = " ".join(full.split())[:_LONGEST_NAME].strip(". ")
    return (
        f'attachment; filename="{f"{plain}-images" if plain else "images"}.zip"; '
        f"filename*=UTF-8''{quote(f'{full} images' if full else 'images', safe='')}.zip"
    )
