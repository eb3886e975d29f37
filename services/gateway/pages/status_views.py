"""The status page and what can be asked there: parse, call, respond."""

from aiohttp import web

from services.gateway.asking.due import read_due
from services.gateway.desk import DESK
from services.gateway.jobs import changes
from services.gateway.jobs.changes import TimeFixedError, TimeRefusedError
from services.gateway.live.looks import Look, is_known, look_at
from services.gateway.pages.status_page import ASKED, CLOCK, TWICE, Asked, again_path, status_page
from services.gateway.web.bodies import form_pairs
from services.gateway.web.problems import problem_of


async def show_status(request: web.Request) -> web.Response:
    look = await _look(request)
    if is_known(request, look):
        raise web.HTTPNotModified(headers={"ETag": f'"{look.tag}"'})
    return status_page(request, look)


async def cancel_job(request: web.Request) -> web.Response:
    await changes.cancel(request.app[DESK], _token(request))
    raise _back(request, Asked.CANCEL)


async def delete_job(request: web.Request) -> web.Response:
    await changes.delete(request.app[DESK], _token(request))
    raise _back(request, Asked.DELETE)


async def reschedule_job(request: web.Request) -> web.Response:
    desk = request.app[DESK]
    look = await _look(request)
    reading = read_due(await form_pairs(request), now=desk.now(), limits=desk.limits, forgive_zone=True)
    try:
        due = await changes.reschedule(desk, look.status, reading)
    except (TimeFixedError, TimeRefusedError) as error:
        return status_page(request, look, typed=reading.typed, problem=problem_of(error))
    raise _back(request, Asked.TIME, twice=due.twice)


async def ask_again(request: web.Request) -> web.Response:
    """To the form filled in; nothing runs until it is sent."""
    desk = request.app[DESK]
    raise web.HTTPSeeOther(again_path(desk, await changes.find_status(desk, _token(request))))


async def _look(request: web.Request) -> Look:
    desk = request.app[DESK]
    return await look_at(desk, desk.links.read_status(_token(request)))


def _token(request: web.Request) -> str:
    return request.match_info["status"]


def _back(request: web.Request, asked: Asked, *, twice: bool = False) -> web.HTTPSeeOther:
    clock = f"&{CLOCK}={TWICE}" if twice else ""
    return web.HTTPSeeOther(f"/jobs/{_token(request)}?{ASKED}={asked}{clock}")
