"""What the workers find on the web of the simulation: an engine's results, and the pictures they lead to."""

import asyncio
import struct
import zlib
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from functools import cache
from random import Random

from yarl import URL

from services.packager.bodies import Body
from services.packager.tries import TryFailedError
from services.scraper.engines import Batch, Ending, Query
from shared.filters import Filters
from shared.images import Hit
from shared.refusals import Refusal

PAGE = 2
"""Results that an engine gives at a time."""

PICTURES = 40


@dataclass
class Web:
    """`trouble`: the share of pages and pictures that cannot be had at the first try. `slowness`: 1 is a second."""

    rng: Random
    trouble: float = 0.0
    slowness: float = 1.0

    async def answer_within(self, seconds: float) -> None:
        """Of an answer that takes so long at most on an ordinary day."""
        await asyncio.sleep(self.slowness * self.rng.uniform(0.01, seconds))

    def goes_wrong(self) -> bool:
        return self.rng.random() < self.trouble


class Engine:
    """An engine of the scraper: each query has pictures of its own, and more than anybody asks for."""

    name = "google"

    def __init__(self, web: Web) -> None:
        self._web = web

    def ignored(self, filters: Filters) -> frozenset[str]:  # noqa: ARG002
        return frozenset()

    async def search(self, query: Query) -> AsyncGenerator[Batch, None]:
        for page in range(PICTURES // PAGE):
            await self._web.answer_within(1.0)
            if self._web.goes_wrong():
                yield Batch(ending=Ending.BROKEN)
                return
            yield Batch(tuple(Hit(f"https://pictures.test/{query.words}/{page * PAGE + n}.png") for n in range(PAGE)))
        yield Batch(ending=Ending.EXHAUSTED)


class Downloads:
    """The packager's GET: a picture for every address, some of them only at a second try."""

    def __init__(self, web: Web) -> None:
        self._web = web

    async def get(self, url: URL, into: Body, *, referer: str | None, seconds: float) -> str | None:  # noqa: ARG002
        await self._web.answer_within(0.5)
        if self._web.goes_wrong():
            raise TryFailedError(Refusal.HOST_FAILED, again=True)
        into.write(a_picture(url.path))
        return None


@cache
def a_picture(name: str) -> bytes:
    """A PNG of 32 by 32 pixels in a colour of its own."""
    colour = zlib.crc32(name.encode()).to_bytes(4, "big")[:3]
    header = struct.pack(">IIBBBBB", 32, 32, 8, 2, 0, 0, 0)
    pixels = zlib.compress((b"\0" + colour * 32) * 32)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", pixels) + _chunk(b"IEND", b"")


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
