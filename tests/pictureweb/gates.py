"""What can stand between a search and its results, and what a search must make of it."""

from collections.abc import Callable
from dataclasses import dataclass

from aiohttp import web
from yarl import URL

from tests.pictureweb import consent
from tests.pictureweb.markup import Markups
from tests.pictureweb.skins import Verdict

# A stub: SearXNG counts a body under 2000 characters with "/sorry/" in it as a block page.
STUB = '<html><head><title>429</title></head><body>See <a href="/sorry/index">why</a>.</body></html>'


@dataclass(frozen=True)
class Gate:
    """``stop``: the answer given instead of the results; ``None`` lets the search pass."""

    name: str
    verdict: Verdict
    stop: Callable[[web.Request, Markups], web.Response | None]


def _consent(request: web.Request, _: Markups) -> web.Response | None:
    return None if consent.given(request) else consent.asked(request)


def _pass(_request: web.Request, _: Markups) -> None:
    """The dialog of this gate is part of the result page."""


def _sorry(request: web.Request, _: Markups) -> web.Response:
    location = URL("/sorry/index").with_query({"continue": str(request.url), "q": "EgR_AAABGLPq"})
    return web.Response(status=302, headers={"Location": str(location)})


def _too_many(_request: web.Request, _: Markups) -> web.Response:
    return web.Response(status=429, text=STUB, content_type="text/html")


def _script_shell(request: web.Request, markups: Markups) -> web.Response:
    text = markups.page("script-shell.html", q=request.query.get("q", ""))
    return web.Response(text=text, content_type="text/html")


GATES = {
    gate.name: gate
    for gate in (
        Gate("consent", "results", _consent),
        Gate("consent-dialog", "results", _pass),
        Gate("sorry", "blocked", _sorry),
        Gate("429", "blocked", _too_many),
        Gate("shell", "page changed", _script_shell),
    )
}
