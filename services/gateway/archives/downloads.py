"""A download: what is checked before an archive is handed out, until its link expires."""

from datetime import datetime

import structlog
from aiohttp import web

from services.gateway.archives.handing import Archive, ArchiveMissingError
from services.gateway.desk import DESK, Desk
from services.gateway.jobs.statuses import LinkExpiredError, has_passed
from services.gateway.patience import within
from shared.errors import BadLinkError
from shared.jobs import JobState, JobView
from shared.links import Wish

log = structlog.get_logger()


async def download(request: web.Request) -> web.StreamResponse:
    desk = request.app[DESK]
    signed = desk.links.read_download(request.match_info["download"])
    job = await within(desk.patience, "cassandra", desk.stores.get().jobs.find(signed.job_id))
    archive = archive_of(job, now=desk.now())
    await _require_whole(desk, archive, job.archive_size if job else None)
    return await desk.hand_out(request, archive)


async def _require_whole(desk: Desk, archive: Archive, promised: int | None) -> None:
    size = await within(desk.patience, "archives", desk.archives.size(archive.job_id, archive.run))
    if size != promised:
        log.error("archive_missing", job_id=str(archive.job_id), run=archive.run, size=size, promised=promised)
        raise ArchiveMissingError


def archive_of(job: JobView | None, *, now: datetime) -> Archive:
    """The archive that is handed out now. LinkExpiredError: not any more. BadLinkError: not yet."""
    if job is None or job.state is JobState.EXPIRED:
        raise LinkExpiredError("nothing is left of this job")
    wish = Wish(job.query, job.images, job.filters)
    if job.state in (JobState.FAILED, JobState.CANCELLED):
        raise LinkExpiredError("nothing is left to download", wish)
    if job.state is not JobState.COMPLETED or job.archive_run is None:
        raise BadLinkError("there is no archive yet")
    if has_passed(job.expires_at, now):
        raise LinkExpiredError("the link's time is over", wish)
    return Archive(job.job_id, job.archive_run, job.query, left=job.expires_at - now if job.expires_at else None)
