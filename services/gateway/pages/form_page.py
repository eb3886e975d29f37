"""The form as a page: empty, filled in, or come back with what is wrong."""

import json
from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType

from aiohttp import web
from aiohttp_jinja2 import render_template

from services.gateway.asking import fields
from services.gateway.asking.due import unsaid_choice
from services.gateway.asking.fields import FieldError
from services.gateway.asking.filterlines import chosen_in, is_narrowed
from services.gateway.asking.times import soon, wall_of
from services.gateway.desk import DESK, Desk
from services.gateway.web.problems import Problem
from shared.filterwords import FIELD_NAMES, FILTER_WORDS


def form_page(
    request: web.Request,
    *,
    typed: Mapping[str, str] = MappingProxyType({}),
    nonce: str | None = None,
    problem: Problem | None = None,
) -> web.Response:
    """The form, filled in with what was `typed`; a `problem` comes first, and beside the fields it names."""
    context = form_context(request.app[DESK], typed=typed, nonce=nonce, problem=problem)
    response = render_template("form.html", request, context, status=problem.status if problem else 200)
    response.headers.update(problem.headers if problem else {})
    return response


def form_context(
    desk: Desk,
    *,
    typed: Mapping[str, str] = MappingProxyType({}),
    nonce: str | None = None,
    problem: Problem | None = None,
) -> dict[str, object]:
    suggested = None if problem else soon(desk.now())
    values = {**_suggestions(desk, suggested), **typed} if suggested else typed
    problems: Mapping[str, FieldError] = problem.fields if problem else {}
    return {
        "values": {name: values.get(name, "") for name in fields.NAMES},
        "suggested": suggested,
        "when": values.get(fields.WHEN, "").strip().lower() or unsaid_choice(values),
        "zone": fields.zone_shown(values.get(fields.ZONE, ""), otherwise=desk.limits.time_zone),
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


def _suggestions(desk: Desk, at: datetime) -> dict[str, str]:
    day, clock = wall_of(at, desk.limits.time_zone)
    return {fields.WHEN: fields.NOW, fields.DATE: day, fields.TIME: clock}
