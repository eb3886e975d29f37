"""What a host answers for each kind of picture."""

from collections.abc import Awaitable, Callable

from aiohttp import web

from tests.pictureweb.pictures import Album

Answer = Callable[[web.Request, Album, int], Awaitable[web.StreamResponse]]


async def good(request: web.Request, album: Album, number: int) -> web.Response:
    return web.Response(body=album.jpeg(number), content_type="image/jpeg")


async def png(request: web.Request, album: Album, number: int) -> web.Response:
    return web.Response(body=album.png(number), content_type="image/png")


async def gif(request: web.Request, album: Album, number: int) -> web.Response:
    return web.Response(body=album.gif(number), content_type="image/gif")


async def webp(request: web.Request, album: Album, number: int) -> web.Response:
    return web.Response(body=album.webp(number), content_type="image/webp")


ANSWERS: dict[str, Answer] = {"good": good, "png": png, "gif": gif, "webp": webp}
