"""The status page: how a job fares, and what can be asked of it."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from aiohttp import web
from aiohttp_jinja2 import render_string, render_template

from services.gateway.asking import due, fields
from services.gateway.asking.fields import FieldError
from services.gateway.asking.filterlines import CHECKED_BY_US
from services.gateway.asking.times import wall_of
from services.gateway.desk import DESK, Desk
from services.gateway.jobs.statuses import ACCEPTED, Status
from services.gateway.live.looks import Look
from services.gateway.pages.steps import steps_of
from services.gateway.web.problems import Problem
from shared.contactsheets import MOST_PICTURES
from shared.filterwords import in_words
from shared.jobs import JobState
from shared.links import Wish

ASKED = "asked"
CLOCK, TWICE = "clock", "twice"
"""What the address of the page says: what has just been asked there, and that its time comes twice that night."""


class Asked(StrEnum):
    CANCEL = "cancel"
    TIME = "time"
    DELETE = "delete"


TITLES = {
    ACCEPTED: "Your job is accepted",
    JobState.SCHEDULED: "Your job is waiting for its time",
    JobState.RUNNING: "Your job is running",
    JobState.COMPLETED: "Your images are ready",
    JobState.FAILED: "Your job failed",
    JobState.CANCELLED: "Your job is cancelled",
}

EVERY = 5
"""Seconds between two looks at a job that may change, for browsers without scripts."""


def status_page(
    request: web.Request,
    look: Look,
    *,
    typed: Mapping[str, str] | None = None,
    problem: Problem | None = None,
) -> web.Response:
    """`typed` and `problem` are of another time that was not taken."""
    desk = request.app[DESK]
    status = look.status
    problems: Mapping[str, FieldError] = problem.fields if problem else {}
    context = {
        **_shown(request, look),
        "refresh": _refresh_seconds(look, still_pending(request, status), desk.now()),
        "problem": problem,
        "problems": {name: str(wrong) for name, wrong in problems.items()},
        "values": {name: (typed or _standing(desk, status)).get(name, "") for name in due.NAMES},
        "suggested": typed is None,
        "limits": desk.limits,
    }
    response = render_template("status.html", request, context, status=problem.status if problem else 200)
    response.headers.update(problem.headers if problem else {})
    if not problem:
        response.headers["ETag"] = f'"{look.tag}"'
    return response


def draw_status(request: web.Request, look: Look) -> str:
    """The part of the page that says how the job fares, as the page itself draws it."""
    return render_string("job.html", request, _shown(request, look))


def _shown(request: web.Request, look: Look) -> dict[str, Any]:
    desk, status = request.app[DESK], look.status
    return {
        "job": status,
        "titles": TITLES,
        "steps": steps_of(status),
        "filters": in_words(status.filters),
        "checked_by_us": bool(CHECKED_BY_US & status.filters.chosen),
        "path": f"/jobs/{request.match_info['status']}",
        "tag": look.tag,
        "now": desk.now(),
        "more_to_come": look.more_to_come,
        "twice": request.query.get(CLOCK) == TWICE,
        "pending": still_pending(request, status),
        "sheet": look.sheet,
        "left_alone": look.left_alone,
        "most_on_sheet": MOST_PICTURES,
        "download_url": desk.links.download(status.job_id) if look.downloadable else None,
    }


def again_path(desk: Desk, status: Status) -> str:
    """The form, filled in with the same wish as far as it is known."""
    if not (status.query and status.asked):
        return "/"
    return f"/retry/{desk.links.retry_token(Wish(status.query, status.asked, status.filters))}"


def still_pending(request: web.Request, status: Status) -> Asked | None:
    """What was asked, as long as the page may not show its outcome yet."""
    match request.query.get(ASKED):
        case Asked.CANCEL if not status.ended:
            return Asked.CANCEL
        case Asked.TIME if status.movable:
            return Asked.TIME
        case Asked.DELETE:
            return Asked.DELETE
    return None


def _refresh_seconds(look: Look, pending: Asked | None, now: datetime) -> int | None:
    """For browsers without scripts. A reload empties what is being typed: not before the job's time, then."""
    status = look.status
    if pending in (Asked.CANCEL, Asked.DELETE):
        return EVERY
    if status.ended and not look.awaits_sheet:
        return None
    if not status.movable or status.due_at is None:
        return EVERY
    return max(EVERY, int((status.due_at - now).total_seconds()))


def _standing(desk: Desk, status: Status) -> dict[str, str]:
    """The time it is set for, as the form writes it."""
    if status.due_at is None:
        return {}
    return dict(zip((fields.DATE, fields.TIME), wall_of(status.due_at, desk.limits.time_zone), strict=True))
