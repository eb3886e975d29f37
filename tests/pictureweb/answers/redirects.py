"""Answers that send the client somewhere else."""

from aiohttp import web

from tests.pictureweb.addresses import SEARCH_HOST, picture_host
from tests.pictureweb.pictures import Album

CHAIN = "10"


async def one(request: web.Request, _: Album, number: int) -> web.Response:
    return _found(f"http://{picture_host(number, 0)}:{_port(request)}/good/{number}.jpg")


async def loop(request: web.Request, _album: Album, _number: int) -> web.Response:
    return _found(request.path_qs)


async def chain(request: web.Request, _: Album, number: int) -> web.Response:
    left = int(request.query.get("left", CHAIN)) - 1
    return _found(f"/chain/{number}.jpg?left={left}" if left else f"/good/{number}.jpg")


async def to_loopback(request: web.Request, _: Album, number: int) -> web.Response:
    return _found(f"http://{SEARCH_HOST}:{_port(request)}/inside/{number}.jpg")


async def to_metadata(_request: web.Request, _album: Album, _number: int) -> web.Response:
    return _found("http://169.254.169.254/latest/meta-data/")


async def to_private(_: web.Request, _album: Album, number: int) -> web.Response:
    return _found(f"http://10.0.0.1/{number}.jpg")


async def to_file(_request: web.Request, _album: Album, _number: int) -> web.Response:
    return _found("file:///etc/passwd")


def _found(location: str) -> web.Response:
    return web.Response(status=302, headers={"Location": location})


def _port(request: web.Request) -> int:
    port: int = request.get_extra_info("sockname")[1]
    return port
