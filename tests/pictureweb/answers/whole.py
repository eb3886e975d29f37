"""Answers that are complete pictures."""

import asyncio

from aiohttp import web

from tests.pictureweb.pictures import PIXEL, Album

SLOW_MS = "3000"


async def jpeg(_: web.Request, album: Album, number: int) -> web.Response:
    return web.Response(body=album.jpeg(number), content_type="image/jpeg")


async def png(_: web.Request, album: Album, number: int) -> web.Response:
    return web.Response(body=album.png(number), content_type="image/png")


async def gif(_: web.Request, album: Album, number: int) -> web.Response:
    return web.Response(body=album.gif(number), content_type="image/gif")


async def webp(_: web.Request, album: Album, number: int) -> web.Response:
    return web.Response(body=album.webp(number), content_type="image/webp")


async def avif(_: web.Request, album: Album, number: int) -> web.Response:
    return web.Response(body=album.avif(number), content_type="image/avif")


async def reencoded(_: web.Request, album: Album, number: int) -> web.Response:
    return web.Response(body=album.reencoded(number), content_type="image/jpeg")


async def noai(_: web.Request, album: Album, number: int) -> web.Response:
    headers = {"X-Robots-Tag": "noai, noimageai"}
    return web.Response(body=album.jpeg(number), content_type="image/jpeg", headers=headers)


async def mislabelled(_: web.Request, album: Album, number: int) -> web.Response:
    return web.Response(body=album.jpeg(number), content_type="text/plain")


async def slow(request: web.Request, album: Album, number: int) -> web.Response:
    await asyncio.sleep(int(request.query.get("ms", SLOW_MS)) / 1000)
    return await jpeg(request, album, number)


async def hotlink(request: web.Request, album: Album, number: int) -> web.Response:
    if "Referer" not in request.headers:
        return web.Response(status=403, text="this picture is shown on our own pages only")
    return await jpeg(request, album, number)


async def pixel(_request: web.Request, _album: Album, _number: int) -> web.Response:
    return web.Response(body=PIXEL, content_type="image/gif")


async def bomb(_: web.Request, album: Album, _number: int) -> web.Response:
    return web.Response(body=album.bomb, content_type="image/png")
