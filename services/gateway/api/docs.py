"""What the API says of itself: its root, its OpenAPI document, and the same as a page."""

from collections.abc import Mapping
from typing import Any

from aiohttp import web
from aiohttp_jinja2 import get_env, render_template

from services.gateway.api.answers import FilterChoice, Limits, Root
from services.gateway.api.openapi import API_VERSION, describe
from services.gateway.api.operations import OPENAPI
from services.gateway.api.words import code_words, value_words
from services.gateway.asking import fields
from services.gateway.desk import DESK, Desk
from services.gateway.web.bodies import MAX_BYTES
from services.gateway.web.documents import answering
from services.gateway.web.problems import KNOWN
from shared.filterwords import FILTER_WORDS, default_of
from shared.reasons import REASON_WORDS

DOCUMENT = web.AppKey("openapi", Mapping[str, Any])

_FIRST = ("NewJob", "NewTime", "Job")
"""What people come for."""


def document_api(app: web.Application) -> None:
    """The page's words are templates' words: these are set up already."""
    desk = app[DESK]
    get_env(app).filters.update(value_words=value_words, code_words=code_words)
    app[DOCUMENT] = describe(desk.public_url, most_images=desk.limits.max_images)


async def show_root(request: web.Request) -> web.Response:
    return answering(_root(request.app[DESK]))


async def show_document(request: web.Request) -> web.Response:
    return web.json_response(request.app[DOCUMENT])


async def show_page(request: web.Request) -> web.Response:
    document = request.app[DOCUMENT]
    schemas = document["components"]["schemas"]
    context = {
        "api": document,
        "schemas": {name: schemas[name] for name in dict.fromkeys((*_FIRST, *schemas))},
        "problems": sorted(KNOWN.values(), key=lambda problem: (problem.status, problem.code)),
        "texts": fields.TEXTS,
        "reasons": REASON_WORDS,
    }
    return render_template("api.html", request, context)


def _root(desk: Desk) -> Root:
    api = f"{desk.public_url}/api/v1"
    return Root(
        version=API_VERSION,
        time_zone=desk.limits.time_zone,
        limits=Limits(
            max_images=desk.limits.max_images,
            horizon_days=desk.limits.horizon.days,
            link_minutes=desk.link_life.total_seconds() / 60,
            longest_query=fields.LONGEST_QUERY,
            body_bytes=MAX_BYTES,
        ),
        filters=[
            FilterChoice(name=each.name, label=each.label, default=default_of(name), choices=dict(each.choices))
            for name, each in FILTER_WORDS.items()
        ],
        links={
            "self": api,
            "jobs": f"{api}/jobs",
            "openapi": desk.public_url + OPENAPI,
            "documentation": f"{desk.public_url}/api",
        },
    )
