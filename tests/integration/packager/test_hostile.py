"""Answers that no honest host gives: each ends soon, is asked for again only where that may help, and has a reason."""

import asyncio
import gzip
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path

import pytest

from services.packager.bodies import Body
from services.packager.downloads import DownloadLimits, Downloads, guarded_session
from services.packager.fetching import Fetched, Fetcher
from services.packager.guard import Guard
from services.packager.pictures import PictureLimits, picture_in
from services.packager.refusals import RefusedError
from services.packager.slots import Slots
from shared.refusals import Refusal
from tests.integration.packager.raw_server import RawServer, Talk, raw_server, says
from tests.unit.packager.samples import a_candidate, a_picture

pytestmark = pytest.mark.integration

LIMITS = DownloadLimits(connect=3.0, idle=2.0, total=3.0, picture_bytes=1_000_000)
OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
PICTURE = a_picture()
MUCH = 50_000_000


def whole(body: bytes, *headers: bytes, status: bytes = b"200 OK") -> bytes:
    length = b"Content-Length: %d" % len(body)
    return b"\r\n".join((b"HTTP/1.1 " + status, length, *headers, b"", body))


def no_more(status: bytes, *headers: bytes) -> Talk:
    return says(whole(b"", *headers, status=status))


def pours(head: bytes, piece: bytes) -> Talk:
    """Begins with this, and goes on with that for as long as anybody listens."""

    async def talk(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(head)
        much = piece * (65_536 // len(piece) + 1)
        for _number in range(MUCH // len(much)):
            writer.write(much)
            await writer.drain()

    return talk


def drips(head: bytes, piece: bytes) -> Talk:
    return says(head, *[piece] * 100, pause=0.2)


ANSWERS: dict[str, tuple[Talk, Refusal, int]] = {
    # what pours
    "headers without an end": (pours(OK, b"X-A: y\r\n"), Refusal.HOST_FAILED, 1),
    "a header without an end": (pours(OK + b"X: ", b"y"), Refusal.HOST_FAILED, 1),
    "a status without an end": (pours(b"HTTP/1.1 200 ", b"O"), Refusal.HOST_FAILED, 1),
    "zeros": (pours(b"", b"\0"), Refusal.HOST_FAILED, 1),
    "a body without an end": (pours(OK + b"\r\n", b"\xff"), Refusal.TOO_LARGE, 1),
    "chunks without an end": (pours(CHUNKED, b"400\r\n" + bytes(1024) + b"\r\n"), Refusal.TOO_LARGE, 1),
    "one immense chunk": (pours(CHUNKED + b"ffffffffffffffff\r\n", b"\0"), Refusal.TOO_LARGE, 1),
    "a chunk's extension without an end": (pours(CHUNKED + b"1;", b"a"), Refusal.TRUNCATED, 3),
    "trailers without an end": (pours(CHUNKED + b"1\r\na\r\n0\r\n", b"X: y\r\n"), Refusal.HOST_FAILED, 1),
    "a body behind a 404": (pours(b"HTTP/1.1 404 Not Found\r\n\r\n", b"y"), Refusal.GONE, 1),
    "a body behind a redirect": (
        pours(b"HTTP/1.1 302 Found\r\nLocation: /\r\n\r\n", b"y"),
        Refusal.TOO_MANY_REDIRECTS,
        6,
    ),
    # what drips faster than the silence that is borne
    "a body drop by drop": (drips(OK + b"Content-Length: 9999\r\n\r\n", b"\xff"), Refusal.TIMEOUT, 1),
    "headers drop by drop": (drips(OK, b"X: y\r\n"), Refusal.TIMEOUT, 1),
    "100 again and again": (drips(b"", b"HTTP/1.1 100 Continue\r\n\r\n"), Refusal.TIMEOUT, 1),
    "103 again and again": (drips(b"", b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"), Refusal.TIMEOUT, 1),
    # lengths that lie
    "less than the length": (says(OK + b"Content-Length: 5000\r\n\r\n" + PICTURE), Refusal.TRUNCATED, 3),
    "more than the length": (
        says(OK + b"Content-Length: 4000\r\n\r\n" + PICTURE[:4000], PICTURE[4000:], pause=0.1),
        Refusal.TRUNCATED,
        1,
    ),
    "two lengths": (says(OK + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nab"), Refusal.HOST_FAILED, 1),
    "a negative length": (says(OK + b"Content-Length: -1\r\n\r\nab"), Refusal.HOST_FAILED, 1),
    "a length beyond all numbers": (says(OK + b"Content-Length: 1" + b"0" * 30 + b"\r\n\r\na"), Refusal.HOST_FAILED, 1),
    "a length beyond the limit": (says(OK + b"Content-Length: 1000001\r\n\r\na"), Refusal.TOO_LARGE, 1),
    "a length and chunks": (
        says(CHUNKED[:-2] + b"Content-Length: 1\r\n\r\n1\r\na\r\n0\r\n\r\n"),
        Refusal.HOST_FAILED,
        1,
    ),
    "nothing": (says(whole(b"")), Refusal.NOT_A_PICTURE, 1),
    # encodings that nobody asked for
    "gzip that ends early": (
        says(whole(gzip.compress(PICTURE)[:-200], b"Content-Encoding: gzip")),
        Refusal.TRUNCATED,
        1,
    ),
    "gzip in gzip": (
        says(whole(gzip.compress(gzip.compress(PICTURE)), b"Content-Encoding: gzip")),
        Refusal.NOT_A_PICTURE,
        1,
    ),
    "an encoding of its own": (says(whole(b"abc", b"Content-Encoding: rot13")), Refusal.NOT_A_PICTURE, 1),
    # what is no picture, whatever it is called
    "a page called a picture": (
        says(whole(b"<html>gone</html>", b"Content-Type: image/jpeg")),
        Refusal.NOT_A_PICTURE,
        1,
    ),
    "an svg": (says(whole(b"<svg xmlns='x'/>", b"Content-Type: image/svg+xml")), Refusal.NOT_A_PICTURE, 1),
    "a half": (says(whole(PICTURE[:2000], b"Content-Type: image/jpeg")), Refusal.TRUNCATED, 1),
    # statuses
    "101": (says(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n" + PICTURE), Refusal.REFUSED_BY_HOST, 1),
    "204": (no_more(b"204 No Content"), Refusal.REFUSED_BY_HOST, 1),
    "205": (no_more(b"205 Reset Content"), Refusal.REFUSED_BY_HOST, 1),
    "206": (
        says(whole(PICTURE, b"Content-Range: bytes 0-1/2", status=b"206 Partial Content")),
        Refusal.REFUSED_BY_HOST,
        1,
    ),
    "300 and a place": (no_more(b"300 Multiple Choices", b"Location: /"), Refusal.REFUSED_BY_HOST, 1),
    "302 and no place": (no_more(b"302 Found"), Refusal.REFUSED_BY_HOST, 1),
    "302 and an empty place": (no_more(b"302 Found", b"Location: "), Refusal.TOO_MANY_REDIRECTS, 6),
    "304": (no_more(b"304 Not Modified"), Refusal.REFUSED_BY_HOST, 1),
    "305 and a proxy": (no_more(b"305 Use Proxy", b"Location: http://127.0.0.1:9/"), Refusal.REFUSED_BY_HOST, 1),
    "429 for an hour": (no_more(b"429 No", b"Retry-After: 3600"), Refusal.REFUSED_BY_HOST, 1),
    "429 until another age": (
        no_more(b"429 No", b"Retry-After: Fri, 20 Nov 2099 09:00:05 GMT"),
        Refusal.REFUSED_BY_HOST,
        1,
    ),
    "429 until yesterday": (
        no_more(b"429 No", b"Retry-After: Fri, 20 Nov 2020 09:00:05 GMT"),
        Refusal.REFUSED_BY_HOST,
        3,
    ),
    "503 for a moment": (no_more(b"503 Busy", b"Retry-After: 0"), Refusal.HOST_FAILED, 3),
    "a status that is none": (no_more(b"999 No"), Refusal.HOST_FAILED, 3),
    "another protocol": (says(b"SSH-2.0-OpenSSH_9.2\r\n"), Refusal.HOST_FAILED, 1),
    "only a picture": (says(PICTURE), Refusal.HOST_FAILED, 1),
}

GOOD: dict[str, Talk] = {
    "after 100": says(b"HTTP/1.1 100 Continue\r\n\r\n" + whole(PICTURE)),
    "after 103": says(b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n", whole(PICTURE)),
    "in chunks": says(CHUNKED + b"%x\r\n" % len(PICTURE) + PICTURE + b"\r\n0\r\nX-Trailer: y\r\n\r\n"),
    "in gzip": says(whole(gzip.compress(PICTURE), b"Content-Encoding: gzip")),
    "of an old server": says(b"HTTP/1.0 200 OK\r\n\r\n" + PICTURE),
}


@pytest.fixture
async def stack() -> AsyncIterator[AsyncExitStack]:
    async with AsyncExitStack() as stack:
        yield stack


async def serving(stack: AsyncExitStack, talks: list[Talk]) -> list[RawServer]:
    return [await stack.enter_async_context(raw_server(talk)) for talk in talks]


async def a_fetcher(stack: AsyncExitStack, servers: list[RawServer], folder: Path) -> Fetcher:
    guard = Guard(("127.0.0.1", server.port) for server in servers)
    session = await stack.enter_async_context(guarded_session(guard, user_agent="Test/1"))
    return Fetcher(
        downloads=Downloads(session, LIMITS),
        slots=Slots(total=64, per_host=64),
        new_body=partial(Body, in_memory=100_000, folder=folder),
        seconds=LIMITS.total,
    )


async def fetched(fetcher: Fetcher, server: RawServer) -> Fetched:
    return await fetcher.fetch(a_candidate(url=server.url(), source_page=None))


async def reason(fetcher: Fetcher, server: RawServer) -> Refusal | None:
    """Of fetching it, or else of looking at what came."""
    try:
        with await fetched(fetcher, server) as came:
            picture_in(came.body.content().data, PictureLimits())
    except RefusedError as refused:
        return refused.reason
    return None


async def test_no_answer_of_a_hostile_host_does_more_than_be_refused(stack: AsyncExitStack, tmp_path: Path) -> None:
    servers = await serving(stack, [talk for talk, _, _ in ANSWERS.values()])
    fetcher = await a_fetcher(stack, servers, tmp_path)

    async with asyncio.timeout(15):
        reasons = await asyncio.gather(*(reason(fetcher, server) for server in servers))

    came = [(reason, len(server.requests)) for reason, server in zip(reasons, servers, strict=True)]
    assert dict(zip(ANSWERS, came, strict=True)) == {name: (why, asked) for name, (_, why, asked) in ANSWERS.items()}


async def test_an_answer_in_an_unusual_wrapping_is_unwrapped(stack: AsyncExitStack, tmp_path: Path) -> None:
    servers = await serving(stack, list(GOOD.values()))
    fetcher = await a_fetcher(stack, servers, tmp_path)

    for name, server in zip(GOOD, servers, strict=True):
        with await fetched(fetcher, server) as came:
            assert bytes(came.body.content().data) == PICTURE, name
