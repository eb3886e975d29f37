"""The search site: the result page, the batches it loads on scrolling, and the home page with the box."""

import asyncio
import hashlib
from dataclasses import dataclass

from aiohttp import web

from tests.pictureweb.markup import Markups
from tests.pictureweb.records import later_batch, records_object
from tests.pictureweb.results import BATCH, batch
from tests.pictureweb.skins import SKINS
from tests.pictureweb.wishes import Wish, wish_of

LATER_BATCH_MS = (100, 300)


@dataclass(frozen=True)
class SearchSite:
    markups: Markups
    default: Wish
    port: int

    async def home(self, _: web.Request) -> web.Response:
        return _html(self.markups.page("home.html"))

    async def search(self, request: web.Request) -> web.Response:
        wish = self._wish(request)
        await asyncio.sleep(wish.slow_ms / 1000)
        if "vet" in request.query:
            return await self._later(wish, int(request.query["start"]))
        return self._first(request.query.get("q", ""), wish)

    def _first(self, q: str, wish: Wish) -> web.Response:
        results = batch(wish, 0, self.port)
        return _html(
            self.markups.page(
                "results.html",
                q=q,
                tile=SKINS[wish.skin].tile,
                results=results,
                records=records_object(results),
                batch=BATCH,
                last=wish.results <= BATCH,
            )
        )

    async def _later(self, wish: Wish, start: int) -> web.Response:
        await asyncio.sleep(_later_ms(wish.words, start) / 1000)
        results = batch(wish, start, self.port)
        tiles = self.markups.tiles(SKINS[wish.skin], results)
        body = later_batch(results, tiles, last=start + BATCH >= wish.results)
        return web.Response(text=body, content_type="application/json")

    def _wish(self, request: web.Request) -> Wish:
        try:
            wish = wish_of(request.query.get("q", ""), self.default)
        except ValueError as error:
            raise web.HTTPBadRequest(text=f"a knob in q cannot be read: {error}") from error
        if wish.skin not in SKINS:
            raise web.HTTPBadRequest(text=f"skins are: {', '.join(SKINS)}")
        return wish


def search_app(site: SearchSite) -> web.Application:
    app = web.Application()
    app.router.add_get("/", site.home)
    app.router.add_get("/search", site.search)
    app.router.add_get("/healthz", _ok)
    app.router.add_get("/gen_204", _nothing)
    app.router.add_get("/favicon.ico", _nothing)
    return app


def _later_ms(words: str, start: int) -> int:
    low, high = LATER_BATCH_MS
    return low + int.from_bytes(hashlib.sha256(f"{words}{start}".encode()).digest()[:2]) % (high - low)


def _html(text: str) -> web.Response:
    return web.Response(text=text, content_type="text/html")


async def _ok(request: web.Request) -> web.Response:
    return web.Response(text="ok")


async def _nothing(request: web.Request) -> web.Response:
    return web.Response(status=204)
