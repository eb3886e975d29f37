"""The status page and what can be asked there: parse, call, respond."""

from aiohttp import web
from aiohttp_jinja2 import render_template

from services.gateway.asking.due import read_due
from services.gateway.desk import DESK
from services.gateway.jobs import changes
from services.gateway.jobs.again import again_path
from services.gateway.jobs.finding import find_status
from services.gateway.jobs.statuses import LinkExpiredError
from services.gateway.live.looks import is_known, look_at
from services.gateway.live.streams import Telling, stream
from services.gateway.pages.pending import ASKED, Asked, query_of, query_of_time
from services.gateway.pages.status_page import CLOCK, TWICE, draw_status, page_tag, status_page
from services.gateway.web.bodies import form_pairs
from services.gateway.web.problems import tell_operator


async def show_status(request: web.Request) -> web.Response:
    desk = request.app[DESK]
    try:
        look = await look_at(desk, desk.links.read_status(_token(request)))
    except LinkExpiredError:
        if request.query.get(ASKED) != Asked.DELETE:
            raise
        return render_template("deleted.html", request, {}, status=web.HTTPGone.status_code)
    tag = page_tag(request, look)
    if is_known(request, tag):
        raise web.HTTPNotModified(headers={"ETag": f'"{tag}"'})
    return status_page(request, look)


async def tell_page(request: web.Request) -> web.StreamResponse:
    """Each event is the part of the page that says how the job fares."""
    desk = request.app[DESK]
    signed = desk.links.read_status(_token(request))
    deleting = request.query.get(ASKED) == Asked.DELETE
    return await stream(
        request,
        Telling(
            signed.job_id,
            look=lambda: look_at(desk, signed),
            draw=lambda look: draw_status(request, look),
            over=lambda look: not look.more_to_come and not deleting,
            tell_operator=tell_operator,
            tag=lambda look: page_tag(request, look),
        ),
    )


async def cancel_job(request: web.Request) -> web.Response:
    await changes.cancel(request.app[DESK], _token(request))
    raise _back(request, query_of(Asked.CANCEL))


async def delete_job(request: web.Request) -> web.Response:
    await changes.delete(request.app[DESK], _token(request))
    raise _back(request, query_of(Asked.DELETE))


async def reschedule_job(request: web.Request) -> web.Response:
    desk = request.app[DESK]
    status = await find_status(desk, _token(request))
    reading = read_due(await form_pairs(request), now=desk.now(), limits=desk.limits)
    due = await changes.reschedule(desk, status, reading)
    clock = f"&{CLOCK}={TWICE}" if due.twice else ""
    raise _back(request, query_of_time(due.at, now=desk.now()) + clock)


async def ask_again(request: web.Request) -> web.Response:
    """To the form filled in; nothing runs until it is sent."""
    desk = request.app[DESK]
    raise web.HTTPSeeOther(again_path(desk, await find_status(desk, _token(request))))


def _token(request: web.Request) -> str:
    return request.match_info["status"]


def _back(request: web.Request, query: str) -> web.HTTPSeeOther:
    return web.HTTPSeeOther(f"/jobs/{_token(request)}?{query}")
