"""The search site: what its addresses answer."""

import asyncio
from collections import Counter
from dataclasses import dataclass

from aiohttp import web

from tests.pictureweb import consent, gates
from tests.pictureweb.kinds import KINDS
from tests.pictureweb.markup import Markups
from tests.pictureweb.pictures import Album
from tests.pictureweb.resultpage import ResultPages
from tests.pictureweb.results import results_between
from tests.pictureweb.skins import SKINS
from tests.pictureweb.twins.site import Twins
from tests.pictureweb.visits import VISITS, Place, counted
from tests.pictureweb.wishes import Wish, wish_of


@dataclass(frozen=True)
class SearchSite:
    album: Album
    markups: Markups
    default: Wish
    port: int

    async def home(self, _: web.Request) -> web.Response:
        names = {"skins": SKINS, "gates": gates.GATES, "kinds": KINDS}
        return _html(self.markups.page("home.html", **names))

    async def search(self, request: web.Request) -> web.Response:
        wish, start = self._wish(request), int(request.query.get("start", 0))
        await asyncio.sleep(wish.slow_ms / 1000)
        if stopped := self._stopped(request, wish, start):
            return stopped
        pages = ResultPages(self.markups, wish, self.port)
        if {"vet", "asearch"} & request.query.keys():
            return await pages.later(start)
        return _html(pages.first(request))

    def _stopped(self, request: web.Request, wish: Wish, start: int) -> web.Response | None:
        if not wish.gate or start < wish.gate_from:
            return None
        return gates.GATES[wish.gate].stop(request, self.markups)

    async def panel(self, request: web.Request) -> web.Response:
        """The address of one picture, after a while; not at all for a tile that is stuck."""
        wish, rank = self._wish(request), int(request.query["rank"])
        await asyncio.sleep(wish.swap_ms / 1000)
        stuck = wish.stuck and (rank + 1) % wish.stuck == 0
        (result,) = results_between(wish, rank, rank + 1, self.port)
        return web.json_response({"url": None if stuck else result.url})

    def _wish(self, request: web.Request) -> Wish:
        try:
            wish = wish_of(request.query.get("q", ""), self.default)
        except ValueError as error:
            raise web.HTTPBadRequest(text=f"a knob in q cannot be read: {error}") from error
        if wish.skin not in SKINS or wish.gate not in ("", *gates.GATES):
            raise web.HTTPBadRequest(text=f"skins are {', '.join(SKINS)}; gates are {', '.join(gates.GATES)}")
        if not KINDS.keys() >= set(wish.kinds):
            raise web.HTTPBadRequest(text=f"kinds are {', '.join(KINDS)}")
        return wish

    async def consent(self, request: web.Request) -> web.Response:
        template = consent.FORMS[request.match_info["form"]]
        return _html(self.markups.page(template, target=request.query.get("continue", "/")))

    async def sorry(self, request: web.Request) -> web.Response:
        text = self.markups.page("sorry.html", url=request.query.get("continue", ""), address=request.remote)
        return web.Response(status=429, text=text, content_type="text/html")

    async def inside(self, request: web.Request) -> web.Response:
        """A good picture where no picture is ever to be fetched from: a missing guard shows at once."""
        return web.Response(body=self.album.jpeg(int(request.match_info["number"])), content_type="image/jpeg")


def search_app(site: SearchSite, visits: Counter[Place]) -> web.Application:
    app = web.Application(middlewares=[counted])
    app[VISITS] = visits
    app.add_routes(
        [
            web.get("/", site.home),
            web.get("/search", site.search),
            web.get("/panel", site.panel),
            web.get("/sorry/index", site.sorry),
            web.get(f"/consent/{{form:{'|'.join(consent.FORMS)}}}", site.consent),
            web.post("/consent/{answer:accept|reject}", consent.save),
            web.get(r"/inside/{number:\d{1,18}}.jpg", site.inside),
            web.get("/healthz", _ok),
            web.get("/gen_204", _nothing),
            web.get("/favicon.ico", _nothing),
            *Twins(site.default, site.port).routes(),
        ]
    )
    return app


def _html(text: str) -> web.Response:
    return web.Response(text=text, content_type="text/html")


async def _ok(_: web.Request) -> web.Response:
    return web.Response(text="ok")


async def _nothing(_: web.Request) -> web.Response:
    return web.Response(status=204)
