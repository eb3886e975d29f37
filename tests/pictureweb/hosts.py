"""The hosts the pictures lie on: ``/<kind>/<number>.<extension>`` says all about the answer."""

import asyncio
from collections import Counter
from dataclasses import dataclass

from aiohttp import web

from tests.pictureweb.answers import ANSWERS
from tests.pictureweb.pictures import Album
from tests.pictureweb.visits import VISITS, Place, counted

LATENCY_MS = (50, 200)


@dataclass(frozen=True)
class PictureHosts:
    album: Album

    async def picture(self, request: web.Request) -> web.StreamResponse:
        answer, number = ANSWERS.get(request.match_info["kind"]), int(request.match_info["number"])
        if answer is None:
            raise web.HTTPNotFound
        if "latency" in request.query:
            low, high = LATENCY_MS
            await asyncio.sleep((low + number % (high - low + 1)) / 1000)
        return await answer(request, self.album, number)


def hosts_app(hosts: PictureHosts, visits: Counter[Place]) -> web.Application:
    app = web.Application(middlewares=[counted])
    app[VISITS] = visits
    app.router.add_get("/robots.txt", _robots)
    app.router.add_get(r"/{kind}/{number:\d{1,18}}.{extension}", hosts.picture)
    app.on_response_prepare.append(_without_type)
    return app


async def _robots(_: web.Request) -> web.Response:
    return web.Response(text="User-agent: *\nDisallow: /disallowed/\n")


async def _without_type(request: web.Request, response: web.StreamResponse) -> None:
    """Aiohttp labels every body: the one place where a label can be taken off again."""
    if request.match_info.get("kind") == "untyped":
        response.headers.popall("Content-Type", None)
