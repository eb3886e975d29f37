"""What all pages are drawn with."""

import jinja2
from aiohttp import web
from aiohttp_jinja2 import setup

from services.gateway.filterlines import engine_words, ignored_words
from shared.reasons import REASON_WORDS, thumbnail_words
from shared.refusals import refusal_words


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
