"""The pages people see, drawn from templates."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from zoneinfo import ZoneInfo

import jinja2
from aiohttp import web
from aiohttp_jinja2 import render_template, setup

from services.gateway import fields
from services.gateway.desk import DESK, Desk
from services.gateway.fields import FieldError
from services.gateway.problems import Problem
from services.gateway.statuses import Status
from services.gateway.words import REASONS
from shared.links import Wish

LEAD = timedelta(minutes=5)
"""Without a script a page cannot move its clock: it suggests a time that is still ahead when the form is sent."""


def set_up_templates(app: web.Application) -> None:
    environment = setup(
        app,
        loader=jinja2.PackageLoader("services.gateway"),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["reasons"] = REASONS


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
        "limits": desk.limits,
        "longest_query": fields.LONGEST_QUERY,
        "texts": json.dumps(fields.TEXTS),
    }
    response = render_template("form.html", request, context, status=problem.status if problem else 200)
    response.headers.update(problem.headers if problem else {})
    return response


def status_page(request: web.Request, status: Status, *, twice: bool) -> web.Response:
    """`twice`: the time asked for comes twice that night; the page says which one was taken."""
    desk = request.app[DESK]
    downloadable = status.downloadable(desk.now())
    context = {
        "job": status,
        "twice": twice,
        "download_url": desk.links.download(status.job_id) if downloadable else None,
        "again_url": desk.links.retry(Wish(status.query, status.asked)) if status.query and status.asked else "/",
    }
    return render_template("status.html", request, context)


def _suggestions(desk: Desk) -> dict[str, str]:
    wall: datetime = (desk.now() + LEAD).astimezone(ZoneInfo(desk.limits.time_zone))
    return {fields.DATE: f"{wall:%Y-%m-%d}", fields.TIME: f"{wall:%H:%M}"}
