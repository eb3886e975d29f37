"""What hosts want no program to fetch: their robots.txt, asked once in a while and kept (RFC 9309, read by Protego)."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable

from protego import Protego
from yarl import URL

from services.packager.gathering import Fetching
from services.packager.refusals import RefusedError
from services.packager.tries import TryFailedError
from shared.images import FoundImage
from shared.refusals import Refusal

KEPT_SECONDS = 3600.0
FAILURE_KEPT_SECONDS = 30.0
MOST_HOSTS = 10_000
MOST_BYTES = 500 * 1024
"""Of one; what is behind is not read, as the RFC has it."""

_NO_RULES = frozenset({Refusal.GONE, Refusal.REFUSED_BY_HOST, Refusal.TOO_LARGE})

Reading = Callable[[URL], Awaitable[bytes | None]]
"""The file at this address; None when the host says that there is none. TryFailedError when it cannot be had."""


class Robots:
    """`program` is the name in our User-Agent. One question per host, however many pictures wait for its answer."""

    def __init__(self, read: Reading, program: str) -> None:
        self._read = read
        self._program = program
        self._rules: OrderedDict[URL, tuple[float, asyncio.Task[Protego | None]]] = OrderedDict()

    async def check(self, url: URL) -> None:
        """TryFailedError when the host does not want this, or does not tell its rules."""
        asked = self._of(url.origin())
        rules = asked.result() if asked.done() else await asyncio.shield(asked)
        if rules is not None and not rules.can_fetch(str(url), self._program):
            raise TryFailedError(Refusal.OPTED_OUT)

    def _of(self, origin: URL) -> asyncio.Task[Protego | None]:
        asked_at, known = self._rules.get(origin, (0.0, None))
        if known is None or time.monotonic() - asked_at > _kept(known):
            known = asyncio.create_task(self._ask(origin))
            known.add_done_callback(_failed)  # whoever waited may have been cancelled, and it is no secret then
            self._rules[origin] = time.monotonic(), known
        self._rules.move_to_end(origin)
        if len(self._rules) > MOST_HOSTS:
            self._rules.popitem(last=False)
        return known

    async def _ask(self, origin: URL) -> Protego | None:
        text = await self._read(origin.with_path("/robots.txt"))
        return None if text is None else Protego.parse(text[:MOST_BYTES].decode(errors="replace"))


def _kept(task: asyncio.Task[Protego | None]) -> float:
    return FAILURE_KEPT_SECONDS if _failed(task) else KEPT_SECONDS


def _failed(task: asyncio.Task[Protego | None]) -> bool:
    return task.done() and (task.cancelled() or task.exception() is not None)


async def read_robots(fetcher: Fetching, url: URL) -> bytes | None:
    """A `Reading` by whoever fetches pictures. A file beyond all measure is taken for none."""
    try:
        with await fetcher.fetch(FoundImage(str(url), rank=0, engine="robots")) as fetched:
            return bytes(fetched.body.content().data)
    except RefusedError as refused:
        if refused.reason in _NO_RULES:
            return None
        raise TryFailedError(refused.reason) from refused  # it was tried again, and what came of it is kept
