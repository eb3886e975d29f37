"""Answers that end too early, too late or never."""

import asyncio
import socket
import struct
from collections.abc import AsyncIterator, Iterable

from aiohttp import web

from tests.pictureweb.marking import JPEG_COMMENT_MAX, marked_jpeg
from tests.pictureweb.pictures import Album

HUGE = 30_000_000  # bytes
ENDLESS_PIECE, ENDLESS_PAUSE = 65_536, 0.02  # bytes, seconds
LINGER_ZERO = struct.pack("ii", 1, 0)  # closing sends RST instead of FIN


async def short(_: web.Request, album: Album, number: int) -> web.Response:
    return web.Response(body=album.jpeg(number)[:-3000], content_type="image/jpeg")


async def truncated(request: web.Request, album: Album, number: int) -> web.StreamResponse:
    body = album.jpeg(number)
    return await _sent_then_closed(request, body[: len(body) // 2], announced=len(body))


async def overrun(request: web.Request, album: Album, number: int) -> web.StreamResponse:
    body = album.jpeg(number)
    return await _sent_then_closed(request, body, announced=len(body) // 2)


async def reset(request: web.Request, album: Album, number: int) -> web.StreamResponse:
    body = album.jpeg(number)
    response = await _begun(request, announced=len(body))
    await response.write(body[: len(body) // 2])
    connection: socket.socket = request.get_extra_info("socket")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_ZERO)
    if request.transport:
        request.transport.abort()
    return response


async def drip(request: web.Request, album: Album, number: int) -> web.StreamResponse:
    body = album.jpeg(number)
    pieces = (body[at : at + 1] for at in range(len(body)))
    return await _streamed(request, _paced(pieces, seconds=1), announced=len(body))


async def endless(request: web.Request, album: Album, number: int) -> web.StreamResponse:
    return await _streamed(request, _paced(_without_end(album.jpeg(number), album.padding), seconds=ENDLESS_PAUSE))


async def huge(_: web.Request, album: Album, number: int) -> web.StreamResponse:
    filling = album.padding[:JPEG_COMMENT_MAX] * (HUGE // JPEG_COMMENT_MAX + 1)
    return web.Response(body=marked_jpeg(album.jpeg(number), b"", filling), content_type="image/jpeg")


async def _begun(request: web.Request, announced: int | None = None) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": "image/jpeg"})
    response.content_length = announced
    response.force_close()
    await response.prepare(request)
    return response


async def _sent_then_closed(request: web.Request, body: bytes, *, announced: int) -> web.StreamResponse:
    """Writes past aiohttp, which would cut ``body`` to the announced length."""
    response = await _begun(request, announced)
    if isinstance(request.transport, asyncio.Transport):
        request.transport.write(body)
        request.transport.close()
    return response


async def _streamed(
    request: web.Request, pieces: AsyncIterator[bytes], announced: int | None = None
) -> web.StreamResponse:
    response = await _begun(request, announced)
    try:
        async for piece in pieces:
            await response.write(piece)
    except ConnectionError:
        return response  # the client has had enough, as it should
    return response


async def _paced(pieces: Iterable[bytes], *, seconds: float) -> AsyncIterator[bytes]:
    for piece in pieces:
        yield piece
        await asyncio.sleep(seconds)


def _without_end(start: bytes, more: bytes) -> Iterable[bytes]:
    yield start
    while True:
        yield more[:ENDLESS_PIECE]
