"""What all pages are drawn with."""

import jinja2
from aiohttp import web
from aiohttp_jinja2 import setup
from markupsafe import Markup

from services.gateway.asking.zones import zone_label, zones_by_region
from services.gateway.pages.enginelines import ending_words
from shared.enginewords import engine_words, ignored_words
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
    # The same hundreds of lines on every form: drawn once.
    zones = environment.get_template("zones.html").render(regions=zones_by_region())
    environment.globals["zone_options"] = Markup(zones)  # noqa: S704 - escaped by the template
    environment.filters["refusal_words"] = refusal_words
    environment.filters["thumbnail_words"] = thumbnail_words
    environment.filters["ending_words"] = ending_words
    environment.filters["engine_words"] = engine_words
    environment.filters["ignored_words"] = ignored_words
    environment.filters["zone_label"] = zone_label


async def show_icon(_request: web.Request) -> web.Response:
    """Browsers ask for it on their own where a page names none: on a ZIP, or on problem+json."""
    raise web.HTTPMovedPermanently("/static/icon.svg")
