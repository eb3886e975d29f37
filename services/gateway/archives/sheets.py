"""The contact sheet on the status page: from our own origin wherever it lies, while the archive can be had."""

from typing import Final, Literal

import structlog
from aiohttp import web

from services.gateway.desk import DESK, Desk
from services.gateway.jobs.finding import find_status
from services.gateway.jobs.statuses import LinkExpiredError, Status
from services.gateway.patience import within
from shared.contactsheets import COMES_WITHIN, Extent, extent_of
from shared.errors import DependencyAwayError
from shared.jobs import JobState

log = structlog.get_logger()

PATIENCE = 1.0
"""Seconds that a page waits to know whether there is one."""

Awaited = Literal["awaited"]
AWAITED: Final[Awaited] = "awaited"
"""It may still come, or be there and not to be seen at the moment."""


async def show_sheet(request: web.Request) -> web.Response:
    desk = request.app[DESK]
    status = await find_status(desk, request.match_info["status"])
    if status.state == JobState.COMPLETED and not status.downloadable(desk.now()):
        raise LinkExpiredError("the link's time is over")
    sheet = await within(desk.patience, "archives", _sheet(desk, status))
    if sheet is None:
        raise web.HTTPNotFound
    return web.Response(body=sheet, content_type="image/webp", headers={"Cache-Control": "private, no-store"})


async def sheet_beside(desk: Desk, status: Status) -> Extent | Awaited | None:
    """How much room the page leaves for it; None where none will come. The page comes whatever becomes of this."""
    if not status.downloadable(desk.now()) or status.archive_run is None or not status.kept:
        return None
    try:
        has_one = await within(PATIENCE, "archives", desk.archives.has_sheet(status.job_id, status.archive_run))
    except DependencyAwayError as away:
        log.warning("contact_sheet_unknown", detail=str(away))
        return AWAITED
    if has_one:
        return extent_of(status.kept)
    return AWAITED if status.ended_since(desk.now() - COMES_WITHIN) else None


async def _sheet(desk: Desk, status: Status) -> bytes | None:
    if status.archive_run is None:
        return None
    return await desk.archives.sheet(status.job_id, status.archive_run)
