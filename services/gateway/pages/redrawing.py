"""What was asked on the status page and could not be done is explained there, with what was typed."""

from collections.abc import Awaitable, Callable, Mapping

from aiohttp import web

from services.gateway.asking import due
from services.gateway.desk import DESK
from services.gateway.jobs.changes import TimeFixedError, TimeRefusedError
from services.gateway.jobs.statuses import LinkExpiredError
from services.gateway.limits.quotas import TooManyError
from services.gateway.live.looks import look_at
from services.gateway.pages.status_page import status_page
from services.gateway.web.bodies import form_pairs
from services.gateway.web.problems import problem_of, tell_operator
from shared.errors import AidError, BadLinkError, DependencyAwayError

_CHANGES = frozenset({"cancel", "reschedule", "delete"})
"""Names of routes."""


@web.middleware
async def redraw_refused_changes(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Around the limits too. Where the job can not be looked at either, the error stays what it was."""
    try:
        return await handler(request)
    except (TooManyError, DependencyAwayError, TimeFixedError, TimeRefusedError) as error:
        if request.match_info.route.name not in _CHANGES or not _may_look(error):
            raise
        page = await _redrawn(request, error)
        if page is None:
            raise
        tell_operator(error)
        return page


def _may_look(error: AidError) -> bool:
    """Whoever asks too often altogether is not looked for at all."""
    return not (isinstance(error, TooManyError) and error.name == "client_requests")


async def _redrawn(request: web.Request, error: AidError) -> web.Response | None:
    desk = request.app[DESK]
    try:
        look = await look_at(desk, desk.links.read_status(request.match_info["status"]))
    except (BadLinkError, LinkExpiredError, DependencyAwayError):
        return None
    return status_page(request, look, typed=await _typed(request), problem=problem_of(error))


async def _typed(request: web.Request) -> Mapping[str, str] | None:
    if request.match_info.route.name != "reschedule":
        return None
    return {name: str(text) for name, text in await form_pairs(request) if name in due.NAMES}
