"""The contact sheet on the status page: from our own origin wherever it lies, while the archive can be had."""

import structlog
from aiohttp import web

from services.gateway.desk import DESK, Desk
from services.gateway.jobs import changes
from services.gateway.jobs.statuses import LinkExpiredError, Status
from services.gateway.patience import within
from shared.contactsheets import Extent, extent_of
from shared.errors import DependencyAwayError
from shared.jobs import JobState

log = structlog.get_logger()

PATIENCE = 1.0
"""Seconds that a page waits to know whether there is one."""


async def show_sheet(request: web.Request) -> web.Response:
    desk = request.app[DESK]
    status = await changes.find_status(desk, request.match_info["status"])
    if status.state == JobState.COMPLETED and not status.downloadable(desk.now()):
        raise LinkExpiredError("the link's time is over")
    sheet = await within(desk.patience, "archives", _sheet(desk, status))
    if sheet is None:
        raise web.HTTPNotFound
    return web.Response(body=sheet, content_type="image/webp", headers={"Cache-Control": "private, no-store"})


async def sheet_beside(desk: Desk, status: Status) -> Extent | None:
    """How much room the page leaves for it; None without one. The page comes whatever becomes of this."""
    if not status.downloadable(desk.now()) or status.archive_run is None or not status.kept:
        return None
    try:
        has_one = await within(PATIENCE, "archives", desk.archives.has_sheet(status.job_id, status.archive_run))
    except DependencyAwayError as away:
        log.warning("contact_sheet_unknown", detail=str(away))
        return None
    return extent_of(status.kept) if has_one else None


async def _sheet(desk: Desk, status: Status) -> bytes | None:
    if status.archive_run is None:
        return None
    return await desk.archives.sheet(status.job_id, status.archive_run)
