"""The search site: the result page, the batches it loads on scrolling, and the home page with the box."""

import asyncio
import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from aiohttp import web

from tests.pictureweb import consent, gates
from tests.pictureweb.kinds import KINDS
from tests.pictureweb.markup import Markups
from tests.pictureweb.pictures import Album
from tests.pictureweb.records import later_batch, records_object
from tests.pictureweb.results import BATCH, Result, batch
from tests.pictureweb.skins import SKINS
from tests.pictureweb.twins.site import Twins
from tests.pictureweb.visits import VISITS, Place, counted
from tests.pictureweb.wishes import Wish, wish_of

LATER_BATCH_MS = (100, 300)


@dataclass(frozen=True)
class SearchSite:
    album: Album
    markups: Markups
    default: Wish
    port: int

    async def home(self, _: web.Request) -> web.Response:
        return _html(self.markups.page("home.html", skins=SKINS, gates=gates.GATES, kinds=KINDS))

    async def search(self, request: web.Request) -> web.Response:
        wish, start = self._wish(request), int(request.query.get("start", 0))
        await asyncio.sleep(wish.slow_ms / 1000)
        if stopped := self._stopped(request, wish, start):
            return stopped
        results = [] if wish.empty else batch(wish, start, self.port)
        if "vet" in request.query:
            return await self._later(wish, results, start)
        return _html(self._first(request, wish, results))

    def _stopped(self, request: web.Request, wish: Wish, start: int) -> web.Response | None:
        if not wish.gate or start < wish.gate_from:
            return None
        return gates.GATES[wish.gate].stop(request, self.markups)

    def _first(self, request: web.Request, wish: Wish, results: Sequence[Result]) -> str:
        return self.markups.page(
            "results.html",
            q=request.query.get("q", ""),
            tile=SKINS[wish.skin].tile,
            results=results,
            records=records_object(results),
            batch=BATCH,
            last=wish.results <= BATCH,
            empty=wish.empty,
            dialog=wish.gate == "consent-dialog" and not consent.given(request),
        )

    async def _later(self, wish: Wish, results: Sequence[Result], start: int) -> web.Response:
        await asyncio.sleep(_later_ms(wish.words, start) / 1000)
        tiles = self.markups.tiles(SKINS[wish.skin], results)
        body = later_batch(results, tiles, last=start + BATCH >= wish.results)
        return web.Response(text=body, content_type="application/json")

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
        return _html(self.markups.page("consent.html", target=request.query.get("continue", "/")))

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
            web.get("/sorry/index", site.sorry),
            web.get("/consent/m", site.consent),
            web.post("/consent/{answer:accept|reject}", consent.save),
            web.get(r"/inside/{number:\d{1,18}}.jpg", site.inside),
            web.get("/healthz", _ok),
            web.get("/gen_204", _nothing),
            web.get("/favicon.ico", _nothing),
            *Twins(site.default, site.port).routes(),
        ]
    )
    return app


def _later_ms(words: str, start: int) -> int:
    low, high = LATER_BATCH_MS
    return low + int.from_bytes(hashlib.sha256(f"{words}{start}".encode()).digest()[:2]) % (high - low)


def _html(text: str) -> web.Response:
    return web.Response(text=text, content_type="text/html")


async def _ok(_: web.Request) -> web.Response:
    return web.Response(text="ok")


async def _nothing(_: web.Request) -> web.Response:
    return web.Response(status=204)
