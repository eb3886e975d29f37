"""The same as the pages, for programs: JSON in and out, problem+json for what is wrong."""

import re

from aiohttp import web

from services.gateway.api.answers import Again
from services.gateway.api.documents import document_of, url_of
from services.gateway.asking.due import read_due
from services.gateway.asking.forms import read_form
from services.gateway.desk import DESK, Desk
from services.gateway.jobs import changes
from services.gateway.jobs.accepting import accept_at
from services.gateway.jobs.again import again_path
from services.gateway.jobs.finding import find_status, status_at
from services.gateway.jobs.statuses import ACCEPTED, Status
from services.gateway.jobs.submissions import Accepted
from services.gateway.limits.crowds import CLIENT
from services.gateway.live.looks import is_known, look_at
from services.gateway.web.bodies import MalformedRequestError, json_pairs
from services.gateway.web.documents import answering
from shared.links import SignedJob

_KEY = re.compile(r"[\x21-\x7e]{16,200}")


async def submit_job(request: web.Request) -> web.Response:
    desk = request.app[DESK]
    key = _idempotency_key(request)
    pairs, now = await json_pairs(request), desk.now()
    reading = read_form(pairs, now=now, limits=desk.limits)
    accepted = await accept_at(desk, reading, key, client=request[CLIENT], now=now)
    return _taken(desk, await _status_of(desk, accepted))


async def show_job(request: web.Request) -> web.Response:
    desk = request.app[DESK]
    look = await look_at(desk, desk.links.read_status(request.match_info["status"]))
    etag = {"ETag": f'"{look.tag}"'}
    if is_known(request, look.tag):
        raise web.HTTPNotModified(headers=etag)
    return answering(document_of(desk, look.status), headers=etag)


async def cancel_job(request: web.Request) -> web.Response:
    desk = request.app[DESK]
    return _taken(desk, await changes.cancel(desk, request.match_info["status"]))


async def delete_job(request: web.Request) -> web.Response:
    desk = request.app[DESK]
    return _taken(desk, await changes.delete(desk, request.match_info["status"]))


async def reschedule_job(request: web.Request) -> web.Response:
    desk = request.app[DESK]
    status = await find_status(desk, request.match_info["status"])
    await changes.reschedule(desk, status, read_due(await json_pairs(request), now=desk.now(), limits=desk.limits))
    return _taken(desk, status)


async def ask_again(request: web.Request) -> web.Response:
    """Where the form is, filled in; nothing runs until it is sent."""
    desk = request.app[DESK]
    form = desk.public_url + again_path(desk, await find_status(desk, request.match_info["status"]))
    return answering(Again(form=form), status=202, headers={"Location": form})


def _taken(desk: Desk, status: Status) -> web.Response:
    """The job as it is so far: what was asked is decided after this answer."""
    return answering(document_of(desk, status), status=202, headers={"Location": url_of(desk, status)})


def _idempotency_key(request: web.Request) -> str | None:
    """Apart from the nonces of forms, whatever a program calls it; none so short that another guesses it."""
    keys = request.headers.getall("Idempotency-Key", [])
    if not keys:
        return None
    if len(keys) > 1 or not _KEY.fullmatch(keys[0]):
        raise MalformedRequestError("idempotency_key_malformed")
    return f"key:{keys[0]}"


async def _status_of(desk: Desk, accepted: Accepted) -> Status:
    if accepted.known:
        return await status_at(desk, SignedJob(accepted.job_id, accepted.submitted_at))
    form = accepted.form
    return Status(
        accepted.job_id,
        ACCEPTED,
        query=form.query,
        asked=form.images,
        filters=form.filters,
        submitted_at=accepted.submitted_at,
        due_at=form.due_at,
    )
