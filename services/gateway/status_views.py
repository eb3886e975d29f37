"""The status page and what can be asked there: parse, call, respond."""

from aiohttp import web

from services.gateway import changes
from services.gateway.bodies import form_pairs
from services.gateway.changes import TimeFixedError, TimeRefusedError
from services.gateway.desk import DESK
from services.gateway.due import read_due
from services.gateway.problems import problem_of
from services.gateway.sheets import sheet_beside
from services.gateway.status_page import Asked, again_path, status_page

TWICE = "twice"


async def show_status(request: web.Request) -> web.Response:
    desk = request.app[DESK]
    status = await changes.find_status(desk, _token(request))
    sheet = await sheet_beside(desk, status)
    twice = request.query.get("clock") == TWICE
    return status_page(request, status, sheet=sheet, twice=twice, asked=request.query.get("asked"))


async def cancel_job(request: web.Request) -> web.Response:
    await changes.cancel(request.app[DESK], _token(request))
    raise _back(request, Asked.CANCEL)


async def delete_job(request: web.Request) -> web.Response:
    await changes.delete(request.app[DESK], _token(request))
    raise _back(request, Asked.DELETE)


async def reschedule_job(request: web.Request) -> web.Response:
    desk = request.app[DESK]
    status = await changes.find_status(desk, _token(request))
    reading = read_due(await form_pairs(request), now=desk.now(), limits=desk.limits, forgive_zone=True)
    try:
        due = await changes.reschedule(desk, status, reading)
    except (TimeFixedError, TimeRefusedError) as error:
        return status_page(request, status, typed=reading.typed, problem=problem_of(error))
    raise _back(request, Asked.TIME, twice=due.twice)


async def ask_again(request: web.Request) -> web.Response:
    """To the form filled in; nothing runs until it is sent."""
    desk = request.app[DESK]
    raise web.HTTPSeeOther(again_path(desk, await changes.find_status(desk, _token(request))))


def _token(request: web.Request) -> str:
    return request.match_info["status"]


def _back(request: web.Request, asked: Asked, *, twice: bool = False) -> web.HTTPSeeOther:
    clock = f"&clock={TWICE}" if twice else ""
    return web.HTTPSeeOther(f"/jobs/{_token(request)}?asked={asked}{clock}")
