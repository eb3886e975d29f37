"""The status page: how a job fares, and what can be asked of it."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum

from aiohttp import web
from aiohttp_jinja2 import render_template

from services.gateway import due, fields
from services.gateway.desk import DESK, Desk
from services.gateway.fields import FieldError
from services.gateway.filterlines import CHECKED_BY_US
from services.gateway.problems import Problem
from services.gateway.statuses import ACCEPTED, Status
from services.gateway.times import wall_of
from shared.contactsheets import MOST_PICTURES, Extent
from shared.filterwords import in_words
from shared.jobs import JobState
from shared.links import Wish


class Asked(StrEnum):
    """What the person has just asked on the status page."""

    CANCEL = "cancel"
    TIME = "time"
    DELETE = "delete"


EVERY = 5
"""Seconds between two looks at a job that may change."""

SHEET_COMES_WITHIN = timedelta(seconds=15)


def status_page(
    request: web.Request,
    status: Status,
    *,
    sheet: Extent | None = None,
    twice: bool = False,
    asked: str | None = None,
    typed: Mapping[str, str] | None = None,
    problem: Problem | None = None,
) -> web.Response:
    """`twice`: the time asked for comes twice that night; the page says which one was taken.

    `asked` is one of Asked, just done; `typed` and `problem` are of another time that was not taken.
    """
    desk = request.app[DESK]
    downloadable = status.downloadable(desk.now())
    problems: Mapping[str, FieldError] = problem.fields if problem else {}
    pending = _still_pending(asked, status)
    context = {
        "job": status,
        "filters": in_words(status.filters),
        "checked_by_us": bool(CHECKED_BY_US & status.filters.chosen),
        "path": f"/jobs/{request.match_info['status']}",
        "twice": twice,
        "pending": pending,
        "refresh": _refresh_seconds(status, pending, sheet, desk.now()),
        "sheet": sheet,
        "most_on_sheet": MOST_PICTURES,
        "problem": problem,
        "problems": {name: str(wrong) for name, wrong in problems.items()},
        "values": {name: (typed or _standing(desk, status)).get(name, "") for name in due.NAMES},
        "suggested": typed is None,
        "limits": desk.limits,
        "download_url": desk.links.download(status.job_id) if downloadable else None,
        "again_url": again_path(desk, status),
    }
    response = render_template("status.html", request, context, status=problem.status if problem else 200)
    response.headers.update(problem.headers if problem else {})
    return response


def again_path(desk: Desk, status: Status) -> str:
    """The form, filled in with the same wish as far as it is known."""
    if not (status.query and status.asked):
        return "/"
    return f"/retry/{desk.links.retry_token(Wish(status.query, status.asked, status.filters))}"


def _still_pending(asked: str | None, status: Status) -> Asked | None:
    """What was asked, as long as the page may not show its outcome yet."""
    match asked:
        case Asked.CANCEL if not status.ended:
            return Asked.CANCEL
        case Asked.TIME if status.movable:
            return Asked.TIME
        case Asked.DELETE:
            return Asked.DELETE
    return None


def _refresh_seconds(status: Status, pending: Asked | None, sheet: Extent | None, now: datetime) -> int | None:
    """For browsers without scripts. A reload empties what is being typed: not before the job's time, then."""
    if _awaits_sheet(status, sheet, now):
        return EVERY
    if pending in (Asked.CANCEL, Asked.DELETE) or status.state in (ACCEPTED, JobState.RUNNING):
        return EVERY
    if status.ended or status.due_at is None:
        return None
    return max(EVERY, int((status.due_at - now).total_seconds()))


def _awaits_sheet(status: Status, sheet: Extent | None, now: datetime) -> bool:
    """It is drawn when the archive is there already."""
    just_completed = status.ended_at is not None and now - status.ended_at < SHEET_COMES_WITHIN
    return status.state == JobState.COMPLETED and sheet is None and just_completed


def _standing(desk: Desk, status: Status) -> dict[str, str]:
    """The time it is set for, as the form writes it."""
    if status.due_at is None:
        return {}
    return dict(zip((fields.DATE, fields.TIME), wall_of(status.due_at, desk.limits.time_zone), strict=True))
