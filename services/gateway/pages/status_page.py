"""The status page: how a job fares, and what can be asked of it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from aiohttp import web
from aiohttp_jinja2 import render_string, render_template

from services.gateway.asking import due, fields
from services.gateway.asking.fields import FieldError
from services.gateway.asking.filterlines import CHECKED_BY_US
from services.gateway.asking.times import wall_of
from services.gateway.desk import DESK
from services.gateway.live.looks import Look
from services.gateway.pages.headings import current_among, stage_of, title_of
from services.gateway.pages.pending import Asked, still_pending, time_shown
from services.gateway.pages.steps import steps_of
from services.gateway.web.problems import Problem
from shared.contactsheets import MOST_PICTURES
from shared.filterwords import in_words

CLOCK, TWICE = "clock", "twice"
"""What the address of the page says of a time that comes twice that night."""

EVERY = 5
"""Seconds between two looks at a job that may change, for browsers without scripts."""


def status_page(
    request: web.Request,
    look: Look,
    *,
    typed: Mapping[str, str] | None = None,
    problem: Problem | None = None,
) -> web.Response:
    """`problem`: why what was asked there was not done; `typed` is what came with it, if anything."""
    desk = request.app[DESK]
    problems: Mapping[str, FieldError] = problem.fields if problem else {}
    zone = look.zone or desk.limits.time_zone
    shown = _shown(request, look)
    values = {name: (typed or _as_written(shown["due_at"], zone)).get(name, "") for name in due.NAMES}
    context = {
        **shown,
        "refresh": _refresh_seconds(look, _pending(request, look), desk.now()),
        "problem": problem,
        "problems": {name: str(wrong) for name, wrong in problems.items()},
        "values": values,
        "zone": fields.zone_shown(values[fields.ZONE], otherwise=zone),
        "suggested": typed is None,
    }
    response = render_template("status.html", request, context, status=problem.status if problem else 200)
    response.headers.update(problem.headers if problem else {})
    if not problem:
        response.headers["ETag"] = f'"{page_tag(request, look)}"'
    return response


def draw_status(request: web.Request, look: Look) -> str:
    """The part of the page that says how the job fares, as the page itself draws it."""
    return render_string("job.html", request, _shown(request, look))


def page_tag(request: web.Request, look: Look) -> str:
    """The same while this page has nothing new to show."""
    pending = _pending(request, look)
    return f"{look.tag}.{pending}" if pending else look.tag


def _shown(request: web.Request, look: Look) -> dict[str, Any]:
    desk, status = request.app[DESK], look.status
    steps = steps_of(status)
    current = current_among(steps)
    return {
        "job": status,
        "title": title_of(status, downloadable=look.downloadable),
        "stage": stage_of(status, current, downloadable=look.downloadable),
        "steps": steps,
        "current": current,
        "filters": in_words(status.filters),
        "checked_by_us": bool(CHECKED_BY_US & status.filters.chosen),
        "path": f"/jobs/{request.match_info['status']}",
        "tag": page_tag(request, look),
        "now": desk.now(),
        "more_to_come": look.more_to_come,
        "twice": request.query.get(CLOCK) == TWICE,
        "pending": _pending(request, look),
        "due_at": time_shown(request.query, status, desk.now()),
        "asked_in": _on_the_clock_of(look.zone, status.due_at),
        "sheet": look.sheet,
        "left_alone": look.left_alone,
        "most_on_sheet": MOST_PICTURES,
        "download_url": desk.links.download(status.job_id) if look.downloadable else None,
    }


class Clock(NamedTuple):
    """What the clock of the zone a job was asked in shows at its time."""

    zone: str
    wall: datetime


def _on_the_clock_of(zone: str | None, due_at: datetime | None) -> Clock | None:
    return Clock(zone, due_at.astimezone(ZoneInfo(zone))) if zone and due_at else None


def _pending(request: web.Request, look: Look) -> Asked | None:
    return still_pending(request.query, look.status, request.app[DESK].now())


def _refresh_seconds(look: Look, pending: Asked | None, now: datetime) -> int | None:
    """For browsers without scripts. A reload empties what is being typed: not before the job's time, then."""
    status = look.status
    if pending:
        return EVERY
    if not look.more_to_come:
        return None
    if not status.movable or status.due_at is None:
        return EVERY
    return max(EVERY, int((status.due_at - now).total_seconds()))


def _as_written(due_at: datetime | None, zone: str) -> dict[str, str]:
    """By the form's fields."""
    return dict(zip((fields.DATE, fields.TIME), wall_of(due_at, zone), strict=True)) if due_at else {}
