"""The same as the pages, for programs: JSON in and out, problem+json for what is wrong."""

import re
from datetime import datetime

from aiohttp import web

from services.gateway.bodies import MalformedRequestError, json_pairs
from services.gateway.desk import DESK, Desk
from services.gateway.forms import read_form
from services.gateway.statuses import ACCEPTED, Status, status_of, status_of_row
from services.gateway.submissions import Accepted, accept

_KEY = re.compile(r"[\x21-\x7e]{1,200}")


async def submit_job(request: web.Request) -> web.Response:
    desk = request.app[DESK]
    key = _idempotency_key(request)
    accepted = await accept(
        read_form(await json_pairs(request), now=desk.now(), limits=desk.limits),
        key,
        stores=desk.stores.get,
        publisher=desk.publisher.get,
        now=desk.now(),
        patience=desk.patience,
    )
    status = _status_of(accepted, desk.now())
    return web.json_response(_document(desk, status), status=202, headers={"Location": _url(desk, status)})


async def show_job(request: web.Request) -> web.Response:
    desk = request.app[DESK]
    signed = desk.links.read_status(request.match_info["status"])
    stores = desk.stores.get()
    status = await status_of(signed, stores=stores)
    return web.json_response(_document(desk, status))


def _idempotency_key(request: web.Request) -> str | None:
    """Apart from the nonces of forms, whatever a program calls it."""
    keys = request.headers.getall("Idempotency-Key", [])
    if not keys:
        return None
    if len(keys) > 1 or not _KEY.fullmatch(keys[0]):
        raise MalformedRequestError("idempotency_key_malformed", "Idempotency-Key must be 1 to 200 visible characters")
    return f"key:{keys[0]}"


def _status_of(accepted: Accepted, now: datetime) -> Status:
    if accepted.known:
        return status_of_row(accepted.known)
    form = accepted.form
    return Status(accepted.job_id, ACCEPTED, query=form.query, asked=form.images, submitted_at=now, due_at=form.due_at)


def _url(desk: Desk, status: Status) -> str:
    return f"{desk.public_url}/api/v1/jobs/{desk.links.status_token(status.job_id)}"


def _document(desk: Desk, status: Status) -> dict[str, object]:
    """`url` is this document's own address, `page` the same for people; times in UTC, counts of pictures."""
    return {
        "state": status.state,
        "stage": status.stage,
        "query": status.query,
        "asked": status.asked,
        "found": status.found,
        "kept": status.kept,
        "refused": status.refused,
        "refused_by_reason": status.refused_by_reason,
        "submitted_at": _text(status.submitted_at),
        "due_at": _text(status.due_at),
        "started_at": _text(status.started_at),
        "ended_at": _text(status.ended_at),
        "link_until": _text(status.link_until),
        "reason": status.reason,
        "url": _url(desk, status),
        "page": desk.links.status(status.job_id),
        "download": desk.links.download(status.job_id) if status.downloadable(desk.now()) else None,
    }


def _text(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
