"""What can stand between a search and its results, and what a search must make of it."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Literal

from aiohttp import web
from yarl import URL

from tests.pictureweb import consent
from tests.pictureweb.markup import Markups

# A stub: SearXNG counts a body under 2000 characters with "/sorry/" in it as a block page.
STUB = '<html><head><title>429</title></head><body>See <a href="/sorry/index">why</a>.</body></html>'
RETRY_AFTER = 90  # seconds

Stop = Callable[[web.Request, Markups], web.Response | None]


def _consent(form: str, request: web.Request, _: Markups) -> web.Response | None:
    return None if consent.given(request) else consent.asked(request, form)


def _pass(_request: web.Request, _: Markups) -> None:
    """What this gate shows lies over the result page."""


def _sorry(request: web.Request, _: Markups) -> web.Response:
    location = URL("/sorry/index").with_query({"continue": str(request.url), "q": "EgR_AAABGLPq"})
    return web.Response(status=302, headers={"Location": str(location)})


def _too_many(_request: web.Request, _: Markups) -> web.Response:
    return web.Response(status=429, text=STUB, content_type="text/html", headers={"Retry-After": str(RETRY_AFTER)})


def _stub(_request: web.Request, _: Markups) -> web.Response:
    return web.Response(text=STUB, content_type="text/html")


def _captcha(request: web.Request, markups: Markups) -> web.Response:
    """The block page without a redirect, and with a status that says that all is well."""
    text = markups.page("sorry.html", url=str(request.url), address=request.remote)
    return web.Response(text=text, content_type="text/html")


def _script_shell(request: web.Request, markups: Markups) -> web.Response:
    text = markups.page("script-shell.html", q=request.query.get("q", ""))
    return web.Response(text=text, content_type="text/html")


@dataclass(frozen=True)
class Gate:
    """``verdict``: the end of a search that meets it; ``None`` if it gets through, as it must.

    ``stop``: the answer given instead of the results, or ``None``. ``over``: the template of what lies over them until
    consent is given; what is no question stays.
    """

    name: str
    verdict: Literal["blocked", "page changed"] | None
    stop: Stop = _pass
    over: str = ""
    asks: bool = False


GATES = {
    gate.name: gate
    for gate in (
        Gate("consent", None, partial(_consent, "m")),
        Gate("consent-ml", None, partial(_consent, "ml")),
        Gate("consent-dialog", None, over="consent-dialog.html", asks=True),
        Gate("consent-frame", None, over="consent-frame.html", asks=True),
        Gate("badge", None, over="recaptcha-badge.html"),
        Gate("sorry", "blocked", _sorry),
        Gate("429", "blocked", _too_many),
        Gate("stub", "blocked", _stub),
        Gate("captcha", "blocked", _captcha),
        Gate("shell", "page changed", _script_shell),
    )
}
