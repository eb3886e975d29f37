"""Where the twins answer, below the search site: `/images/async` is Bing's, the others have a folder each."""

import asyncio
from dataclasses import dataclass

from aiohttp import web

from tests.pictureweb.twins import bing, commons, duckduckgo, openverse
from tests.pictureweb.twins.asked import Asked
from tests.pictureweb.wishes import Wish

FREE = "the commons"


@dataclass(frozen=True)
class Twins:
    default: Wish
    port: int

    async def _asked(self, request: web.Request, engine: str, source: str, name: str = "q") -> Asked:
        query = request.query.get(name, "").removeprefix("filetype:bitmap ")
        asked = Asked.of(query, engine=engine, source=source, default=self.default, port=self.port)
        asked.refuse()
        await asyncio.sleep(asked.wish.slow_ms / 1000)
        return asked

    async def bing(self, request: web.Request) -> web.Response:
        asked = await self._asked(request, "bing", "bing")
        first, count = int(request.query.get("first", 1)), int(request.query.get("count", 35))
        return web.Response(text=bing.page(asked, first, count), content_type="text/html")

    async def duckduckgo(self, request: web.Request) -> web.Response:
        asked = await self._asked(request, "duckduckgo", "bing")
        user_agent = request.headers.get("User-Agent", "")
        return web.Response(text=duckduckgo.page(asked, request.query["q"], user_agent), content_type="text/html")

    async def duckduckgo_results(self, request: web.Request) -> web.Response:
        asked, query = await self._asked(request, "duckduckgo", "bing"), request.query["q"]
        if request.query.get("vqd") != duckduckgo.token(query, request.headers.get("User-Agent", "")):
            raise web.HTTPForbidden(text="no such token")
        return web.json_response(duckduckgo.results(asked, query, int(request.query.get("s", 0))))

    async def openverse(self, request: web.Request) -> web.Response:
        asked = await self._asked(request, "openverse", FREE)
        page, page_size = int(request.query.get("page", 1)), int(request.query.get("page_size", 20))
        if refused := openverse.refusal(page, page_size):
            status, body = refused
            return web.json_response(body, status=status)
        return web.json_response(openverse.document(asked, page, page_size))

    async def commons(self, request: web.Request) -> web.Response:
        asked = await self._asked(request, "commons", f"{FREE} of wikimedia", "gsrsearch")
        offset, limit = int(request.query.get("gsroffset", 0)), int(request.query.get("gsrlimit", 10))
        return web.json_response(commons.document(asked, offset, limit))

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/images/async", self.bing),
            web.get("/duckduckgo/", self.duckduckgo),
            web.get("/duckduckgo/i.js", self.duckduckgo_results),
            web.get("/openverse/v1/images/", self.openverse),
            web.get("/commons/w/api.php", self.commons),
        ]
