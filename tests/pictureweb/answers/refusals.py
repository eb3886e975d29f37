"""Answers that say no, openly or not."""

from aiohttp import web

from tests.pictureweb.answers.whole import jpeg
from tests.pictureweb.pictures import Album
from tests.pictureweb.visits import VISITS, place

GONE = "<!doctype html><html><head><title>Gone</title></head><body><h1>This picture has moved</h1></body></html>"
SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="400" height="300"><script>alert(1)</script><circle r="90"/></svg>'
RETRY_AFTER = {"Retry-After": "1"}  # seconds


async def missing(_request: web.Request, _album: Album, _number: int) -> web.Response:
    return web.Response(status=404, text=GONE, content_type="text/html")


async def html(_request: web.Request, _album: Album, _number: int) -> web.Response:
    return web.Response(text=GONE, content_type="text/html")


async def disguised(_request: web.Request, _album: Album, _number: int) -> web.Response:
    return web.Response(body=GONE.encode(), content_type="image/jpeg")


async def svg(_request: web.Request, _album: Album, _number: int) -> web.Response:
    return web.Response(text=SVG, content_type="image/svg+xml")


async def error(_request: web.Request, _album: Album, _number: int) -> web.Response:
    return web.Response(status=500, text="something broke")


async def busy(_request: web.Request, _album: Album, _number: int) -> web.Response:
    return web.Response(status=429, headers=RETRY_AFTER, text="too many requests")


async def error_once(request: web.Request, album: Album, number: int) -> web.Response:
    return await (error if _is_first(request) else jpeg)(request, album, number)


async def busy_once(request: web.Request, album: Album, number: int) -> web.Response:
    return await (busy if _is_first(request) else jpeg)(request, album, number)


def _is_first(request: web.Request) -> bool:
    return request.app[VISITS][place(request)] == 1
