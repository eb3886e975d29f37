"""The pages people see, drawn from templates."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from zoneinfo import ZoneInfo

import jinja2
from aiohttp import web
from aiohttp_jinja2 import render_template, setup

from services.gateway import due, fields
from services.gateway.desk import DESK, Desk
from services.gateway.fields import FieldError
from services.gateway.filterlines import CHECKED_BY_US, chosen_in, engine_words, ignored_words, is_narrowed
from services.gateway.problems import Problem
from services.gateway.statuses import ACCEPTED, Status
from shared.contactsheets import MOST_PICTURES, Extent
from shared.filterwords import FIELD_NAMES, FILTER_WORDS, in_words
from shared.jobs import JobState
from shared.links import Wish
from shared.reasons import REASON_WORDS, thumbnail_words
from shared.refusals import refusal_words


class Asked(StrEnum):
    """What the person has just asked on the status page."""

    CANCEL = "cancel"
    TIME = "time"
    DELETE = "delete"


LEAD = timedelta(minutes=5)
"""Without a script a page cannot move its clock: it suggests a time that is still ahead when the form is sent."""

EVERY = 5
"""Seconds between two looks at a job that may change."""

SHEET_COMES_WITHIN = timedelta(seconds=15)


def set_up_templates(app: web.Application) -> None:
    environment = setup(
        app,
        loader=jinja2.PackageLoader("services.gateway"),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["reasons"] = REASON_WORDS
    environment.filters["refusal_words"] = refusal_words
    environment.filters["thumbnail_words"] = thumbnail_words
    environment.filters["engine_words"] = engine_words
    environment.filters["ignored_words"] = ignored_words


def form_page(
    request: web.Request,
    *,
    typed: Mapping[str, str] = MappingProxyType({}),
    nonce: str | None = None,
    problem: Problem | None = None,
) -> web.Response:
    """The form, filled in with what was `typed`; a `problem` comes first, and beside the fields it names."""
    desk = request.app[DESK]
    values = typed if problem else {**_suggestions(desk), **typed}
    problems: Mapping[str, FieldError] = problem.fields if problem else {}
    context = {
        "values": {name: values.get(name, "") for name in fields.NAMES},
        "suggested": problem is None,
        "problem": problem,
        "problems": {name: str(problems[name]) for name in fields.NAMES if name in problems},
        "strangers": [(name[:40], str(wrong)) for name, wrong in problems.items() if name not in fields.NAMES],
        "nonce": nonce or desk.nonces.issue(),
        "filters": list(FILTER_WORDS.values()),
        "chosen": chosen_in(values),
        "narrowed": is_narrowed(values) or any(name in problems for name in FIELD_NAMES),
        "limits": desk.limits,
        "longest_query": fields.LONGEST_QUERY,
        "texts": json.dumps(fields.TEXTS),
    }
    response = render_template("form.html", request, context, status=problem.status if problem else 200)
    response.headers.update(problem.headers if problem else {})
    return response


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
        "values": {name: (typed or _wall(desk, status.due_at)).get(name, "") for name in due.NAMES},
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


def _suggestions(desk: Desk) -> dict[str, str]:
    return _wall(desk, desk.now() + LEAD)


def _wall(desk: Desk, moment: datetime | None) -> dict[str, str]:
    """As the form writes it."""
    if moment is None:
        return {}
    wall = moment.astimezone(ZoneInfo(desk.limits.time_zone))
    return {fields.DATE: f"{wall:%Y-%m-%d}", fields.TIME: f"{wall:%H:%M}"}
