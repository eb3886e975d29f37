"""What the "this wasn't me" link of every mail leads to. Looking changes nothing: mail scanners follow links.

The button there, and the one in a mail program (RFC 8058), are the same POST. It is answered at once, without a
redirect: such programs follow none.
"""

import structlog
from aiohttp import web
from aiohttp_jinja2 import render_template

from services.gateway.desk import DESK, Desk
from services.gateway.jobs.changes import ask
from services.gateway.patience import within
from shared.events import CancelRequested
from shared.links import Stop

log = structlog.get_logger()


async def show_stop(request: web.Request) -> web.Response:
    desk, stop = _read(request)
    suppressed = await within(desk.patience, "cassandra", desk.stores.get().suppressions.holds(stop.pseudonym))
    return _page(request, suppressed=suppressed)


async def stop_mails(request: web.Request) -> web.Response:
    """The body counts for nothing: whoever has the link may."""
    desk, stop = _read(request)
    suppressions = desk.stores.get().suppressions
    await within(desk.patience, "cassandra", suppressions.put(stop.pseudonym, now=desk.now()))
    log.info("mails_stopped", job_id=str(stop.job_id))
    # A stranger's job is not worked for. One that has ended stays: the pictures may be somebody's all the same.
    await ask(desk, CancelRequested(job_id=stop.job_id))
    return _page(request, suppressed=True, just_now=True)


async def allow_mails(request: web.Request) -> web.Response:
    desk, stop = _read(request)
    await within(desk.patience, "cassandra", desk.stores.get().suppressions.lift(stop.pseudonym))
    log.info("mails_allowed", job_id=str(stop.job_id))
    return _page(request, suppressed=False, just_now=True)


def _read(request: web.Request) -> tuple[Desk, Stop]:
    """BadLinkError when the link is not one of ours."""
    desk = request.app[DESK]
    return desk, desk.links.read_stop(request.match_info["stop"])


def _page(request: web.Request, *, suppressed: bool, just_now: bool = False) -> web.Response:
    """`just_now`: it was asked for with this request."""
    path = f"/stop/{request.match_info['stop']}"
    return render_template("stop.html", request, {"path": path, "suppressed": suppressed, "just_now": just_now})
